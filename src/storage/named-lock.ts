import { createHash } from 'node:crypto'
import { type Kysely, PostgresAdapter, sql } from 'kysely'
import type { Tables } from './tables.ts'

/** First number of the locks of ours that have a name; the lock of whole transactions has another one. */
const NAMED = 1936287603

/**
 * Until the end of the transaction `db`, nobody else has the lock of this name. For transactions that run beside each
 * other and meet in one row; SQLite has one writer, so there is nothing to wait for.
 */
export async function takeLock(db: Kysely<Tables>, name: string): Promise<void> {
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return
  // two names that meet in 32 bits take turns too
  const number = createHash('sha256').update(name).digest().readInt32BE()
  await sql`select pg_advisory_xact_lock(${sql.lit(NAMED)}, ${sql.lit(number)})`.execute(db)
}
