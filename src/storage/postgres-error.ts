import pg from 'pg'
import { AppError, type ErrorCode } from '../base/errors.ts'

/** SQLSTATE -> what it means to whoever asked; PostgreSQL manual, Appendix A. What is not here is a fault of the query. */
const BY_STATE: Readonly<Record<string, ErrorCode>> = {
  '25006': 'DATABASE_UNAVAILABLE', // read-only: a standby, after a failover
  '25P03': 'DATABASE_UNAVAILABLE', // idle in a transaction for too long
  '3D000': 'DATABASE_REFUSED', // no such database
  '42501': 'DATABASE_REFUSED', // no right to do so
  '53100': 'DATABASE_FULL',
  '53300': 'DATABASE_UNAVAILABLE', // too many connections
  '55P03': 'DATABASE_UNAVAILABLE', // lock not available in time
  '57014': 'DATABASE_UNAVAILABLE', // statement took too long
}
/** First two letters of the SQLSTATE -> the same for the whole class. */
const BY_CLASS: Readonly<Record<string, ErrorCode>> = {
  '08': 'DATABASE_UNAVAILABLE', // connection exception
  '28': 'DATABASE_REFUSED', // wrong user or password
  '57': 'DATABASE_UNAVAILABLE', // shutting down, starting up
  '58': 'DATABASE_UNAVAILABLE', // the server's own files
}

/** A failure of the server or of the way to it as AppError; errors of the query, such as constraints, as they are. */
export function postgresError(error: unknown, database: string): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error
  if (error instanceof pg.DatabaseError) {
    const state = error.code ?? ''
    const code = BY_STATE[state] ?? BY_CLASS[state.slice(0, 2)]
    return code ? new AppError(code, { database, reason: error.message }, { cause: error }) : error
  }
  // pg has no class for what goes wrong on the way: no password where one is wanted, a socket's error, a timeout
  const code = error.message.startsWith('SASL') ? 'DATABASE_REFUSED' : 'DATABASE_UNAVAILABLE'
  return new AppError(code, { database, reason: systemReason(error) }, { cause: error })
}

/** A name with several addresses fails with an error for each, and an empty message of its own. */
function systemReason(error: Error): string {
  const first = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error ? first.message : error.message
}
