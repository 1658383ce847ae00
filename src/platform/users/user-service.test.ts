import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { chosenDatabase, type TestDatabase } from '../../../test/databases.ts'
import { ADMINISTRATOR } from '../../../test/support/platform-under-test.ts'
import { FakeTime } from '../../base/fake-time.ts'
import type { Actor, Role } from '../access/actor.ts'
import { Authenticator } from '../access/authenticator.ts'
import { ApiKeyService } from '../api-keys/api-key-service.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { AuditService } from '../audit/audit-service.ts'
import type { NewSession } from './session-service.ts'
import { SessionService } from './session-service.ts'
import { UserService } from './user-service.ts'

// hashing a password is meant to be slow; users.test.ts does it in earnest
vi.mock(import('./password.ts'), async original => {
  const hashPassword = async (password: string) => createHash('sha256').update(password).digest('hex')
  const verifyPassword = async (password: string, stored: string) => (await hashPassword(password)) === stored
  return { ...(await original()), hashPassword, verifyPassword }
})

const DAY_MS = 86_400_000
const PASSWORD = 'correct horse'
const origin = { remote: '192.0.2.9', traceId: 't9' }
const byName = { sort: { by: 'name', descending: false }, limit: 10 } as const

let database: TestDatabase
let time: FakeTime
let users: UserService
let sessions: SessionService
let apiKeys: ApiKeyService
let authenticator: Authenticator
let audit: AuditService
let admin: Actor

beforeEach(async () => {
  database = await chosenDatabase.create()
  time = new FakeTime()
  const log = new AuditLog(time)
  users = new UserService(database.db, time, log)
  sessions = new SessionService(database.db, time, log)
  apiKeys = new ApiKeyService(database.db, time, log)
  authenticator = new Authenticator(sessions, apiKeys)
  audit = new AuditService(database.db, time)
  await users.ensureAdministrator(PASSWORD)
  admin = (await login('admin')).actor
})

afterEach(() => database.remove())

const login = (username: string, password = PASSWORD): Promise<NewSession> =>
  sessions.login({ username, password, agent: 'test', ...origin })
const add = (name: string, role: Role) => users.create(admin, { name, role, password: PASSWORD })
const whoHas = (token: string) => authenticator.authenticate(token, origin)
const trail = async () =>
  (await audit.list(ADMINISTRATOR, { limit: 100 })).items.map(({ action, before, after }) => [action, before, after])

test('accounts are made, listed, changed and deleted, and each change is in the audit log', async () => {
  const eve = await add('Eve', 'viewer')
  expect(eve).toMatchObject({ name: 'eve', role: 'viewer', disabled: false, lastLoginAtMs: null })
  await expect(add('EVE', 'operator')).rejects.toMatchObject({ code: 'CONFLICT' })
  const names = async (page: Parameters<UserService['list']>[2], filter = {}) =>
    (await users.list(admin, filter, page)).items.map(user => user.name)
  expect(await names(byName)).toEqual(['admin', 'eve'])
  expect(await names({ ...byName, after: { value: 'admin', name: 'admin' } })).toEqual(['eve'])
  expect(await names(byName, { role: 'viewer' })).toEqual(['eve'])
  expect(await names(byName, { text: 'DM' })).toEqual(['admin'])
  expect(await names(byName, { text: '%' })).toEqual([])
  expect(await users.update(admin, eve.id, { role: 'operator' })).toMatchObject({ role: 'operator' })
  await users.delete(admin, eve.id)
  await expect(users.get(admin, eve.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await trail()).toEqual([
    ['user.delete', '{"name":"eve","role":"operator","disabled":false}', null],
    ['user.update', '{"role":"viewer"}', '{"role":"operator"}'],
    ['user.create', null, '{"name":"eve","role":"viewer","disabled":false}'],
    ['session.create', null, null],
  ])
})

test.each([
  ['short', 'at least 8 letters'],
  ['Somebody', 'the user name is no password'],
  ['x'.repeat(257), 'at most 256 letters'],
])('the password %s is refused', async (password, reason) => {
  const made = users.create(admin, { name: 'somebody', role: 'viewer', password })
  await expect(made).rejects.toMatchObject({ code: 'INVALID', details: { field: 'body.password', reason } })
})

test('the last administrator who can log in stays', async () => {
  const last = { code: 'LAST_ADMINISTRATOR' }
  const disabled = await add('second', 'administrator')
  await users.update(admin, disabled.id, { disabled: true })
  await expect(users.delete(admin, admin.id)).rejects.toMatchObject(last)
  await expect(users.update(admin, admin.id, { role: 'viewer' })).rejects.toMatchObject(last)
  await expect(users.update(admin, admin.id, { disabled: true })).rejects.toMatchObject(last)
  await users.update(admin, disabled.id, { disabled: false })
  const both = await Promise.allSettled([
    users.update(admin, admin.id, { role: 'viewer' }),
    users.update(admin, disabled.id, { role: 'viewer' }),
  ])
  expect(both.map(result => result.status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('a disabled account is out at once: sessions, keys, login', async () => {
  const eve = await add('eve', 'operator')
  const { token, actor } = await login('eve')
  const { secret } = await apiKeys.create(actor, { name: 'k', scopes: ['read'], expiresAtMs: null })
  await users.update(admin, eve.id, { disabled: true })
  await expect(whoHas(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await expect(whoHas(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await expect(login('eve')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await users.update(admin, eve.id, { disabled: false })
  await expect(whoHas(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect((await whoHas(secret)).kind).toBe('key')
})

test('a role counts from the next request on', async () => {
  const eve = await add('eve', 'operator')
  const { token } = await login('eve')
  await users.update(admin, eve.id, { role: 'viewer' })
  expect((await whoHas(token)).role).toBe('viewer')
})

test('changing the password takes the old one and ends all sessions', async () => {
  const other = await login('admin')
  await expect(users.changePassword(admin, 'wrong', 'battery staple')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await users.changePassword(admin, PASSWORD, 'battery staple')
  await expect(whoHas(other.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await expect(login('admin')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect((await login('admin', 'battery staple')).actor.id).toBe(admin.id)
  expect(JSON.stringify(await trail())).not.toMatch(/horse|battery|[0-9a-f]{64}/)
})

test('guessing the old password of a stolen session is slowed down', async () => {
  for (let i = 0; i < 5; i++) await users.changePassword(admin, 'wrong', 'battery staple').catch(() => {})
  await expect(users.changePassword(admin, PASSWORD, 'battery staple')).rejects.toMatchObject({
    code: 'TOO_MANY_REQUESTS',
  })
})

test('an administrator sets the password of others, not his own', async () => {
  const eve = await add('eve', 'viewer')
  const { token } = await login('eve')
  await users.resetPassword(admin, eve.id, 'battery staple')
  await expect(whoHas(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect((await login('eve', 'battery staple')).actor.name).toBe('eve')
  await expect(users.resetPassword(admin, admin.id, 'battery staple')).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('sessions are listed and revoked, by others only as administrator', async () => {
  await add('eve', 'viewer')
  const eve = await login('eve')
  const again = await login('eve')
  expect(await sessions.list(eve.actor, eve.actor.id)).toMatchObject([
    { remote: '192.0.2.9', agent: 'test', user_name: 'eve' },
    { user_name: 'eve' },
  ])
  await expect(sessions.list(eve.actor, null)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(sessions.list(eve.actor, admin.id)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await sessions.list(admin, null)).toHaveLength(3)
  await expect(sessions.revoke(eve.actor, admin.credential)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await sessions.revoke(eve.actor, again.actor.credential)
  await expect(whoHas(again.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await sessions.revoke(admin, eve.actor.credential)
  await expect(whoHas(eve.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  await sessions.revokeAll(admin, admin.id)
  expect(await sessions.list(ADMINISTRATOR, null)).toEqual([])
})

test('last use is kept to the minute', async () => {
  const { token, actor } = await login('admin')
  const lastUsed = async () => {
    await whoHas(token)
    const all = await sessions.list(actor, actor.id)
    return all.find(session => session.id === actor.credential)?.last_used_at
  }
  const start = time.nowMs()
  time.advance(59_999)
  expect(await lastUsed()).toBe(start)
  time.advance(1)
  expect(await lastUsed()).toBe(start + 60_000)
})

test('one account has at most 100 sessions, the oldest go', async () => {
  for (let i = 0; i < 3; i++) {
    time.advance(1)
    await login('admin')
  }
  const row = await database.db.selectFrom('sessions').selectAll().executeTakeFirstOrThrow()
  const many = Array.from({ length: 100 }, (_, i) => ({
    ...row,
    id: `ss_${i}`,
    token_hash: `${i}`,
    created_at: row.created_at - 1 - i,
  }))
  await database.db.insertInto('sessions').values(many).execute()
  await login('admin')
  const left = await sessions.list(ADMINISTRATOR, admin.id)
  expect(left).toHaveLength(100)
  expect(left.map(session => session.id)).not.toContain('ss_99')
})

describe('API keys', () => {
  const key = (change: object = {}, as = admin) =>
    apiKeys.create(as, { name: 'grafana', scopes: ['read'], expiresAtMs: null, ...change })

  test('are shown once, act within scopes, expire and are revoked', async () => {
    const { key: made, secret } = await key({ expiresAtMs: time.nowMs() + DAY_MS })
    expect(secret).toMatch(/^slk_[\w-]{43}$/)
    const rows = JSON.stringify([
      await database.db.selectFrom('api_keys').selectAll().execute(),
      await database.db.selectFrom('audit').selectAll().execute(),
    ])
    expect(rows).not.toContain(secret)
    const actor = await whoHas(secret)
    expect(actor).toMatchObject({ kind: 'key', id: admin.id, name: 'admin (grafana)', scopes: ['read'] })
    await expect(users.list(actor, {}, byName)).rejects.toMatchObject({
      details: { reason: 'the API key does not have the scope users:write' },
    })
    expect(await apiKeys.list(admin, admin.id)).toMatchObject([{ id: made.id, lastUsedFrom: '192.0.2.9' }])
    time.advance(DAY_MS)
    await expect(whoHas(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const lasting = await key()
    await apiKeys.revoke(admin, lasting.key.id)
    await expect(whoHas(lasting.secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('never may more than their user may now', async () => {
    const eve = await add('eve', 'operator')
    const { actor } = await login('eve')
    const { secret } = await key({ scopes: ['streams:write', 'spaces:write', 'users:write'] }, actor)
    await users.update(admin, eve.id, { role: 'viewer' })
    expect(await whoHas(secret)).toMatchObject({ role: 'viewer' })
    await users.delete(admin, eve.id)
    await expect(whoHas(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('make no keys, end no sessions and change no password, whatever their scopes', async () => {
    const { secret } = await key({ scopes: ['read', 'users:write', 'system:write'] })
    const actor = await whoHas(secret)
    for (const attempt of [
      () => key({}, actor),
      () => apiKeys.list(actor, admin.id),
      () => sessions.revokeAll(actor, admin.id),
      () => users.changePassword(actor, PASSWORD, 'battery staple'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        details: { reason: 'it takes a login, not an API key' },
      })
    }
  })

  test('are for those who operate, and of their own', async () => {
    await add('eve', 'viewer')
    await add('olga', 'operator')
    const { key: made } = await key()
    await expect(key({}, (await login('eve')).actor)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const olga = (await login('olga')).actor
    await expect(apiKeys.revoke(olga, made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(apiKeys.list(olga, null)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await key({}, olga)
    expect(await apiKeys.list(admin, null)).toHaveLength(2)
  })

  test('cannot begin in the past, and there are not endlessly many', async () => {
    await expect(key({ expiresAtMs: time.nowMs() })).rejects.toMatchObject({ code: 'INVALID' })
    const { key: made } = await key()
    const row = await database.db.selectFrom('api_keys').selectAll().where('id', '=', made.id).executeTakeFirstOrThrow()
    const many = Array.from({ length: 99 }, (_, i) => ({ ...row, id: `ak_${i}`, token_hash: `${i}` }))
    await database.db.insertInto('api_keys').values(many).execute()
    await expect(key()).rejects.toMatchObject({ code: 'LIMIT_REACHED' })
  })
})

describe('audit log', () => {
  test('has refused logins with their address, and logins', async () => {
    await login('nobody', 'wrong').catch(() => {})
    const [entry] = (await audit.list(admin, { limit: 1 })).items
    expect(entry).toMatchObject({
      action: 'session.refuse',
      actor_kind: 'nobody',
      actor_name: 'nobody',
      remote: '192.0.2.9',
      trace_id: 't9',
      at: time.nowMs(),
    })
  })

  test('is filtered, searched and paged', async () => {
    const eve = await add('eve', 'viewer')
    time.advance(1000)
    await users.update(admin, eve.id, { role: 'operator' })
    const found = async (query: object) => {
      const numbers: number[] = []
      for (let before: number | undefined; ; ) {
        const page = await audit.list(admin, { limit: 1, before, ...query })
        numbers.push(...page.items.map(item => item.number))
        if (page.next === null) return numbers
        before = page.next
      }
    }
    expect(await found({})).toEqual([3, 2, 1])
    expect(await found({ action: 'user' })).toEqual([3, 2])
    expect(await found({ action: 'user.update' })).toEqual([3])
    expect(await found({ action: 'us' })).toEqual([])
    expect(await found({ object: eve.id })).toEqual([3, 2])
    expect(await found({ actor: admin.id })).toEqual([3, 2, 1])
    expect(await found({ text: 'OPERATOR' })).toEqual([3])
    expect(await found({ text: '192.0.2.9' })).toEqual([3, 2, 1])
    expect(await found({ text: "' or 1=1 --" })).toEqual([])
    expect(await found({ fromMs: time.nowMs() })).toEqual([3])
    expect(await found({ toMs: time.nowMs() })).toEqual([2, 1])
    await expect(audit.list({ ...admin, role: 'operator' }, { limit: 1 })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  })

  test('is not written when the change is not made, and masks what is secret', async () => {
    const log = new AuditLog(time)
    await database.db
      .transaction()
      .execute(async trx => {
        await log.record(trx, admin, { action: 'user.update', object: 'x' })
        throw new Error('undone')
      })
      .catch(() => {})
    expect(await trail()).toHaveLength(1)
    const after = { pushKey: 'a', keys: ['b'], password: 'c', nested: { token: 'd' }, publish: 'key', none: null }
    await database.db
      .transaction()
      .execute(trx => log.record(trx, admin, { action: 'space.create', object: 'x', after }))
    expect((await trail())[0]?.[2]).toBe(
      '{"pushKey":"***","keys":"***","password":"***","nested":{"token":"***"},"publish":"key","none":null}',
    )
  })

  test('is kept for 400 days, refused logins for 30', async () => {
    await login('admin', 'wrong').catch(() => {})
    time.advance(30 * DAY_MS + 1)
    await audit.tidy()
    expect((await trail()).map(([action]) => action)).toEqual(['session.create'])
    time.advance(370 * DAY_MS)
    await audit.tidy()
    expect(await trail()).toEqual([])
  })
})
