import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { AppError, errorText } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { MIGRATIONS } from './migrate.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { POSTGRES_APPLICATION, PostgresPool } from './postgres-pool.ts'
import type { Tables } from './tables.ts'

/** Of what the programs say; only the last line of it is shown. */
const MAX_OUTPUT_BYTES = 1024 * 1024

/** Run behind the dump, in its transaction; the dump has emptied `search_path`. */
const REFUSE_NEWER = `reset search_path; do $$ begin
  if exists (select from kysely_migration where name not in (${Object.keys(MIGRATIONS).map(name => `'${name}'`)}))
  then raise exception 'a newer version wrote it'; end if; end $$`

/** Dumps a database that is in use, with PostgreSQL's own program. Throws BACKUP_FAILED, also when the file exists. */
export async function dumpPostgres(url: string, file: string): Promise<void> {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 }) // it has the keys of all spaces in it
  } catch (cause) {
    throw new AppError('BACKUP_FAILED', { file, reason: errorText(cause) }, { cause })
  }
  try {
    await run('pg_dump', url, ['--format=custom', '--no-owner', '--no-privileges', '--file', file])
  } catch (cause) {
    rmSync(file, { force: true })
    throw new AppError('BACKUP_FAILED', { file, reason: errorText(cause) }, { cause })
  }
}

/** Reads all of a dump and writes it as SQL. Throws DATABASE_DAMAGED. */
async function readDump(file: string, script: string): Promise<void> {
  try {
    await run('pg_restore', null, ['--no-owner', '--no-privileges', '--file', script, file])
  } catch (cause) {
    throw new AppError('DATABASE_DAMAGED', { file, reason: errorText(cause) }, { cause })
  }
}

/** Throws DATABASE_DAMAGED for a dump that cannot be read to its end. */
export function checkDump(file: string): Promise<void> {
  return readDump(file, '/dev/null')
}

export interface PostgresRestore {
  /** The dump; it is only read. */
  readonly from: string
  readonly url: string
  /** Where what was in the database before is dumped to. */
  readonly aside: string
}

/**
 * Replaces everything in the database by a dump, in one transaction. Answers whether there was anything before.
 * Throws DATABASE_LOCKED while a platform is connected, DATABASE_DAMAGED, RESTORE_REFUSED, BACKUP_FAILED; then nothing
 * has changed.
 */
export async function restorePostgres({ from, url, aside }: PostgresRestore): Promise<boolean> {
  if (!existsSync(from)) throw new AppError('RESTORE_REFUSED', { file: from, reason: 'there is no such file' })
  const script = `${aside}.sql`
  writeFileSync(script, '', { flag: 'wx', mode: 0o600 })
  try {
    await readDump(from, script)
    const tables = await tablesNotInUse(url)
    if (tables.length > 0) await dumpPostgres(url, aside)
    const drop = tables.map(table => `drop table "${table.replaceAll('"', '""')}" cascade`).join('; ')
    const all = ['--no-psqlrc', '--quiet', '--single-transaction', '--set=ON_ERROR_STOP=1', '--output=/dev/null']
    await run('psql', url, [...all, '--command', drop, '--file', script, '--command', REFUSE_NEWER])
    return tables.length > 0
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('RESTORE_REFUSED', { file: from, reason: errorText(cause) }, { cause })
  } finally {
    rmSync(script, { force: true })
  }
}

/** Names of the tables there are. Throws DATABASE_LOCKED. */
async function tablesNotInUse(url: string): Promise<string[]> {
  const pool = new PostgresPool({ url, log: silentLog, opening: true })
  const db = new Kysely<Tables>({ dialect: postgresDialect(pool) })
  try {
    const others = await sql`select 1 from pg_stat_activity where datname = current_database()
      and application_name = ${POSTGRES_APPLICATION} and pid <> pg_backend_pid()`.execute(db)
    if (others.rows.length > 0) throw new AppError('DATABASE_LOCKED', { file: pool.name, owner: '' })
    const tables = sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`
    return (await tables.execute(db)).rows.map(row => row.name)
  } finally {
    await db.destroy()
  }
}

/** The password goes by the environment: arguments are seen by everybody on the machine. */
async function run(program: string, url: string | null, args: readonly string[]): Promise<void> {
  const password = url === null ? null : new pg.Client({ connectionString: url }).password
  const env = { ...process.env, LC_ALL: 'C', ...(password ? { PGPASSWORD: password } : {}) }
  const database = url === null ? [] : ['--dbname', withoutPassword(url)]
  try {
    await promisify(execFile)(program, [...database, ...args], { env, maxBuffer: MAX_OUTPUT_BYTES })
  } catch (error) {
    if (isMissing(error)) throw new Error(`${program} is not installed (Debian package postgresql-client)`)
    throw new Error(lastLine(error) ?? `${program} failed`)
  }
}

/** As libpq takes it; an empty password is none to it. */
function withoutPassword(url: string): string {
  return url
    .replace(/^(\w+:\/\/[^:/?#]*):[^/?#]*@/, (_, start: string) => `${start}@`)
    .replace(/([?&])password=[^&#]*/g, (_, start: string) => `${start}password=`)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function lastLine(error: unknown): string | undefined {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  return output.split('\n').findLast(line => line.includes('error:') || line.includes('ERROR:'))
}
