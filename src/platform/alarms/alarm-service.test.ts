import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DevicesAtNode } from '../../../test/support/devices-at-node.ts'
import {
  ADMINISTRATOR,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import { segment, snapshot } from '../../../test/support/recorder-at-node.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { DeviceServices } from '../devices/compose-devices.ts'
import type { AlarmFilter } from './alarm-store.ts'

const OPERATOR = { ...ADMINISTRATOR, role: 'operator', name: 'olga' } as const
const CAMERA = '34020000001320000001'
const DAY_MS = 86_400_000
const newest = { sort: { by: 'at', descending: true }, limit: 10 } as const

let platform: PlatformUnderTest
let node: NodeUnderTest
let atNode: DevicesAtNode
let gb: DeviceServices
let device: string

beforeEach(async () => {
  platform = await platformUnderTest()
  gb = platform.services.gb28181
  atNode = new DevicesAtNode()
  node = new NodeUnderTest(platform, { features: atNode.features })
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1), { interval: 2 })
  device = (await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId: CAMERA, name: 'Lobby' })).id
})

afterEach(async () => {
  await node.close()
  await platform.close()
})

async function emit(...events: NodeEvent[]): Promise<void> {
  for (const event of events) node.client.emit(event)
  platform.time.advance(100)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

const alarm = (atMs: number, change: Partial<Extract<NodeEvent, { type: 'device.alarm' }>> = {}): NodeEvent => ({
  ...{ type: 'device.alarm', device, channel: CAMERA, priority: 2, method: 5, alarmType: 2, description: 'motion' },
  ...{ longitude: null, latitude: null, alarmAtMs: atMs - 1, atMs },
  ...change,
})

const list = async (filter: AlarmFilter = {}) => (await gb.alarms.list(OPERATOR, filter, newest)).items

test('alarms are kept and found', async () => {
  await emit(alarm(1000), alarm(2000, { method: 2, alarmType: null, priority: 1 }), alarm(3000, { device: 'dv_none' }))
  expect(await list()).toMatchObject([
    { atMs: 2000, method: 2, alarmType: null, priority: 1, deviceName: 'Lobby', channelId: null },
    { atMs: 1000, alarmAtMs: 999, method: 5, alarmType: 2, description: 'motion', acknowledgedAtMs: null },
  ])
  expect((await list({ method: 5, alarmType: 2, priority: 2 })).map(({ atMs }) => atMs)).toEqual([1000])
  expect((await list({ fromMs: 1500, toMs: 2001 })).map(({ atMs }) => atMs)).toEqual([2000])
  expect(await list({ deviceId: 'dv_none' })).toEqual([])
})

test('the first who takes note of one stays named', async () => {
  await emit(alarm(1000))
  const [{ id } = { id: '' }] = await list()
  expect(await gb.alarms.acknowledge(OPERATOR, id)).toMatchObject({ acknowledgedBy: 'olga' })
  expect(await gb.alarms.acknowledge(ADMINISTRATOR, id)).toMatchObject({ acknowledgedBy: 'olga' })
  expect(await list({ acknowledged: false })).toEqual([])
  await expect(gb.alarms.acknowledge({ ...OPERATOR, role: 'viewer' }, id)).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('an alarm knows what was recorded of its channel, and the picture next to it', async () => {
  const path = `default/live/${CAMERA}`
  const state = {
    state: 'on',
    reason: '',
    remote: '192.0.2.20:5060',
    transport: 'UDP',
    version: '3.0',
    agent: '',
  } as const
  await emit({ type: 'device.state', device, ...state, expiresAtMs: null, atMs: 1 })
  const stream = { id: 'st_1', path, space: 'default', app: 'live', name: CAMERA, created_at: 1 }
  await platform.db.insertInto('streams').values(stream).execute()
  const taken = (id: string, takenAtMs: number): NodeEvent => ({
    ...{ type: 'snapshot.taken', snapshot: snapshot(id, { path, takenAtMs }), atMs: takenAtMs },
  })
  await emit(
    { type: 'recording.segment', segment: segment('sg_1', 1_000_000, { path, endMs: 1_600_000 }), atMs: 1_600_000 },
    ...[taken('sn_far', 1_290_000), taken('sn_near', 1_303_000), taken('sn_other', 1_310_000)],
    ...[alarm(900_000), alarm(1_300_000), alarm(1_605_000), alarm(1_700_000)],
  )
  expect((await list()).map(({ recordedStreamId, snapshotId }) => [recordedStreamId, snapshotId])).toEqual([
    [null, null],
    ['st_1', null],
    ['st_1', 'sn_near'],
    [null, null],
  ])
})

test('resetting tells the device and takes note', async () => {
  await emit(alarm(1000))
  const [{ id } = { id: '' }] = await list()
  expect(await gb.alarms.reset(OPERATOR, id)).toMatchObject({ acknowledgedBy: 'olga' })
  expect(atNode.controls).toEqual([{ type: 'alarmReset', method: '5', alarmType: 2 }])
})

test('alarms are told to followers, and kept 90 days', async () => {
  const heard: string[] = []
  platform.services.feed.follow(
    {
      ...{ actor: OPERATOR, filter: {}, event: event => void heard.push(event.type) },
      ...{ reset() {}, heartbeat() {}, end() {} },
    },
    null,
  )
  await emit(alarm(platform.time.nowMs()))
  expect(heard).toContain('device.alarm')
  platform.time.jump(90 * DAY_MS + 1000)
  await gb.alarms.tidy()
  expect(await list()).toEqual([])
})

test('places become a track and the last known one', async () => {
  const at = (atMs: number, longitude: number) => ({
    ...{ gbId: CAMERA, atMs, longitude, latitude: 31, speed: 10, direction: null, altitude: null },
  })
  await emit(
    { type: 'device.positions', device, positions: [at(3000, 3), at(1000, 1), at(1000, 1)], atMs: 3000 },
    { type: 'device.positions', device, positions: [at(2000, 2)], atMs: 4000 },
  )
  const span = { deviceId: device, fromMs: 0, toMs: 10_000 }
  const { positions, complete } = await gb.positions.track(OPERATOR, span)
  expect([positions.map(({ longitude }) => longitude), complete]).toEqual([[1, 2, 3], true])
  expect(await gb.positions.latest(OPERATOR, { space: 'default' })).toMatchObject([
    { atMs: 3000, longitude: 3, speed: 10 },
  ])
  expect((await gb.positions.track(OPERATOR, { ...span, fromMs: 1500, toMs: 2500 })).positions).toHaveLength(1)
  await gb.positions.tidy()
  expect((await gb.positions.track(OPERATOR, span)).positions).toEqual([])
})
