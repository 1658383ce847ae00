import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ProbeReport } from '../../src/bin/probe-report.ts'
import { startNode, until } from './node-under-test.ts'
import { program } from './programs.ts'

const SIGHTLINE = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, '../../src/bin/sightline.ts'),
] as const
const [NODE, ...SCRIPT] = SIGHTLINE

test('simulated cameras push, and the probe says what they send, over every protocol', async () => {
  await using node = await startNode()
  await using cameras = program(NODE, ...SCRIPT, 'simulate', 'rtmp', '--url', node.rtmp('live/cam{n}'), '--count', '2')
  const up = async (name: string) => (await node.metric('sightline_stream_up', `default/live/${name}`)) === 1
  await until('both cameras publish', async () => (await up('cam1')) && (await up('cam2')))
  const urls = [node.rtmp('live/cam1'), ...['flv', 'ts', 'm3u8'].map(format => node.http(`live/cam2.${format}`))]
  // All at once: each looks for as long as it takes to see two GOPs end.
  const probe = async (url: string) => {
    await using run = program(NODE, ...SCRIPT, 'probe', url, '--seconds', '6', '--json')
    expect(await run.exit, run.output()).toBe(0)
    return JSON.parse(run.output()) as ProbeReport
  }
  const reports = await Promise.all(urls.map(probe))
  for (const [index, { tracks }] of reports.entries()) {
    const [video, audio] = tracks
    const url = urls[index]
    expect(video, url).toMatchObject({ codec: 'h264', format: '1280x720', gopFrames: 50, backwards: 0, gaps: 0 })
    expect(video?.framesPerSecond, url).toBeCloseTo(25, 0)
    expect(audio, url).toMatchObject({ codec: 'aac', format: '44100 Hz, 1 channels', backwards: 0 })
  }
  cameras.child.kill('SIGTERM')
  expect(await cameras.exit).toBe(0)
})

test('the probe of what is not there ends with 1 and says why', async () => {
  await using node = await startNode({ SIGHTLINE_MEDIA_STANDBY_MS: '0' })
  await using probe = program(NODE, ...SCRIPT, 'probe', node.http('live/nothing.flv'))
  expect(await probe.exit).toBe(1)
  expect(probe.output()).toMatch(/PEER_REFUSED: .+ refused: 404/)
})

test('the demo shows two cameras and has two devices at once', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sightline-demo-'))
  const password = 'a password for tests'
  const variables = {
    SIGHTLINE_DATA: join(directory, 'data'),
    SIGHTLINE_ADMIN_PASSWORD: password,
    SIGHTLINE_LISTEN_HTTP: '127.0.0.1:0',
    SIGHTLINE_LISTEN_MEDIA: '127.0.0.1:0',
    SIGHTLINE_LISTEN_RTMP: '127.0.0.1:0',
    SIGHTLINE_LISTEN_SIP: '127.0.0.1:0',
    SIGHTLINE_LISTEN_GB_MEDIA: '127.0.0.1:0',
    SIGHTLINE_PUBLIC_HOST: '127.0.0.1',
    SIGHTLINE_LOG_FORMAT: 'json',
  }
  await using demo = program('env', ...Object.entries(variables).map(pair => pair.join('=')), ...SIGHTLINE, 'demo')
  const console_ = await until('the demo is ready', () => /"console":"([^"]+)"/.exec(demo.output())?.[1])
  const api = async (path: string, init: RequestInit = {}): Promise<Record<string, unknown>> =>
    (await (await fetch(`${console_}/api/v1${path}`, init)).json()) as Record<string, unknown>
  const { token } = await api('/sessions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password }),
  })
  const streams = await until('both cameras are on', async () => {
    const { items } = await api('/streams?state=on', { headers: { Authorization: `Bearer ${token}` } })
    const live = items as { path: string }[] // GET /streams
    return live.length === 2 && live
  })
  expect(streams.map(stream => stream.path).sort()).toEqual(['default/live/camera1', 'default/live/camera2'])
  const headers = { Authorization: `Bearer ${token}` }
  const devices = await until('both devices have told their channels', async () => {
    const { items } = await api('/devices', { headers })
    const all = items as { name: string; state: string; stats: { online: number } }[] // GET /devices
    return all.filter(({ stats }) => stats.online > 0).length === 2 && all
  })
  expect(devices.map(({ name, state, stats }) => [name, state, stats.online]).sort()).toEqual([
    ['Demo camera', 'on', 1],
    ['Demo recorder', 'on', 4],
  ])
  demo.child.kill('SIGTERM')
  expect(await demo.exit, demo.output()).toBe(0)
  rmSync(directory, { recursive: true })
})
