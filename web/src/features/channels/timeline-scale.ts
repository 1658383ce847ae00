/** From, to: milliseconds since 1970. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export interface Recorded extends Span {
  /** time, alarm, manual ... as the device says. */
  readonly kind: string
}

export interface Tick {
  readonly ms: number
  readonly label: string
}

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Closer in, a second is wider than a thumb. */
const MIN_WINDOW_MS = 2 * MINUTE_MS
/** Files of a recorder end and begin within the same second or two: that is no gap to people. */
const JOIN_MS = 2 * SECOND_MS
const STEPS_MS = [
  30 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  6 * HOUR_MS,
]
/** Width of a label with room. */
const LABEL_PX = 64

/** The day of the browser's zone that begins at `date`, `YYYY-MM-DD`; days of a change of the clock have 23 or 25 hours. */
export function dayOf(date: string): Span {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number)
  return { fromMs: new Date(year, month - 1, day).getTime(), toMs: new Date(year, month - 1, day + 1).getTime() }
}

export function dateOf(ms: number): string {
  const date = new Date(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The day `days` later. */
export const dayAfter = (date: string, days: number): string => dateOf(dayOf(date).fromMs + days * DAY_MS + HOUR_MS * 3)

/** In the order of time, what touches joined when it is of one kind; cut to the day. */
export function blocksOf(recordings: readonly Recorded[], { fromMs, toMs }: Span): readonly Recorded[] {
  const blocks: Recorded[] = []
  const inside = recordings
    .map(each => ({ ...each, fromMs: Math.max(fromMs, each.fromMs), toMs: Math.min(toMs, each.toMs) }))
    .filter(each => each.toMs > each.fromMs)
    .sort((a, b) => a.fromMs - b.fromMs)
  for (const each of inside) {
    const last = blocks.at(-1)
    if (last !== undefined && last.kind === each.kind && each.fromMs - last.toMs <= JOIN_MS)
      blocks[blocks.length - 1] = { ...last, toMs: Math.max(last.toMs, each.toMs) }
    else blocks.push(each)
  }
  return blocks
}

/** Whether something was recorded then, or else where the next recording begins; null: none after it. */
export function playableAt(blocks: readonly Recorded[], ms: number): number | null {
  let next: number | null = null
  for (const { fromMs, toMs } of blocks) {
    if (ms >= fromMs && ms < toMs) return ms
    if (fromMs > ms && (next === null || fromMs < next)) next = fromMs
  }
  return next
}

/** The recording that plays on from `ms`, over what touches it: to its end. */
export function endOfRun(blocks: readonly Recorded[], ms: number): number {
  let end = ms
  for (const { fromMs, toMs } of [...blocks].sort((a, b) => a.fromMs - b.fromMs))
    if (fromMs <= end + JOIN_MS && toMs > end) end = toMs
  return end
}

export const total = (blocks: readonly Span[]): number => {
  let [sum, until] = [0, Number.NEGATIVE_INFINITY]
  for (const { fromMs, toMs } of [...blocks].sort((a, b) => a.fromMs - b.fromMs)) {
    sum += Math.max(0, toMs - Math.max(fromMs, until))
    until = Math.max(until, toMs)
  }
  return sum
}

/** Closer (factor < 1) or wider around `atMs`, which stays where it is, within the day. */
export function zoomed({ fromMs, toMs }: Span, factor: number, atMs: number, day: Span): Span {
  const width = Math.min(day.toMs - day.fromMs, Math.max(MIN_WINDOW_MS, (toMs - fromMs) * factor))
  const share = toMs > fromMs ? (atMs - fromMs) / (toMs - fromMs) : 0.5
  return within(atMs - share * width, width, day)
}

export const shifted = ({ fromMs, toMs }: Span, byMs: number, day: Span): Span =>
  within(fromMs + byMs, toMs - fromMs, day)

function within(fromMs: number, width: number, day: Span): Span {
  const from = Math.max(day.fromMs, Math.min(day.toMs - width, fromMs))
  return { fromMs: from, toMs: from + width }
}

export const msAt = ({ fromMs, toMs }: Span, share: number): number => fromMs + share * (toMs - fromMs)
/** 0 to 1 of the window; outside it less or more. */
export const shareOf = ({ fromMs, toMs }: Span, ms: number): number => (ms - fromMs) / (toMs - fromMs)

const two = (n: number) => String(n).padStart(2, '0')

/** Time of day in the browser's zone. */
export function clock(ms: number, seconds: boolean): string {
  const date = new Date(ms)
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`
  return seconds ? `${minutes}:${two(date.getSeconds())}` : minutes
}

/** Round times of day in the window, as many as have room. Counted from the start of the day, so that they stay round. */
export function ticks(window: Span, day: Span, widthPx: number): readonly Tick[] {
  const room = Math.max(1, Math.floor(widthPx / LABEL_PX))
  const step = STEPS_MS.find(each => (window.toMs - window.fromMs) / each <= room) ?? 6 * HOUR_MS
  const first = Math.ceil((window.fromMs - day.fromMs) / step)
  const last = Math.floor((window.toMs - day.fromMs) / step)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const ms = day.fromMs + (first + i) * step
    return { ms, label: clock(ms, step < MINUTE_MS) }
  })
}
