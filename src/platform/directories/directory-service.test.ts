import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ADMINISTRATOR, type PlatformUnderTest, platformUnderTest } from '../../../test/support/platform-under-test.ts'
import type { DeviceServices } from '../devices/compose-devices.ts'
import type { TreeNode } from './tree-reader.ts'

const RECORDER = '34020000001180000001'

let platform: PlatformUnderTest
let gb: DeviceServices

beforeEach(async () => {
  platform = await platformUnderTest()
  gb = platform.services.gb28181
})

afterEach(() => platform.close())

const make = async (name: string, parentId: string | null = null) =>
  (await gb.directories.create(ADMINISTRATOR, { space: 'default', parentId, name, description: '' })).id
const device = async (gbId: string, name: string) =>
  (await gb.devices.create(ADMINISTRATOR, { space: 'default', gbId, name, type: 'nvr' })).id
const children = (of: string | null) => gb.directories.children(ADMINISTRATOR, 'default', of, null, 100)
const lines = async (of: string | null) =>
  (await children(of)).items.map(({ kind, name, counts, expandable }) => [kind, name, counts?.channels, expandable])

/** Channels `1..count` of a device, told at once; half of them are on, in ten places. */
async function addChannels(deviceId: string, count: number): Promise<void> {
  await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(count)})
    insert into channels (id, device_id, space, gb_id, stream_name, kind, name, told_name, manufacturer, model, civil_code,
      address, parent_ids, place, parental, status, ptz_type, more, search, enabled, sync, created_at, updated_at)
    select 'ch_' || cast(i as text), ${deviceId}, 'default', '3402000000132' || cast(1000000 + i as text),
      '3402000000132' || cast(1000000 + i as text), 'video', 'Camera ' || cast(i as text), '', '', '', '', '', '[]',
      '3402000000216000000' || cast(i % 10 as text), 0, case when i % 2 = 0 then 'on' else 'off' end, 0, '{}',
      'camera ' || cast(i as text) || ' 3402000000132' || cast(1000000 + i as text), 1, 's', 0, 0 from n`.execute(
    platform.db,
  )
  for (let i = 0; i < 10; i++) {
    await platform.db
      .insertInto('directories')
      .values({
        ...{
          id: `dr_m${i}`,
          space: 'default',
          parent_id: i === 0 ? null : 'dr_m0',
          kind: 'organisation',
          name: `org ${i}`,
        },
        ...{ description: '', device_id: deviceId, gb_id: `3402000000216000000${i}`, parent_gb_id: '', sync: 's' },
        created_at: 0,
      })
      .execute()
  }
}

describe('the tree', () => {
  test('directories, devices and channels, counted with all below them', async () => {
    const school = await make('School')
    const hall = await make('Hall', school)
    const recorder = await device(RECORDER, 'Recorder')
    await addChannels(recorder, 20)
    await platform.db.updateTable('devices').set({ state: 'on' }).execute()
    expect(await lines(null)).toEqual([
      ['directory', 'School', 0, true],
      ['device', 'Recorder', 20, true],
    ])
    await gb.directories.bind(ADMINISTRATOR, { directoryId: hall, deviceIds: [recorder], channelIds: [] })
    await gb.directories.bind(ADMINISTRATOR, { directoryId: school, deviceIds: [], channelIds: ['ch_4'] })
    expect(await lines(null)).toEqual([['directory', 'School', 21, true]])
    expect((await children(null)).items[0]?.counts).toEqual({ channels: 21, online: 11 })
    expect(await lines(school)).toEqual([
      ['directory', 'Hall', 20, true],
      ['channel', 'Camera 4', undefined, false],
    ])
    expect(await lines(hall)).toEqual([['device', 'Recorder', 20, true]])
    expect(await lines(recorder)).toEqual([['directory', 'org 0', 20, true]])
    expect((await lines('dr_m0')).map(([, name]) => name)).toEqual([
      ...Array.from({ length: 9 }, (_, i) => `org ${i + 1}`),
      'Camera 10',
      'Camera 20',
    ])
  })

  test('is read in pages that go on where the one before ended', async () => {
    await make('A')
    await device(RECORDER, 'B')
    await device('34020000001180000002', 'A')
    const names: string[] = []
    for (let cursor: string | null = null; ; ) {
      const page: { items: TreeNode[]; next: string | null } = await gb.directories.children(
        ...([ADMINISTRATOR, 'default', null, cursor, 1] as const),
      )
      names.push(...page.items.map(({ kind, name }) => `${kind} ${name}`))
      cursor = page.next
      if (cursor === null) break
    }
    expect(names).toEqual(['directory A', 'device A', 'device B'])
    await expect(gb.directories.children(ADMINISTRATOR, 'default', null, 'x', 1)).rejects.toMatchObject({
      code: 'INVALID',
    })
  })

  test('what is searched for is told with where it is', async () => {
    const school = await make('School')
    const recorder = await device(RECORDER, 'Recorder')
    await addChannels(recorder, 20)
    await gb.directories.bind(ADMINISTRATOR, { directoryId: school, deviceIds: [recorder], channelIds: [] })
    const found = await gb.directories.search(ADMINISTRATOR, 'default', 'mera 13', 10)
    expect(found.map(({ name, where }) => [name, where])).toEqual([
      ['Camera 13', ['School', 'Recorder', 'org 0', 'org 3']],
    ])
    const code = await gb.directories.search(ADMINISTRATOR, 'default', '1321000005', 10)
    expect(code.map(({ name }) => name)).toEqual(['Camera 5'])
    const others = await gb.directories.search(ADMINISTRATOR, 'default', 'RE', 10)
    expect(others.map(({ kind, name, where }) => [kind, name, where])).toContainEqual([
      'device',
      'Recorder',
      ['School'],
    ])
  })
})

describe('directories', () => {
  test('hang elsewhere, but not below themselves', async () => {
    const a = await make('a')
    const b = await make('b', a)
    const invalid = { code: 'INVALID', details: { field: 'body.parentId' } }
    await expect(gb.directories.update(ADMINISTRATOR, a, { parentId: b })).rejects.toMatchObject(invalid)
    await expect(gb.directories.update(ADMINISTRATOR, a, { parentId: a })).rejects.toMatchObject(invalid)
    expect(await gb.directories.update(ADMINISTRATOR, b, { parentId: null, name: 'c' })).toMatchObject({
      name: 'c',
      parentId: null,
    })
    await expect(make('x', 'dr_none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('go with all below them; what was in them is at the top', async () => {
    const a = await make('a')
    const b = await make('b', a)
    const recorder = await device(RECORDER, 'Recorder')
    await gb.directories.bind(ADMINISTRATOR, { directoryId: b, deviceIds: [recorder], channelIds: [] })
    await gb.directories.delete(ADMINISTRATOR, a)
    expect(await lines(null)).toEqual([['device', 'Recorder', 0, false]])
  })

  test('take only what is of their space, and tell what they did not take', async () => {
    const a = await make('a')
    await platform.services.spaces.create(ADMINISTRATOR, 'other', {})
    const foreign = await gb.devices.create(ADMINISTRATOR, { space: 'other', gbId: RECORDER })
    const results = await gb.directories.bind(ADMINISTRATOR, {
      ...{ directoryId: a, deviceIds: [foreign.id, 'dv_none'], channelIds: [] },
    })
    expect(results.map(({ id, error }) => [id, error?.code])).toEqual([
      [foreign.id, 'FORBIDDEN'],
      ['dv_none', 'NOT_FOUND'],
    ])
  })

  test('of a catalog are not changed by people', async () => {
    await addChannels(await device(RECORDER, 'Recorder'), 1)
    const refused = { code: 'FORBIDDEN' }
    await expect(gb.directories.update(ADMINISTRATOR, 'dr_m1', { name: 'x' })).rejects.toMatchObject(refused)
    await expect(gb.directories.delete(ADMINISTRATOR, 'dr_m1')).rejects.toMatchObject(refused)
    const binding = { directoryId: 'dr_m1', deviceIds: [], channelIds: [] }
    await expect(gb.directories.bind(ADMINISTRATOR, binding)).rejects.toMatchObject(refused)
  })
})

test('100 000 channels: each look gives its first page', { timeout: 120_000 }, async () => {
  const recorder = await device(RECORDER, 'Recorder')
  await addChannels(recorder, 100_000)
  const sort = { by: 'name', descending: false } as const
  const { directories, channels } = gb
  expect((await children(recorder)).items).not.toEqual([])
  expect(await directories.search(ADMINISTRATOR, 'default', 'camera 99999', 50)).not.toEqual([])
  expect((await channels.list(ADMINISTRATOR, { sort, limit: 100, space: 'default' })).items).toHaveLength(100)
  expect((await channels.list(ADMINISTRATOR, { sort, limit: 100, text: '99999' })).items).not.toEqual([])
})
