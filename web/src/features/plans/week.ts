import type { Schemas } from '@sightline/client'

/** What is recorded between two times of day, and how it is filed. Seconds since midnight, `endS` up to a whole day. */
export interface Interval {
  readonly startS: number
  readonly endS: number
  readonly subject: string
  readonly teacher: string
}

export type Day = readonly Interval[]
/** Monday first. */
export type Week = readonly Day[]

export const DAY_S = 86_400
/** As many as the platform takes. */
export const MAX_INTERVALS = 8
/** Dragging goes by five minutes; exact times are typed. */
export const STEP_S = 300
/** Shorter ones cannot be grasped by their edges. */
const MIN_S = STEP_S
/** Of one that is put down by a click. */
const NEW_S = 3600

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export const EMPTY_WEEK: Week = WEEKDAYS.map(() => [])

/** `HH:MM`, with seconds where there are some. */
export function wallText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`
  return seconds % 60 === 0 ? text : `${text}:${two(seconds % 60)}`
}

/** Null when it is no time of day; `24:00` is the end of one. */
export function wallSeconds(text: string): number | null {
  const [, h, m, s = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim()) ?? []
  if (h === undefined || m === undefined) return null
  const seconds = Number(h) * 3600 + Number(m) * 60 + Number(s)
  return Number(m) < 60 && Number(s) < 60 && seconds <= DAY_S ? seconds : null
}

export const weekOf = (plan: Pick<Schemas['Plan'], 'week'>): Week =>
  plan.week.map(day =>
    day.map(({ start, end, subject, teacher }) => ({
      startS: wallSeconds(start) ?? 0,
      endS: wallSeconds(end) ?? DAY_S,
      subject,
      teacher,
    })),
  )

export const sentWeek = (week: Week) =>
  week.map(day =>
    day.map(({ startS, endS, subject, teacher }) => ({
      start: wallText(startS),
      end: wallText(endS),
      subject,
      teacher,
    })),
  )

const snapped = (seconds: number): number => Math.max(0, Math.min(DAY_S, Math.round(seconds / STEP_S) * STEP_S))

/** Why an interval cannot be there; null: it can. */
export function conflict(day: Day, { startS, endS }: Interval, except?: Interval): 'order' | 'overlap' | 'full' | null {
  if (endS <= startS) return 'order'
  const others = day.filter(each => each !== except)
  if (others.some(each => each.startS < endS && startS < each.endS)) return 'overlap'
  return others.length >= MAX_INTERVALS ? 'full' : null
}

interface Free {
  readonly fromS: number
  readonly toS: number
}

/** The times of a day that are taken by nobody but `except`, in order. */
export function freeOf(day: Day, except?: Interval): readonly Free[] {
  const free: Free[] = []
  let fromS = 0
  for (const each of day) {
    if (each === except) continue
    if (each.startS > fromS) free.push({ fromS, toS: each.startS })
    fromS = Math.max(fromS, each.endS)
  }
  return fromS < DAY_S ? [...free, { fromS, toS: DAY_S }] : free
}

/** Where an interval of that length fits nearest to the wanted start; null: nowhere. */
function placed(free: readonly Free[], startS: number, lengthS: number): number | null {
  const starts = free
    .filter(({ fromS, toS }) => toS - fromS >= lengthS)
    .map(({ fromS, toS }) => Math.min(Math.max(startS, fromS), toS - lengthS))
  return starts.reduce<number | null>(
    (best, each) => (best === null || Math.abs(each - startS) < Math.abs(best - startS) ? each : best),
    null,
  )
}

const sorted = (day: Day): Day => day.toSorted((a, b) => a.startS - b.startS)
const withDay = (week: Week, at: number, day: Day): Week => week.map((each, i) => (i === at ? sorted(day) : each))
const dayOf = (week: Week, at: number): Day => week[at] ?? []

/** What a change came to; null: it is not possible. */
export type Changed = { readonly week: Week; readonly interval: Interval } | null

/** Drawn from one time to another, as much of it as is free around where the drawing began. */
export function drawn(week: Week, at: number, anchorS: number, toS: number): Changed {
  const day = dayOf(week, at)
  if (day.length >= MAX_INTERVALS) return null
  const room = freeOf(day).find(({ fromS, toS }) => anchorS >= fromS && anchorS < toS)
  if (room === undefined) return null
  const within = (seconds: number) => Math.min(Math.max(snapped(seconds), room.fromS), room.toS)
  const [a, b] = [within(Math.min(anchorS, toS)), within(Math.max(anchorS, toS))]
  if (b - a < MIN_S) return null
  const interval = { startS: a, endS: b, subject: '', teacher: '' }
  return { week: withDay(week, at, [...day, interval]), interval }
}

/** One of the usual length at that time, shorter where there is less room; at the first free time when none is said. */
export function added(week: Week, at: number, startS?: number): Changed {
  const day = dayOf(week, at)
  const room = freeOf(day).find(
    ({ fromS, toS }) => toS - fromS >= MIN_S && (startS === undefined || (startS >= fromS && startS < toS)),
  )
  if (room === undefined || day.length >= MAX_INTERVALS) return null
  // Working hours come first when the whole day is free.
  const wish = startS ?? (room.fromS === 0 && room.toS === DAY_S ? 8 * 3600 : room.fromS)
  const length = Math.min(NEW_S, room.toS - room.fromS)
  const from = Math.min(Math.max(snapped(wish), room.fromS), room.toS - length)
  const interval = { startS: from, endS: from + length, subject: '', teacher: '' }
  return { week: withDay(week, at, [...day, interval]), interval }
}

/** One edge put elsewhere, up to the neighbour. */
export function resized(week: Week, at: number, interval: Interval, edge: 'start' | 'end', toS: number): Changed {
  const day = dayOf(week, at)
  const room = freeOf(day, interval).find(({ fromS, toS }) => interval.startS >= fromS && interval.endS <= toS)
  if (room === undefined) return null
  const to = snapped(toS)
  const next =
    edge === 'start'
      ? { ...interval, startS: Math.min(Math.max(to, room.fromS), Math.max(room.fromS, interval.endS - MIN_S)) }
      : { ...interval, endS: Math.max(Math.min(to, room.toS), Math.min(room.toS, interval.startS + MIN_S)) }
  return replaced(week, at, interval, next)
}

/** The whole interval put elsewhere, to another day too: as near to the wish as it fits. */
export function moved(week: Week, at: number, interval: Interval, toDay: number, startS: number): Changed {
  const day = dayOf(week, toDay)
  if (toDay !== at && day.length >= MAX_INTERVALS) return null
  const length = interval.endS - interval.startS
  const from = placed(freeOf(day, interval), snapped(startS), length)
  if (from === null) return null
  const next = { ...interval, startS: from, endS: from + length }
  if (toDay === at) return replaced(week, at, interval, next)
  return { week: withDay(removed(week, at, interval), toDay, [...day, next]), interval: next }
}

/** Another in its place; null when it cannot be there. */
export function replaced(week: Week, at: number, interval: Interval, next: Interval): Changed {
  const day = dayOf(week, at)
  if (conflict(day, next, interval) !== null) return null
  return { week: withDay(week, at, [...day.filter(each => each !== interval), next]), interval: next }
}

export const removed = (week: Week, at: number, interval: Interval): Week =>
  withDay(
    week,
    at,
    dayOf(week, at).filter(each => each !== interval),
  )

/** All of a day to others, in place of theirs. */
export const copiedDay = (week: Week, from: number, to: ReadonlySet<number>): Week =>
  week.map((day, i) => (to.has(i) && i !== from ? dayOf(week, from).map(each => ({ ...each })) : day))

/** The nearer edge at a full hour. */
export function atHour(week: Week, at: number, interval: Interval, hour: number): Changed {
  const seconds = hour * 3600
  const nearer = Math.abs(seconds - interval.startS) <= Math.abs(seconds - interval.endS)
  // Within the interval an edge moves to the hour; beyond it the interval grows to there.
  const edge = seconds < interval.startS ? 'start' : seconds > interval.endS ? 'end' : nearer ? 'start' : 'end'
  return resized(week, at, interval, edge, seconds)
}

export const secondsOf = (day: Day): number => day.reduce((sum, { startS, endS }) => sum + endS - startS, 0)
