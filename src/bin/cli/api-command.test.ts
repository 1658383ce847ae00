import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  liveStream,
  NodeUnderTest,
  PASSWORD,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import { Server } from '../../http/server.ts'
import { runApiCommand } from './api-command.ts'

let platform: PlatformUnderTest
let server: Server
let url: string
let token: string
let directory: string

beforeEach(async () => {
  platform = await platformUnderTest()
  server = await Server.create(platform.server)
  const { port }: AddressInfo = await server.listen({ port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${port}`
  token = await platform.addUser('admin', 'administrator')
  directory = mkdtempSync(join(tmpdir(), 'sightline-cli-'))
})

afterEach(async () => {
  await server.close()
  await platform.close()
  rmSync(directory, { recursive: true })
})

async function run(
  line: string,
  variables: Record<string, string> = { SIGHTLINE_API_KEY: token, SIGHTLINE_SERVER: url },
) {
  let written = ''
  const [noun = '', ...args] = line.split(' ')
  await runApiCommand(noun, args, {
    variables,
    loginFile: join(directory, 'config', 'login.json'),
    write: text => {
      written += text
    },
    askSecret: async () => PASSWORD,
  })
  return written
}

test('streams: create, list, get, kick, delete', async () => {
  const node = new NodeUnderTest(platform)
  node.streams = [liveStream('default/live/on')]
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(1))
  const created = JSON.parse(await run('streams create lobby --app east --json'))
  expect(created).toMatchObject({ path: 'default/east/lobby', state: 'off' })
  expect((await run('streams list')).split('\n').slice(0, 2)).toEqual([
    'PATH                STATE  RATE  VIEWERS  ID',
    `default/east/lobby  off    -     -        ${created.id}`,
  ])
  expect(await run('streams list --state on')).toMatch(/^default\/live\/on {2,}on {2,}2100 kbit\/s {2,}3 {2,}st_\w+$/m)
  expect(await run(`streams get ${created.id}`)).toContain('OBS key     lobby?key=')
  expect(await run('streams get east/lobby')).toContain(`id          ${created.id}`)
  expect(await run('streams kick live/on')).toBe('default/live/on is put out\n')
  expect(node.kicked).toEqual([{ path: 'default/live/on' }])
  expect(await run('streams delete default/east/lobby')).toBe('default/east/lobby is deleted\n')
  expect(JSON.parse(await run('streams list --search east --json'))).toEqual([])
  expect(await run('nodes list')).toMatch(/^first {2}on {5}1\.2\.3 {4}1 {8}3 {8}0\.25 {3}node-1$/m)
  await node.close()
})

test('a login is kept for its server, readable by nobody else, until the logout', async () => {
  expect(await run(`login --server ${url}`, {})).toMatch(`admin (administrator) at ${url} until 2023-11-15T`)
  const file = join(directory, 'config', 'login.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain(PASSWORD)
  expect(await run('streams list', {})).toContain('PATH')
  await expect(run('streams list --server http://127.0.0.1:1', {})).rejects.toThrow('not reachable')
  await run('logout', {})
  await expect(run(`streams list --server ${url}`, {})).rejects.toThrow('sightline login')
})

test.each([
  ['streams', 'nothing is not one of list, create, get, kick, delete'],
  ['streams fly', 'fly is not one of list'],
  ['streams get', 'exactly one is needed'],
  ['streams list --state maybe', 'maybe is not on or off'],
  ['streams list --nonsense', 'nonsense'],
  ['streams list --server ftp://x', 'ftp://x is no URL'],
  ['streams get none/such', 'stream default/none/such does not exist'],
  ['streams get st_none', 'stream st_none does not exist'],
  ['streams create ../x', 'body.name'],
  ['streams list --token wrong', 'sightline login, --token or SIGHTLINE_API_KEY'],
])('%s: %s', async (line, text) => {
  await expect(run(line)).rejects.toThrow(text)
})
