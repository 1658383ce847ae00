import { AppError } from '../../base/errors.ts'

/** Devices of the standard show and send Beijing time unless their site says otherwise. */
const DEFAULT_TIME_ZONE = 'Asia/Shanghai'

/** Formatters are slow to make (0.1 ms) and few zones are in use; a peer cannot choose one. */
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone)
  if (!found) {
    try {
      found = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      })
    } catch (cause) {
      throw new AppError('INVALID', { field: 'timeZone', reason: `${zone} is no IANA time zone` }, { cause })
    }
    formatters.set(zone, found)
  }
  return found
}

/** What a clock on the wall of the zone shows, as if it were UTC, in milliseconds. */
function wallMs(epochMs: number, zone: string): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatter(zone).formatToParts(epochMs)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((epochMs % 1000) + 1000) % 1000)
}

/** `YYYY-MM-DDThh:mm:ss` in the zone. Throws AppError INVALID for a zone nobody knows. */
export function formatLocalTime(epochMs: number, zone = DEFAULT_TIME_ZONE): string {
  return new Date(wallMs(epochMs, zone)).toISOString().slice(0, 19)
}

/** With milliseconds: the Date header in the answer to REGISTER. GB/T 28181-2022 §9.10. */
export function formatDateHeader(epochMs: number, zone = DEFAULT_TIME_ZONE): string {
  return new Date(wallMs(epochMs, zone)).toISOString().slice(0, 23)
}

const LOCAL =
  /^\s*(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})[T\s]+(\d{1,2}):?(\d{1,2}):?(\d{1,2})(?:[.,](\d{1,6}))?\s*(Z|[+-]\d{2}:?\d{2})?/i

/**
 * Milliseconds since 1970 of a time a device sent, or null when it is none. Takes a blank for the T, missing leading
 * zeros and milliseconds, and believes a written zone over `zone`. In the hour a zone has twice the first is meant.
 */
export function localTimeMs(text: string, zone = DEFAULT_TIME_ZONE): number | null {
  const found = LOCAL.exec(text)
  if (!found) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return null
  const wall =
    Date.UTC(year, month - 1, day, hour, minute, second) + Number((found[7] ?? '').padEnd(3, '0').slice(0, 3))
  const written = found[8]
  if (written !== undefined) return wall - offsetMs(written)
  // an offset is right when the time it gives shows the wall time asked for; two tries reach it across a change
  let epoch = wall - (wallMs(wall, zone) - wall)
  epoch = wall - (wallMs(epoch, zone) - epoch)
  return epoch
}

function offsetMs(written: string): number {
  if (/^z$/i.test(written)) return 0
  const digits = written.replace(/\D/g, '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (written.startsWith('-') ? -1 : 1) * minutes * 60_000
}
