import { AppError } from '../../base/errors.ts'
import { SPEEDS } from './flv-replay.ts'

/** Which part of the past is asked for. */
export interface ReplayRange {
  readonly fromMs: number
  /** Null: up to now, and what comes. */
  readonly toMs: number | null
  /** The live stream so much later, milliseconds; null: a fixed start. */
  readonly delayMs: number | null
}

/** One answer is about at most so much: longer ones are asked for in parts. */
const MAX_RANGE_MS = 25 * 3_600_000
/** A player that comes to a delayed stream begins within this much before its edge. */
const DELAY_WINDOW_MS = 60_000

/**
 * `start` and `end` as ISO 8601 or milliseconds since 1970; or `delay` in seconds. Without `end`: to now, and on.
 * Throws AppError INVALID.
 */
export function replayRange(query: URLSearchParams, nowMs: number): ReplayRange {
  const delay = query.get('delay')
  const start = query.get('start')
  const fromMs = start === null ? null : timeOf('start', start)
  if (delay !== null) {
    const seconds = Number(delay)
    if (!/^\d{1,8}(\.\d{1,3})?$/.test(delay)) throw invalid('delay', 'not a number of seconds')
    return { fromMs: fromMs ?? nowMs - seconds * 1000 - DELAY_WINDOW_MS, toMs: null, delayMs: seconds * 1000 }
  }
  if (fromMs === null) throw invalid('start', 'it is missing')
  const end = query.get('end')
  const toMs = end === null ? null : timeOf('end', end)
  if ((toMs ?? nowMs) <= fromMs) throw invalid('end', 'it is not behind start')
  if ((toMs ?? nowMs) - fromMs > MAX_RANGE_MS) throw invalid('end', 'at most 25 hours at once')
  return { fromMs, toMs, delayMs: null }
}

/** Throws AppError INVALID. */
export function replaySpeed(query: URLSearchParams): number {
  const speed = Number(query.get('speed') ?? 1)
  if (speed >= SPEEDS.min && speed <= SPEEDS.max) return speed
  throw invalid('speed', `${SPEEDS.min} to ${SPEEDS.max}`)
}

/** ISO 8601 or milliseconds since 1970. Throws AppError INVALID. */
export function momentOf(field: string, text: string | null): number {
  if (text === null) throw invalid(field, 'it is missing')
  return timeOf(field, text)
}

function timeOf(field: string, text: string): number {
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(ms)) return ms
  throw invalid(field, 'neither ISO 8601 nor milliseconds since 1970')
}

function invalid(field: string, reason: string): AppError {
  return new AppError('INVALID', { field, reason })
}
