import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chosenDatabase, type TestDatabase } from '../../../test/databases.ts'
import { ADMINISTRATOR } from '../../../test/support/platform-under-test.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { SpacesState } from '../../link/messages.ts'
import type { Actor } from '../access/actor.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { AuditService } from '../audit/audit-service.ts'
import { ForbidService } from '../streams/forbid-service.ts'
import { SpaceService } from './space-service.ts'

const OPERATOR: Actor = { ...ADMINISTRATOR, id: 'us_o', name: 'olga', role: 'operator' }
const VIEWER: Actor = { ...ADMINISTRATOR, id: 'us_v', name: 'eve', role: 'viewer' }
const HOUR_MS = 3_600_000

let database: TestDatabase
let time: FakeTime
let spaces: SpaceService
let forbidden: ForbidService
let changes: number

async function open(): Promise<void> {
  const audit = new AuditLog(time)
  spaces = await SpaceService.open(database.db, time, audit)
  forbidden = new ForbidService(database.db, time, spaces, audit)
  changes = 0
  spaces.onChange(() => changes++)
}

beforeEach(async () => {
  database = await chosenDatabase.create()
  time = new FakeTime()
  await open()
})

afterEach(() => database.remove())

async function addStream(path: string): Promise<string> {
  const [space = '', app = '', name = ''] = path.split('/')
  const id = `st_${name}`
  await database.db.insertInto('streams').values({ id, path, space, app, name, created_at: 0 }).execute()
  return id
}

const trail = async () => (await new AuditService(database.db, time).list(ADMINISTRATOR, { limit: 100 })).items

describe('spaces', () => {
  test('are made with keys of their own, changed and deleted; nodes learn of each change', async () => {
    await spaces.create(ADMINISTRATOR, 'acme', { play: 'open', maxViewers: 7 })
    await expect(spaces.create(ADMINISTRATOR, 'acme', {})).rejects.toMatchObject({ code: 'CONFLICT' })
    const [acme, own] = spaces.desired.spaces
    expect(acme).toMatchObject({ name: 'acme', publish: 'key', play: 'open', enabled: true, maxViewers: 7 })
    expect(acme?.pushKeys[0]).not.toBe(own?.pushKeys[0])
    const { revision } = spaces.desired
    await spaces.update(ADMINISTRATOR, 'acme', { enabled: false, maxViewers: null })
    expect(spaces.desired.revision).toBeGreaterThan(revision)
    expect(spaces.state('acme')).toMatchObject({ enabled: false })
    expect(spaces.state('acme')).not.toHaveProperty('maxViewers')
    await spaces.delete(ADMINISTRATOR, 'acme', null)
    expect(spaces.state('acme')).toBeUndefined()
    expect(changes).toBe(3)
    expect(await database.db.selectFrom('space_keys').selectAll().where('space', '=', 'acme').execute()).toEqual([])
    expect(await trail()).toMatchObject([
      { action: 'space.delete', object: 'acme', after: null },
      {
        action: 'space.update',
        before: '{"enabled":true,"maxViewers":7}',
        after: '{"enabled":false,"maxViewers":null}',
      },
      { action: 'space.create', object: 'acme', before: null },
    ])
  })

  test('with streams are deleted only by name, the default space never', async () => {
    await spaces.create(ADMINISTRATOR, 'acme', {})
    const id = await addStream('acme/live/cam')
    await forbidden.forbid(OPERATOR, id, { untilMs: null, reason: '' })
    await expect(spaces.delete(ADMINISTRATOR, 'acme', null)).rejects.toMatchObject({ code: 'SPACE_NOT_EMPTY' })
    await expect(spaces.delete(ADMINISTRATOR, 'acme', 'default')).rejects.toMatchObject({ code: 'SPACE_NOT_EMPTY' })
    await spaces.delete(ADMINISTRATOR, 'acme', 'acme')
    expect(await database.db.selectFrom('streams').select('id').execute()).toEqual([])
    expect(spaces.desired.forbidden).toEqual([])
    await expect(spaces.delete(ADMINISTRATOR, 'default', 'default')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(spaces.delete(ADMINISTRATOR, 'none', null)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('keep their rules over a restart, in a form that nodes take', async () => {
    const list = { allow: ['192.0.2.0/24'], deny: ['192.0.2.7'] }
    const hosts = { allow: ['example.com'], deny: [] }
    const rules = {
      addressRules: { publish: list, play: { allow: ['all'], deny: [] } },
      refererRules: { allowEmpty: true, all: hosts, publish: hosts, play: hosts },
    }
    await spaces.update(ADMINISTRATOR, 'default', { ...rules, maxViewersPerStream: 5, chunkSize: 4096 })
    await database.reopen()
    await open()
    expect(spaces.state('default')).toMatchObject({ ...rules, maxViewersPerStream: 5, chunkSize: 4096 })
    expect(SpacesState.parse(spaces.desired)).toEqual(spaces.desired)
    await spaces.update(ADMINISTRATOR, 'default', { addressRules: null })
    expect(spaces.state('default')).not.toHaveProperty('addressRules')
  })

  test('are changed by administrators; operators get the keys, viewers look', async () => {
    for (const actor of [OPERATOR, VIEWER]) {
      for (const attempt of [
        () => spaces.create(actor, 'x', {}),
        () => spaces.update(actor, 'default', { play: 'open' }),
        () => spaces.delete(actor, 'default', null),
        () => spaces.rotatePushKey(actor, 'default', 0),
        () => spaces.rotatePlayKey(actor, 'default'),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' })
      }
      expect(await spaces.list(actor)).toHaveLength(1)
    }
    expect((await spaces.keys(OPERATOR, 'default')).push).toHaveLength(1)
    await expect(spaces.keys(VIEWER, 'default')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('keys', () => {
  test('a replaced push key is good for the grace time and is known to the nodes with its end', async () => {
    const [old = ''] = spaces.state('default')?.pushKeys ?? []
    const { push } = await spaces.rotatePushKey(ADMINISTRATOR, 'default', HOUR_MS)
    const untilMs = time.nowMs() + HOUR_MS
    expect(push).toMatchObject([{ validUntilMs: null }, { key: old, validUntilMs: untilMs }])
    expect(spaces.state('default')).toMatchObject({
      pushKeys: [push[0]?.key],
      retiringPushKeys: [{ key: old, untilMs }],
    })
    time.advance(HOUR_MS)
    expect((await spaces.keys(ADMINISTRATOR, 'default')).push).toHaveLength(1)
    await spaces.tidy()
    expect(await database.db.selectFrom('space_keys').select('id').execute()).toHaveLength(2)
  })

  test('without a grace time the old key ends at once, also one that was still good', async () => {
    await spaces.rotatePushKey(ADMINISTRATOR, 'default', HOUR_MS)
    const { push } = await spaces.rotatePushKey(ADMINISTRATOR, 'default', 0)
    expect(push).toHaveLength(1)
    expect(spaces.state('default')).not.toHaveProperty('retiringPushKeys')
  })

  test('a grace time is never made longer, and old keys are not endlessly many', async () => {
    const [old] = spaces.state('default')?.pushKeys ?? []
    await spaces.rotatePushKey(ADMINISTRATOR, 'default', HOUR_MS)
    const firstEnd = time.nowMs() + HOUR_MS
    await spaces.rotatePushKey(ADMINISTRATOR, 'default', 5 * HOUR_MS)
    const { push } = await spaces.keys(ADMINISTRATOR, 'default')
    expect(push.find(({ key }) => key === old)?.validUntilMs).toBe(firstEnd)
    for (let i = 0; i < 10; i++) await spaces.rotatePushKey(ADMINISTRATOR, 'default', HOUR_MS)
    expect((await spaces.keys(ADMINISTRATOR, 'default')).push).toHaveLength(9)
    expect(SpacesState.parse(spaces.desired).spaces[0]?.retiringPushKeys).toHaveLength(8)
  })

  test('signing keys: main becomes backup, the backup before is gone', async () => {
    const [first] = spaces.state('default')?.playKeys ?? []
    await spaces.rotatePlayKey(ADMINISTRATOR, 'default')
    const [second, backup] = spaces.state('default')?.playKeys ?? []
    expect([backup, second === first]).toEqual([first, false])
    await spaces.rotatePlayKey(ADMINISTRATOR, 'default')
    expect(spaces.state('default')?.playKeys).toEqual([expect.not.stringMatching(String(second)), second])
  })

  test('are not in the audit log', async () => {
    const { push, play } = await spaces.rotatePushKey(ADMINISTRATOR, 'default', HOUR_MS)
    await spaces.rotatePlayKey(ADMINISTRATOR, 'default')
    const text = JSON.stringify(await trail())
    for (const { key } of [...push, ...play]) expect(text).not.toContain(key)
    expect(text).toContain('space.rotatePushKey')
  })
})

describe('forbidden streams', () => {
  test('are told to the nodes until they are resumed, over restarts too', async () => {
    const id = await addStream('default/live/cam')
    await forbidden.forbid(OPERATOR, id, { untilMs: null, reason: 'wrong camera' })
    const told = [{ path: 'default/live/cam', untilMs: null, reason: 'wrong camera' }]
    expect(spaces.desired.forbidden).toEqual(told)
    await database.reopen()
    await open()
    expect(spaces.desired.forbidden).toEqual(told)
    expect(spaces.forbidden('default/live/cam')).toEqual({ untilMs: null, reason: 'wrong camera' })
    expect(await forbidden.list(VIEWER)).toMatchObject([{ by: 'olga', sinceMs: time.nowMs() }])
    await forbidden.resume(OPERATOR, id)
    expect(spaces.desired.forbidden).toEqual([])
    expect(changes).toBe(1)
    await expect(forbidden.resume(OPERATOR, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await trail()).toMatchObject([
      { action: 'stream.resume', object: id, actor_name: 'olga' },
      { action: 'stream.forbid', object: id, after: expect.stringContaining('wrong camera') },
    ])
  })

  test('end by themselves', async () => {
    const id = await addStream('default/live/cam')
    await forbidden.forbid(OPERATOR, id, { untilMs: time.nowMs() + 1000, reason: '' })
    expect(spaces.desired.forbidden).toEqual([{ path: 'default/live/cam', untilMs: time.nowMs() + 1000 }])
    time.advance(1000)
    expect(spaces.forbidden('default/live/cam')).toBeNull()
    expect(await forbidden.list(OPERATOR)).toEqual([])
    await expect(forbidden.resume(OPERATOR, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await spaces.tidy()
    expect(await database.db.selectFrom('forbidden_streams').selectAll().execute()).toEqual([])
  })

  test('are not forbidden in the past, by viewers, or without being there', async () => {
    const id = await addStream('default/live/cam')
    const until = { untilMs: time.nowMs(), reason: '' }
    await expect(forbidden.forbid(OPERATOR, id, until)).rejects.toMatchObject({ code: 'INVALID' })
    await expect(forbidden.forbid(VIEWER, id, until)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(forbidden.forbid(OPERATOR, 'st_none', until)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(changes).toBe(0)
  })
})
