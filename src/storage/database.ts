import { join } from 'node:path'
import { type Dialect, Kysely, type Transaction } from 'kysely'
import { type Log, silentLog } from '../base/log.ts'
import { migrate } from './migrate.ts'
import { takeLock } from './named-lock.ts'
import { dumpPostgres } from './postgres-backup.ts'
import { openPostgres } from './postgres-database.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { copySqlite } from './sqlite-backup.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { openSqliteFile } from './sqlite-file.ts'
import type { Tables } from './tables.ts'

/** Queries over the platform's tables, and what concerns the database as a whole. */
export class Database extends Kysely<Tables> {
  readonly #backUp: (file: string) => Promise<void>
  /** Whose transactions run at the same time; null where the database has one writer. */
  readonly #beside: Kysely<Tables> | null

  constructor(dialect: Dialect, backUp: (file: string) => Promise<void>, beside: Dialect | null = null) {
    super({ dialect })
    this.#backUp = backUp
    this.#beside = beside && new Kysely<Tables>({ dialect: beside })
  }

  /**
   * A transaction that may run beside others of this kind with another name, where the database can; `transaction()`
   * is alone always. For what reads and writes nothing that others of another name do, or takes a lock for it, as the
   * audit log does: last, so that nobody waits for each other.
   */
  independent<T>(name: string, run: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    if (!this.#beside) return this.transaction().execute(run)
    return this.#beside.transaction().execute(async trx => {
      await takeLock(trx, name)
      return run(trx)
    })
  }

  /** Writes a consistent copy into a file that does not exist yet; nobody has to stop. Throws BACKUP_FAILED. */
  backUp(file: string): Promise<void> {
    return this.#backUp(file)
  }
}

/** What a store works with: the database, or a transaction of somebody who joins several changes. */
export type Db = Database | Transaction<Tables>

export interface DatabaseOptions {
  /** `sqlite`: a file in `dataDir`; or `postgres://user:password@host:port/database`. */
  readonly url: string
  readonly dataDir: string
  /** Told when a database is lost and when it is back. */
  readonly log?: Log
}

/** The platform's SQLite file in the data folder. */
export function sqliteFileIn(dataDir: string): string {
  return join(dataDir, 'platform.db')
}

export function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:/.test(url)
}

/**
 * Opens the database and brings its schema up to date.
 * Throws DATABASE_LOCKED, DATABASE_UNAVAILABLE, DATABASE_REFUSED, DATABASE_UNSUITABLE, DATABASE_DAMAGED, CONFIG_INVALID, INTERNAL.
 */
export async function openDatabase({ url, dataDir, log = silentLog }: DatabaseOptions): Promise<Database> {
  if (isPostgresUrl(url)) {
    const pool = await openPostgres(url, log)
    return new Database(postgresDialect(pool), file => dumpPostgres(url, file), postgresDialect(pool, 'beside'))
  }
  const sqlite = openSqliteFile(sqliteFileIn(dataDir))
  // queries wait meanwhile: SQLite copies no page of a connection that is writing
  const backUp = (file: string) => db.connection().execute(() => copySqlite(sqlite, file))
  const db = new Database(sqliteDialect(sqlite), backUp)
  try {
    await migrate(db)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db
}
