import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { AppError, errorText } from '../base/errors.ts'
import { MIGRATIONS } from './migrate.ts'
import { sqliteError } from './sqlite-error.ts'
import { openSqliteFile } from './sqlite-file.ts'

/** The most that `backup` takes, so in one step: nobody else uses the connection anyway. */
const ALL_PAGES = 2 ** 31 - 1

/**
 * Copies a database whose connection does nothing else until it is done. The copying is in a thread of its own, unlike
 * `VACUUM INTO`, which would stop the whole process for as long. Throws BACKUP_FAILED, also when the file exists.
 */
export async function copySqlite(source: DatabaseSync, file: string): Promise<void> {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 }) // it has the keys of all spaces in it
  } catch (cause) {
    throw new AppError('BACKUP_FAILED', { file, reason: errorText(cause) }, { cause })
  }
  try {
    await backup(source, file, { rate: ALL_PAGES })
  } catch (cause) {
    rmSync(file, { force: true })
    throw new AppError('BACKUP_FAILED', { file, reason: errorText(sqliteError(cause, file)) }, { cause })
  }
}

/** Makes a copy one file that needs no other, and reads all of it. Throws DATABASE_DAMAGED, RESTORE_REFUSED. */
export function checkSqlite(file: string): void {
  let db: DatabaseSync | null = null
  try {
    const sizeBytes = statSync(file).size
    db = new DatabaseSync(file)
    const { page_count, page_size } = {
      ...db.prepare('PRAGMA page_count').get(),
      ...db.prepare('PRAGMA page_size').get(),
    }
    if (Number(page_count) * Number(page_size) !== sizeBytes) {
      throw new AppError('DATABASE_DAMAGED', { file, reason: 'a part of it is missing' })
    }
    db.exec('PRAGMA journal_mode = DELETE')
    const [first] = db.prepare('PRAGMA integrity_check(1)').all()
    const found = String(first?.['integrity_check'])
    if (found !== 'ok') throw new AppError('DATABASE_DAMAGED', { file, reason: found })
    if (db.prepare('PRAGMA foreign_key_check').get()) {
      throw new AppError('DATABASE_DAMAGED', { file, reason: 'rows refer to rows that do not exist' })
    }
    if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'kysely_migration'").get()) {
      throw new AppError('RESTORE_REFUSED', { file, reason: 'it is not a database of Sightline' })
    }
    for (const { name } of db.prepare('SELECT name FROM kysely_migration').all()) {
      if (MIGRATIONS[String(name)]) continue
      throw new AppError('RESTORE_REFUSED', { file, reason: `a newer version wrote it (${name})` })
    }
  } catch (error) {
    throw sqliteError(error, file)
  } finally {
    db?.close()
  }
}

export interface SqliteRestore {
  /** The backup; it is only read. */
  readonly from: string
  /** The platform's file. */
  readonly to: string
  /** Where the platform's file goes that was there before. */
  readonly aside: string
}

/**
 * Puts a backup in the place of the platform's file. Answers whether there was a file before.
 * Throws DATABASE_LOCKED while a platform runs, DATABASE_DAMAGED, RESTORE_REFUSED; then nothing has changed.
 */
export function restoreSqlite({ from, to, aside }: SqliteRestore): boolean {
  if (!existsSync(from)) throw new AppError('RESTORE_REFUSED', { file: from, reason: 'there is no such file' })
  const before = existsSync(to) ? heldStill(to) : null
  const next = `${to}.restoring`
  try {
    copyFileSync(from, next)
    checkSqlite(next)
    sync(next)
    if (before) renameSync(to, aside)
    renameSync(next, to)
    return before !== null
  } finally {
    rmSync(next, { force: true })
    before?.close()
  }
}

/** Locks the file, with everything in it that was still in its log beside it. */
function heldStill(file: string): { close(): void } {
  try {
    const db = openSqliteFile(file)
    db.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    // a damaged file is why one restores; it goes aside as it is
    if (error instanceof AppError && error.code === 'DATABASE_DAMAGED') return { close() {} }
    throw error
  }
}

function sync(file: string): void {
  const handle = openSync(file, 'r+')
  fsyncSync(handle)
  closeSync(handle)
}
