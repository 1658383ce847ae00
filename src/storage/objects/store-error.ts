import { AppError } from '../../base/errors.ts'

/** No space, no quota. */
const FULL = new Set(['ENOSPC', 'EDQUOT'])

/** The closed list's error for one of the file system. */
export function diskError(error: unknown, store: string, key: string): AppError {
  if (error instanceof AppError) return error
  const code = codeOf(error)
  if (code === 'ENOENT') return new AppError('NOT_FOUND', { what: 'object', id: key }, { cause: error })
  if (code === 'EEXIST') return new AppError('CONFLICT', { what: 'object', id: key }, { cause: error })
  if (FULL.has(code)) return new AppError('STORE_FULL', { store }, { cause: error })
  return new AppError('STORE_UNAVAILABLE', { store, reason: code || 'unknown error' }, { cause: error })
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
