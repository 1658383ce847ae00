import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadSettings } from '../config/load.ts'

const PROGRAM = join(import.meta.dirname, 'sightline.ts')
const OFF = '{http: off, media: 0, rtmp: 0, sip: off, gbMedia: 0}'
let directory: string
let config: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-running-'))
  config = join(directory, 'given.yaml')
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('SIGUSR2 writes what is in force, also after a reload, for its owner only', { timeout: 20_000 }, async () => {
  const given = (seconds: number) =>
    `listen: ${OFF}\naccess: {publishKey: a-secret-key}\nhls: {windowSeconds: ${seconds}}\n`
  writeFileSync(config, given(12))
  const env = { PATH: process.env['PATH'] }
  const node = spawn(process.execPath, [PROGRAM, 'node', '-c', config], { cwd: directory, env })
  let log = ''
  node.stdout.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const said = (text: string) => vi.waitFor(() => expect(log).toContain(text), { timeout: 15_000 })
  try {
    await said('"message":"ready"')
    writeFileSync(config, given(14))
    node.kill('SIGHUP')
    await said('configuration reloaded')
    node.kill('SIGUSR2')
    await said('configuration written')
    const file = join(directory, 'data', 'running-node.yaml')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const read = (file: string) => loadSettings({ file, environment: {}, directory }).settings
    expect(read(file)).toEqual(read(config))
    expect(readFileSync(file, 'utf8')).toContain('windowSeconds: 14')
    expect(log).not.toContain('a-secret-key')
  } finally {
    node.kill('SIGKILL')
  }
})

test('sightline config prints it without secrets', () => {
  writeFileSync(config, 'access: {publishKey: a-secret-key}\nlog: {level: warn}')
  const env = { PATH: process.env['PATH'], SIGHTLINE_LISTEN_RTMP: '1936' }
  const text = execFileSync(process.execPath, [PROGRAM, 'config', '-c', config], { env, encoding: 'utf8' })
  expect(text.replace(/^\s*#.*\n/gm, '')).toBe(
    'listen:\n  rtmp: 1936\nlog:\n  level: warn\naccess:\n  publishKey: "***"\n',
  )
})
