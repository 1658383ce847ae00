import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { CHANNEL, DEVICE, GbSite, NVR, type SiteOptions } from '../../../test/support/gb-site.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { GbRoom, listed } from './testing/gb-room.ts'

const HOUR_MS = 3_600_000
/** Begins where a keyframe of the simulated recording is. */
const START = Math.floor((Date.now() - HOUR_MS) / 4000) * 4000
const PATH = `default/playback/${CHANNEL}-1`

let site: GbSite

afterEach(async () => {
  await site.close()
})

type Viewer = Awaited<ReturnType<GbSite['room']['watch']>>

/** Plays `seconds` of the recording, and watches. */
async function play(seconds: number, options: SiteOptions = {}, speed = 1) {
  site = await GbSite.open(options)
  const span = { startMs: START, endMs: START + seconds * 1000 }
  const { session, attempt } = await site.ask.playback({
    ...{ device: DEVICE, channel: CHANNEL, path: PATH, mode: 'playback', speed },
    ...span,
  })
  const viewer = await site.room.watch(PATH)
  return { id: session.id, session, attempt, viewer }
}

const ms = ({ dts, track }: Frame): number => (dts * 1000) / track.clockRate
const control = async (session: string, action: 'pause' | 'resume' | 'seek' | 'speed' | 'stop', value?: number) =>
  (await site.ask.control({ session, action, ...(value !== undefined && { value }) })).session

/** So many pictures more have come. */
async function more(viewer: Viewer, count: number): Promise<Frame[]> {
  const from = viewer.video().length
  await site.room.until(() => viewer.video().length >= from + count)
  return viewer.video().slice(from)
}

/** Milliseconds of timeline for each millisecond on the wall, and frames a second. */
async function rate(viewer: Viewer, count: number) {
  const frames = await more(viewer, 1)
  const atMs = performance.now()
  const rest = await more(viewer, count)
  const wallMs = performance.now() - atMs
  return { timeline: (ms(rest.at(-1)!) - ms(frames.at(-1)!)) / wallMs, fps: (count * 1000) / wallMs }
}

function expectContinuous(frames: readonly Frame[]): void {
  for (const [index, frame] of frames.entries()) {
    const before = frames[index - 1]
    if (!before) continue
    expect(ms(frame) - ms(before)).toBeGreaterThanOrEqual(0)
    expect(ms(frame) - ms(before)).toBeLessThan(1000)
  }
}

const ended = (id: string) => site.until(async () => (await site.session(id)).state === 'ended')

test.each(['udp', 'tcp-passive', 'tcp-active'] as const)(
  'a recording is played by %s to its end, which the device tells',
  async media => {
    const { id, session, viewer } = await play(3, { device: { media } })
    expect(session).toMatchObject({ kind: 'playback', state: 'on', transport: media, speed: 1, ignored: [] })
    expect(session.atMs).toBeGreaterThanOrEqual(START)
    await ended(id)
    await site.idle()
    const found = await site.session(id)
    expect(found).toMatchObject({ reason: 'the recording is at its end' })
    expect(found.atMs).toBeGreaterThan(START + 2500)
    expect(viewer.video()[0]).toMatchObject({ keyframe: true, track: { codec: 'h264' } })
    expect(viewer.video().length).toBeGreaterThanOrEqual(28)
    expect(viewer.audio()[0]?.track).toMatchObject({ codec: 'pcma' })
    expect(viewer.audio()[0]?.data.some(sample => sample !== viewer.audio()[0]?.data[0])).toBe(true)
    expectContinuous(viewer.video())
    const { attempt } = await site.attempt('playback')
    expect(attempt).toMatchObject({ ok: true, verdict: 'ok', channel: CHANNEL })
  },
)

test('a device that does not tell the end: it is known by the time', async () => {
  const { id } = await play(2, { faults: 'no-end' })
  await ended(id)
  expect((await site.session(id)).reason).toBe('the recording is at its end')
  await site.idle()
})

test('pause and resume by the device', async () => {
  const { id, viewer } = await play(60)
  await more(viewer, 5)
  expect(await control(id, 'pause')).toMatchObject({ state: 'paused' })
  const paused = (await site.session(id)).atMs ?? 0
  const count = viewer.video().length
  await new Promise(resolve => setTimeout(resolve, 2500)) // longer than silence is taken for the end of a device
  expect(viewer.video().length - count).toBeLessThanOrEqual(2)
  expect(site.device.callsOf(CHANNEL)).toBe(1)
  expect(await control(id, 'resume')).toMatchObject({ state: 'on', ignored: [] })
  await more(viewer, 10)
  expectContinuous(viewer.video())
  expect((await site.session(id)).atMs).toBeLessThan(paused + 2500)
})

test('a device that ignores pause is hung up, and called again where it was', async () => {
  const { id, viewer } = await play(60, { faults: 'ignore-pause' })
  await more(viewer, 5)
  await control(id, 'pause')
  const paused = (await site.session(id)).atMs ?? 0
  await site.idle()
  expect(await site.session(id)).toMatchObject({ state: 'paused', ignored: ['pause'] })
  const count = viewer.video().length
  await control(id, 'resume')
  await more(viewer, 5)
  const { atMs } = await site.session(id)
  expect(Math.abs((atMs ?? 0) - paused)).toBeLessThan(3000)
  // a frame may have waited for the sound that belongs to it
  expect(viewer.video().slice(count, count + 3)).toContainEqual(expect.objectContaining({ keyframe: true }))
  expectContinuous(viewer.video())
})

test('a seek by the device', async () => {
  const { id, viewer } = await play(600)
  await more(viewer, 5)
  expect(await control(id, 'seek', START + 300_000)).toMatchObject({ ignored: [] })
  expect(site.device.callsOf(CHANNEL)).toBe(1)
  await more(viewer, 5)
  const { atMs } = await site.session(id)
  expect(atMs).toBeGreaterThanOrEqual(START + 300_000)
  expect(atMs).toBeLessThan(START + 305_000)
  expectContinuous(viewer.video())
  expect(await control(id, 'seek', START + 100_000)).toMatchObject({ ignored: [] })
  await more(viewer, 5)
  expectContinuous(viewer.video())
  await expect(control(id, 'seek', START - 1)).rejects.toMatchObject({ code: 'INVALID' })
  expect(site.room.eventsOf('device.quirks')).toEqual([])
})

test('a device that ignores seek is called again, and that is learnt', async () => {
  const { id, viewer } = await play(600, { faults: 'ignore-seek' })
  await more(viewer, 5)
  expect(await control(id, 'seek', START + 300_000)).toMatchObject({ state: 'on', ignored: ['seek'] })
  await more(viewer, 5)
  const { atMs } = await site.session(id)
  expect(atMs).toBeGreaterThanOrEqual(START + 300_000)
  expect(atMs).toBeLessThan(START + 305_000)
  expectContinuous(viewer.video())
  expect(site.device.callsOf(CHANNEL)).toBe(1)
  expect(site.room.eventsOf('device.quirks').map(({ quirks }) => quirks)).toEqual([{ seek: false }])
})

test.each([
  ['timestamps of the recording', ''],
  ['timestamps of its own', 'own-time'],
])('four times the speed by the device, with %s', async (_, faults) => {
  const { id, viewer } = await play(600, { faults })
  await more(viewer, 20)
  expect(await control(id, 'speed', 4)).toMatchObject({ speed: 4 })
  await more(viewer, 60) // the verdict is there
  const { timeline, fps } = await rate(viewer, 80)
  expect(fps).toBeGreaterThan(30)
  expect(timeline).toBeGreaterThan(0.8)
  expect(timeline).toBeLessThan(1.25)
  expect(await site.session(id)).toMatchObject({ speed: 4, ignored: [] })
  expectContinuous(viewer.video())
  expectContinuous(viewer.audio())
  expect(
    viewer
      .audio()
      .at(-1)
      ?.data.every(sample => sample === 0xd5),
  ).toBe(true)
  await control(id, 'speed', 1)
  await more(viewer, 10)
  const slow = await rate(viewer, 10)
  expect(slow.fps).toBeLessThan(14)
})

test('half the speed by the device', async () => {
  const { id, viewer } = await play(600)
  await more(viewer, 20)
  await control(id, 'speed', 0.5)
  const { timeline, fps } = await rate(viewer, 10)
  expect(fps).toBeLessThan(7)
  expect(timeline).toBeGreaterThan(0.8)
  expect(await site.session(id)).toMatchObject({ speed: 0.5, ignored: [] })
})

test('a device that ignores speed: a download is played at the wanted speed, and that is learnt', async () => {
  const { id, viewer } = await play(600, { faults: 'ignore-speed' })
  await more(viewer, 20)
  await control(id, 'speed', 4)
  await site.until(async () => (await site.session(id)).ignored.includes('speed'))
  await site.until(async () => (await site.session(id)).speed === 4)
  await more(viewer, 30)
  const { timeline, fps } = await rate(viewer, 80)
  expect(fps).toBeGreaterThan(30)
  expect(timeline).toBeGreaterThan(0.8)
  expect(timeline).toBeLessThan(1.25)
  expectContinuous(viewer.video())
  expect(site.device.callsOf(CHANNEL)).toBe(1)
  expect(site.room.eventsOf('device.quirks').map(({ quirks }) => quirks)).toEqual([{ speed: false }])
  // above four times only keyframes: one in two seconds of media
  await control(id, 'speed', 8)
  const fast = (await more(viewer, 12)).slice(4)
  expect(fast.every(({ keyframe }) => keyframe)).toBe(true)
  const before = await site.session(id)
  expect(await control(id, 'seek', START + 300_000)).toMatchObject({ state: 'on', speed: 8 })
  await more(viewer, 4)
  expect((await site.session(id)).atMs).toBeGreaterThan((before.atMs ?? 0) + 60_000)
  // and back to what the device does itself
  expect(await control(id, 'speed', 1)).toMatchObject({ speed: 1 })
  await more(viewer, 10)
  expect((await rate(viewer, 10)).fps).toBeLessThan(14)
  expect(site.device.callsOf(CHANNEL)).toBe(1)
})

test('a download that is cut off while it is played goes on where it was', async () => {
  const { id, viewer } = await play(600, { device: { quirks: { speed: false } } })
  // known to ignore speed: it is not asked
  expect(await control(id, 'speed', 2)).toMatchObject({ speed: 2, ignored: ['speed'] })
  await more(viewer, 20)
  const before = (await site.session(id)).atMs ?? 0
  await site.device.hangUpByBye()
  await more(viewer, 40)
  const { atMs, state } = await site.session(id)
  expect(state).toBe('on')
  expect(atMs).toBeGreaterThan(before)
  expect(atMs).toBeLessThan(before + 20_000)
  expectContinuous(viewer.video())
  expect(site.device.callsOf(CHANNEL)).toBe(1)
  expect(site.room.eventsOf('device.quirks')).toEqual([])
})

test('a device that is switched off: its playback ends', async () => {
  const { id } = await play(600)
  site.room.apply([listed(NVR, { enabled: false })])
  expect(await site.session(id)).toMatchObject({ state: 'ended', reason: 'the device is switched off' })
  await site.idle()
})

test('a device that ignores slow speeds: what comes is kept back', async () => {
  const { id, viewer } = await play(600, { faults: 'ignore-speed' })
  await more(viewer, 20)
  await control(id, 'speed', 0.5)
  await site.until(async () => (await site.session(id)).ignored.includes('speed'))
  await more(viewer, 5)
  const { timeline, fps } = await rate(viewer, 10)
  expect(fps).toBeLessThan(7)
  expect(timeline).toBeGreaterThan(0.8)
})

test('neither speed nor download: it plays on at speed 1, and says so', async () => {
  const { id, viewer } = await play(600, { faults: 'ignore-speed,no-download' })
  await more(viewer, 20)
  await control(id, 'speed', 4)
  await site.until(async () => (await site.session(id)).ignored.includes('speed'))
  await site.until(async () => (await site.session(id)).speed === 1)
  await more(viewer, 5)
  await expect(control(id, 'speed', 2)).rejects.toMatchObject({ code: 'DEVICE_FAILED' })
  await more(viewer, 5)
  expect(await site.session(id)).toMatchObject({ state: 'on', speed: 1 })
})

test('backwards where the device can', async () => {
  const { id, viewer } = await play(600)
  await more(viewer, 5)
  await control(id, 'seek', START + 300_000)
  await control(id, 'speed', -4)
  await more(viewer, 160)
  const { atMs, speed } = await site.session(id)
  expect(speed).toBe(-4)
  expect(atMs).toBeLessThan(START + 297_000)
  expect(atMs).toBeGreaterThan(START + 270_000)
  expectContinuous(viewer.video())
  await control(id, 'speed', 1)
  await more(viewer, 5)
})

test('backwards is refused where the device cannot', async () => {
  const { id, viewer } = await play(600, { faults: 'no-reverse' })
  await expect(control(id, 'speed', -1)).rejects.toMatchObject({ code: 'PEER_REFUSED' })
  await more(viewer, 5)
  expect(await site.session(id)).toMatchObject({ state: 'on', speed: 1 })
})

test('nobody watches: BYE after the grace time', async () => {
  const { id, viewer } = await play(600)
  await more(viewer, 3)
  viewer.leave()
  await ended(id)
  expect((await site.session(id)).reason).toBe('nobody watches')
  await site.idle()
})

test('stop: BYE at once', async () => {
  const { id } = await play(600)
  expect(await control(id, 'stop')).toMatchObject({ state: 'ended', reason: 'stopped' })
  await site.idle()
  await expect(control(id, 'pause')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a playback that begins at another speed', async () => {
  const { session, viewer } = await play(600, {}, 4)
  expect(session.speed).toBe(4)
  await more(viewer, 40)
  expect((await rate(viewer, 60)).fps).toBeGreaterThan(30)
})

test.each([
  ['busy', 'busy'],
  ['no-media', 'answeredButNoPackets'],
])('%s: who asks is told why', async (faults, verdict) => {
  site = await GbSite.open({ faults, device: { media: 'udp' } })
  const span = { startMs: START, endMs: START + 5000 }
  const wish = { device: DEVICE, channel: CHANNEL, path: PATH, mode: 'playback', speed: 1 } as const
  await expect(site.ask.playback({ ...wish, ...span })).rejects.toMatchObject({
    code: 'DEVICE_FAILED',
    details: { verdict },
  })
  const { attempt } = await site.attempt('playback')
  expect(attempt).toMatchObject({ ok: false, verdict })
  await site.idle()
})

test.each(['playback', 'broadcast', 'talk'] as const)('after a crash the %s is ended at the device', async kind => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-gb-'))
  const file = join(folder, 'node.sqlite')
  site = await GbSite.open({ device: { media: 'udp' }, room: { file } })
  const crashed = site.room
  const of = { device: DEVICE, channel: CHANNEL }
  if (kind === 'playback') {
    const span = { startMs: START, endMs: START + 600_000 }
    await site.ask.playback({ ...of, ...span, path: PATH, mode: 'playback', speed: 1 })
  } else await site.ask.talk({ ...of, mode: kind })
  expect(site.device.callsOf() + site.device.talks).toBe(1)
  const left = join(folder, 'left.sqlite')
  crashed.leaveBehind(left)
  // as SIGKILL leaves it: the ports are gone, and no BYE is said
  await crashed.host.endpoint.close()
  await crashed.close()
  site.room = await new GbRoom({ file: left }).open(crashed.port)
  await site.idle()
  rmSync(folder, { recursive: true, force: true })
})
