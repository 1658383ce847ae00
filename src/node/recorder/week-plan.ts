import { AppError } from '../../base/errors.ts'

/** A part of a day by the clock on the wall, seconds since midnight. */
export interface DayInterval {
  readonly startS: number
  /** Behind the last second; 86 400 is midnight. */
  readonly endS: number
}

export interface WeekPlan {
  /** IANA name: 'Europe/Berlin'. */
  readonly zone: string
  /** Monday first; each day's intervals sorted and without overlap. */
  readonly week: readonly (readonly DayInterval[])[]
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** What front ends of GB/T 28181 keep. */
const MAX_INTERVALS = 8
const DAY_S = 86_400
const DAY_MS = DAY_S * 1000
/** Offsets of zones change at most twice a year: looking this often finds every change. */
const PROBE_MS = 6 * 3_600_000
/** All zones there are, and their old names. */
const MAX_ZONES = 1024

/** Throws AppError INVALID for what is no plan, with the day. */
export function checkWeekPlan({ zone, week }: WeekPlan): void {
  formatOf(zone)
  if (week.length !== 7) throw new AppError('INVALID', { field: 'week', reason: 'it has seven days' })
  week.forEach((day, index) => {
    const refuse = (reason: string) => new AppError('INVALID', { field: `week[${index}]`, reason })
    if (day.length > MAX_INTERVALS) throw refuse(`more than ${MAX_INTERVALS} intervals`)
    let end = 0
    for (const { startS, endS } of day) {
      if (!Number.isInteger(startS) || !Number.isInteger(endS) || startS < 0 || endS > DAY_S) {
        throw refuse(`${startS} to ${endS} is not in a day`)
      }
      if (startS >= endS) throw refuse('an interval ends before it begins')
      if (startS < end) throw refuse('intervals overlap, or are not in order')
      end = endS
    }
  })
}

/**
 * Whether the clock on the wall shows a planned time. When clocks go forward the hour that is left out is never shown;
 * when they go back the hour that comes twice is planned twice.
 */
export function isPlanned(plan: WeekPlan, atMs: number): boolean {
  return plannedLocal(plan, atMs + offsetMs(plan.zone, atMs))
}

/** Planned time of [fromMs, toMs), in order; what meets is one span. */
export function plannedBetween(plan: WeekPlan, fromMs: number, toMs: number): Span[] {
  const spans: { fromMs: number; toMs: number }[] = []
  for (const part of partsOfOneOffset(plan.zone, fromMs, toMs)) {
    const localFrom = part.fromMs + part.offsetMs
    const localTo = part.toMs + part.offsetMs
    for (let day = Math.floor(localFrom / DAY_MS); day * DAY_MS < localTo; day++) {
      for (const { startS, endS } of dayOf(plan, day)) {
        const from = Math.max(localFrom, day * DAY_MS + startS * 1000) - part.offsetMs
        const to = Math.min(localTo, day * DAY_MS + endS * 1000) - part.offsetMs
        if (from >= to) continue
        const last = spans.at(-1)
        if (last?.toMs === from) last.toMs = to
        else spans.push({ fromMs: from, toMs: to })
      }
    }
  }
  return spans
}

/** When `isPlanned` changes next after `atMs`, within eight days; null: not within these. */
export function nextChange(plan: WeekPlan, atMs: number): number | null {
  const [first] = plannedBetween(plan, atMs, atMs + 8 * DAY_MS)
  if (!first) return null
  if (first.fromMs > atMs) return first.fromMs
  return first.toMs < atMs + 8 * DAY_MS ? first.toMs : null
}

function plannedLocal(plan: WeekPlan, localMs: number): boolean {
  const second = Math.floor((localMs % DAY_MS) / 1000)
  return dayOf(plan, Math.floor(localMs / DAY_MS)).some(({ startS, endS }) => second >= startS && second < endS)
}

/** Intervals of a day, counted from 1970-01-01, which was a Thursday. */
function dayOf(plan: WeekPlan, day: number): readonly DayInterval[] {
  return plan.week[(day + 3) % 7] ?? []
}

/** The time cut where the clocks of the zone are changed. */
function partsOfOneOffset(zone: string, fromMs: number, toMs: number): (Span & { readonly offsetMs: number })[] {
  const parts: (Span & { readonly offsetMs: number })[] = []
  let start = fromMs
  let offset = offsetMs(zone, fromMs)
  for (let at = fromMs; at < toMs; ) {
    const next = Math.min(toMs, at + PROBE_MS)
    if (offsetMs(zone, next) !== offset) {
      const change = changeBetween(zone, at, next)
      parts.push({ fromMs: start, toMs: change, offsetMs: offset })
      start = change
      offset = offsetMs(zone, change)
      at = change
    } else at = next
  }
  if (start < toMs) parts.push({ fromMs: start, toMs, offsetMs: offset })
  return parts
}

/** First millisecond of another offset than that at `lowMs`. */
function changeBetween(zone: string, lowMs: number, highMs: number): number {
  const before = offsetMs(zone, lowMs)
  let low = lowMs
  let high = highMs
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetMs(zone, middle) === before) low = middle
    else high = middle
  }
  return high
}

/** How far the clocks of a zone are ahead of UTC. */
function offsetMs(zone: string, atMs: number): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making one takes a millisecond. Throws AppError INVALID. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    if (formats.size >= MAX_ZONES) formats.clear()
    formats.set(zone, format)
    return format
  } catch (error) {
    throw new AppError('INVALID', { field: 'zone', reason: `${zone.slice(0, 64)} is no time zone` }, { cause: error })
  }
}
