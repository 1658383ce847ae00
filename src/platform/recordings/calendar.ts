import { AppError } from '../../base/errors.ts'
import { instantOf, isZone, wallTime } from '../../base/zoned-time.ts'
import type { Span } from './recording.ts'

/** A day on which something was recorded. */
export interface RecordedDay {
  /** `2026-01-05`, by the wall. */
  readonly date: string
  readonly recordedS: number
  readonly firstMs: number
  readonly lastMs: number
}

/** The month `2026-01` of a time zone. Throws INVALID. */
export function monthOf(month: string, zone: string): Span {
  const [, y, m] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? []
  if (y === undefined) throw new AppError('INVALID', { field: 'querystring.month', reason: 'expected 2026-01' })
  if (!isZone(zone)) throw new AppError('INVALID', { field: 'querystring.zone', reason: `${zone} is no time zone` })
  const [year, number] = [Number(y), Number(m)]
  const next = number === 12 ? { year: year + 1, month: 1 } : { year, month: number + 1 }
  return { startMs: instantOf(zone, { year, month: number, day: 1 }), endMs: instantOf(zone, { ...next, day: 1 }) }
}

/** What of each span lies on which day of a time zone, in order. */
export function daysOf(spans: readonly Span[], zone: string): RecordedDay[] {
  const days = new Map<string, RecordedDay>()
  for (const { startMs, endMs } of spans) {
    for (let at = startMs; at < endMs; ) {
      const { year, month, day } = wallTime(zone, at)
      // never behind `at`, whatever the clocks do around midnight
      const until = Math.min(endMs, Math.max(at + 1, instantOf(zone, { year, month, day }, 86_400)))
      const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
      const before = days.get(date)
      days.set(date, {
        date,
        recordedS: (before?.recordedS ?? 0) + (until - at) / 1000,
        firstMs: before?.firstMs ?? at,
        lastMs: until,
      })
      at = until
    }
  }
  return [...days.values()]
}
