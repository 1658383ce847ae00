import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { CAMERA, makeClip } from '../../src/simulator/clip.ts'
import { parseFaults } from '../../src/simulator/faults.ts'
import { GbFleet } from '../../src/simulator/gb-fleet.ts'
import { until } from './node-under-test.ts'
import { ProductUnderTest } from './product-under-test.ts'
import { play } from './programs.ts'

const SERVER_ID = '34020000002000000001'
const NVR = '34020000001180000001'
const PASSWORD = 'secret-12'
/** An hour ago, at a keyframe of the simulated recording. */
const START = Math.floor((Date.now() - 3_600_000) / 4000) * 4000
const VOICE = Buffer.from(Array.from({ length: 4800 }, (_, index) => (index * 7 + (index >> 8)) & 0xff))

type Row = Record<string, unknown>

let product: ProductUnderTest
let fleet: GbFleet
let channel: string

const time = (ms: number): string => new Date(ms).toISOString()
const device = () => fleet.device(NVR)

beforeAll(async () => {
  product = await ProductUnderTest.start()
  const { sip: port } = await product.gb28181()
  const clip = await makeClip({ ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 4, fps: 10 })
  fleet = new GbFleet({
    upper: { serverId: SERVER_ID, domain: SERVER_ID.slice(0, 10), host: '127.0.0.1', port, transport: 'udp' },
    ...{ devices: 1, channels: 1, firstId: NVR, password: PASSWORD, clip, localHost: '127.0.0.1' },
    ...{ clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [100, 1000] },
    faults: parseFaults('ignore-speed'),
  })
  await fleet.start()
  const body = { space: 'default', protocol: 'gb28181', type: 'nvr', gbId: NVR, name: 'recorder', password: PASSWORD }
  const { id } = await product.api('POST', '/devices', body)
  const channels = await until('the channel is there', async () => {
    const { items } = await product.api('GET', `/devices/${id}/channels`)
    return (items as Row[]).length > 0 && (items as Row[])
  })
  channel = String(channels[0]?.['id'])
})

afterAll(async () => {
  await product[Symbol.asyncDispose]()
  await fleet.crash()
})

test('what the recorder has is listed, played, sought in, played faster than it can, and ended by BYE', async () => {
  const span = `start=${time(START)}&end=${time(START + 1_800_000)}`
  const { items, complete } = await product.api('GET', `/channels/${channel}/device-recordings?${span}`)
  expect(complete).toBe(true)
  expect((items as Row[]).length).toBeGreaterThanOrEqual(1)
  expect((items as Row[])[0]).toMatchObject({ start: time(START), kind: 'time' })

  const body = { start: time(START), end: time(START + 1_800_000) }
  const session = await product.api('POST', `/channels/${channel}/playback`, body)
  expect(session).toMatchObject({ kind: 'playback', state: 'on', speed: 1, ignored: [] })
  const urls = session['play'] as Record<string, string>
  const id = String(session['id'])
  const decoded = await play(urls['flv'] ?? '', 2)
  expect([decoded.video >= 18, decoded.complaints]).toEqual([true, ''])

  const at = START + 900_000
  expect(await product.api('POST', `/playbacks/${id}/seek`, { at: time(at) })).toMatchObject({ ignored: [] })
  await product.api('POST', `/playbacks/${id}/speed`, { speed: 4 })
  const faster = await until('the download is played', async () => {
    const found = await product.api('GET', `/playbacks/${id}`)
    return (found['ignored'] as string[]).includes('speed') && found['speed'] === 4 && found
  })
  expect(Date.parse(String(faster['position']))).toBeGreaterThanOrEqual(at)
  const fast = await play(urls['flv'] ?? '', 3)
  // ffmpeg counts time in the frames a second that the parameter sets say, of which there are four times as many now
  const complaints = fast.complaints.split('\n').filter(line => !line.includes('non monotonically increasing dts'))
  expect(complaints.join('\n')).toBe('')
  expect(fast.video).toBeGreaterThan(60)

  expect(await product.api('POST', `/playbacks/${id}/pause`, {})).toMatchObject({ state: 'paused' })
  expect(await product.api('POST', `/playbacks/${id}/resume`, {})).toMatchObject({ state: 'on', speed: 1 })
  expect(await product.api('POST', `/playbacks/${id}/stop`, {})).toMatchObject({ state: 'ended' })
  await until('the device was told BYE', () => device()?.callsOf() === 0)
})

test('a span is fetched as an MP4 by the address that is handed out', async () => {
  const body = { start: time(START), end: time(START + 12_000) }
  const operation = await product.api('POST', `/channels/${channel}/downloads`, body)
  const done = await until('the download is done', async () => {
    const found = await product.api('GET', `/downloads/${String(operation['id'])}`)
    return found['url'] !== null && found
  })
  expect(done['progress']).toBe(1)
  const response = await fetch(String(done['url']))
  expect(response.status).toBe(200)
  const folder = mkdtempSync(join(tmpdir(), 'sightline-fetched-'))
  try {
    const file = join(folder, 'fetched.mp4')
    writeFileSync(file, Buffer.from(await response.arrayBuffer()))
    const asked = ['-v', 'error', '-show_entries', 'format=duration:stream=codec_name', '-of', 'csv=p=0', file]
    const [video, audio, seconds] = execFileSync('ffprobe', asked).toString().trim().split('\n')
    expect([video, audio]).toEqual(['h264', 'pcm_alaw'])
    expect(Math.abs(Number(seconds) - 12)).toBeLessThan(0.5)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.each(['broadcast', 'talk'] as const)('a voice is heard at the device, sample by sample: %s', async mode => {
  const { session, token, url } = await product.api('POST', `/channels/${channel}/talk`, { mode })
  const socket = new WebSocket(String(url))
  const texts: string[] = []
  socket.on('message', (data: Buffer, binary) => void (binary || texts.push(data.toString())))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.send(String(token))
  await until('the device listens', () => texts.length > 0)
  const before = device()?.heard.length ?? 0
  for (let at = 0; at < VOICE.length; at += 320) socket.send(VOICE.subarray(at, at + 320))
  await until('the device has heard it', () => (device()?.heard.length ?? 0) >= before + VOICE.length)
  expect(device()?.heard.subarray(before).equals(VOICE)).toBe(true)
  socket.close()
  await until('the device was told BYE', () => device()?.talks === 0)
  expect((await product.api('GET', `/playbacks/${String(session)}`))['state']).toBe('ended')
})
