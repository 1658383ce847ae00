import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../base/errors.ts'
import { SQLITE_BUSY, sqliteCode, sqliteError } from './sqlite-error.ts'

/** A process that is just going down still holds its lock for a moment; a restart waits this long for it. */
const LOCK_WAIT_MS = 1000

/**
 * Opens the file for this process alone: WAL, foreign keys, exclusive lock. The lock is the operating system's, so it
 * ends with the process however that ends. Throws DATABASE_LOCKED naming the owner when another process has it,
 * DATABASE_DAMAGED, DATABASE_FULL.
 *
 * `synchronous=NORMAL`: a power cut may lose the last transactions but never corrupts; a killed process loses nothing.
 */
export function openSqliteFile(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file, { timeout: LOCK_WAIT_MS })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('BEGIN IMMEDIATE; COMMIT')
    db.exec('PRAGMA synchronous = NORMAL')
    db.exec('PRAGMA foreign_keys = ON')
  } catch (error) {
    db.close()
    if (sqliteCode(error) === SQLITE_BUSY)
      throw new AppError('DATABASE_LOCKED', { file, owner: ownerOf(file) }, { cause: error })
    throw sqliteError(error, file)
  }
  writeFileSync(ownerFile(file), `${process.pid}\n`)
  return db
}

/** Only for the error text; the lock itself is SQLite's. */
const ownerFile = (file: string) => `${file}.pid`

function ownerOf(file: string): string {
  try {
    return `, pid ${Number.parseInt(readFileSync(ownerFile(file), 'utf8'), 10)}`
  } catch {
    return '' // the owner has not written it yet
  }
}
