import type { PlayProtocol } from './plan.ts'

/** What one try came to. `message` is the technical text: HTTP status, media error, time-out. */
export interface Failure {
  readonly protocol: PlayProtocol
  readonly message: string
}

/**
 * How playing stands.
 *
 * idle       -> connecting  start
 * connecting -> playing     playing
 *            -> connecting  error, the next attempt of the plan
 *            -> waiting     error after the last attempt; back-off grows with each such round
 * playing    -> waiting     error or end: the same attempt again after the first back-off step
 * waiting    -> connecting  retry (timer or button)
 * any        -> idle        stop
 */
export interface Playback {
  readonly phase: 'idle' | 'connecting' | 'playing' | 'waiting'
  /** Index into the plan's attempts. */
  readonly attempt: number
  /** Whole rounds that failed in a row. */
  readonly round: number
  /** Of this round, oldest first; kept while playing to say why a fallback is used. */
  readonly failures: readonly Failure[]
  /** Milliseconds from entering `waiting` to the next try. */
  readonly retryInMs: number
}

export type PlaybackEvent =
  | { readonly type: 'start' | 'stop' | 'playing' | 'retry' }
  | { readonly type: 'error'; readonly failure: Failure }

export const IDLE: Playback = { phase: 'idle', attempt: 0, round: 0, failures: [], retryInMs: 0 }

/** Quick at first (a republish takes a second or two), gentle on a server that is in trouble. */
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15_000] as const

export function backoffMs(round: number): number {
  return BACKOFF_MS[Math.min(round, BACKOFF_MS.length - 1)] ?? 15_000
}

/** The state after `event`; the same state when the event means nothing in it. */
export function next(state: Playback, event: PlaybackEvent, attempts: number): Playback {
  switch (event.type) {
    case 'stop':
      return IDLE
    case 'start':
      return attempts === 0 ? IDLE : { ...IDLE, phase: 'connecting' }
    case 'playing':
      return state.phase === 'connecting' ? { ...state, phase: 'playing', round: 0 } : state
    case 'retry':
      if (state.phase !== 'waiting') return state
      // The plan may have shrunk meanwhile (other codecs after a republish).
      return { ...state, phase: 'connecting', attempt: state.attempt < attempts ? state.attempt : 0, failures: [] }
    case 'error': {
      if (state.phase === 'playing')
        return { ...state, phase: 'waiting', round: 0, failures: [event.failure], retryInMs: backoffMs(0) }
      if (state.phase !== 'connecting') return state
      const failures = [...state.failures, event.failure]
      if (state.attempt + 1 < attempts) return { ...state, attempt: state.attempt + 1, failures }
      return { phase: 'waiting', attempt: 0, round: state.round + 1, failures, retryInMs: backoffMs(state.round) }
    }
  }
}
