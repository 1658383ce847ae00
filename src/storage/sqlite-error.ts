import { AppError } from '../base/errors.ts'

/** Primary result codes: sqlite.org/rescode.html. */
export const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

/** A failure of the disk or the file as AppError; errors of the query, such as constraints, as they are. */
export function sqliteError(error: unknown, file: string): unknown {
  const code = sqliteCode(error)
  if (code === SQLITE_FULL) return new AppError('DATABASE_FULL', { database: file }, { cause: error })
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new AppError('DATABASE_DAMAGED', { file, reason: messageOf(error) }, { cause: error })
  }
  if (code === SQLITE_IOERR) {
    return new AppError('DATABASE_UNAVAILABLE', { database: file, reason: messageOf(error) }, { cause: error })
  }
  return error
}

/** The primary result code; node:sqlite reports the extended one. Null for what SQLite has not thrown. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
