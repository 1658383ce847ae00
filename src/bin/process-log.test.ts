import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { ProcessLog, prettyLine } from './process-log.ts'

test('JSON lines name time, level, process and message; the level holds for children too', () => {
  const lines: string[] = []
  const log = ProcessLog.open({ level: 'info', format: 'json', write: line => void lines.push(line) })
  const child = log.child({ process: 'node' }).child({ path: 'default/live/a' })
  child.debug('not written')
  child.info('publishing', { viewers: 2 })
  log.setLevel('error')
  child.warn('not written')
  child.error('broken')
  log.setLevel('debug')
  child.debug('details')
  const [first, second, third] = lines.map(line => JSON.parse(line) as Record<string, unknown>)
  expect(first).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    process: 'node',
    path: 'default/live/a',
    viewers: 2,
    message: 'publishing',
  })
  expect(second).toMatchObject({ level: 'error', message: 'broken' })
  expect(third).toMatchObject({ level: 'debug', message: 'details' })
  expect(lines).toHaveLength(3)
})

test('the same for people', () => {
  const json =
    '{"level":"warn","time":"2026-11-20T18:20:31.004Z","process":"node","reason":"too slow","frames":12,"message":"dropped"}'
  expect(prettyLine(json)).toBe('18:20:31.004 WARN  node       dropped reason="too slow" frames=12\n')
})

test('a node reopens its log file when it is told to, after it was put aside', { timeout: 20_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sightline-node-log-'))
  const file = join(directory, 'logs', 'node.log')
  const off = ['HTTP', 'MEDIA', 'RTMP', 'SIP', 'GB_MEDIA'].map(name => [`SIGHTLINE_LISTEN_${name}`, '0'] as const)
  const node = spawn(process.execPath, [join(import.meta.dirname, 'sightline.ts'), 'node'], {
    cwd: directory,
    env: { ...Object.fromEntries(off), PATH: process.env['PATH'], SIGHTLINE_LOG_DIRECTORY: 'logs' },
    stdio: 'ignore',
  })
  try {
    const read = () => readFileSync(file, 'utf8')
    await vi.waitFor(() => expect(read()).toContain('"message":"ready"'), { timeout: 15_000 })
    renameSync(file, `${file}.aside`)
    node.kill('SIGUSR1')
    await vi.waitFor(() => expect(read()).toContain('log file reopened'), { timeout: 5000 })
    const [first] = read()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as object)
    expect(first).toMatchObject({ process: 'node', level: 'info' })
  } finally {
    node.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
})
