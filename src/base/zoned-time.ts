const DAY_MS = 86_400_000

/** A moment as the clock on the wall of a time zone shows it. */
export interface WallTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  /** 0 Monday ... 6 Sunday. */
  readonly weekday: number
  /** Seconds since midnight by the wall, whatever the clocks did meanwhile: 0 to 86 399. */
  readonly second: number
}

export type WallDay = Pick<WallTime, 'year' | 'month' | 'day'>

/** There are fewer zones than that; their names come in any case. */
const MAX_FORMATS = 1000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Whether the name is one of the IANA database of this runtime. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** Throws RangeError for a zone that is none. */
export function wallTime(zone: string, ms: number): WallTime {
  const local = new Date(ms + offsetMs(zone, ms))
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: (local.getUTCDay() + 6) % 7,
    second: Math.floor((((local.getTime() % DAY_MS) + DAY_MS) % DAY_MS) / 1000),
  }
}

/**
 * When the wall shows a time, milliseconds since 1970 UTC; `second` may be 86 400, the next midnight. A time that comes
 * twice is the first of both, one that is left out is as much later as the clocks were put forward.
 */
export function instantOf(zone: string, { year, month, day }: WallDay, second = 0): number {
  const wall = Date.UTC(year, month - 1, day) + second * 1000
  const before = wall - offsetMs(zone, wall - DAY_MS)
  const after = wall - offsetMs(zone, wall + DAY_MS)
  const shows = (ms: number) => ms + offsetMs(zone, ms) === wall
  const found = [before, after].filter(shows)
  return found.length > 0 ? Math.min(...found) : before
}

/** What the wall is ahead of UTC at a moment, milliseconds. */
function offsetMs(zone: string, ms: number): number {
  const part: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(ms)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const number = 'numeric' as const
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' },
    ...{ year: number, month: number, day: number, hour: number, minute: number, second: number },
  })
  if (formats.size >= MAX_FORMATS) formats.clear()
  formats.set(zone, format)
  return format
}
