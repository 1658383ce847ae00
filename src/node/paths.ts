import { AppError } from '../base/errors.ts'

/** One level of a path: what survives URLs, file names and log lines without escaping. */
const SEGMENT = /^[\p{L}\p{N}_-][\p{L}\p{N}_.~@+=-]{0,127}$/u
/** Levels of an app (MS-110 shows four). */
const MAX_APP_LEVELS = 8

export const DEFAULT_SPACE = 'default'

export interface StreamAddress {
  readonly space: string
  readonly app: string
  readonly name: string
}

/** `space/app/name`, the key of a stream everywhere. */
export function pathOf(address: StreamAddress): string {
  return `${address.space}/${address.app}/${address.name}`
}

/** What `pathOf` was made of. */
export function addressOfPath(path: string): StreamAddress {
  const levels = path.split('/')
  return { space: levels[0] ?? '', app: levels.slice(1, -1).join('/'), name: levels.at(-1) ?? '' }
}

/**
 * Space, app and name of `a/b/c`: with three levels or more and a first level that names a space, that space;
 * otherwise the default space, and all but the last level are the app (MS-110).
 * Throws AppError INVALID for levels that cannot be part of a path.
 */
export function resolvePath(levels: readonly string[], isSpace: (name: string) => boolean): StreamAddress {
  const [first = ''] = levels
  const inSpace = levels.length >= 3 && isSpace(first)
  return checked(inSpace ? first : DEFAULT_SPACE, inSpace ? levels.slice(1) : levels)
}

/** The same where the space is known already, by the virtual host. */
export function pathInSpace(space: string, levels: readonly string[]): StreamAddress {
  return checked(space, levels)
}

function checked(space: string, levels: readonly string[]): StreamAddress {
  if (levels.length < 2 || levels.length > MAX_APP_LEVELS + 1) {
    throw new AppError('INVALID', { field: 'path', reason: `expected app/name, got ${levels.length} levels` })
  }
  const wrong = levels.find(level => !SEGMENT.test(level))
  if (wrong !== undefined) {
    throw new AppError('INVALID', {
      field: 'path',
      reason: `${JSON.stringify(wrong.slice(0, 64))} cannot be part of a path`,
    })
  }
  return { space, app: levels.slice(0, -1).join('/'), name: levels[levels.length - 1] ?? '' }
}

/** Levels of a URL path without empty ones. */
export function levelsOf(pathname: string): string[] {
  return pathname.split('/').filter(level => level !== '')
}
