import { spawnSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  liveStream,
  NodeUnderTest,
  PASSWORD,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import type { App } from './app.ts'
import { createApp } from './server.ts'

let platform: PlatformUnderTest
let app: App
let token: string
let node: NodeUnderTest

beforeEach(async () => {
  platform = await platformUnderTest()
  app = await createApp(platform.server)
  token = await platform.addUser('admin', 'administrator')
  const lines = [1, 2].map(atMs => ({ atMs, level: 'warn' as const, message: 'of the node', fields: '{}' }))
  node = new NodeUnderTest(platform, { features: { 'node.logs': ({ tail }) => ({ lines: lines.slice(-tail) }) } })
  node.streams = [liveStream('default/live/cam')]
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(1))
})

afterEach(async () => {
  await node.close()
  await app.close()
  await platform.close()
})

const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
  app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${token}` },
    ...(payload && { payload }),
  })

test('the newest lines of the log', async () => {
  for (let i = 0; i < 5000; i++) platform.server.log.info('line', { i })
  platform.server.log.child({ part: 'x' }).warn('last', { text: 'y'.repeat(5000) })
  platform.server.log.debug('not kept')
  const { items } = (await call('GET', '/system/logs?tail=2')).json()
  expect(items.map(({ level, message }: { level: string; message: string }) => [level, message])).toEqual([
    ['info', 'line'],
    ['warn', 'last'],
  ])
  expect(items[0].fields).toBe('{"i":4999}')
  expect(items[1].fields).toMatch(/^\{"part":"x","text":"y{1000,2000}$/)
  expect((await call('GET', '/system/logs?tail=2000')).json().items).toHaveLength(2000)
})

test('the newest lines of the log of a node, as long as it is there', async () => {
  const { items } = (await call('GET', '/system/logs?nodeId=node-1&tail=1')).json()
  expect(items).toEqual([{ at: '1970-01-01T00:00:00.002Z', level: 'warn', message: 'of the node', fields: '{}' }])
  expect((await call('GET', '/system/logs?nodeId=none')).json().error.code).toBe('NOT_FOUND')
  await node.close()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0))
  expect((await call('GET', '/system/logs?nodeId=node-1')).json().error.code).toBe('NODE_UNAVAILABLE')
})

test('a support bundle is a tar that tar reads, with everything and no secret', async () => {
  await call('POST', '/streams', { name: 'one' })
  platform.server.log.info('something happened')
  const started = await call('POST', '/system/support-bundle')
  expect(started.statusCode).toBe(202)
  const { id } = started.json()
  const operation = await vi.waitFor(async () => {
    const operation = (await call('GET', `/operations/${id}`)).json()
    expect(operation.state).toBe('done')
    return operation
  })
  expect(operation.rows.every(({ ok }: { ok: boolean }) => ok)).toBe(true)
  const response = await call('GET', `/operations/${id}/file`)
  expect(response.headers['content-disposition']).toBe(`attachment; filename="${operation.file}"`)
  const archive = gunzipSync(response.rawPayload)
  const names = spawnSync('tar', ['tf', '-'], { input: archive, encoding: 'utf8' }).stdout.trim().split('\n')
  expect(names).toEqual([
    'platform.json',
    'configuration.json',
    'nodes.json',
    'streams.json',
    'log.json',
    'node-logs.json',
    'doctor.json',
  ])
  const content = spawnSync('tar', ['xOf', '-'], { input: archive, encoding: 'utf8' }).stdout
  expect(content).toContain('something happened')
  expect(content).toContain('default/live/cam')
  expect(content).toContain('of the node')
  const { pushKeys = [], playKeys = [] } = platform.services.spaces.state('default') ?? {}
  for (const secret of [token, PASSWORD, ...pushKeys, ...playKeys]) expect(content).not.toContain(secret)
})

test('a node is named and drained, and is told so; when it is lost it can be deleted', async () => {
  expect((await call('PATCH', '/nodes/node-1', { name: 'east', draining: true })).json()).toMatchObject({
    name: 'east',
    draining: true,
    state: 'on',
  })
  await vi.waitFor(() => expect(node.applied.at(-1)?.draining).toBe(true))
  const refused = await call('DELETE', '/nodes/node-1')
  expect([refused.statusCode, refused.json().error.code]).toEqual([409, 'NODE_ON'])
  node.carrier?.close('cut')
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0))
  platform.time.advance(1000) // dials again, and is still drained
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1))
  await vi.waitFor(() => expect(node.applied.at(-1)?.draining).toBe(true))
  await call('PATCH', '/nodes/node-1', { name: '', draining: false })
  await vi.waitFor(() => expect(node.applied.at(-1)?.draining).toBe(false))
  expect((await call('GET', '/nodes')).json().items).toMatchObject([{ name: 'first', draining: false }])
  await node.close()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0))
  expect((await call('DELETE', '/nodes/node-1')).statusCode).toBe(204)
  expect((await call('GET', '/nodes')).json().items).toEqual([])
  const { items } = (await call('GET', '/audit')).json()
  expect(items.map(({ action }: { action: string }) => action)).toEqual(['node.delete', 'node.update', 'node.update'])
})
