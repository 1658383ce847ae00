import { join } from 'node:path'
import { Kysely, type Transaction } from 'kysely'
import { AppError } from '../base/errors.ts'
import { migrate } from './migrate.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { openSqliteFile } from './sqlite-file.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
/** What a store works with: the database, or a transaction of somebody who joins several changes. */
export type Db = Database | Transaction<Tables>

export interface DatabaseOptions {
  /** `sqlite`: a file in `dataDir`; `postgres://...` needs a dialect this build does not have yet. */
  readonly url: string
  readonly dataDir: string
}

/** Name of the platform's SQLite file in the data folder. */
const SQLITE_FILE = 'platform.db'

/** Opens the database and brings its schema up to date. Throws DATABASE_LOCKED, CONFIG_INVALID, INTERNAL. */
export async function openDatabase({ url, dataDir }: DatabaseOptions): Promise<Database> {
  if (url !== 'sqlite') {
    const value = url.replace(/:.*/s, '') // a URL has a password in it
    throw new AppError('CONFIG_INVALID', { file: 'configuration', key: 'database', value, allowed: 'sqlite' })
  }
  const db = new Kysely<Tables>({ dialect: sqliteDialect(openSqliteFile(join(dataDir, SQLITE_FILE))) })
  try {
    await migrate(db)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db
}
