import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DevicesAtNode } from '../../../test/support/devices-at-node.ts'
import {
  ADMINISTRATOR,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { CatalogItem } from '../../link/gb28181.ts'
import type { DeviceServices } from '../devices/compose-devices.ts'
import type { ParentPlatform } from './parent-platform.ts'
import type { ParentWish } from './parent-service.ts'

const RECORDER = '34020000001180000001'
const UPPER = '34010000002000000001'
const camera = (n: number) => `3402000000132000000${n}`

let platform: PlatformUnderTest
let node: NodeUnderTest
let atNode: DevicesAtNode
let gb: DeviceServices
let device: string
let parent: ParentPlatform

beforeEach(async () => {
  platform = await platformUnderTest()
  gb = platform.services.gb28181
  atNode = new DevicesAtNode()
  node = new NodeUnderTest(platform, { features: atNode.features })
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1), { interval: 2 })
  device = (await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId: RECORDER, type: 'nvr' })).id
  await catalog(device, [1, 2, 3])
  parent = await gb.parents.create(ADMINISTRATOR, wish)
})

afterEach(async () => {
  await node.close()
  await platform.close()
})

const wish: ParentWish = {
  ...{ space: 'default', name: 'City', description: '', enabled: true, serverId: UPPER, domain: '3401000000' },
  ...{ host: '192.0.2.80', port: 5060, transport: 'tcp', username: '', password: 'Upper!', expiresS: 3600 },
  ...{ keepaliveS: 60, charset: 'gb18030' },
}

async function emit(event: NodeEvent): Promise<void> {
  node.client.emit(event)
  platform.time.advance(100)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

function catalog(of: string, numbers: number[], change: Partial<CatalogItem> = {}): Promise<void> {
  const items = numbers.map(n => ({
    ...{ gbId: camera(n), name: `cam ${n}`, manufacturer: '', model: '', civilCode: '', address: '', parentIds: [] },
    ...{ businessGroupId: null, parental: false, status: 'on' as const, longitude: null, latitude: null, ptzType: 0 },
    ...{ more: {}, ...change },
  }))
  const end = { promised: items.length, received: items.length, complete: true }
  return emit({ type: 'device.catalog', device: of, sync: `s${numbers.join()}`, items, end, atMs: 1 })
}

async function channel(n: number): Promise<string> {
  const row = platform.db.selectFrom('channels').select('id').where('gb_id', '=', camera(n))
  return (await row.executeTakeFirstOrThrow()).id
}

/** What the nodes were told last of the upper platform. */
const told = () => atNode.of('devices.apply').at(-1)?.parents[0]
const shared = () => (told()?.channels ?? []).map(({ sharedId, name, parentId }) => [sharedId, name, parentId])
const waitFor = (check: () => void) => vi.waitFor(check, { interval: 2 })

const share = (change = {}) => ({ ...{ name: null, groupGbId: null, ...change } })

test('an upper platform comes to the nodes with all they need; its password is not answered', async () => {
  expect(parent).toMatchObject({ localId: '34020000002000000001', passwordSet: true, state: 'off', stateAtMs: null })
  expect(JSON.stringify(parent)).not.toContain('Upper!')
  await waitFor(() =>
    expect(told()).toMatchObject({
      ...{ id: parent.id, serverId: UPPER, host: '192.0.2.80', transport: 'tcp', password: 'Upper!', enabled: true },
      ...{ localId: '34020000002000000001', groups: [], channels: [] },
    }),
  )
  await gb.parents.update(ADMINISTRATOR, parent.id, { enabled: false })
  await waitFor(() => expect(told()).toMatchObject({ enabled: false }))
  await gb.parents.delete(ADMINISTRATOR, parent.id)
  await waitFor(() => expect(told()).toBeUndefined())
})

test('its state is what a node tells', async () => {
  await emit({ type: 'parent.state', parent: parent.id, state: 'failed', reason: '403', atMs: 7 })
  expect(await gb.parents.get(ADMINISTRATOR, parent.id)).toMatchObject({ state: 'failed', reason: '403', stateAtMs: 7 })
})

test('channels are shared under their own codes or others, and what cannot be is told', async () => {
  await platform.services.spaces.create(ADMINISTRATOR, 'other', {})
  const [one, two, three] = [await channel(1), await channel(2), await channel(3)]
  const wishes = [
    { channelId: one, ...share() },
    { channelId: two, ...share({ sharedId: camera(7), name: 'Gate' }) },
    { channelId: three, ...share({ sharedId: camera(7) }) },
    { channelId: 'ch_none', ...share() },
  ]
  const results = await gb.parents.share(ADMINISTRATOR, parent.id, wishes)
  expect(results.map(({ sharedId, error }) => [sharedId, error?.code])).toEqual([
    [camera(1), undefined],
    [camera(7), undefined],
    [null, 'CONFLICT'],
    [null, 'NOT_FOUND'],
  ])
  await waitFor(() =>
    expect(shared()).toEqual([
      [camera(1), 'cam 1', null],
      [camera(7), 'Gate', null],
    ]),
  )
  const { items } = await gb.parents.shares(ADMINISTRATOR, parent.id, '', 1)
  expect(items).toMatchObject([{ channelId: one, sharedId: camera(1), name: 'cam 1', deviceId: device }])
  expect(await gb.parents.unshare(ADMINISTRATOR, parent.id, [one, 'ch_none'])).toBe(1)
  await waitFor(() => expect(shared()).toHaveLength(1))
})

test('a channel whose code is taken there gets another one', async () => {
  const second = (
    await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId: '34020000001180000002', type: 'nvr' })
  ).id
  await catalog(second, [1])
  const rows = await platform.db.selectFrom('channels').select('id').where('gb_id', '=', camera(1)).execute()
  const wishes = rows.map(({ id }) => ({ channelId: id, ...share() }))
  const results = await gb.parents.share(ADMINISTRATOR, parent.id, wishes)
  expect(results.map(({ sharedId }) => sharedId)).toEqual([camera(1), '34020000001320000002'])
})

test('a stream that no device brings is shared under a code of its own; that of a channel is shared as the channel', async () => {
  const address = (name: string) => ({ space: 'default', app: 'live', name })
  const { services } = platform
  const pushed = await services.streams.create(ADMINISTRATOR, address('pushed'))
  const named = await services.streams.create(ADMINISTRATOR, address('named'))
  await services.streams.update(ADMINISTRATOR, named.id, { title: 'Stage' })
  const ofChannel = await services.streams.create(ADMINISTRATOR, address(camera(1)))
  await gb.parents.share(ADMINISTRATOR, parent.id, [{ channelId: await channel(2), ...share() }])
  const wish = (streamId: string, change = {}) => ({ streamId, ...share(change) })
  const results = await gb.streamShares.share(ADMINISTRATOR, parent.id, [
    wish(pushed.id),
    wish(named.id, { sharedId: camera(8) }),
    wish(ofChannel.id),
    wish(pushed.id, { sharedId: camera(2) }),
    wish(pushed.id, { groupGbId: '34010000002160000001' }),
    wish('st_none'),
  ])
  const made = '34020000001320900001'
  expect(results.map(({ sharedId, error }) => [sharedId, error?.code])).toEqual([
    [made, undefined],
    [camera(8), undefined],
    [null, 'INVALID'],
    [null, 'CONFLICT'],
    [null, 'NOT_FOUND'],
    [null, 'NOT_FOUND'],
  ])
  await waitFor(() =>
    expect(told()?.channels).toMatchObject([
      { sharedId: camera(2), deviceGbId: RECORDER },
      { sharedId: camera(8), deviceGbId: camera(8), name: 'Stage', path: 'default/live/named' },
      { sharedId: made, channelGbId: made, name: 'pushed', path: 'default/live/pushed', parentId: null },
    ]),
  )
  // shared once more it keeps its code, and no channel takes it away
  const again = await gb.streamShares.share(ADMINISTRATOR, parent.id, [wish(pushed.id, { name: 'Push' })])
  expect(again).toEqual([{ streamId: pushed.id, sharedId: made, error: null }])
  const taken = await gb.parents.share(ADMINISTRATOR, parent.id, [
    { channelId: await channel(3), ...share({ sharedId: made }) },
  ])
  expect(taken[0]?.error).toMatchObject({ code: 'CONFLICT' })
  const page = await gb.streamShares.list(ADMINISTRATOR, parent.id, camera(8), 10)
  expect(page.items).toEqual([
    { streamId: pushed.id, path: 'default/live/pushed', sharedId: made, name: 'Push', groupGbId: null },
  ])
  await services.streams.delete(ADMINISTRATOR, named.id)
  expect(await gb.streamShares.unshare(ADMINISTRATOR, parent.id, [pushed.id, named.id])).toBe(1)
  await waitFor(() => expect(shared()).toHaveLength(1))
})

test('what came from a platform is not shown to it again', async () => {
  const lower = (await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId: UPPER, type: 'platform' })).id
  await catalog(lower, [9])
  const wishes = [{ channelId: await channel(9), ...share() }]
  const [result] = await gb.parents.share(ADMINISTRATOR, parent.id, wishes)
  expect(result?.error).toMatchObject({ code: 'INVALID' })
})

test('groups make a tree of their own', async () => {
  const [group, organisation] = ['34010000002150000001', '34010000002160000001']
  const put = (gbId: string, parentGbId: string | null, directoryId: string | null = null) =>
    gb.parents.putGroup(ADMINISTRATOR, parent.id, { gbId, name: gbId, parentGbId, directoryId })
  await put(group, null)
  await put(organisation, group)
  await expect(put(group, organisation)).rejects.toMatchObject({ code: 'INVALID' })
  await expect(put(camera(1), null)).rejects.toMatchObject({ code: 'INVALID' })
  await expect(put(organisation, '34010000002160000009')).rejects.toMatchObject({ code: 'INVALID' })
  const wishes = [{ channelId: await channel(1), ...share({ groupGbId: organisation }) }]
  await gb.parents.share(ADMINISTRATOR, parent.id, wishes)
  await waitFor(() => expect(shared()).toEqual([[camera(1), 'cam 1', organisation]]))
  await gb.parents.deleteGroup(ADMINISTRATOR, parent.id, group)
  expect(await gb.parents.groups(ADMINISTRATOR, parent.id)).toMatchObject([{ gbId: organisation, parentGbId: null }])
  await gb.parents.deleteGroup(ADMINISTRATOR, parent.id, organisation)
  await waitFor(() => expect(shared()).toEqual([[camera(1), 'cam 1', null]]))
})

test('a shared directory follows what comes into it and goes', async () => {
  const make = async (name: string, parentId: string | null) =>
    (await gb.directories.create(ADMINISTRATOR, { space: 'default', parentId, name, description: '' })).id
  const school = await make('School', null)
  const hall = await make('Hall', school)
  const groups = await gb.parents.shareDirectory(ADMINISTRATOR, parent.id, school, null)
  const code = (name: string) => groups.find(group => group.name === name)?.gbId
  expect(groups).toMatchObject([
    { name: 'Hall', parentGbId: code('School'), directoryId: hall },
    { name: 'School', parentGbId: null, directoryId: school },
  ])
  expect(code('School')).toMatch(/^34020000002160000\d{3}$/)
  await gb.directories.bind(ADMINISTRATOR, { directoryId: school, deviceIds: [], channelIds: [await channel(1)] })
  await gb.directories.bind(ADMINISTRATOR, { directoryId: hall, deviceIds: [device], channelIds: [] })
  await waitFor(() => expect(shared().map(([id]) => id)).toEqual([camera(1), camera(2), camera(3)]))
  await catalog(device, [1, 2, 4])
  await waitFor(() => expect(shared().map(([id]) => id)).toEqual([camera(1), camera(2), camera(4)]))
  await gb.directories.bind(ADMINISTRATOR, { directoryId: null, deviceIds: [device], channelIds: [] })
  await waitFor(() => expect(shared()).toEqual([[camera(1), 'cam 1', code('School')]]))
  // shared once more it keeps its codes
  expect(await gb.parents.shareDirectory(ADMINISTRATOR, parent.id, school, null)).toEqual(groups)
})

test('the book of quirks reaches devices of its kind', async () => {
  const info = {
    type: 'device.info',
    device,
    name: '',
    manufacturer: 'Acme',
    model: 'N1',
    firmware: '2',
    channels: 3,
    atMs: 1,
  } as const
  await emit(info)
  const entry = (change: object) => ({ vendor: 'ACME', model: '', firmware: '', notes: '', quirks: {}, ...change })
  const entries = await gb.quirks.put(ADMINISTRATOR, [
    entry({ quirks: { a: 'vendor', b: 'vendor', c: 'vendor' } }),
    entry({ model: 'n1', quirks: { b: 'model', c: 'model' } }),
    entry({ firmware: '2', quirks: { c: 'firmware' } }),
    entry({ model: 'other', quirks: { a: 'other' } }),
  ])
  const quirks = () => atNode.of('devices.apply').at(-1)?.devices[0]?.quirks
  await waitFor(() => expect(quirks()).toEqual({ a: 'vendor', b: 'model', c: 'firmware' }))
  await gb.quirks.delete(ADMINISTRATOR, entries[0]?.id ?? '')
  await waitFor(() => expect(quirks()).toEqual({ b: 'model', c: 'firmware' }))
  expect(await gb.quirks.list(ADMINISTRATOR)).toHaveLength(3)
})
