import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { MIGRATIONS, migrate } from './migrate.ts'
import { openSqliteFile } from './sqlite-file.ts'

let dataDir: string
let db: Database

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sightline-db-'))
  db = await openDatabase({ url: 'sqlite', dataDir })
})

afterEach(async () => {
  await db.destroy()
  rmSync(dataDir, { recursive: true })
})

const space = {
  name: 'default',
  publish: 'key',
  play: 'signed',
  latency: 'normal',
  gop_cache: 1,
  created_at: 1_700_000_000_000,
} as const

test('rows survive closing and opening, times above 2^31 stay numbers', async () => {
  await db.insertInto('spaces').values(space).execute()
  await db.destroy()
  db = await openDatabase({ url: 'sqlite', dataDir })
  expect(await db.selectFrom('spaces').selectAll().execute()).toEqual([space])
})

test('a second opening is refused, in this process and in another, and names the owner', async () => {
  const file = join(dataDir, 'platform.db')
  expect(() => openSqliteFile(file)).toThrow(`platform.db is used by another process, pid ${process.pid}`)
  const script = `import { openSqliteFile } from ${JSON.stringify(join(import.meta.dirname, 'sqlite-file.ts'))}
    try { openSqliteFile(process.argv[1]); console.log('opened') } catch (error) { console.log(error.code) }`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', script, file])
  expect(stdout.trim()).toBe('DATABASE_LOCKED')
})

test('constraints are on: foreign keys and checks', async () => {
  const stream = { id: 'st_1', path: 'no/live/a', space: 'no', app: 'live', name: 'a', created_at: 1 }
  await expect(db.insertInto('streams').values(stream).execute()).rejects.toThrow(/FOREIGN KEY/)
  await expect(
    db
      .insertInto('spaces')
      .values({ ...space, gop_cache: 2 })
      .execute(),
  ).rejects.toThrow(/CHECK/)
})

test('transactions are serialised: the increments of many at once all count', async () => {
  await db.insertInto('revisions').values({ name: 'spaces', value: 0 }).execute()
  await Promise.all(
    Array.from({ length: 20 }, () =>
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
  expect((await db.selectFrom('revisions').select('value').executeTakeFirstOrThrow()).value).toBe(20)
})

test('a failed transaction leaves nothing', async () => {
  const failing = db.transaction().execute(async trx => {
    await trx.insertInto('spaces').values(space).execute()
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await db.selectFrom('spaces').selectAll().execute()).toEqual([])
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
  const tables = await sql<{ name: string }>`select name from sqlite_master where name = 'half'`.execute(db)
  expect(tables.rows).toEqual([])
})

test('a database of a newer version is refused', async () => {
  await migrate(db, { ...MIGRATIONS, '9999-newer': { up: async () => {} } })
  await expect(migrate(db)).rejects.toThrow('database migration')
})

test('an unknown kind of database is refused without telling its password', async () => {
  const opening = openDatabase({ url: 'postgres://user:secret@host/db', dataDir })
  await expect(opening).rejects.toThrow('database is postgres, allowed: sqlite')
})
