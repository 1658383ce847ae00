import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

type Line = Record<string, unknown>

let directory: string
let supervisor: ChildProcess
let lines: Line[]
/** Processes that must be gone after a test, whatever happened in it. */
let pids: Set<number>

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-start-'))
  lines = []
  pids = new Set()
})

afterEach(() => {
  for (const pid of [supervisor.pid!, ...pids])
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // already gone
    }
  rmSync(directory, { recursive: true })
})

function start(environment: Record<string, string> = {}): void {
  supervisor = spawn(process.execPath, [join(import.meta.dirname, 'testdata/start-fake-roles.ts')], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      SIGHTLINE_LISTEN_HTTP: '0',
      SIGHTLINE_LISTEN_MEDIA: '0',
      SIGHTLINE_LISTEN_RTMP: '0',
      SIGHTLINE_LISTEN_SIP: '0',
      SIGHTLINE_LISTEN_GB_MEDIA: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let rest = ''
  supervisor.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    for (const part of parts) {
      const line = JSON.parse(part) as Line
      lines.push(line)
      if (typeof line['pid'] === 'number') pids.add(line['pid'])
    }
  })
}

const find = (wanted: Line): Line[] =>
  lines.filter(line => Object.entries(wanted).every(([key, value]) => line[key] === value))
const seen = (wanted: Line, times = 1): Promise<Line[]> =>
  vi.waitFor(
    () => {
      const found = find(wanted)
      expect(found.length, `${JSON.stringify(wanted)} in ${JSON.stringify(lines)}`).toBeGreaterThanOrEqual(times)
      return found
    },
    { timeout: 10_000 },
  )

test('both roles share one kept token, and the first password is shown once', async () => {
  start()
  const [ready] = await seen({ message: 'ready' })
  const [platform] = await seen({ role: 'platform', event: 'up' })
  const [node] = await seen({ role: 'node', event: 'up' })
  expect(node?.['linkUrl']).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/link$/)
  expect(ready?.['console']).toMatch(/^http:\/\/[\d.]+:\d+$/)
  expect(node?.['token']).toBe(platform?.['token'])
  expect(node?.['token']).toBe(readFileSync(join(directory, 'data/link-token'), 'utf8').trim())
  expect(statSync(join(directory, 'data/link-token')).mode & 0o777).toBe(0o600)
  await seen({ password: 'first-password' })

  process.kill(platform?.['pid'] as number, 'SIGKILL')
  await seen({ role: 'platform', event: 'up' }, 2)
  expect(find({ password: 'first-password' })).toHaveLength(1)
  expect(find({ message: 'ready' })).toHaveLength(1)
})

test('a killed process is started again and the other one notices nothing', async () => {
  start()
  await seen({ message: 'ready' })
  const [platform] = await seen({ role: 'platform', event: 'up' })
  process.kill(platform?.['pid'] as number, 'SIGKILL')
  await seen({ name: 'platform', reason: 'SIGKILL', waitMs: 1000 })
  const [, second] = await seen({ role: 'platform', event: 'up' }, 2)
  expect(second?.['pid']).not.toBe(platform?.['pid'])

  const [node] = await seen({ role: 'node', event: 'up' })
  process.kill(node?.['pid'] as number, 'SIGKILL')
  await seen({ role: 'node', event: 'up' }, 2)
  expect(lines.filter(line => ['SIGTERM', 'SIGHUP', 'disconnect'].includes(String(line['event'])))).toEqual([])
})

test('SIGHUP reaches both, SIGTERM ends the node, then the platform, then the supervisor', async () => {
  start()
  await seen({ message: 'ready' })
  supervisor.kill('SIGHUP')
  await seen({ role: 'platform', event: 'SIGHUP' })
  await seen({ role: 'node', event: 'SIGHUP' })
  supervisor.kill('SIGTERM')
  const [code] = await once(supervisor, 'exit')
  expect(code).toBe(0)
  expect(find({ event: 'SIGTERM' }).map(line => line['role'])).toEqual(['node', 'platform'])
})

test('the roles end when their supervisor is killed', async () => {
  start()
  await seen({ message: 'ready' })
  supervisor.kill('SIGKILL')
  await seen({ role: 'platform', event: 'disconnect' })
  await seen({ role: 'node', event: 'disconnect' })
})

test('a role that refuses its configuration ends the start', async () => {
  start({ FAKE_REFUSES: 'node' })
  const [code] = await once(supervisor, 'exit')
  expect(code).toBe(78)
  expect(find({ message: 'ready' })).toEqual([])
})

test('with a log folder the log is in a file, the password is not, and signals for files reach all', async () => {
  const file = join(directory, 'logs/supervisor.log')
  start({ SIGHTLINE_LOG_DIRECTORY: 'logs' })
  const [shown] = await seen({ password: 'first-password' })
  expect(shown).toMatchObject({ process: 'supervisor' })
  await seen({ message: 'ready' }) // on standard output, for whoever started it
  expect(readFileSync(file, 'utf8')).toContain('"message":"ready"')

  renameSync(file, `${file}.aside`)
  supervisor.kill('SIGUSR1')
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('log file reopened'))
  await seen({ role: 'platform', event: 'SIGUSR1' })
  await seen({ role: 'node', event: 'SIGUSR1' })
  supervisor.kill('SIGUSR2')
  await seen({ role: 'platform', event: 'SIGUSR2' })
  await seen({ role: 'node', event: 'SIGUSR2' })
  expect(readFileSync(`${file}.aside`, 'utf8')).not.toContain('first-password')
})

test('a log folder that cannot be ends the start', async () => {
  writeFileSync(join(directory, 'occupied'), '')
  start({ SIGHTLINE_LOG_DIRECTORY: 'occupied/logs' })
  const [code] = await once(supervisor, 'exit')
  expect(code).not.toBe(0)
})
