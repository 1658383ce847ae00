import { writeFileSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { countDecodedFrames, temporaryFolder } from '../../../test/ffmpeg.ts'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { GbControl, GbDevice, GbParent, SharedChannel } from '../../link/gb28181.ts'
import { PsMuxer } from '../../media/container/mpegps/muxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { DeviceEvent } from '../../protocols/gb28181/device-side/device-event.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { MANSCDP_CONTENT_TYPE, writeBody } from '../../protocols/gb28181/manscdp/message.ts'
import { MESSAGES as of } from '../../protocols/gb28181/manscdp/messages.ts'
import { SipEndpoint } from '../../protocols/sip/endpoint.ts'
import { CAMERA, type Clip, makeClip } from '../../simulator/clip.ts'
import { ClipPlayer } from '../../simulator/clip-player.ts'
import type { Fault } from '../../simulator/faults.ts'
import { GbFleet, type GbFleetOptions } from '../../simulator/gb-fleet.ts'
import { GbUpper } from '../../simulator/gb-upper.ts'
import { GbHistoryCall } from './gb-history-call.ts'
import { DOMAIN, GbRoom, listed, PASSWORD, SERVER_ID } from './testing/gb-room.ts'

/** A is below, B above; A is a device of B by this code. */
const BELOW_ID = '34020000002000000002'
const UPPER_ID = '34020000002000000003'
const NVR = '34020000001180000001'
const CHANNEL = '34020000001310000001'
const SHARED = '34020000001310000901'
const BUSINESS = '34020000002150000001'
const ORGANISATION = '34020000002160000001'
const AREA = '340200'
const PATH = `default/live/${SHARED}`
const RECIPE = { ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 2, fps: 10 }

let clip: Clip
let below: GbRoom
let above: GbRoom
let fleet: GbFleet

beforeAll(async () => {
  clip = await makeClip(RECIPE)
})

beforeEach(async () => {
  above = await new GbRoom().open()
  below = await new GbRoom({ serverId: BELOW_ID }).open()
})

afterEach(async () => {
  await below.close()
  await above.close()
  await fleet.crash()
})

async function simulate(change: Partial<GbFleetOptions> = {}): Promise<void> {
  fleet = new GbFleet({
    upper: { serverId: BELOW_ID, domain: DOMAIN, host: '127.0.0.1', port: below.port, transport: 'udp' },
    ...{ devices: 1, channels: 2, firstId: NVR, password: PASSWORD, clip, faults: new Set<Fault>() },
    ...{ localHost: '127.0.0.1', clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [50, 100] },
    ...change,
  })
  await fleet.start()
  await below.until(() => below.eventsOf('device.catalog').find(({ end }) => end !== null))
}

const second = (id: string) => String(BigInt(id) + 1n)

function shared(change: Partial<SharedChannel> = {}): SharedChannel {
  const where = { deviceGbId: NVR, channelGbId: CHANNEL, space: 'default' }
  return { ...where, sharedId: SHARED, name: '大门', parentId: ORGANISATION, ...change }
}

function parent(change: Partial<GbParent> = {}): GbParent {
  return {
    ...{ id: 'pp_1', space: 'default', name: '下级', enabled: true, serverId: SERVER_ID, domain: DOMAIN },
    ...{ host: '127.0.0.1', port: above.port, transport: 'udp', localId: BELOW_ID, username: BELOW_ID },
    ...{ password: PASSWORD, expiresS: 3600, keepaliveS: 60, charset: 'gb18030' },
    groups: [
      { gbId: ORGANISATION, name: '一楼', parentId: BUSINESS },
      { gbId: BUSINESS, name: '大楼', parentId: null },
      { gbId: AREA, name: '芜湖市', parentId: null },
    ],
    channels: [shared()],
    ...change,
  }
}

/** Another platform above, that takes whoever comes. */
async function simulatedUpper(serverId = UPPER_ID) {
  const options = { serverId, password: null, localHost: '127.0.0.1', log: silentLog }
  const heard: { onEvent: (event: DeviceEvent) => void } = { onEvent: () => {} }
  const onEvent = (_: DeviceSession, event: DeviceEvent) => platform.onEvent(event)
  const upper = new GbUpper({ ...options, onEvent, clock: systemClock, timers: systemTimers })
  const platform = Object.assign(upper, { port: await upper.open(), serverId, ...heard })
  return platform
}

/** The devices below, and what is shared. */
const share = (...parents: GbParent[]) => below.apply([listed(NVR)], { parents })

async function cascaded(change: Partial<GbParent> = {}, device: Partial<GbDevice> = {}): Promise<void> {
  above.apply([listed(BELOW_ID, { type: 'platform', ...device })])
  share(parent(change))
  await simulate()
  await above.until(() => above.eventsOf('device.catalog').find(({ end }) => end !== null))
}

function decoded(frames: readonly Frame[]): number {
  using folder = temporaryFolder()
  const muxer = new PsMuxer()
  muxer.setTracks([...new Set(frames.map(({ track }) => track))])
  writeFileSync(folder.file('a.mpg'), Buffer.concat(frames.map(frame => muxer.frame(frame))))
  return countDecodedFrames(folder.file('a.mpg'), 'video')
}

test('a platform above sees what is shared: our system, groups, channels under their codes there', async () => {
  await cascaded({
    channels: [shared(), shared({ channelGbId: second(CHANNEL), sharedId: second(SHARED), parentId: AREA })],
  })
  expect(above.eventsOf('device.state')[0]).toMatchObject({ device: listed(BELOW_ID).id, state: 'on' })
  expect(below.eventsOf('parent.state')).toMatchObject([{ parent: 'pp_1', state: 'on' }])
  const items = above.eventsOf('device.catalog').flatMap(event => event.items)
  expect(
    items.map(({ gbId, name, parentIds, businessGroupId, civilCode }) => [
      gbId,
      name,
      parentIds,
      businessGroupId,
      civilCode,
    ]),
  ).toEqual([
    [BELOW_ID, '下级', [SERVER_ID], null, '340200'],
    [AREA, '芜湖市', [], null, ''],
    [BUSINESS, '大楼', [BELOW_ID], null, '340200'],
    [ORGANISATION, '一楼', [], BUSINESS, ''],
    [SHARED, '大门', [BELOW_ID, ORGANISATION], BUSINESS, '340200'],
    [second(SHARED), '大门', [BELOW_ID], null, AREA],
  ])
})

test.each(['udp', 'tcp-passive', 'tcp-active'] as const)('simulator, platform, platform, viewer: %s', async media => {
  await cascaded({ transport: media === 'udp' ? 'udp' : 'tcp' }, { media })
  const viewer = await above.watch(PATH)
  const another = await above.watch(PATH)
  await above.until(() => viewer.video().length >= 20 && another.video().length >= 10 && viewer.audio().length > 0)
  expect(decoded(viewer.video().slice(0, 20))).toBe(20)
  expect(fleet.devices[0]?.callsOf()).toBe(1)
  viewer.leave()
  another.leave()
  await above.until(() => above.host.live.runs.size === 0)
})

/** The session of the lower platform above. */
function session() {
  const found = above.host.side.sessions.get(BELOW_ID)
  if (!found) throw new Error('the lower platform is not registered')
  return found
}

const camera = () => fleet.devices[0]?.channels.get(CHANNEL)

test('orders and questions reach the camera, its answers come back under the shared code', async () => {
  await cascaded()
  const device = listed(BELOW_ID).id
  const order = (control: GbControl) =>
    above.host.requests['gb.control']?.({ device, channel: SHARED, control }) as Promise<{ result: string }>
  expect(await order({ type: 'ptz', pan: 0.5, tilt: 0, zoom: 0 })).toEqual({ result: 'sent' })
  const at = () => camera()?.position(performance.now()).pan ?? 0
  await expect.poll(at).toBeGreaterThan(1)
  await order({ type: 'ptz', pan: 0, tilt: 0, zoom: 0 })
  await order({ type: 'preset', action: 'set', preset: 3, name: '门口' })
  await expect.poll(() => camera()?.presets.get(3)?.name).toBe('门口')
  expect(await order({ type: 'record', on: true })).toEqual({ result: 'answered' })
  expect(camera()?.recording).toBe(true)
  expect(await order({ type: 'config', name: 'FrameMirror', value: { value: 1 } })).toEqual({ result: 'answered' })

  const { conversation } = session()
  const presets = await conversation.ask(of.presetQuery, of.presetResponse, { deviceId: SHARED })
  expect(presets).toMatchObject({ deviceId: SHARED, presets: [{ presetId: 3, presetName: '门口' }] })
  const info = await conversation.ask(of.deviceInfoQuery, of.deviceInfoResponse, { deviceId: BELOW_ID })
  expect(info).toMatchObject({ deviceName: '下级', channel: 1, result: 'OK' })
  const status = await conversation.ask(of.deviceStatusQuery, of.deviceStatusResponse, { deviceId: SHARED })
  expect(status).toMatchObject({ deviceId: SHARED, online: 'ONLINE', record: 'ON' })
  const configuration = await session().configuration(SHARED, ['BasicParam', 'OSDConfig'])
  expect(configuration).toMatchObject({ basicParam: { heartBeatCount: 3 }, osdConfig: { width: 720 } })
  const records: unknown[] = []
  const day = { startTime: '2020-01-01T00:00:00', endTime: '2040-01-01T00:00:00' }
  const result = await session().records({ deviceId: SHARED, ...day }, items => records.push(...items))
  expect(result).toMatchObject({ complete: true, received: records.length })
  expect(records.length).toBeGreaterThan(40)
  expect(records[0]).toMatchObject({ deviceId: SHARED })
  // what is not shared is not steered
  const refused = above.host.requests['gb.control']?.({
    device,
    channel: CHANNEL,
    control: { type: 'guard', on: true },
  })
  await expect(refused).rejects.toThrow('ERROR')
})

test('changes of the catalog are told to who subscribed: on, off, new, gone, renamed', async () => {
  await cascaded()
  await expect.poll(() => below.host.side.subscribed(NVR)).toContain('catalog')
  await expect.poll(() => above.host.side.subscribed(BELOW_ID)).toContain('catalog')
  const changes = () =>
    above
      .eventsOf('device.catalog-changed')
      .flatMap(event => event.changes.map(({ event, gbId }) => `${event} ${gbId}`))
  const told = (change: string) => above.until(() => changes().includes(change))
  await fleet.devices[0]?.channelChanged(CHANNEL, 'OFF')
  await told(`OFF ${SHARED}`)
  await fleet.devices[0]?.channelChanged(CHANNEL, 'ON')
  await told(`ON ${SHARED}`)
  const other = shared({ channelGbId: second(CHANNEL), sharedId: second(SHARED) })
  share(parent({ channels: [shared({ name: '后门' }), other] }))
  await told(`ADD ${second(SHARED)}`)
  await told(`UPDATE ${SHARED}`)
  await below.until(() => below.eventsOf('device.catalog').filter(({ end }) => end !== null).length >= 2)
  share(parent({ channels: [other] }))
  await told(`DEL ${SHARED}`)
  await fleet.devices[0]?.close()
  await told(`OFF ${second(SHARED)}`)
  // what the recorder said of a channel comes when it is asked for its catalog again
  const known = above.eventsOf('device.catalog-changed').flatMap(event => event.changes)
  const described = known.filter(({ event, gbId }) => gbId === second(SHARED) && event !== 'OFF')
  expect(described.at(-1)?.item).toMatchObject({ name: '大门', ptzType: 1, status: 'on' })
})

test('alarms and positions go up, under the shared code', async () => {
  await cascaded({}, { subscribe: { catalog: true, alarm: false, positionS: 1 } })
  const place = await above.until(() => above.eventsOf('device.positions')[0]?.positions[0])
  // the simulated recorder says where it is as a whole: its only shared channel is meant
  expect(place).toMatchObject({ gbId: SHARED, speed: 40 })
  await fleet.devices[0]?.alarm(CHANNEL, 5, 2, '有人')
  const alarm = await above.until(() => above.eventsOf('device.alarm')[0])
  expect(alarm).toMatchObject({ channel: SHARED, method: 5, alarmType: 2, priority: 2, description: '有人' })
  await fleet.devices[0]?.alarm(second(CHANNEL), 5, 2, 'not shared')
  await fleet.devices[0]?.alarm(CHANNEL, 5, 6, 'again')
  await above.until(() => above.eventsOf('device.alarm').find(({ description }) => description === 'again'))
  expect(above.eventsOf('device.alarm')).toHaveLength(2)
})

test.each(['udp', 'tcp-passive', 'tcp-active'] as const)(
  'recordings: played, steered, at their end: %s',
  async media => {
    await cascaded({}, { media })
    const nowS = Math.floor(Date.now() / 1000)
    const frames: Frame[] = []
    const ended = Promise.withResolvers<void>()
    const call = await GbHistoryCall.open(
      above.host.media,
      {
        ...{ session: session(), channelId: SHARED, name: 'Playback', transports: [media] },
        ...{ startMs: (nowS - 600) * 1000, endMs: (nowS - 590) * 1000 },
      },
      {
        ...{ onTrack: () => {}, onBytes: () => {}, onJournal: () => {} },
        onFrame: frame => {
          if (frame.track.kind === 'video') frames.push(frame)
          above.wake()
        },
        onFileEnd: ended.resolve,
        onEnd: () => ended.reject(new Error('ended')),
      },
      new AbortController().signal,
    )
    await above.until(() => frames.length >= 5)
    expect(await call.control({ method: 'scale', scale: 8 })).toBe(true)
    await ended.promise
    // ten seconds of ten pictures, whatever the speed
    await above.until(() => frames.length >= 95)
    expect(decoded(frames)).toBe(frames.length)
    await call.close('seen')
    await expect.poll(() => fleet.devices[0]?.callsOf()).toBe(0)
  },
)

test('where a camera looks is told to who follows it, under the shared code', async () => {
  const positions: unknown[] = []
  const upper = await simulatedUpper()
  share(parent({ serverId: UPPER_ID, port: upper.port }))
  await simulate()
  await expect.poll(() => upper.side.sessions.get(BELOW_ID)?.state).toBe('on')
  upper.onEvent = event => event.type === 'ptzPosition' && positions.push(event.position)
  upper.side.subscribe(BELOW_ID, { ptzPosition: [SHARED] })
  await expect.poll(() => positions).toMatchObject([{ deviceId: SHARED, pan: 0, tilt: 0, zoom: 1 }])
  await upper.side.session(BELOW_ID).control(SHARED, { ptzPreciseCtrl: { pan: 120.5, tilt: 10, zoom: 4 } })
  await expect.poll(() => positions.at(-1)).toMatchObject({ deviceId: SHARED, pan: 120.5, tilt: 10, zoom: 4 })
  upper.side.subscribe(BELOW_ID, {})
  await expect.poll(() => below.host.side.subscribed(NVR).filter(topic => topic.startsWith('ptz'))).toEqual([])
  await upper.close()
})

test('a download says its size', async () => {
  await cascaded()
  const nowMs = Math.floor(Date.now() / 1000) * 1000
  const call = await GbHistoryCall.open(
    above.host.media,
    {
      ...{ session: session(), channelId: SHARED, name: 'Download', transports: ['tcp-passive'], downloadSpeed: 4 },
      ...{ startMs: nowMs - 600_000, endMs: nowMs - 590_000 },
    },
    {
      ...{ onTrack: () => {}, onBytes: () => {}, onJournal: () => {} },
      ...{ onFrame: () => {}, onFileEnd: () => {}, onEnd: () => {} },
    },
    new AbortController().signal,
  )
  expect(call.fileSize).toBeGreaterThan(100_000)
  await call.close('enough')
})

test('any stream is shared: one that is pushed, and one that stops', async () => {
  const pushed = 'default/live/pushed'
  await cascaded({
    channels: [
      shared(),
      shared({ deviceGbId: second(SHARED), channelGbId: second(SHARED), sharedId: second(SHARED), path: pushed }),
    ],
  })
  const address = { space: 'default', app: 'live', name: 'pushed' }
  const publication = below.hub.publishOwn(address, { id: 'p', protocol: 'rtmp', remote: '', agent: '' }, () => {})
  for (const track of clip.tracks) publication.setTrack(track)
  const player = new ClipPlayer({
    ...{ clip, startMs: 0, endMs: null, clock: systemClock, timers: systemTimers },
    onFrame: frame => publication.write(frame),
  })
  const viewer = await above.watch(`default/live/${second(SHARED)}`)
  await above.until(() => viewer.video().length >= 12)
  expect(decoded(viewer.video().slice(0, 12))).toBe(12)
  expect(below.hub.viewers.ofPath(pushed).map(({ info }) => [info.protocol, info.agent])).toEqual([
    ['gb28181', `下级 ${SERVER_ID}`],
  ])
  player.close()
  publication.end('done')
  // the end of the stream is a BYE; who still watches above asks again, and there is nothing
  await below.until(() => below.hub.viewers.count(pushed) === 0)
  const attempt = await below.until(() =>
    below
      .eventsOf('device.attempt')
      .find(({ attempt }) => attempt.kind === 'cascade' && attempt.verdict === 'sourceFailed'),
  )
  expect(attempt.attempt).toMatchObject({ gbId: SERVER_ID, channel: second(SHARED), space: 'default', ok: false })
  viewer.leave()
})

test('a platform that is restarted below plays again, and one that is away above is found again', async () => {
  using folder = temporaryFolder()
  await below.close()
  below = await new GbRoom({ serverId: BELOW_ID, file: folder.file('node.sqlite') }).open()
  await cascaded()
  const viewer = await above.watch(PATH)
  await above.until(() => viewer.video().length >= 5)
  await below.close()
  const { port } = below
  below = await new GbRoom({ serverId: BELOW_ID, file: folder.file('node.sqlite') }).open(port)
  share(parent())
  viewer.leave()
  await expect.poll(() => above.host.side.sessions.get(BELOW_ID)?.state, { timeout: 10_000 }).toBe('on')
  const again = await above.watch(PATH)
  await above.until(() => again.video().length >= 5)
  again.leave()

  const above1 = above
  await above1.host.endpoint.close() // without a word
  above = await new GbRoom().open(above1.port)
  above.apply([listed(BELOW_ID, { type: 'platform' })])
  share(parent({ keepaliveS: 59 })) // any change of the registration is another one
  await above.until(() => above.eventsOf('device.catalog').find(({ end }) => end !== null))
  const last = await above.watch(PATH)
  await above.until(() => last.video().length >= 5)
  last.leave()
  await above1.close()
})

test('an upper platform that forgot us hears REGISTER again, and its old calls are ended', async () => {
  const upper = await simulatedUpper()
  await cascaded({ keepaliveS: 1 })
  share(parent({ keepaliveS: 1 }), parent({ id: 'pp_2', serverId: UPPER_ID, port: upper.port, keepaliveS: 1 }))
  await expect.poll(() => upper.side.sessions.get(BELOW_ID)?.state).toBe('on')
  const call = await upper.call(BELOW_ID, { name: 'Play', channelId: SHARED, transport: 'udp' })
  await expect.poll(() => call.counters().keyframes, { timeout: 10_000 }).toBeGreaterThan(0)
  expect(below.hub.viewers.count(`default/live/${CHANNEL}`)).toBe(1)
  // it has lost its memory: the next keepalive is answered 403
  upper.side.remove(BELOW_ID)
  await expect.poll(() => upper.side.sessions.get(BELOW_ID)?.state, { timeout: 10_000 }).toBe('on')
  await expect.poll(() => below.hub.viewers.count(`default/live/${CHANNEL}`), { timeout: 10_000 }).toBe(0)
  const states = below.eventsOf('parent.state').filter(event => event.parent === 'pp_2')
  expect(states.map(({ state }) => state)).toEqual(['on', 'off', 'on'])
  expect(states[1]?.reason).toBe('a keepalive was answered 403')
  await upper.close()
})

test('several platforms and a viewer share one call to the camera', async () => {
  const uppers = [await simulatedUpper(), await simulatedUpper('34020000002000000008')]
  await cascaded()
  share(
    parent(),
    ...uppers.map((upper, index) => parent({ id: `pp_${index + 2}`, serverId: upper.serverId, port: upper.port })),
  )
  const viewer = await below.watch(`default/live/${CHANNEL}`)
  const other = await above.watch(PATH)
  const calls = []
  for (const upper of uppers) {
    await expect.poll(() => upper.side.sessions.get(BELOW_ID)?.state).toBe('on')
    // several at once, dialled by the receiver that says nothing about which is which
    const wishes = [1, 2, 3].map(() => ({ name: 'Play', channelId: SHARED, transport: 'tcp-active' }) as const)
    calls.push(...(await Promise.all(wishes.map(wish => upper.call(BELOW_ID, wish)))))
  }
  for (const call of calls) await expect.poll(() => call.counters().keyframes, { timeout: 10_000 }).toBeGreaterThan(0)
  expect(calls.every(call => call.counters().lost === 0)).toBe(true)
  await above.until(() => other.video().length > 0 && viewer.video().length > 0)
  expect(fleet.devices[0]?.callsOf()).toBe(1)
  expect(below.leases.holders(`default/live/${CHANNEL}`).get('cascade')).toBe(7)
  await Promise.all(calls.map(call => call.close()))
  await expect.poll(() => below.leases.holders(`default/live/${CHANNEL}`).get('cascade')).toBe(1)
  viewer.leave()
  other.leave()
  await expect.poll(() => fleet.devices[0]?.callsOf(), { timeout: 10_000 }).toBe(0)
  await Promise.all(uppers.map(upper => upper.close()))
})

test('what goes round in a circle is refused, and the attempt says so', async () => {
  // the platform above is a device below, too
  const back = { deviceGbId: SERVER_ID, channelGbId: second(SHARED), sharedId: second(SHARED) }
  const upper = await simulatedUpper()
  await cascaded({ channels: [shared(), shared(back)] })
  const items = above.eventsOf('device.catalog').flatMap(event => event.items.map(({ gbId }) => gbId))
  expect(items).toContain(SHARED)
  expect(items).not.toContain(second(SHARED))
  share(
    parent({ serverId: UPPER_ID, port: upper.port, channels: [shared(), shared({ ...back, deviceGbId: UPPER_ID })] }),
  )
  await expect.poll(() => upper.side.sessions.get(BELOW_ID)?.state).toBe('on')
  const call = (channelId: string, route?: string[]) =>
    upper.call(BELOW_ID, { name: 'Play', transport: 'udp', channelId, ...(route && { route }) })
  await expect(call(second(SHARED))).rejects.toThrow('482')
  await expect(call(SHARED, [UPPER_ID, BELOW_ID])).rejects.toThrow('482')
  await expect(call(CHANNEL)).rejects.toThrow('404')
  const attempts = below.eventsOf('device.attempt').map(({ attempt }) => attempt)
  const refused = attempts.filter(({ gbId, kind, ok }) => kind === 'cascade' && gbId === UPPER_ID && !ok)
  expect(refused.map(({ channel, verdict }) => [channel, verdict])).toEqual([
    [second(SHARED), 'cascadeLoop'],
    [SHARED, 'cascadeLoop'],
    [CHANNEL, 'notShared'],
  ])
  expect(refused[1]?.messages.map(({ line }) => line.split(' ')[1])).toEqual([expect.stringContaining(SHARED), '482'])
  await upper.close()
})

test('a call carries the platforms it came through to the platform below', async () => {
  await cascaded()
  const viewer = await above.watch(PATH)
  const { attempt } = await below.until(() =>
    below.eventsOf('device.attempt').find(({ attempt }) => attempt.kind === 'cascade' && attempt.channel === SHARED),
  )
  expect(attempt).toMatchObject({ ok: true, verdict: 'ok', gbId: SERVER_ID })
  expect(attempt.messages[0]?.text).toContain(`X-RoutePath: ${SERVER_ID}`)
  expect(attempt.messages.find(({ line }) => line.includes(' 200 '))?.text).toContain(`X-RoutePath: ${BELOW_ID}`)
  viewer.leave()
})

test('a call says where it is to go and where it went, live and recorded', async () => {
  const upper = await simulatedUpper()
  const device = listed(BELOW_ID, { type: 'platform' })
  await cascaded({}, device)
  const here = { deviceGbId: BELOW_ID, channelGbId: SHARED, space: 'default', name: '大门', parentId: null }
  const channels = [{ ...here, sharedId: second(SHARED) }]
  const further = { id: 'pp_2', serverId: UPPER_ID, port: upper.port, localId: SERVER_ID, username: SERVER_ID }
  above.apply([device], { parents: [parent({ ...further, groups: [], channels })] })
  await expect.poll(() => upper.side.sessions.get(SERVER_ID)?.state).toBe('on')
  const nowS = Math.floor(Date.now() / 1000)
  for (const wish of [{ name: 'Play' }, { name: 'Playback', range: { start: nowS - 600, end: nowS - 590 } }] as const) {
    const way = { preferred: [SERVER_ID, BELOW_ID], route: [UPPER_ID] }
    const { call, close } = await upper.call(SERVER_ID, {
      ...{ ...wish, ...way, transport: 'udp', channelId: second(SHARED) },
    })
    expect(call.route).toEqual([SERVER_ID, BELOW_ID])
    await close()
  }
  const asked = () =>
    below
      .eventsOf('device.attempt')
      .filter(({ attempt }) => attempt.kind === 'cascade' && attempt.channel === SHARED)
      .map(({ attempt }) => attempt.messages[0]?.text ?? '')
  await below.until(() => asked().length === 2)
  for (const text of asked()) {
    expect(text).toContain(`X-PreferredPath: ${BELOW_ID}\r\n`)
    expect(text).toContain(`X-RoutePath: ${SERVER_ID}-${UPPER_ID}\r\n`)
  }
  // a path that would come through here again
  const round = { name: 'Play', transport: 'udp', channelId: second(SHARED) } as const
  await expect(upper.call(SERVER_ID, { ...round, preferred: [SERVER_ID, BELOW_ID, SERVER_ID] })).rejects.toThrow('482')
  await upper.close()
})

test('who only knows the codes steers nothing', async () => {
  await cascaded()
  const stranger = new SipEndpoint({ clock: systemClock, timers: systemTimers })
  await stranger.listen({ port: 0, host: '127.0.0.2' })
  const order = { sn: 1, deviceId: SHARED, recordCmd: 'Record' as const }
  const response = await stranger.request(
    { transport: 'udp', host: '127.0.0.1', port: below.port },
    {
      ...{ method: 'MESSAGE', uri: `sip:${BELOW_ID}@${DOMAIN}`, contentType: MANSCDP_CONTENT_TYPE },
      ...{ from: `sip:${SERVER_ID}@${DOMAIN}`, to: `sip:${BELOW_ID}@${DOMAIN}` },
      body: writeBody(of.deviceControl, order, 'GB18030'),
    },
  )
  expect([response.status, camera()?.recording]).toEqual([403, false])
  const attempts = below.eventsOf('device.attempt').map(({ attempt }) => attempt.verdict)
  expect(attempts).toContain('foreignAddress')
  await stranger.close()
})

test('wrong credentials above are told, and tried again for ever', async () => {
  above.apply([listed(BELOW_ID, { type: 'platform' })])
  share(parent({ password: 'wrong-one' }))
  await simulate()
  const failed = await below.until(() => below.eventsOf('parent.state')[0])
  expect(failed).toMatchObject({ state: 'failed', reason: expect.stringContaining('403') })
  share(parent())
  await below.until(() => below.eventsOf('parent.state').find(({ state }) => state === 'on'))
  share(parent({ enabled: false }))
  await below.until(() => below.eventsOf('parent.state').find(({ reason }) => reason === 'switched off'))
  await expect.poll(() => above.host.side.sessions.get(BELOW_ID)?.state).toBe('off')
})

/** Three tenths of a second that are not to be mistaken for anything else. */
const VOICE = Buffer.from(Array.from({ length: 2400 }, (_, index) => (index * 7 + (index >> 8)) & 0xff))

test.each([
  ['broadcast', 'udp', 'udp'],
  ['broadcast', 'tcp', 'udp'],
  ['talk', 'udp', 'udp'],
  ['talk', 'tcp', 'tcp-passive'],
  ['talk', 'tcp', 'tcp-active'],
] as const)(
  'a voice from above is heard at the device, and with talk the other way round: %s, SIP over %s, media %s',
  async (mode, transport, media) => {
    await cascaded({ transport }, { media })
    const device = above.host.devices.get(listed(BELOW_ID).id)
    if (!device) throw new Error('the lower platform is not listed')
    const { talks } = above.host.sessions
    const opened = await talks.open(device, session(), SHARED, mode)
    const back: Uint8Array[] = []
    const send = (samples: Uint8Array) => void back.push(Buffer.from(samples))
    const talk = talks.attach(opened.session, opened.token, { send, close: () => {} })
    // what is said before the connection stands is not heard
    if (transport === 'tcp') await expect.poll(() => talk.view().counters['connections']).toBe(1)
    for (let at = 0; at < VOICE.length; at += 320) talk.push(VOICE.subarray(at, at + 320))
    const heard = () => Buffer.from(fleet.devices[0]?.heard ?? [])
    await expect.poll(() => heard().indexOf(VOICE) >= 0, { timeout: 10_000 }).toBe(true)
    if (mode === 'talk') {
      // what is said into the microphone of the device
      const sound = clip.frames.filter(({ frame }) => frame.track.codec === 'pcma').map(({ frame }) => frame.data)
      const said = Buffer.concat([...sound, ...sound])
      await expect.poll(() => Buffer.concat(back).length, { timeout: 10_000 }).toBeGreaterThan(1600)
      expect(said.includes(Buffer.concat(back).subarray(0, 1600))).toBe(true)
    }
    talk.end('said')
    await expect.poll(() => below.host.sessions.talks.sessions()[0]?.state, { timeout: 10_000 }).toBe('ended')
  },
)
