import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databases, type TestDatabase } from '../../test/databases.ts'
import { addColumns, createTable, real, text, whole } from './table-definition.ts'

let all: Record<string, TestDatabase>

beforeAll(async () => {
  all = Object.fromEntries(
    await Promise.all(databases.map(async ({ name, create }) => [name, await create()] as const)),
  )
})
afterAll(() => Promise.all(Object.values(all).map(database => database.remove())))

/** `table.column` -> its meaning as the database has it; null where it has none. */
type Meanings = Map<string, string | null>

async function inSqlite(db: Kysely<never>): Promise<Meanings> {
  const columns = await sql<{ table: string; column: string; definition: string }>`
    select t.name as "table", c.name as "column", t.sql as definition from sqlite_schema t, pragma_table_info(t.name) c
    where t.type = 'table' and t.name not like 'kysely%' and t.name not like 'sqlite%'`.execute(db)
  return new Map(
    columns.rows.map(({ table, column, definition }) => {
      const found = new RegExp(`"${column}" (?:text|integer|real) .*?/\\* (.*?) \\*/`).exec(definition)
      return [`${table}.${column}`, found?.[1] ?? null]
    }),
  )
}

async function inPostgres(db: Kysely<never>): Promise<Meanings> {
  const columns = await sql<{ name: string; meaning: string | null }>`
    select c.relname || '.' || a.attname as name, col_description(c.oid, a.attnum) as meaning
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and a.attnum > 0
      and c.relname not like 'kysely%'`.execute(db)
  return new Map(columns.rows.map(({ name, meaning }) => [name, meaning]))
}

const meanings = async () => {
  const [sqlite, postgres] = await Promise.all([inSqlite(open('SQLite')), inPostgres(open('PostgreSQL'))])
  return { sqlite, postgres }
}

/** Columns of these tests are in no type. */
function open(name: string): Kysely<never> {
  return all[name]?.db as unknown as Kysely<never>
}

test('every column has its meaning, the same in both databases', async () => {
  const { sqlite, postgres } = await meanings()
  expect(sqlite.size).toBeGreaterThan(50)
  expect([...sqlite].filter(([, meaning]) => !meaning)).toEqual([])
  expect(Object.fromEntries(postgres)).toEqual(Object.fromEntries(sqlite))
})

test('every number says what it counts', async () => {
  const { rows } = await sql<{ name: string }>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = current_schema() and table_name not like 'kysely%' and data_type <> 'text'`.execute(
    open('PostgreSQL'),
  )
  const { postgres } = await meanings()
  const unit =
    /\b(ms|seconds|bytes|kbit\/s|frames|viewers|nodes|streams|cores|steps|looks|number|status|ratio|percent|degrees|metres|km\/h)\b|^1: .*; 0: /
  expect(rows.length).toBeGreaterThan(10)
  expect(rows.map(row => row.name).filter(name => !unit.test(postgres.get(name) ?? ''))).toEqual([])
})

test('all text sorts by code point', async () => {
  const { rows } = await sql`select table_name, column_name from information_schema.columns
    where table_schema = current_schema() and table_name not like 'kysely%' and data_type = 'text'
      and collation_name is distinct from 'C'`.execute(open('PostgreSQL'))
  expect(rows).toEqual([])
})

test.each(databases)('$name: columns added later have their meaning too', async ({ name }) => {
  const db = open(name) as unknown as Kysely<unknown>
  await createTable(db, 'kysely_probe', { a: text("what isn't said", c => c.primaryKey()) })
  await addColumns(db, 'kysely_probe', {
    b: whole('number of things, at most (many)', c => c.defaultTo(7)),
    c: real('ratio of one to the other', c => c.defaultTo(0.5)),
  })
  const probe = open(name) as unknown as Kysely<{ kysely_probe: { a: string; b: number; c: number } }>
  await sql`insert into kysely_probe (a) values ('x')`.execute(db)
  expect(await probe.selectFrom('kysely_probe').selectAll().execute()).toEqual([{ a: 'x', b: 7, c: 0.5 }])
})
