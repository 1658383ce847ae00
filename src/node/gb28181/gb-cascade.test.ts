import { writeFileSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { countDecodedFrames, temporaryFolder } from '../../../test/ffmpeg.ts'
import { systemClock, systemTimers } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { GbDevice, GbParent, SharedChannel } from '../../link/gb28181.ts'
import { PsMuxer } from '../../media/container/mpegps/muxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { CAMERA, type Clip, makeClip } from '../../simulator/clip.ts'
import type { Fault } from '../../simulator/faults.ts'
import { GbFleet, type GbFleetOptions } from '../../simulator/gb-fleet.ts'
import { DOMAIN, GbRoom, listed, PASSWORD, SERVER_ID } from './testing/gb-room.ts'

/** A is below, B above; A is a device of B by this code. */
const BELOW_ID = '34020000002000000002'
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
