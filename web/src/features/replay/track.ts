import type { Schemas } from '@sightline/client'
import { dayLater, dayName, dayStart } from '../../lib/days.ts'

/** Milliseconds since 1970. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export interface Gap extends Span {
  readonly reason: string
}

/** Something that happened. */
export interface Mark {
  readonly atMs: number
  readonly kind: 'recording' | 'alert' | 'alarm'
  readonly name: string
  readonly reason: string
  /** Of an alert that is over. */
  readonly untilMs: number | null
}

/** What is known of one stream: each list in the order of time, spans and gaps without overlap. */
export interface Track {
  readonly spans: readonly Span[]
  readonly gaps: readonly Gap[]
  readonly marks: readonly Mark[]
}

/** Nothing has been told yet. */
export const UNKNOWN_TRACK: Track = { spans: [], gaps: [], marks: [] }

/** Files end and begin within less: that is no gap to people. */
const JOIN_MS = 1500

/** Days of one stream put together: what goes on over midnight is one span again. */
export function trackOf(timelines: readonly Schemas['Timeline'][], alarms: readonly Schemas['Alarm'][] = []): Track {
  const inOrder = timelines.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))
  const spans: Span[] = []
  for (const { start, end } of inOrder.flatMap(({ spans }) => spans)) {
    const span = { fromMs: Date.parse(start), toMs: Date.parse(end) }
    const last = spans.at(-1)
    if (last !== undefined && span.fromMs - last.toMs <= JOIN_MS)
      spans[spans.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) }
    else spans.push(span)
  }
  const gaps: Gap[] = []
  for (const { start, end, reason } of inOrder.flatMap(({ gaps }) => gaps)) {
    const gap = { fromMs: Date.parse(start), toMs: Date.parse(end), reason }
    const last = gaps.at(-1)
    if (last !== undefined && last.reason === reason && gap.fromMs - last.toMs <= JOIN_MS)
      gaps[gaps.length - 1] = { ...last, toMs: Math.max(last.toMs, gap.toMs) }
    else gaps.push(gap)
  }
  const told = inOrder.flatMap(({ events }) => events)
  const marks: readonly Mark[] = [
    ...told.map(({ at, kind, name, reason, until }) => ({
      atMs: Date.parse(at),
      kind,
      name,
      reason,
      untilMs: until === null ? null : Date.parse(until),
    })),
    ...alarms.map(({ at, description }) => ({
      atMs: Date.parse(at),
      kind: 'alarm' as const,
      name: 'alarm',
      reason: description,
      untilMs: null,
    })),
  ]
  return { spans, gaps, marks: marks.toSorted((a, b) => a.atMs - b.atMs) }
}

/** What is being recorded goes on to now: its end is told every few seconds only. */
const TOLD_MS = 45_000

export function growing(track: Track, nowMs: number): Track {
  const last = track.spans.at(-1)
  if (last === undefined || nowMs - last.toMs > TOLD_MS) return track
  return { ...track, spans: [...track.spans.slice(0, -1), { ...last, toMs: nowMs + TOLD_MS }] }
}

/** Place of the last one that begins at or before `ms`; -1: none. */
function placeOf(spans: readonly Span[], ms: number): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.fromMs ?? 0) <= ms) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The one that `ms` lies in. */
export function spanAt<S extends Span>(spans: readonly S[], ms: number): S | null {
  const span = spans[placeOf(spans, ms)]
  return span !== undefined && ms < span.toMs ? span : null
}

/** `ms` where something was recorded then, or else where the next recording begins; null: none comes. */
export const playableFrom = (spans: readonly Span[], ms: number): number | null =>
  spanAt(spans, ms) !== null ? ms : (spans[placeOf(spans, ms) + 1]?.fromMs ?? null)

/** The same backwards: just before the end of the last recording; null: none was before. */
export function playableUntil(spans: readonly Span[], ms: number): number | null {
  if (spanAt(spans, ms) !== null) return ms
  const before = spans[placeOf(spans, ms)]
  return before === undefined ? null : before.toMs - 1
}

/** Begin of the recording before; of the present one when that is more than `nearMs` ago. */
export function beginBefore(spans: readonly Span[], ms: number, nearMs = 2000): number | null {
  const at = placeOf(spans, ms - nearMs)
  return spans[at]?.fromMs ?? null
}

export const beginAfter = (spans: readonly Span[], ms: number): number | null =>
  spans[placeOf(spans, ms) + 1]?.fromMs ?? null

/** Days of the browser's zone that a time touches. */
export function daysOf({ fromMs, toMs }: Span): readonly string[] {
  const days: string[] = []
  for (let day = dayName(fromMs); dayStart(day) < toMs; day = dayLater(day, 1)) days.push(day)
  return days
}
