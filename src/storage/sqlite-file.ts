import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
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
  return prepared(file, new DatabaseSync(file, { timeout: LOCK_WAIT_MS }), 'EXCLUSIVE')
}

/**
 * The same for this process with all its threads, so that `Checkpoints` can wait for the disk in another one. Where SQLite
 * has no such lock (Windows) it is as `openSqliteFile`, and the threads of `Checkpoints` find it locked.
 */
export function openThreadedSqliteFile(file: string): DatabaseSync {
  if (process.platform === 'win32') return openSqliteFile(file)
  mkdirSync(dirname(file), { recursive: true })
  return prepared(file, new DatabaseSync(threadedUrl(file), { timeout: LOCK_WAIT_MS }), 'NORMAL')
}

/** A file whose lock is of the process: https://sqlite.org/vfs.html, `unix-excl`. */
export function threadedUrl(file: string): URL {
  const url = pathToFileURL(file)
  url.searchParams.set('vfs', 'unix-excl')
  return url
}

function prepared(file: string, db: DatabaseSync, lockingMode: 'EXCLUSIVE' | 'NORMAL'): DatabaseSync {
  try {
    db.exec(`PRAGMA locking_mode = ${lockingMode}`)
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
