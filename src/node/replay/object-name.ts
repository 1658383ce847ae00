import { AppError } from '../../base/errors.ts'
import { checkedKey } from '../../storage/objects/object-store.ts'

export interface ObjectNameFacts {
  /** `space/app/name`. */
  readonly path: string
  readonly startMs: number
  readonly endMs: number
  /** Of the file among those of the stream. */
  readonly sequence: number
}

const VARIABLE = /\{([A-Za-z]*)\}/g

/**
 * The key a name with variables in braces stands for: {Space} {AppName} {StreamName} {Date} {Hour} {Sequence}
 * {UnixTimestamp} {EscapedStartTime} {EscapedEndTime}; times are UTC. Throws AppError INVALID for other variables, and
 * for what is no key then.
 */
export function objectName(pattern: string, { path, startMs, endMs, sequence }: ObjectNameFacts): string {
  const levels = path.split('/')
  const values: Readonly<Record<string, string>> = {
    Space: levels[0] ?? '',
    AppName: levels.slice(1, -1).join('/'),
    StreamName: levels.at(-1) ?? '',
    Date: new Date(startMs).toISOString().slice(0, 10),
    Hour: new Date(startMs).toISOString().slice(11, 13),
    Sequence: String(sequence),
    UnixTimestamp: String(Math.floor(startMs / 1000)),
    EscapedStartTime: escapedTime(startMs),
    EscapedEndTime: escapedTime(endMs),
  }
  const key = pattern.replace(VARIABLE, (_, name: string) => {
    const value = values[name]
    if (value !== undefined) return value
    throw new AppError('INVALID', { field: 'object name', reason: `there is no variable {${name.slice(0, 64)}}` })
  })
  return checkedKey(key)
}

/** Without colons, which some file systems and players do not like: 2026-11-20-21-30-05. */
function escapedTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')
}
