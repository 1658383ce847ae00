import { Kysely, sql } from 'kysely'
import { AppError } from '../base/errors.ts'
import { type Log, silentLog } from '../base/log.ts'
import { migrate } from './migrate.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { PostgresPool } from './postgres-pool.ts'
import type { Tables } from './tables.ts'

/** The oldest release that still gets fixes, or did when this was written; `server_version_num` is major * 10000 + minor. */
const OLDEST_MAJOR = 13

/**
 * Checks and migrates the database, over a connection of its own.
 * Throws DATABASE_UNAVAILABLE, DATABASE_REFUSED, DATABASE_UNSUITABLE, CONFIG_INVALID, INTERNAL.
 */
export async function openPostgres(url: string, log: Log): Promise<PostgresPool> {
  const opening = new PostgresPool({ url, log: silentLog, opening: true })
  const db = new Kysely<Tables>({ dialect: postgresDialect(opening) })
  try {
    checkServer(opening.name, await serverFacts(db))
    await migrate(db)
  } finally {
    await db.destroy()
  }
  return new PostgresPool({ url, log })
}

interface ServerFacts {
  /** e.g. `15.17 (Debian 15.17-0+deb12u1)` */
  readonly version: string
  readonly number: number
  readonly encoding: string
}

async function serverFacts(db: Kysely<Tables>): Promise<ServerFacts> {
  const { rows } = await sql<ServerFacts>`select current_setting('server_version') as version,
    current_setting('server_version_num')::int as number, current_setting('server_encoding') as encoding`.execute(db)
  return rows[0]! // a select without from has one row
}

/** Throws DATABASE_UNSUITABLE. */
export function checkServer(database: string, { version, number, encoding }: ServerFacts): void {
  const refuse = (reason: string) => new AppError('DATABASE_UNSUITABLE', { database, reason })
  if (Math.floor(number / 10_000) < OLDEST_MAJOR) throw refuse(`version ${version} is older than ${OLDEST_MAJOR}`)
  if (encoding !== 'UTF8') throw refuse(`its encoding is ${encoding}, UTF8 is needed`)
}
