import type { Clock, Timers } from '../../base/clock.ts'
import { pause } from './pause.ts'
import type { RecordedFragment, Recordings } from './recordings.ts'

export interface FollowOptions {
  readonly path: string
  readonly fromMs: number
  /** May lie ahead: what is recorded until then is waited for. */
  readonly toMs: number
  /** So much is kept away from what is recorded just now. */
  readonly delayMs: number
  readonly clock: Clock
  readonly timers: Timers
  readonly signal: AbortSignal
}

/** Looked up at once; a fragment is about 2 s. */
const WINDOW_MS = 60_000
/** How often it is looked whether more has been recorded. */
const LOOK_MS = 500

/** What was recorded, and what is being recorded as it comes, one fragment after the other. */
export async function* followFragments(
  recordings: Recordings,
  { path, fromMs, toMs, delayMs, clock, timers, signal }: FollowOptions,
): AsyncGenerator<RecordedFragment, void> {
  let last: RecordedFragment | null = null
  let atMs = fromMs
  let windowMs = WINDOW_MS
  while (!signal.aborted) {
    const edgeMs = Math.min(toMs, clock.nowMs() - delayMs)
    const untilMs = Math.min(edgeMs, atMs + windowMs)
    const found: readonly RecordedFragment[] =
      untilMs > atMs ? behind(await recordings.fragments(path, atMs, untilMs), last) : []
    for (const fragment of found) {
      yield fragment
      last = fragment
      atMs = fragment.entry.wallMs
    }
    if (found.length > 0) windowMs = WINDOW_MS
    else if (untilMs < edgeMs)
      windowMs *= 2 // over a hole
    else if (edgeMs >= toMs) return
    else await pause(timers, LOOK_MS, signal)
  }
}

/** Those that come after `last`. */
function behind(fragments: readonly RecordedFragment[], last: RecordedFragment | null): readonly RecordedFragment[] {
  if (!last) return fragments
  const { segment, entry } = last
  const at = fragments.findIndex(other => other.segment.id === segment.id && other.entry.offset === entry.offset)
  if (at >= 0) return fragments.slice(at + 1)
  return fragments.filter(other => other.entry.wallMs > entry.wallMs)
}
