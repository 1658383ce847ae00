import { type ColumnDefinitionBuilder, type CreateTableBuilder, type Kysely, PostgresAdapter, sql } from 'kysely'

type Build = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder
type Kind = 'text' | 'whole' | 'real'

/** One column of a migration: what it holds, and what that means, which both databases keep beside it. */
export interface Column {
  readonly kind: Kind
  /** Meaning and unit; the only place they are written. */
  readonly meaning: string
  readonly optional: boolean
  readonly build: Build
}

/** SQLite tables are STRICT, so that a value of the wrong type is refused by both. Text sorts by code point in both. */
const TYPES = {
  sqlite: { text: sql`text`, whole: sql`integer`, real: sql`real` },
  postgres: { text: sql`text collate "C"`, whole: sql`bigint`, real: sql`double precision` },
} as const satisfies Record<string, Record<Kind, unknown>>

const same: Build = column => column

/** Text, or JSON as text. */
export function text(meaning: string, build = same): Column {
  return { kind: 'text', meaning, optional: false, build }
}

/** A whole number up to 2^53; `meaning` names its unit. */
export function whole(meaning: string, build = same): Column {
  return { kind: 'whole', meaning, optional: false, build }
}

/** A number with fraction; `meaning` names its unit. */
export function real(meaning: string, build = same): Column {
  return { kind: 'real', meaning, optional: false, build }
}

/** A moment, milliseconds since 1970 UTC. */
export function time(meaning: string, build = same): Column {
  return whole(`${meaning}; ms since 1970 UTC`, build)
}

/** 0 or 1; `meaning` says what 1 is. */
export function flag(name: string, meaning: string): Column {
  return whole(`1: ${meaning}; 0: not`, c => c.check(sql`${sql.ref(name)} in (0, 1)`))
}

/** A text out of a few. */
export function choice(name: string, values: readonly string[], meaning: string): Column {
  return text(meaning, c => c.check(sql`${sql.ref(name)} in (${sql.join(values.map(value => sql.lit(value)))})`))
}

/** The same column where null is a value too; its meaning says what null is. */
export function optional(column: Column): Column {
  return { ...column, optional: true }
}

/** Creates a table whose columns carry their meaning. `constrain` adds what concerns several columns. */
export async function createTable(
  db: Kysely<unknown>,
  name: string,
  columns: Readonly<Record<string, Column>>,
  constrain: (table: CreateTableBuilder<string, string>) => CreateTableBuilder<string, string> = table => table,
): Promise<void> {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name)
  for (const [column, definition] of Object.entries(columns)) {
    table = table.addColumn(column, typeIn(db, definition), c => built(db, c, definition))
  }
  await constrain(isPostgres(db) ? table : table.modifyEnd(sql`strict`)).execute()
  await comment(db, name, columns)
}

/** Adds columns to a table; one that is not optional needs a default. */
export async function addColumns(
  db: Kysely<unknown>,
  table: string,
  columns: Readonly<Record<string, Column>>,
): Promise<void> {
  for (const [column, definition] of Object.entries(columns)) {
    const type = typeIn(db, definition)
    await db.schema
      .alterTable(table)
      .addColumn(column, type, c => built(db, c, definition))
      .execute()
  }
  await comment(db, table, columns)
}

function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter
}

function typeIn(db: Kysely<unknown>, { kind }: Column) {
  return TYPES[isPostgres(db) ? 'postgres' : 'sqlite'][kind]
}

/** SQLite keeps the words of CREATE TABLE, comments too: there the meaning stands behind its column. */
function built(db: Kysely<unknown>, c: ColumnDefinitionBuilder, { build, meaning, optional }: Column) {
  const definition = build(optional ? c : c.notNull())
  return isPostgres(db) ? definition : definition.modifyEnd(sql.raw(`/* ${meaning} */`))
}

async function comment(db: Kysely<unknown>, table: string, columns: Readonly<Record<string, Column>>): Promise<void> {
  if (!isPostgres(db)) return
  for (const [column, { meaning }] of Object.entries(columns)) {
    await sql`comment on column ${sql.ref(`${table}.${column}`)} is ${sql.lit(meaning)}`.execute(db)
  }
}
