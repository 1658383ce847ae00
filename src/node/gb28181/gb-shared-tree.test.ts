import { expect, test } from 'vitest'
import type { GbParent, SharedChannel } from '../../link/gb28181.ts'
import { SharedTree, type SharedView, treeChanges } from './gb-shared-tree.ts'

const SERVER = '34020000002000000001'
const LOCAL = '34020000002000000002'
const DEVICE = '34020000001180000001'
const BUSINESS = '34020000002150000001'
const FLOOR = '34020000002160000001'
const ROOM = '34020000002160000002'

const id = (number: number) => `3402000000131000${String(number).padStart(4, '0')}`

function channel(number: number, change: Partial<SharedChannel> = {}): SharedChannel {
  const where = { deviceGbId: DEVICE, channelGbId: id(number), space: 'default' }
  return { ...where, sharedId: id(number + 900), name: `channel ${number}`, parentId: null, ...change }
}

function parent(channels: SharedChannel[]): GbParent {
  return {
    ...{ id: 'pp', space: 'default', name: 'ours', enabled: true, serverId: SERVER, domain: '3402000000', host: 'h' },
    ...{ port: 5060, transport: 'udp', localId: LOCAL, username: LOCAL, password: null, expiresS: 3600 },
    ...{ keepaliveS: 60, charset: 'gb18030', channels },
    groups: [
      { gbId: ROOM, name: 'room', parentId: FLOOR },
      { gbId: FLOOR, name: 'floor', parentId: BUSINESS },
      { gbId: BUSINESS, name: 'house', parentId: null },
      { gbId: '34020001', name: 'street', parentId: null },
      { gbId: '3402', name: 'city', parentId: null },
    ],
  }
}

const view: SharedView = {
  facts: ({ channelGbId }) =>
    channelGbId === id(1)
      ? {
          ...{ manufacturer: 'M', model: 'D', civilCode: '340201', address: 'gate' },
          longitude: 117.5,
          latitude: 31.3,
          ptzType: 1,
        }
      : null,
  isOn: ({ channelGbId }) => channelGbId !== id(2),
}

test('our system, areas, business groups, virtual organisations from the top, then channels', () => {
  const items = new SharedTree(parent([channel(1, { parentId: ROOM }), channel(2, { parentId: '34020001' })])).items(
    view,
  )
  expect(items.map(({ deviceId }) => deviceId)).toEqual([
    ...[LOCAL, '3402', '34020001', BUSINESS, FLOOR, ROOM],
    ...[id(901), id(902)],
  ])
  const [system, city, , house, floor, room, first, second] = items
  expect(system).toMatchObject({ parental: true, parentIds: [SERVER], status: 'ON' })
  expect(city).toEqual({ deviceId: '3402', name: 'city' })
  expect(house).toEqual({ deviceId: BUSINESS, name: 'house', civilCode: '340200', parentIds: [LOCAL] })
  expect(floor).toEqual({ deviceId: FLOOR, name: 'floor', businessGroupId: BUSINESS })
  expect(room).toEqual({ deviceId: ROOM, name: 'room', parentIds: [FLOOR], businessGroupId: BUSINESS })
  expect(first).toMatchObject({
    ...{ parentIds: [LOCAL, ROOM], businessGroupId: BUSINESS, civilCode: '340201', status: 'ON' },
    ...{ manufacturer: 'M', model: 'D', longitude: 117.5, latitude: 31.3, info: { ptzType: 1 } },
  })
  expect(second).toMatchObject({ parentIds: [LOCAL], civilCode: '34020001', status: 'OFF', manufacturer: 'Sightline' })
  expect(second).not.toHaveProperty('info')
})

test('what is asked for by the code of a group, a channel, and one nobody knows', () => {
  const tree = new SharedTree(parent([channel(1, { parentId: ROOM }), channel(2, { parentId: BUSINESS }), channel(3)]))
  const below = (code: string) => tree.below(code, view).map(({ deviceId }) => deviceId)
  expect(below(BUSINESS)).toEqual([BUSINESS, FLOOR, ROOM, id(901), id(902)])
  expect(below(ROOM)).toEqual([ROOM, id(901)])
  expect(below(id(903))).toEqual([id(903)])
  expect(below(LOCAL)).toHaveLength(9)
  expect(below('34020000001310009999')).toEqual([])
})

test('channels of the platform itself are not offered back to it', () => {
  const tree = new SharedTree(parent([channel(1, { deviceGbId: SERVER }), channel(2)]))
  expect([...tree.channels.keys()]).toEqual([id(902)])
  expect([tree.isRefused(id(901)), tree.isRefused(id(902)), tree.has(id(901))]).toEqual([true, false, true])
})

test('a device that is meant as a whole stands for its only channel', () => {
  const one = new SharedTree(parent([channel(1)]))
  const two = new SharedTree(parent([channel(1), channel(2)]))
  expect(one.ofSource(DEVICE, DEVICE)?.sharedId).toBe(id(901))
  expect(two.ofSource(DEVICE, DEVICE)).toBeNull()
  expect(two.ofSource(DEVICE, id(2))?.sharedId).toBe(id(902))
  expect(two.ofSource(DEVICE, id(3))).toBeNull()
})

test('groups that hang below each other in a circle end', () => {
  const circle = parent([channel(1, { parentId: ROOM })])
  const groups = circle.groups.map(group => (group.gbId === BUSINESS ? { ...group, parentId: ROOM } : group))
  expect(new SharedTree({ ...circle, groups }).items(view)).toHaveLength(7)
})

const told = (before: SharedTree, after: SharedTree) =>
  treeChanges(before, after, view).map(({ event, deviceId }) => `${event} ${deviceId}`)

test('changes: gone first, then new and other words', () => {
  const before = new SharedTree(parent([channel(1), channel(2), channel(3)]))
  const after = new SharedTree(parent([channel(2, { name: 'gate' }), channel(3), channel(4)]))
  expect(told(before, after)).toEqual([`DEL ${id(901)}`, `UPDATE ${id(902)}`, `ADD ${id(904)}`])
  const [gone, renamed] = treeChanges(before, after, view)
  expect(gone).toEqual({ deviceId: id(901), event: 'DEL' })
  expect(renamed).toMatchObject({ name: 'gate', status: 'OFF' })
  expect(told(after, after)).toEqual([])
})

test('changes of groups take the channels with them that hang below', () => {
  const channels = [channel(1, { parentId: ROOM }), channel(2)]
  const before = parent(channels)
  const groups = before.groups.map(group =>
    group.gbId === FLOOR ? { ...group, name: 'ground', parentId: null } : group,
  )
  expect(told(new SharedTree(before), new SharedTree({ ...before, groups }))).toEqual([
    `UPDATE ${FLOOR}`,
    `UPDATE ${ROOM}`,
    `UPDATE ${id(901)}`,
  ])
})

test('20 000 channels of which one is new: nothing is written of the others', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => {
    const serial = String(index).padStart(6, '0')
    const code = `34020000001310${serial}`
    return { ...channel(1), channelGbId: code, sharedId: code }
  })
  const before = new SharedTree(parent(many.slice(1)))
  const after = new SharedTree(parent(many))
  let looks = 0
  const counting: SharedView = {
    facts: shared => {
      looks++
      return view.facts(shared)
    },
    isOn: view.isOn,
  }
  expect(treeChanges(before, after, counting)).toHaveLength(1)
  expect(looks).toBe(1)
})
