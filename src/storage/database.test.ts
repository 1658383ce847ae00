import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databases, type TestDatabase } from '../../test/databases.ts'
import type { Database } from './database.ts'
import { MIGRATIONS, migrate } from './migrate.ts'
import { choice, createTable, flag, optional, text, time } from './table-definition.ts'

/** A table of these tests, so that they stay when the platform's tables change. */
interface Probes {
  probes: { id: string; kind: string; on: number; at: number; of: string | null }
}

const probe = { id: 'p1', kind: 'a', on: 1, at: 1_700_000_000_000, of: null } as const

describe.each(databases)('$name', ({ create }) => {
  let database: TestDatabase
  let db: Database
  let probes: Kysely<Probes>

  function use(opened: Database): void {
    db = opened
    probes = db as unknown as Kysely<Probes>
  }

  beforeEach(async () => {
    database = await create()
    use(database.db)
    await createTable(db as unknown as Kysely<unknown>, 'probes', {
      id: text('name', c => c.primaryKey()),
      kind: choice('kind', ['a', 'b'], 'one of two'),
      on: flag('on', 'it is on'),
      at: time('when'),
      of: optional(text('another one', c => c.references('probes.id'))),
    })
  })

  afterEach(() => database.remove())

  const insert = (change: object = {}, into = probes) =>
    into
      .insertInto('probes')
      .values({ ...probe, ...change })
      .execute()
  const all = () => probes.selectFrom('probes').selectAll().execute()
  const revision = async () =>
    (await db.selectFrom('revisions').select('value').where('name', '=', 'spaces').executeTakeFirstOrThrow()).value

  test('rows survive closing and opening, times above 2^31 stay numbers', async () => {
    await insert()
    use(await database.reopen())
    expect(await all()).toEqual([probe])
  })

  test('numbers are exact up to 2^53, and counts, sums, averages and comparisons are numbers', async () => {
    const largest = Number.MAX_SAFE_INTEGER
    await db
      .insertInto('revisions')
      .values([
        { name: 'a', value: largest },
        { name: 'b', value: -3 },
      ])
      .execute()
    const row = await db
      .selectFrom('revisions')
      .select(e => [
        e.fn.countAll<number>().as('count'),
        e.fn.sum<number>('value').as('sum'),
        e.fn.max('value').as('max'),
        e.fn.avg<number>('value').filterWhere('value', '<', 0).as('average'),
      ])
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ count: 2, sum: largest - 3, max: largest, average: -3 })
    const positive = db.selectFrom('revisions').select(e => e('value', '>', 0).as('positive'))
    expect(await positive.orderBy('name').execute()).toEqual([{ positive: 1 }, { positive: 0 }])
  })

  test('text is kept letter by letter, but for U+0000, which becomes the replacement character', async () => {
    const names = ['', ' ', "'; drop table revisions; --", '汉字 🎥', '{"json": [1]}', '\\', '%_', '\u0001\r\n']
    await db
      .insertInto('revisions')
      .values([...names, 'a\0b'].map((name, value) => ({ name, value })))
      .execute()
    const rows = await db.selectFrom('revisions').selectAll().orderBy('value').execute()
    expect(rows.map(row => row.name)).toEqual([...names, 'a\ufffdb'])
  })

  test('text sorts and compares by code point, as the services do', async () => {
    const names = ['a/b', 'a-b', 'a b', 'B', 'ä', 'Z', 'a', 'aa', '_', '~', '中']
    await db
      .insertInto('revisions')
      .values(names.map((name, value) => ({ name, value })))
      .execute()
    const sorted = db.selectFrom('revisions').select('name').orderBy('name')
    expect((await sorted.execute()).map(row => row.name)).toEqual([...names].sort())
    const after = await sorted.where('name', '>', 'a').execute()
    expect(after.map(row => row.name)).toEqual([...names].sort().filter(name => name > 'a'))
  })

  test('constraints are on: foreign keys, checks, types, uniqueness', async () => {
    await expect(insert({ of: 'p2' })).rejects.toThrow(/foreign key/i)
    await expect(insert({ on: 2 })).rejects.toThrow(/check/i)
    await expect(insert({ kind: 'c' })).rejects.toThrow(/check/i)
    await expect(insert({ at: 'yesterday' })).rejects.toThrow(/bigint|INTEGER/)
    await expect(insert({ at: null })).rejects.toThrow(/not.null/i)
    await insert({})
    await expect(insert({})).rejects.toThrow(/unique/i)
  })

  test('changes say how many rows they changed', async () => {
    await db
      .insertInto('revisions')
      .values([
        { name: 'a', value: 1 },
        { name: 'b', value: 1 },
      ])
      .execute()
    const again = db.insertInto('revisions').values({ name: 'a', value: 2 })
    const kept = await again.onConflict(c => c.column('name').doNothing()).executeTakeFirst()
    expect(kept.numInsertedOrUpdatedRows).toBe(0n)
    expect((await db.updateTable('revisions').set({ value: 3 }).executeTakeFirst()).numUpdatedRows).toBe(2n)
    expect((await db.deleteFrom('revisions').executeTakeFirst()).numDeletedRows).toBe(2n)
  })

  test('transactions are serialised: the increments of many at once all count', async () => {
    await db.insertInto('revisions').values({ name: 'spaces', value: 0 }).execute()
    await Promise.all(
      Array.from({ length: 40 }, () =>
        db.transaction().execute(async trx => {
          const { value } = await trx.selectFrom('revisions').select('value').executeTakeFirstOrThrow()
          await new Promise(resolve => setImmediate(resolve))
          await trx
            .updateTable('revisions')
            .set({ value: value + 1 })
            .execute()
        }),
      ),
    )
    expect(await revision()).toBe(40)
  })

  test('a failed transaction leaves nothing, and the next one works', async () => {
    const failing = probes.transaction().execute(async trx => {
      await insert({}, trx)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    const broken = probes.transaction().execute(async trx => {
      await insert({}, trx)
      await insert({}, trx)
    })
    await expect(broken).rejects.toThrow(/unique/i)
    expect(await all()).toEqual([])
    await insert()
    expect(await all()).toEqual([probe])
  })

  test('migrations run once, and a broken one is named and undone', async () => {
    expect(await migrate(db)).toEqual([])
    const broken = {
      up: async (trx: Kysely<unknown>) => {
        await trx.schema.createTable('half').addColumn('a', 'text').execute()
        throw new Error('no such function')
      },
    }
    await expect(migrate(db, { ...MIGRATIONS, '9999-broken': broken })).rejects.toThrow(
      'database migration (9999-broken)',
    )
    await expect(sql`select * from half`.execute(db)).rejects.toThrow(/half/)
    expect(await migrate(db)).toEqual([])
  })

  test('a database of a newer version is refused', async () => {
    await migrate(db, { ...MIGRATIONS, '9999-newer': { up: async () => {} } })
    await expect(migrate(db)).rejects.toThrow('database migration')
  })
})
