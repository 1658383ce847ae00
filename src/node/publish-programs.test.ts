import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import type { Log, LogFields } from '../base/log.ts'
import { PublishPrograms, type PublishProgramsOptions } from './publish-programs.ts'

type Settings = ReturnType<PublishProgramsOptions['settings']>

let directory: string
let time: FakeTime
let lines: [string, LogFields][]
let settings: Settings
let programs: PublishPrograms

/** Writes its arguments and environment into a file beside it, says something, then waits to be ended. */
const RECORDER = `
const { writeFileSync, renameSync } = require('node:fs')
const [file, mode, ...args] = process.argv.slice(2)
writeFileSync(file + '.new', JSON.stringify({ args, env: Object.keys(process.env), pid: process.pid }))
renameSync(file + '.new', file)
if (mode === 'talk') for (let i = 0; i < 300; i++) console.log('line ' + i + 'x'.repeat(1000))
if (mode === 'wait' || mode === 'deaf') setInterval(() => {}, 1000)
if (mode === 'deaf') process.on('SIGTERM', () => {})
`

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-exec-'))
  writeFileSync(join(directory, 'recorder.cjs'), RECORDER)
  time = new FakeTime()
  lines = []
  settings = { publish: null, unpublish: null, max: 10 }
  const write = (message: string, fields: LogFields = {}) => void lines.push([message, fields])
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  programs = new PublishPrograms({
    settings: () => settings,
    rtmpUrls: path => ({
      url: `rtmp://127.0.0.1:1935/${path}?sign=1`,
      tcUrl: 'rtmp://127.0.0.1:1935/live',
      port: 1935,
    }),
    timers: time,
    log,
  })
})

afterEach(async () => {
  programs.close()
  await ended()
  rmSync(directory, { recursive: true })
})

const command = (name: string, mode: string, args: string) =>
  `${process.execPath} ${join(directory, 'recorder.cjs')} ${join(directory, name)} ${mode} ${args}`
const publisher = { id: 'pb_1', protocol: 'rtmp', remote: '192.0.2.7:50000', agent: 'FMLE/3.0 (compatible)' }
const publish = (path: string) => programs.heard({ type: 'stream.started', path, publisher, atMs: 0 })
const totals = { bytesIn: 0, bytesOut: 0, framesIn: 0, durationMs: 0 }
const unpublish = (path: string) => programs.heard({ type: 'stream.stopped', path, reason: 'gone', totals, atMs: 0 })
const ended = () => vi.waitFor(() => expect(programs.running).toBe(0), { timeout: 5000 })

async function recorded(name: string): Promise<{ args: string[]; env: string[]; pid: number }> {
  const file = join(directory, name)
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 5000 })
  return JSON.parse(readFileSync(file, 'utf8'))
}

const said = (message: string) => lines.filter(([words]) => words === message).map(([, fields]) => fields)

test('nothing is started unless the configuration says so', () => {
  publish('default/live/a')
  unpublish('default/live/a')
  expect([programs.running, lines]).toEqual([0, []])
})

test('a program beside the stream, with variables, without a shell and without our secrets; it ends with the stream', async () => {
  process.env['SIGHTLINE_LINK_TOKEN'] = 'a secret of ours'
  settings = {
    publish: command('on', 'wait', '[vhost]/[app]/[stream] [url] [tcUrl] [port] [engine] [nothing] $HOME;id'),
    unpublish: command('off', 'end', '[stream]'),
    max: 10,
  }
  publish('default/live/a')
  const { args, env, pid } = await recorded('on')
  delete process.env['SIGHTLINE_LINK_TOKEN']
  expect(args).toEqual([
    'default/live/a',
    'rtmp://127.0.0.1:1935/default/live/a?sign=1',
    'rtmp://127.0.0.1:1935/live',
    '1935',
    'FMLE/3.0 (compatible)',
    '[nothing]',
    '$HOME;id',
  ])
  expect(env.filter(name => /SIGHTLINE|TOKEN/.test(name))).toEqual([])
  expect(said('program started')).toMatchObject([{ pid }])

  unpublish('default/live/a')
  expect((await recorded('off')).args).toEqual(['a'])
  await ended()
  expect(said('program ended')).toContainEqual({ code: null, signal: 'SIGTERM', linesLeftOut: 0 })
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('one that does not end is killed', async () => {
  settings = { ...settings, publish: command('deaf', 'deaf', '[stream]') }
  publish('default/live/a')
  await recorded('deaf')
  unpublish('default/live/a')
  time.advance(2999)
  expect(programs.running).toBe(1)
  time.advance(1)
  await ended()
  expect(said('program ended')).toMatchObject([{ signal: 'SIGKILL' }])
})

test('a publisher that takes over gets a program of its own', async () => {
  settings = { ...settings, publish: command('on', 'wait', '[stream]') }
  publish('default/live/a')
  const first = await recorded('on')
  rmSync(join(directory, 'on'))
  publish('default/live/a')
  expect((await recorded('on')).pid).not.toBe(first.pid)
  await vi.waitFor(() => expect(programs.running).toBe(1))
})

test('no more than the limit', async () => {
  settings = { publish: command('on', 'wait', '[stream]'), unpublish: null, max: 1 }
  publish('default/live/a')
  publish('default/live/b')
  expect(programs.running).toBe(1)
  expect(said('program not started, too many run')).toEqual([{ max: 1 }])
})

test('a name that begins with a hyphen becomes no option', () => {
  settings = { ...settings, publish: command('on', 'wait', '[stream]') }
  publish('default/live/-rf')
  expect(programs.running).toBe(0)
  expect(said('program not started, a name would be one of its options')).toHaveLength(1)
})

test('what it says is written down to a bound', async () => {
  settings = { ...settings, publish: command('on', 'talk', '[stream]') }
  publish('default/live/a')
  await recorded('on')
  await ended()
  const told = said('program says')
  expect(told).toHaveLength(100)
  expect(told[0]).toEqual({ line: `line 0${'x'.repeat(494)}` })
  expect(said('program ended')).toEqual([{ code: 0, signal: null, linesLeftOut: 200 }])
})

test('one that is not there is said, once', async () => {
  settings = { ...settings, publish: '/nowhere/program [stream]' }
  publish('default/live/a')
  await ended()
  expect(said('program ended')).toEqual([{ error: 'spawn /nowhere/program ENOENT', linesLeftOut: 0 }])
})
