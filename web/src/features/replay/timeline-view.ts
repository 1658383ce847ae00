import { dayName, dayStart } from '../../lib/days.ts'
import { daysOf, type Span } from './track.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Widths people ask for by name. */
export const ZOOMS = { day: 24 * HOUR_MS, hour: HOUR_MS, tenMinutes: 10 * MINUTE_MS } as const
export type Zoom = keyof typeof ZOOMS
/** Closer in, a second is wider than a thumb. */
const MIN_WIDTH_MS = MINUTE_MS
const MAX_WIDTH_MS = 48 * HOUR_MS
/** Beyond now there is nothing; a little of it shows that now is the end. */
const AHEAD_SHARE = 0.04

const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map(seconds => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map(minutes => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 12].map(hours => hours * HOUR_MS),
]
/** Width of a label with room. */
const LABEL_PX = 76

export const widthOf = ({ fromMs, toMs }: Span): number => toMs - fromMs
export const msAt = (view: Span, share: number): number => view.fromMs + share * widthOf(view)
/** 0 to 1 of the view; outside it less or more. */
export const shareOf = (view: Span, ms: number): number => (ms - view.fromMs) / widthOf(view)

function within(fromMs: number, width: number, nowMs: number): Span {
  const from = Math.min(fromMs, nowMs + AHEAD_SHARE * width - width)
  return { fromMs: from, toMs: from + width }
}

/** Closer (factor below 1) or wider around `atMs`, which stays where it is as far as now allows. */
export function zoomed(view: Span, factor: number, atMs: number, nowMs: number): Span {
  const width = Math.min(MAX_WIDTH_MS, Math.max(MIN_WIDTH_MS, widthOf(view) * factor))
  return within(atMs - shareOf(view, atMs) * width, width, nowMs)
}

export const shifted = (view: Span, byMs: number, nowMs: number): Span =>
  within(view.fromMs + byMs, widthOf(view), nowMs)

/** So wide, with `atMs` in the middle; a day is the whole day of the calendar. */
export function viewAround(zoom: Zoom, atMs: number, nowMs: number): Span {
  if (zoom === 'day') {
    const fromMs = dayStart(dayName(atMs))
    // Of a day on which clocks change, an hour more or less is shown.
    return { fromMs, toMs: fromMs + ZOOMS.day }
  }
  return within(atMs - ZOOMS[zoom] / 2, ZOOMS[zoom], nowMs)
}

/** The named width the view is nearest to. */
export function zoomOf(view: Span): Zoom {
  const width = widthOf(view)
  if (width <= Math.sqrt(ZOOMS.tenMinutes * ZOOMS.hour)) return 'tenMinutes'
  return width <= Math.sqrt(ZOOMS.hour * ZOOMS.day) ? 'hour' : 'day'
}

/** The view that shows `atMs`: itself, or moved on by most of its width. */
export function following(view: Span, atMs: number, nowMs: number): Span {
  if (atMs >= view.fromMs && atMs <= view.toMs) return view
  return within(atMs - 0.1 * widthOf(view), widthOf(view), nowMs)
}

export interface Tick {
  readonly ms: number
  readonly label: string
  /** A day begins. */
  readonly day: boolean
}

const two = (n: number) => String(n).padStart(2, '0')

/** Time of day in the browser's zone. */
export function clockText(ms: number, seconds = true): string {
  const date = new Date(ms)
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`
  return seconds ? `${minutes}:${two(date.getSeconds())}` : minutes
}

/** Round times of day, as many as have room; counted from each midnight, so that they stay round. */
export function ticksOf(view: Span, widthPx: number): readonly Tick[] {
  const room = Math.max(1, Math.floor(widthPx / LABEL_PX))
  const step = STEPS_MS.find(each => widthOf(view) / each <= room) ?? 24 * HOUR_MS
  const days = daysOf(view)
  return days.flatMap((day, i) => {
    const startMs = dayStart(day)
    const next = days[i + 1]
    const endMs = Math.min(view.toMs, next === undefined ? Number.POSITIVE_INFINITY : dayStart(next) - 1)
    const first = Math.max(0, Math.ceil((view.fromMs - startMs) / step))
    const count = Math.max(0, Math.floor((endMs - startMs) / step) - first + 1)
    return Array.from({ length: count }, (_, n) => {
      const ms = startMs + (first + n) * step
      return { ms, label: first + n === 0 ? day.slice(5) : clockText(ms, step < MINUTE_MS), day: first + n === 0 }
    })
  })
}
