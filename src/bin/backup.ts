import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { loadSettings } from '../config/load.ts'
import { platformRuns, requestBackup } from '../storage/backup-socket.ts'
import { isPostgresUrl, sqliteFileIn } from '../storage/database.ts'
import { checkDump, dumpPostgres, restorePostgres } from '../storage/postgres-backup.ts'
import { checkSqlite, copySqlite, restoreSqlite } from '../storage/sqlite-backup.ts'
import { openSqliteFile } from '../storage/sqlite-file.ts'

export interface BackupOptions {
  readonly configFile?: string | undefined
  readonly file: string | undefined
}

/**
 * `sightline backup FILE`: a checked copy of the platform's database, running or not. The running platform writes it
 * itself, because it has its SQLite file for itself alone; PostgreSQL is dumped by `pg_dump`.
 */
export async function runBackup(options: BackupOptions): Promise<void> {
  const { data, database } = settingsOf(options)
  const file = namedFile(options)
  if (existsSync(file)) throw new AppError('BACKUP_FAILED', { file, reason: 'the file exists' })
  // the name is there only once the copy is whole
  const part = `${file}.${process.pid}.part`
  try {
    if (isPostgresUrl(database)) {
      await dumpPostgres(database, part)
      await checkDump(part)
    } else {
      if (!(await requestBackup(data, part))) await copyStopped(sqliteFileIn(data), part)
      checkSqlite(part)
    }
    renameSync(part, file)
  } finally {
    rmSync(part, { force: true })
  }
  say(`backup of ${kindOf(database)} written and checked: ${file} (${Math.ceil(statSync(file).size / 1024)} KiB)`)
}

/** `sightline restore FILE`: puts a backup in the place of the database of a platform that does not run. */
export async function runRestore(options: BackupOptions): Promise<void> {
  const { data, database } = settingsOf(options)
  const from = namedFile(options)
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const stamp = new Date(systemClock.nowMs()).toISOString().replace(/[-:.]/g, '')
  if (isPostgresUrl(database)) {
    const aside = join(data, `before-restore-${stamp}.dump`)
    report(from, aside, await restorePostgres({ from, url: database, aside }))
  } else {
    const to = sqliteFileIn(data)
    const aside = `${to}.before-restore-${stamp}`
    if (await platformRuns(data)) throw new AppError('DATABASE_LOCKED', { file: to, owner: ', a running platform' })
    report(from, aside, restoreSqlite({ from, to, aside }))
  }
}

function settingsOf({ configFile }: BackupOptions) {
  return loadSettings({ file: configFile, environment: process.env, directory: process.cwd() }).settings
}

function namedFile({ file }: BackupOptions): string {
  if (file === undefined) throw new AppError('INVALID', { field: 'FILE', reason: 'name the file of the backup' })
  return resolve(file)
}

async function copyStopped(database: string, to: string): Promise<void> {
  if (!existsSync(database)) throw new AppError('BACKUP_FAILED', { file: to, reason: `there is no ${database}` })
  const db = openSqliteFile(database)
  try {
    await copySqlite(db, to)
  } finally {
    db.close()
  }
}

function report(from: string, aside: string, before: boolean): void {
  say(`restored from ${from}; ${before ? `what was there before is in ${aside}` : 'there was nothing before'}`)
}

function kindOf(database: string): string {
  return isPostgresUrl(database) ? 'PostgreSQL' : 'SQLite'
}

function say(line: string): void {
  process.stdout.write(`sightline: ${line}\n`)
}
