import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { databases, newPostgresDatabase, type TestDatabase } from '../../test/databases.ts'
import { PostgresServer } from '../../test/postgres-server.ts'
import type { AppError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { type Database, openDatabase } from './database.ts'
import { checkServer } from './postgres-database.ts'

const dataDir = '/nowhere'
const postgres = databases.find(({ name }) => name === 'PostgreSQL')!

describe('opening', () => {
  const refusal = (url: string): Promise<AppError> =>
    openDatabase({ url, dataDir }).then(
      () => expect.unreachable(),
      (error: AppError) => error,
    )

  test.each([
    [
      'nobody listens',
      'postgres://someone:secret@127.0.0.1:1/name',
      'DATABASE_UNAVAILABLE',
      /127.0.0.1:1\/name .*REFUSED/,
    ],
    ['no such socket', 'postgres://someone:secret@/name?host=/nowhere', 'DATABASE_UNAVAILABLE', /\/nowhere.*ENOENT/],
    ['no URL', 'postgres://someone:secret@host:port/name', 'CONFIG_INVALID', /postgres:\/\/user:password@host\/name/],
  ])('%s', async (_, url, code, message) => {
    const error = await refusal(url)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('secret')
  })

  test.each([
    ['a wrong password', { password: 'secret' }, /password authentication failed/],
    ['a wrong user', { user: 'nobody' }, /password authentication failed/],
    ['no password', { password: '' }, /password/],
    ['a database that does not exist', { database: 'absent' }, /"absent" does not exist/],
  ])('%s', async (_, change, message) => {
    const server = new URL((await newPostgresDatabase()).replace('@/', '@socket/'))
    if ('password' in change) server.password = change.password
    if ('user' in change) server.username = change.user
    if ('database' in change) server.pathname = change.database
    const error = await refusal(server.href.replace('@socket/', '@/'))
    expect(error).toMatchObject({ code: 'DATABASE_REFUSED', fault: 'environment', http: 503 })
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('secret')
  })

  test('version 13 and UTF-8 are needed', () => {
    const facts = { version: '13.0', number: 130_000, encoding: 'UTF8' }
    checkServer('PostgreSQL', facts)
    const old = { ...facts, version: '12.22', number: 120_022 }
    expect(() => checkServer('PostgreSQL', old)).toThrow('PostgreSQL cannot be used: version 12.22 is older than 13')
    expect(() => checkServer('PostgreSQL', { ...facts, encoding: 'SQL_ASCII' })).toThrow('its encoding is SQL_ASCII')
  })
})

describe('several connections', () => {
  let database: TestDatabase
  let other: Database

  beforeEach(async () => {
    database = await postgres.create()
    other = await openDatabase(database.options)
  })

  afterEach(async () => {
    await other.destroy()
    await database.remove()
  })

  const value = async () => (await other.selectFrom('revisions').select('value').executeTakeFirstOrThrow()).value

  test('transactions of two processes take turns', async () => {
    await database.db.insertInto('revisions').values({ name: 'spaces', value: 0 }).execute()
    const increment = (db: Database) =>
      db.transaction().execute(async trx => {
        const row = await trx.selectFrom('revisions').select('value').executeTakeFirstOrThrow()
        await trx
          .updateTable('revisions')
          .set({ value: row.value + 1 })
          .execute()
      })
    await Promise.all(Array.from({ length: 30 }, (_, i) => increment(i % 2 === 0 ? database.db : other)))
    expect(await value()).toBe(30)
  })

  describe('independent transactions', () => {
    /** Notes when it runs, and ends when it is told to. */
    function running(db: Database, name: string, order: string[], note = name) {
      const started = Promise.withResolvers<void>()
      const end = Promise.withResolvers<void>()
      const done = db.independent(name, async () => {
        order.push(`begin ${note}`)
        started.resolve()
        await end.promise
        order.push(`end ${note}`)
      })
      return { started: started.promise, end: () => end.resolve(), done }
    }

    test('of different names run at the same time, also from two processes', async () => {
      const order: string[] = []
      const all = [running(database.db, 'a', order), running(database.db, 'b', order), running(other, 'c', order)]
      await Promise.all(all.map(({ started }) => started)) // none waits for the end of another
      for (const each of all) each.end()
      await Promise.all(all.map(({ done }) => done))
      expect(order.slice(0, 3).sort()).toEqual(['begin a', 'begin b', 'begin c'])
    })

    test('of the same name take turns, also those of two processes', async () => {
      const order: string[] = []
      const first = running(database.db, 'a', order, '1')
      await first.started
      const second = running(other, 'a', order, '2')
      const beside = running(other, 'b', order)
      await beside.started // it came later and did not wait
      first.end()
      await second.started
      second.end()
      beside.end()
      await Promise.all([first.done, second.done, beside.done])
      expect(order.filter(note => /\d/.test(note))).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
    })

    test('a transaction that is alone waits for all of them, and they for it', async () => {
      const order: string[] = []
      const first = running(database.db, 'a', order)
      await first.started
      const alone = other.transaction().execute(async () => void order.push('alone'))
      first.end()
      await Promise.all([first.done, alone])
      expect(order).toEqual(['begin a', 'end a', 'alone'])

      const started = Promise.withResolvers<void>()
      const end = Promise.withResolvers<void>()
      const held = other.transaction().execute(async () => {
        started.resolve()
        await end.promise
        order.push('held')
      })
      await started.promise
      const second = running(database.db, 'b', order)
      second.end()
      end.resolve()
      await Promise.all([held, second.done])
      expect(order.slice(3)).toEqual(['held', 'begin b', 'end b'])
    })

    test('never take all connections: who only reads is not kept waiting', async () => {
      const order: string[] = []
      const many = Array.from({ length: 30 }, (_, i) => running(database.db, `n${i}`, order))
      await Promise.all(many.slice(0, 5).map(({ started }) => started))
      expect(await database.db.selectFrom('revisions').selectAll().execute()).toEqual([])
      expect(order).toHaveLength(5)
      for (const each of many) each.end()
      await Promise.all(many.map(({ done }) => done))
      expect(order).toHaveLength(60)
    })

    test('a failed one leaves nothing', async () => {
      const failing = database.db.independent('a', async trx => {
        await trx.insertInto('revisions').values({ name: 'x', value: 1 }).execute()
        throw new Error('on purpose')
      })
      await expect(failing).rejects.toThrow('on purpose')
      expect(await database.db.selectFrom('revisions').selectAll().execute()).toEqual([])
    })
  })

  test('two that start on an empty database at once both come up', async () => {
    const options = { url: await newPostgresDatabase(), dataDir }
    const both = await Promise.all([openDatabase(options), openDatabase(options)])
    for (const db of both) {
      expect(await db.selectFrom('spaces').selectAll().execute()).toEqual([])
      await db.destroy()
    }
  })

  test('queries do not wait for a transaction, and there are never more than ten connections', async () => {
    await database.db.transaction().execute(async trx => {
      await trx.insertInto('revisions').values({ name: 'spaces', value: 1 }).execute()
      expect(await database.db.selectFrom('revisions').selectAll().execute()).toEqual([])
    })
    await Promise.all(Array.from({ length: 100 }, () => sql`select pg_sleep(0.005)`.execute(database.db)))
    await database.db.transaction().execute(() => Promise.all(Array.from({ length: 20 }, () => value())))
    const { rows } = await sql<{ count: number }>`select count(*) as count from pg_stat_activity
      where datname = current_database() and application_name = 'sightline'`.execute(other)
    expect(rows[0]?.count).toBeLessThanOrEqual(20)
  })

  test('a connection that is cut ends its transaction, and only that', async () => {
    const cut = database.db.transaction().execute(async trx => {
      await trx.insertInto('revisions').values({ name: 'spaces', value: 1 }).execute()
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other)
      await trx.insertInto('revisions').values({ name: 'more', value: 1 }).execute()
    })
    await expect(cut).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    expect(await database.db.selectFrom('revisions').selectAll().execute()).toEqual([])
    await database.db
      .transaction()
      .execute(trx => trx.insertInto('revisions').values({ name: 'a', value: 7 }).execute())
    expect(await value()).toBe(7)
  })

  test('a transaction that swallowed the failure of a query is not taken for done', async () => {
    const swallowing = database.db.transaction().execute(async trx => {
      await trx.insertInto('revisions').values({ name: 'a', value: 1 }).execute()
      await trx
        .insertInto('revisions')
        .values({ name: 'a', value: 1 })
        .execute()
        .catch(() => {})
    })
    await expect(swallowing).rejects.toThrow('nothing was kept')
    expect(await database.db.selectFrom('revisions').selectAll().execute()).toEqual([])
  })
})

describe('a server that goes away and comes back', () => {
  let server: PostgresServer
  let db: Database
  const log = { ...silentLog, info: vi.fn(), error: vi.fn() }

  beforeAll(async () => {
    server = await PostgresServer.create()
    db = await openDatabase({ url: server.url(), dataDir, log })
  })

  afterAll(async () => {
    await db.destroy()
    await server.remove()
  })

  const insert = (name: string) => db.insertInto('revisions').values({ name, value: 1 }).execute()

  test.each(['SIGINT', 'SIGQUIT'] as const)(
    '%s: what was confirmed is there, half a transaction is not',
    async signal => {
      log.error.mockClear()
      log.info.mockClear()
      await insert(`before ${signal}`)
      const half = db.transaction().execute(async trx => {
        await trx
          .insertInto('revisions')
          .values({ name: `half ${signal}`, value: 1 })
          .execute()
        await server.stop(signal)
        await trx
          .insertInto('revisions')
          .values({ name: `other half ${signal}`, value: 1 })
          .execute()
      })
      await expect(half).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', http: 503 })
      const meanwhile = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => insert(`away ${i} ${signal}`)))
      const unavailable = { status: 'rejected', reason: { code: 'DATABASE_UNAVAILABLE' } }
      expect(meanwhile).toMatchObject(meanwhile.map(() => unavailable))
      await expect(db.transaction().execute(() => Promise.resolve())).rejects.toMatchObject(unavailable.reason)
      expect(log.error).toHaveBeenCalledOnce()
      expect(log.info).not.toHaveBeenCalled()

      await server.start()
      await insert(`after ${signal}`)
      expect(log.info).toHaveBeenCalledOnce()
      const rows = await db
        .selectFrom('revisions')
        .select('name')
        .where('name', 'like', `%${signal}`)
        .orderBy('name')
        .execute()
      expect(rows.map(row => row.name)).toEqual([`after ${signal}`, `before ${signal}`])
    },
  )
})
