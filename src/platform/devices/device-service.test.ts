import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DevicesAtNode } from '../../../test/support/devices-at-node.ts'
import {
  ADMINISTRATOR,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { DeviceServices } from './compose-devices.ts'
import type { Device } from './device.ts'

const CAMERA = '34020000001320000001'
const OPERATOR = { ...ADMINISTRATOR, role: 'operator' } as const
const VIEWER = { ...ADMINISTRATOR, role: 'viewer' } as const

let platform: PlatformUnderTest
let node: NodeUnderTest
let atNode: DevicesAtNode
let gb: DeviceServices

beforeEach(async () => {
  platform = await platformUnderTest()
  gb = platform.services.gb28181
  atNode = new DevicesAtNode()
  node = new NodeUnderTest(platform, { features: atNode.features })
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1), { interval: 2 })
})

afterEach(async () => {
  await node.close()
  await platform.close()
})

const create = (gbId = CAMERA, rest = {}) => gb.devices.create(ADMINISTRATOR, { space: 'default', gbId, ...rest })
const get = (id: string) => gb.devices.get(VIEWER, id)

/** What the nodes were told last. */
const told = () => atNode.of('devices.apply').at(-1)

async function emit(...events: NodeEvent[]): Promise<void> {
  for (const event of events) node.client.emit(event)
  platform.time.advance(100)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

const state = (device: string, change: Partial<Extract<NodeEvent, { type: 'device.state' }>> = {}): NodeEvent => ({
  ...{ type: 'device.state', device, state: 'on', reason: '', remote: '192.0.2.20:5060', transport: 'UDP' },
  ...{ version: '3.0', agent: 'IPC', expiresAtMs: 5000, atMs: 1000 },
  ...change,
})

test('a device comes to the nodes with all they need, and goes again', async () => {
  const device = await create(CAMERA, {
    name: 'Lobby',
    password: 'own',
    subscribe: { catalog: true, alarm: false, positionS: 5 },
  })
  expect(device).toMatchObject({ name: 'Lobby', type: 'ipc', state: 'new', passwordSet: true, stats: { channels: 0 } })
  expect(JSON.stringify(device)).not.toContain('own')
  await vi.waitFor(() => expect(told()?.devices).toHaveLength(1), { interval: 2 })
  expect(told()).toMatchObject({
    spaces: [
      { name: 'default', admission: 'listed', password: null, sendDate: true, zone: 'Asia/Shanghai', stopAfterS: 30 },
    ],
    devices: [
      { id: device.id, gbId: CAMERA, password: 'own', enabled: true, locked: false, subscribe: { positionS: 5 } },
    ],
  })
  await gb.devices.delete(ADMINISTRATOR, device.id)
  await vi.waitFor(() => expect(told()?.devices).toEqual([]), { interval: 2 })
})

test('a device goes with all that it told', async () => {
  const { id } = await create()
  const { id: other } = await create('34020000001320000002')
  const item = { gbId: CAMERA, name: 'Gate', manufacturer: '', model: '', civilCode: '340201', address: '' }
  const told: NodeEvent[] = [id, other].flatMap(device => [
    {
      ...{ type: 'device.catalog', device, sync: 's', end: { promised: 1, received: 1, complete: true }, atMs: 1 },
      items: [
        {
          ...{
            ...item,
            parentIds: ['34020000002160000001'],
            businessGroupId: null,
            parental: false,
            status: 'on',
            longitude: null,
          },
          ...{ latitude: null, ptzType: 0, more: {} },
        },
      ],
    },
    {
      ...{ type: 'device.alarm', device, channel: CAMERA, priority: 1, method: 5, alarmType: null },
      ...{ description: '', longitude: null, latitude: null, alarmAtMs: 2, atMs: 2 },
    },
    {
      ...{ type: 'device.positions', device, atMs: 3 },
      positions: [{ gbId: CAMERA, atMs: 3, longitude: 1, latitude: 2, speed: null, direction: null, altitude: null }],
    },
  ])
  await emit(...told)
  await gb.devices.delete(ADMINISTRATOR, id)
  for (const table of ['channels', 'directories', 'alarms', 'positions', 'latest_positions'] as const) {
    const rows = await platform.db.selectFrom(table).select('device_id').execute()
    expect([table, rows]).toEqual([table, [{ device_id: other }]])
  }
  await expect(gb.devices.delete(ADMINISTRATOR, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('what a space asks of devices is told at once', async () => {
  await platform.services.spaces.update(ADMINISTRATOR, 'default', {
    gb28181: { admission: 'password', password: 'pw' },
  })
  await vi.waitFor(() => expect(told()?.spaces).toMatchObject([{ admission: 'password', password: 'pw' }]), {
    interval: 2,
  })
})

test.each([
  ['too short', '3402000000132000001', 'expected 20 digits'],
  ['letters', '3402000000132000000x', 'expected 20 digits'],
  ['a business group', '34020000002150000001', 'digits 11 to 13 are 215: that is a directory, not a device'],
  ['an organisation', '34020000002160000001', 'digits 11 to 13 are 216: that is a directory, not a device'],
  ['a user', '34020000003000000001', 'digits 11 to 13 are 300: that is a user, not a device'],
  ['no province', '00020000001320000001', 'begins with 00, which is no province'],
])('%s is no code of a device', async (_, gbId, reason) => {
  await expect(create(gbId)).rejects.toMatchObject({ code: 'INVALID', details: { field: 'body.gbId', reason } })
})

test('a code is unique in its space, and free in another', async () => {
  await create()
  await expect(create()).rejects.toMatchObject({ code: 'CONFLICT' })
  await platform.services.spaces.create(ADMINISTRATOR, 'other', {})
  await gb.devices.create(ADMINISTRATOR, { space: 'other', gbId: CAMERA })
  await expect(gb.devices.create(ADMINISTRATOR, { space: 'none', gbId: CAMERA })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  const second = await create('34020000001320000002')
  await expect(gb.devices.update(ADMINISTRATOR, second.id, { gbId: CAMERA })).rejects.toMatchObject({
    code: 'CONFLICT',
  })
})

test.each([
  ['34020000001320000001', 'ipc'],
  ['34020000001180000001', 'nvr'],
  ['34020000002000000001', 'platform'],
])('%s is taken for %s', async (gbId, type) => {
  expect((await create(gbId)).type).toBe(type)
})

test('codes are made one above the highest, in the domain of the server', async () => {
  expect(await gb.devices.nextCodes(OPERATOR, 'ipc', 2)).toEqual(['34020000001320000001', '34020000001320000002'])
  await create('34020000001320000041')
  expect(await gb.devices.nextCodes(OPERATOR, 'ipc', 1)).toEqual(['34020000001320000042'])
  expect(await gb.devices.nextCodes(OPERATOR, 215, 1)).toEqual(['34020000002150000001'])
})

test('a registration is written down, and so is its end', async () => {
  const { id } = await create()
  await emit(state(id))
  expect(await get(id)).toMatchObject({
    ...{
      state: 'on',
      nodeId: 'node-1',
      remote: '192.0.2.20:5060',
      transport: 'UDP',
      gbVersion: '3.0',
      userAgent: 'IPC',
    },
    ...{ registeredAtMs: 1000, registeredUntilMs: 5000, stateAtMs: 1000, lastSeenAtMs: 1000 },
  })
  await emit(state(id, { atMs: 2000 }), state(id, { state: 'off', reason: 'no keepalive', atMs: 3000, remote: '' }))
  expect(await get(id)).toMatchObject({
    ...{ state: 'off', reason: 'no keepalive', remote: '192.0.2.20:5060' },
    ...{ registeredAtMs: 1000, stateAtMs: 3000, lastSeenAtMs: 2000 },
  })
})

test('wrong credentials lock a device until it is unlocked', async () => {
  const { id } = await create()
  await emit(state(id, { state: 'failed', reason: 'wrong password' }))
  expect(await get(id)).toMatchObject({ state: 'failed', reason: 'wrong password' })
  await gb.commands.unlock(OPERATOR, id)
  expect(await get(id)).toMatchObject({ state: 'new', reason: '' })
  await vi.waitFor(() => expect(told()?.devices).toMatchObject([{ locked: false }]), { interval: 2 })
})

test('stopped until a time, and started again', async () => {
  const { id } = await create()
  const until = platform.time.nowMs() + 60_000
  await gb.commands.stop(OPERATOR, id, until)
  expect(await get(id)).toMatchObject({ stopped: { untilMs: until } })
  expect(atNode.of('gb.stop')).toEqual([{ device: id }])
  await vi.waitFor(() => expect(told()?.devices).toMatchObject([{ stopped: { untilMs: until } }]), { interval: 2 })
  platform.time.advance(60_000)
  expect(await get(id)).toMatchObject({ stopped: null })
  await gb.commands.start(OPERATOR, id, true)
  expect(await get(id)).toMatchObject({ stopped: null, autoStart: true })
  await expect(gb.commands.stop(OPERATOR, id, 5)).rejects.toMatchObject({ code: 'INVALID' })
})

test('who asks and is not listed waits, is approved or rejected', async () => {
  const asked = (gbId: string): NodeEvent => ({
    ...{ type: 'device.asked', space: 'default', gbId, admitted: false, remote: '192.0.2.9:5060', agent: 'X', atMs: 7 },
  })
  const newest = { sort: { by: 'lastAt', descending: true }, limit: 10 } as const
  await emit(asked(CAMERA), asked(CAMERA), asked('34020000001320000002'))
  const { items } = await gb.pending.list(VIEWER, { rejected: false }, newest)
  expect(items.map(({ gbId, asked }) => [gbId, asked]).sort()).toEqual([
    [CAMERA, 2],
    ['34020000001320000002', 1],
  ])
  const of = (gbId: string) => items.find(item => item.gbId === gbId)?.id ?? ''
  expect(await gb.pending.approve(OPERATOR, of(CAMERA), { name: 'Yard' })).toMatchObject({ gbId: CAMERA, name: 'Yard' })
  await gb.pending.reject(OPERATOR, of('34020000001320000002'))
  await emit(asked('34020000001320000002'))
  expect((await gb.pending.list(VIEWER, { rejected: false }, newest)).items).toEqual([])
  expect((await gb.pending.list(VIEWER, { rejected: true }, newest)).items).toMatchObject([
    { asked: 2, rejectedBy: 'admin' },
  ])
})

test('who is let in by the password of the space is a device from then on', async () => {
  const asked = { space: 'default', gbId: CAMERA, remote: '192.0.2.9:5060', agent: 'X', admitted: true, atMs: 7 }
  await emit({ type: 'device.asked', ...asked }, { type: 'device.asked', ...asked })
  await vi.waitFor(() => expect(told()?.devices).toMatchObject([{ gbId: CAMERA, password: null }]), { interval: 2 })
})

test('ways that were learnt go below those of the book and those people set', async () => {
  const { id } = await create(CAMERA, { quirks: { a: 'device' } })
  await emit(
    {
      type: 'device.info',
      device: id,
      name: 'x',
      manufacturer: 'Acme',
      model: 'C1',
      firmware: '2',
      channels: 1,
      atMs: 1,
    },
    { type: 'device.quirks', device: id, quirks: { a: 'learnt', b: 'learnt' }, atMs: 2 },
  )
  const same = await create('34020000001320000002')
  await emit({
    type: 'device.info',
    device: same.id,
    name: '',
    manufacturer: 'ACME',
    model: 'c1',
    firmware: '2',
    channels: 1,
    atMs: 3,
  })
  await gb.devices.update(ADMINISTRATOR, same.id, { name: 'other' })
  await vi.waitFor(() => {
    const quirks = Object.fromEntries((told()?.devices ?? []).map(device => [device.gbId, device.quirks]))
    expect(quirks).toEqual({
      [CAMERA]: { a: 'device', b: 'learnt' },
      '34020000001320000002': { a: 'learnt', b: 'learnt' },
    })
  })
})

test('lists are filtered, found and paged', async () => {
  for (const n of [3, 1, 2])
    await create(`3402000000132000000${n}`, { name: `cam ${n}`, vendor: n === 2 ? 'Acme' : '' })
  await create('34020000001180000001', { name: 'recorder' })
  const names = async (query: object) => {
    const sort = { by: 'name', descending: false } as const
    return (await gb.devices.list(VIEWER, { sort, limit: 10, ...query })).items.map((device: Device) => device.name)
  }
  expect(await names({ type: 'ipc' })).toEqual(['cam 1', 'cam 2', 'cam 3'])
  expect(await names({ text: 'ACM' })).toEqual(['cam 2'])
  expect(await names({ text: '118' })).toEqual(['recorder'])
  const first = await gb.devices.list(VIEWER, { sort: { by: 'gbId', descending: true }, limit: 2 })
  const second = await gb.devices.list(VIEWER, {
    ...{ sort: { by: 'gbId', descending: true }, limit: 2, after: first.next ?? undefined },
  })
  expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['cam 3', 'cam 2', 'cam 1', 'recorder'])
  expect(second.next).toBeNull()
})

test('who only looks changes nothing', async () => {
  const { id } = await create()
  const refused = { code: 'FORBIDDEN' }
  await expect(gb.devices.create(VIEWER, { space: 'default', gbId: CAMERA })).rejects.toMatchObject(refused)
  await expect(gb.devices.delete(VIEWER, id)).rejects.toMatchObject(refused)
  await expect(gb.commands.stop(VIEWER, id, null)).rejects.toMatchObject(refused)
  await expect(gb.commands.reboot(OPERATOR, id)).rejects.toMatchObject(refused)
})

test('without its node a device cannot be asked', async () => {
  const { id } = await create()
  await node.close()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0), { interval: 2 })
  await expect(gb.commands.syncCatalog(OPERATOR, id)).rejects.toMatchObject({ code: 'NODE_UNAVAILABLE' })
})
