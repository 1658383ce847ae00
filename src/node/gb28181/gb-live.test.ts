import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { GbDevice } from '../../link/gb28181.ts'
import { CAMERA, type Clip, makeClip } from '../../simulator/clip.ts'
import { type Fault, parseFaults } from '../../simulator/faults.ts'
import { GbFleet, type GbFleetOptions } from '../../simulator/gb-fleet.ts'
import { DOMAIN, GbRoom, listed, PASSWORD, SERVER_ID } from './testing/gb-room.ts'

const NVR = '34020000001180000001'
const CHANNEL = '34020000001310000001'
const PATH = `default/live/${CHANNEL}`
const RECIPE = { ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 2, fps: 10 }

let clip: Clip
let room: GbRoom
const fleets: GbFleet[] = []

beforeAll(async () => {
  clip = await makeClip(RECIPE)
})

beforeEach(async () => {
  room = await new GbRoom().open()
})

afterEach(async () => {
  await room.close() // first, while the devices still answer BYE
  await Promise.all(fleets.splice(0).map(fleet => fleet.crash())) // nobody is there to unregister at
})

/** Devices that register at the room. */
async function simulate(change: Partial<GbFleetOptions> & { transport?: 'udp' | 'tcp' } = {}): Promise<GbFleet> {
  const { transport = 'udp', ...rest } = change
  const fleet = new GbFleet({
    upper: { serverId: SERVER_ID, domain: DOMAIN, host: '127.0.0.1', port: room.port, transport },
    ...{ devices: 1, channels: 2, firstId: NVR, password: PASSWORD, clip, faults: new Set<Fault>() },
    ...{ localHost: '127.0.0.1', clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [50, 100] },
    ...rest,
  })
  fleets.push(fleet)
  await fleet.start()
  return fleet
}

/** The catalog of the device has been read. */
const catalogRead = () => room.until(() => room.eventsOf('device.catalog').find(({ end }) => end !== null))

async function ready(change: Parameters<typeof simulate>[0] = {}, device: Partial<GbDevice> = {}): Promise<GbFleet> {
  room.apply([listed(NVR, device)])
  const fleet = await simulate(change)
  await catalogRead()
  return fleet
}

test('a device registers, says what it is and what it has', async () => {
  await ready()
  expect(room.eventsOf('device.state')[0]).toMatchObject({
    device: listed(NVR).id,
    state: 'on',
    transport: 'udp',
    version: '3.0',
    agent: 'Sightline simulator',
  })
  const catalog = room.eventsOf('device.catalog')
  expect(catalog.flatMap(({ items }) => items.map(({ gbId, name }) => [gbId, name]))).toEqual([
    [CHANNEL, '通道 1'],
    [String(BigInt(CHANNEL) + 1n), '通道 2'],
  ])
  expect(catalog.at(-1)?.end).toEqual({ promised: 2, received: 2, complete: true })
  const info = await room.until(() => room.eventsOf('device.info')[0])
  expect(info).toMatchObject({ manufacturer: 'Sightline', model: 'simulator', channels: 2 })
})

const TRANSPORTS = ['udp', 'tcp-passive', 'tcp-active'] as const
const SIP = ['udp', 'tcp'] as const

test.each(TRANSPORTS.flatMap(media => SIP.map(transport => [media, transport] as const)))(
  'watching starts the channel, and the end of watching ends it: media by %s, signalling by %s',
  async (media, transport) => {
    const fleet = await ready({ transport }, { media })
    const viewer = await room.watch(PATH)
    await room.until(() => viewer.video().length >= 15 && viewer.audio().length >= 15)
    expect(viewer.video()[0]).toMatchObject({ keyframe: true, track: { codec: 'h264', width: 320, height: 180 } })
    expect(viewer.audio()[0]?.track).toMatchObject({ codec: 'pcma', sampleRate: 8000 })
    expect(fleet.device(NVR)?.callsOf(CHANNEL)).toBe(1)
    const second = await room.watch(PATH)
    await room.until(() => second.video().length > 0)
    expect(fleet.device(NVR)?.callsOf(CHANNEL)).toBe(1)
    viewer.leave()
    second.leave()
    await room.until(() => room.eventsOf('stream.stopped')[0])
    await untilIdle(fleet)
    const attempt = await room.until(() =>
      room.eventsOf('device.attempt').find(({ attempt }) => attempt.kind === 'play'),
    )
    expect(attempt.attempt).toMatchObject({ ok: true, verdict: 'ok', channel: CHANNEL })
    expect(attempt.attempt.messages.map(({ line }) => line.split(' ')[0])).toContain('INVITE')
    const { answerMs, firstKeyframeMs, firstPacketMs } = attempt.attempt.figures
    expect([typeof answerMs, typeof firstPacketMs]).toEqual(['number', 'number'])
    expect(Number(firstKeyframeMs)).toBeGreaterThanOrEqual(Number(firstPacketMs))
  },
)

/** The simulator ends its calls without an event of ours. */
async function untilIdle(fleet: GbFleet): Promise<void> {
  while (fleet.device(NVR)?.callsOf() !== 0) await new Promise(resolve => setTimeout(resolve, 10))
}

/** What devices do wrong, and a picture comes all the same. */
const TOLERATED: readonly (readonly [Fault, (typeof TRANSPORTS)[number]])[] = [
  ['wrong-ssrc', 'udp'],
  ['wrong-ssrc', 'tcp-passive'],
  ['zero-ssrc', 'udp'],
  ['zero-ssrc', 'tcp-passive'],
  ['no-psm', 'udp'],
  ['junk-crc', 'udp'],
  ['zero-length-pes', 'tcp-passive'],
  ['wrong-g711-type', 'udp'],
  ['loss', 'udp'],
  ['reorder', 'udp'],
  ['tcp-dollar', 'tcp-passive'],
  ['clock-off', 'udp'],
]

test.each(TOLERATED)('%s by %s: the picture is there', async (fault, media) => {
  await ready({ faults: parseFaults(fault) }, { media })
  const viewer = await room.watch(PATH)
  await room.until(() => viewer.video().filter(({ keyframe }) => keyframe).length >= 2)
  const found = await room.until(() => room.eventsOf('device.attempt').find(({ attempt }) => attempt.kind === 'play'))
  expect(found.attempt.verdict).toBe('ok')
  viewer.leave()
})

test.each(['split-catalog', 'duplicate-catalog', 'shuffled-catalog'])('%s: all channels are there', async fault => {
  await ready({ channels: 20, faults: parseFaults(fault) })
  const items = room.eventsOf('device.catalog').flatMap(({ items }) => items)
  expect(new Set(items.map(({ gbId }) => gbId)).size).toBe(20)
  expect(room.eventsOf('device.catalog').at(-1)?.end).toEqual({ promised: 20, received: 20, complete: true })
})

/** What devices do wrong that nothing can be made of: the verdict says it. */
test.each([
  ['no-media', 'udp', 'answeredButNoPackets'],
  ['busy', 'udp', 'busy'],
  ['silent-invite', 'udp', 'slowDevice'], // its SIP stack says 100
] as const)('%s: whoever waits is told why: %s %s', async (fault, media, verdict) => {
  await ready({ faults: parseFaults(fault) }, { media })
  await expect(room.watch(PATH)).rejects.toMatchObject({ code: 'DEVICE_FAILED', details: { verdict } })
  const found = room.eventsOf('device.attempt').find(({ attempt }) => attempt.kind === 'play')
  expect(found?.attempt).toMatchObject({ ok: false, verdict })
})

test('a device that cannot be reached by TCP is asked by UDP, and that is learnt', async () => {
  await ready({ refuses: 'tcp' }, { media: 'auto' })
  const viewer = await room.watch(PATH)
  await room.until(() => viewer.video().length > 0)
  const learnt = await room.until(() => room.eventsOf('device.quirks')[0])
  expect(learnt.quirks).toEqual({ transports: 'udp,tcp-passive,tcp-active' })
  viewer.leave()
})

test('a device that is away: the viewer is told at once, and the channel runs when the device is back', async () => {
  const fleet = await ready()
  fleet.device(NVR)?.crash()
  await fleet.device(NVR)?.close()
  await room.until(() => room.eventsOf('device.catalog').length > 0)
  room.host.side.sessions.unlocked(NVR)
  room.host.side.sessions.get(NVR)?.unregistered()
  await expect(room.watch(PATH)).rejects.toMatchObject({ code: 'DEVICE_OFFLINE' })
  await simulate()
  const viewer = await room.until(() => room.eventsOf('device.state').filter(({ state }) => state === 'on')[1])
  expect(viewer.state).toBe('on')
  const watching = await room.watch(PATH)
  await room.until(() => watching.video().length > 0)
  watching.leave()
})

test('a device that hangs up is called again while somebody watches', async () => {
  const fleet = await ready()
  const viewer = await room.watch(PATH)
  await room.until(() => viewer.video().length > 5)
  const before = viewer.video().length
  await fleet.device(NVR)?.hangUpByBye()
  await room.until(() => room.eventsOf('stream.stopped')[0])
  await room.until(() => viewer.video().length > before + 5)
  viewer.leave()
})

test('calls of before a crash are ended, and nobody who was registered is shown off', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-gb-'))
  const file = join(folder, 'node.sqlite')
  try {
    await room.close()
    room = await new GbRoom({ file }).open()
    const fleet = await ready()
    const viewer = await room.watch(PATH)
    await room.until(() => viewer.video().length > 0)
    const left = join(folder, 'left.sqlite')
    room.leaveBehind(left)
    const crashed = room
    await crashed.host.endpoint.close() // no BYE is said
    await crashed.close()
    room = await new GbRoom({ file: left }).open(crashed.port)
    expect(room.host.side.sessions.get(NVR)?.state).toBe('on')
    await untilIdle(fleet)
    const again = await room.watch(PATH)
    await room.until(() => again.video().length > 0)
    again.leave()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('wrong credentials lock the device; unlocked it comes in', async () => {
  room.apply([listed(NVR)])
  await simulate({ password: 'wrong-one', retryMs: [1, 2] })
  const locked = await room.until(() => room.eventsOf('device.state').find(({ state }) => state === 'failed'))
  expect(locked.reason).toBe('wrong credentials too often')
  await Promise.all(fleets.splice(0).map(fleet => fleet.close()))
  room.apply([listed(NVR)])
  await simulate()
  await room.until(() => room.eventsOf('device.state').find(({ state }) => state === 'on'))
})

test('a stranger is shown, and let in by the password of the space', async () => {
  const space = { name: 'default', sendDate: true, zone: 'Asia/Shanghai', stopAfterS: 1 }
  room.apply([], { spaces: [{ ...space, password: null, admission: 'approve' }] })
  await simulate()
  expect(await room.until(() => room.eventsOf('device.asked')[0])).toMatchObject({ gbId: NVR, admitted: false })
  await Promise.all(fleets.splice(0).map(fleet => fleet.close()))
  room.apply([], { spaces: [{ ...space, password: PASSWORD, admission: 'password' }] })
  await simulate({ firstId: '34020000001180000009' })
  const asked = await room.until(() => room.eventsOf('device.asked').find(({ admitted }) => admitted))
  expect(asked.gbId).toBe('34020000001180000009')
  room.apply([listed(asked.gbId)], { spaces: [{ ...space, password: PASSWORD, admission: 'password' }] })
  await catalogRead()
})

test('alarms, positions, controls and questions', async () => {
  const fleet = await ready({}, { subscribe: { catalog: true, alarm: true, positionS: 1 } })
  const device = fleet.device(NVR)
  const id = listed(NVR).id
  await device?.alarm(CHANNEL, 5, 2, 'somebody walks')
  expect(await room.until(() => room.eventsOf('device.alarm')[0])).toMatchObject({
    ...{ device: id, channel: CHANNEL, method: 5, alarmType: 2, description: 'somebody walks' },
  })
  const { requests } = room.host
  const control = (control: Parameters<NonNullable<(typeof requests)['gb.control']>>[0]['control']) =>
    requests['gb.control']?.({ device: id, channel: CHANNEL, control })
  expect(await control({ type: 'preset', action: 'set', preset: 3, name: 'gate' })).toEqual({ result: 'sent' })
  expect(await control({ type: 'guard', on: true })).toEqual({ result: 'answered' })
  expect(device?.channels.get(CHANNEL)?.guarded).toBe(true)
  const answer = await requests['gb.query']?.({ device: id, channel: CHANNEL, query: { type: 'PresetQuery' } })
  expect(answer?.answer).toMatchObject({ presets: [{ presetId: 3, presetName: 'gate' }] })
  expect(await room.until(() => room.eventsOf('device.positions')[0])).toMatchObject({ device: id })
})

test('a device that is to run always does so without a viewer, until it is stopped', async () => {
  const fleet = await ready()
  const device = fleet.device(NVR)
  room.apply([listed(NVR, { autoStart: true })])
  await room.until(() => room.eventsOf('stream.started').length === 2)
  expect(device?.callsOf()).toBe(2)
  room.apply([listed(NVR, { autoStart: true, stopped: { untilMs: null } })])
  await room.until(() => room.eventsOf('stream.stopped').length === 2)
  while (room.hub.find(PATH)) await new Promise(resolve => setTimeout(resolve, 20)) // kept a while for who comes back
  await expect(room.watch(PATH)).rejects.toMatchObject({ code: 'DEVICE_UNSUITABLE' })
  room.apply([listed(NVR)])
  const viewer = await room.watch(PATH)
  await room.until(() => viewer.video().length > 0)
  viewer.leave()
})
