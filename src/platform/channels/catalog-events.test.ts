import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ADMINISTRATOR, type PlatformUnderTest, platformUnderTest } from '../../../test/support/platform-under-test.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { CatalogItem } from '../../link/gb28181.ts'
import type { Device } from '../devices/device.ts'

const RECORDER = '34020000001180000001'
const camera = (n: number) => `3402000000132${String(n).padStart(7, '0')}`

let platform: PlatformUnderTest
let device: Device
let delivered = 0

beforeEach(async () => {
  platform = await platformUnderTest()
  delivered = 0
  await platform.db
    .insertInto('nodes')
    .values({
      id: 'n',
      name: '',
      version: '',
      endpoints: '{}',
      outbox_id: '',
      last_event: 0,
      first_seen_at: 0,
      last_seen_at: 0,
    })
    .execute()
  device = await add(RECORDER, 'nvr')
})

afterEach(() => platform.close())

function add(gbId: string, type: Device['type']): Promise<Device> {
  return platform.services.gb28181.devices.create(ADMINISTRATOR, { space: 'default', gbId, type })
}

/** As a delivery of a node brings them. */
function deliver(...events: NodeEvent[]): Promise<number> {
  return platform.services.events.deliver(
    'n',
    events.map(event => ({ number: ++delivered, event })),
  )
}

const item = (gbId: string, change: Partial<CatalogItem> = {}): CatalogItem => ({
  ...{
    gbId,
    name: `name of ${gbId}`,
    manufacturer: 'Acme',
    model: 'C',
    civilCode: '',
    address: '',
    parentIds: [RECORDER],
  },
  ...{ businessGroupId: null, parental: false, status: 'on', longitude: null, latitude: null, ptzType: 1, more: {} },
  ...change,
})

function catalog(sync: string, items: CatalogItem[], complete: boolean | null = true, of = device.id): NodeEvent {
  const end = complete === null ? null : { promised: items.length, received: items.length, complete }
  return { type: 'device.catalog', device: of, sync, items, end, atMs: 1 }
}

const channels = async () =>
  platform.db.selectFrom('channels').selectAll().where('gone_at', 'is', null).orderBy('gb_id').execute()
const names = async () => (await channels()).map(row => row.gb_id)
const directories = async (): Promise<Record<string, [string, string, string | null]>> => {
  const rows = await platform.db.selectFrom('directories').selectAll().execute()
  const code = new Map(rows.map(row => [row.id, row.gb_id]))
  return Object.fromEntries(rows.map(row => [row.gb_id, [row.kind, row.name, code.get(row.parent_id ?? '') ?? null]]))
}

test('channels come with all that the catalog says, in parts, out of order and twice', async () => {
  await deliver(
    catalog('a', [item(camera(2)), item(camera(1), { name: '', more: { RoomType: '2' } })], null),
    catalog('a', [
      item(camera(2), { status: 'off', address: 'Gate' }),
      item(camera(2), { status: 'off', address: 'Gate' }),
    ]),
  )
  expect(await channels()).toMatchObject([
    {
      gb_id: camera(1),
      name: camera(1),
      told_name: '',
      status: 'on',
      more: '{"RoomType":"2"}',
      stream_name: camera(1),
    },
    { gb_id: camera(2), status: 'off', address: 'Gate', ptz_type: 1, kind: 'video', space: 'default' },
  ])
  const row = await platform.services.gb28181.devices.get(ADMINISTRATOR, device.id)
  expect(row).toMatchObject({ catalog: { promised: 2, received: 2 }, stats: { channels: 2, online: 0 } })
})

test('a whole catalog removes what it does not have, one with gaps removes nothing; what comes back is the same', async () => {
  await deliver(catalog('a', [item(camera(1)), item(camera(2))]))
  const [first] = await channels()
  await platform.db
    .updateTable('channels')
    .set({ given_name: 'Door', name: 'Door' })
    .where('id', '=', first?.id ?? '')
    .execute()
  await deliver(catalog('b', [item(camera(2))], false))
  expect(await names()).toEqual([camera(1), camera(2)])
  await deliver(catalog('c', [item(camera(2))]))
  expect(await names()).toEqual([camera(2)])
  await deliver(catalog('d', [item(camera(1)), item(camera(2))]))
  expect((await channels())[0]).toMatchObject({ id: first?.id, name: 'Door', told_name: `name of ${camera(1)}` })
})

test('what a device tells by itself is changed at once', async () => {
  await deliver(catalog('a', [item(camera(1)), item(camera(2)), item(camera(3))]))
  const change = (
    event: 'ON' | 'OFF' | 'VLOST' | 'DEFECT' | 'ADD' | 'DEL' | 'UPDATE',
    gbId: string,
    to: CatalogItem | null,
  ) => ({
    ...{ event, gbId, item: to },
  })
  const changes = [
    change('OFF', camera(1), null),
    change('VLOST', camera(2), null),
    change('DEL', camera(3), null),
    change('ADD', camera(4), item(camera(4))),
  ]
  await deliver({ type: 'device.catalog-changed', device: device.id, changes, atMs: 5 })
  expect((await channels()).map(row => [row.gb_id, row.status])).toEqual([
    [camera(1), 'off'],
    [camera(2), 'off'],
    [camera(4), 'on'],
  ])
})

test('the same channel at two devices has two streams', async () => {
  const other = await add('34020000001180000002', 'nvr')
  await deliver(catalog('a', [item(camera(1))]), catalog('b', [item(camera(1))], true, other.id))
  expect((await channels()).map(row => row.stream_name).sort()).toEqual([
    `34020000001180000002_${camera(1)}`,
    camera(1),
  ])
})

test('a camera that is its own only channel has one; a recorder is not its own channel', async () => {
  const ipc = await add(camera(9), 'ipc')
  await deliver(
    catalog('a', [item(camera(9))], true, ipc.id),
    catalog('b', [item(RECORDER), item('34020000001370000001')]),
  )
  expect((await channels()).map(row => [row.gb_id, row.kind])).toEqual([
    [camera(9), 'video'],
    ['34020000001370000001', 'audioOut'],
  ])
})

test('areas, groups, organisations, systems and devices become a tree, however they arrive', async () => {
  const [group, organisation, below] = ['34020000002150000001', '34020000002160000001', '34020000002160000002']
  const inArea = item(camera(1), { civilCode: '340201', parentIds: [] })
  const inBelow = item(camera(2), { parentIds: [RECORDER, below] })
  const inGroup = item(camera(3), { businessGroupId: group, parentIds: [] })
  const inUnknown = item(camera(4), { parentIds: ['34020000001180000077'] })
  await deliver(
    catalog('a', [inArea, inBelow, inGroup, inUnknown], null),
    catalog('a', [
      item('340201', { name: 'Mirror Lake', parentIds: [] }),
      item('34', { name: 'Anhui', parentIds: [] }),
      item(below, { parentIds: [organisation], businessGroupId: group }),
      item(organisation, { parentIds: [], businessGroupId: group }),
      item(group, { name: 'Schools', parentIds: [RECORDER] }),
    ]),
  )
  expect(await directories()).toEqual({
    '34': ['area', 'Anhui', null],
    '340201': ['area', 'Mirror Lake', '34'],
    [group]: ['group', 'Schools', null],
    [organisation]: ['organisation', `name of ${organisation}`, group],
    [below]: ['organisation', `name of ${below}`, organisation],
    '34020000001180000077': ['device', '34020000001180000077', null],
  })
  expect((await channels()).map(row => row.place)).toEqual(['340201', below, group, '34020000001180000077'])
  await deliver(
    catalog('b', [item(camera(1), { parentIds: [] }), item(group, { name: 'Schools 2', parentIds: [below] })]),
  )
  expect(await directories()).toEqual({ [group]: ['group', 'Schools 2', null] })
})

test('directories that hang below each other in a circle do not', async () => {
  const [a, b] = ['34020000002160000001', '34020000002160000002']
  await deliver(catalog('a', [item(a, { parentIds: [b] }), item(b, { parentIds: [a] })]))
  const parents = Object.values(await directories()).map(([, , parent]) => parent)
  expect(parents).toContain(null)
})

test('a device that was deleted meanwhile leaves nothing', async () => {
  await deliver(catalog('a', [item(camera(1)), item('340201')]))
  await platform.services.gb28181.devices.delete(ADMINISTRATOR, device.id)
  await deliver(catalog('b', [item(camera(1))]))
  expect([await channels(), await directories()]).toEqual([[], {}])
})

test('20 000 channels arrive and go', { timeout: 120_000 }, async () => {
  const count = 20_000
  const events: NodeEvent[] = []
  for (let at = 0; at < count; at += 200) {
    const items = Array.from({ length: 200 }, (_, i) => item(camera(at + i + 1)))
    events.push(catalog('big', items, at + 200 >= count ? true : null))
  }
  for (let at = 0; at < events.length; at += 20) await deliver(...events.slice(at, at + 20))
  await deliver(catalog('none', [], true))
  await vi.waitFor(async () => expect(await names()).toEqual([]))
})
