import type { Frame } from './frame.ts'

/**
 * How a publisher's timestamps become the stream's.
 * full: starts at 0, never goes back, jumps are closed. zero: starts at 0, otherwise as sent. off: as sent.
 * auto: full, but off for a publisher that says its times are absolute (ATC, MS-129).
 */
export type TimestampMode = 'full' | 'zero' | 'off' | 'auto'

/** A step ahead of the whole stream beyond this is a jump (clock set, counter wrapped), not a pause of the publisher. */
const MAX_STEP_AHEAD_MS = 10_000
/** A step back beyond this is a jump; up to it, jitter or rounding, and the frame is moved to the last time. */
const MAX_STEP_BACK_MS = 1000
/** Composition times beyond this come from broken encoders; B-frame delay is under a second. */
const MAX_COMPOSITION_MS = 10_000
/** Frame duration assumed when a track has not shown one yet: 25 frames per second. */
const DEFAULT_STEP_MS = 40

interface TrackTime {
  offsetMs: number
  lastMs: number
  stepMs: number
}

/**
 * Maps source times to one continuous stream time. Tracks keep a common offset, so audio and video stay in step;
 * when one jumps, the next track that jumps by a like amount takes over the same offset.
 */
export class Timeline {
  readonly #mode: TimestampMode
  readonly #tracks = new Map<number, TrackTime>()
  /** Offset of tracks that have not been seen yet; null until the first frame decides it. */
  #offsetMs: number | null = null
  #lastMs: number | null = null
  /** The times of this publisher are kept as they are. */
  #kept = false
  /** Frames whose time was changed by more than the common offset. */
  repaired = 0

  constructor(mode: TimestampMode) {
    this.#mode = mode
    this.#kept = mode === 'off'
  }

  /** Another publisher takes over: its first frame follows the last one of the previous publisher. */
  resume(): void {
    this.#tracks.clear()
    this.#offsetMs = null
    this.#kept = this.#mode === 'off'
  }

  /** The publisher's times are absolute: several encoders say the same time of the same picture. For `auto`. */
  keep(): void {
    if (this.#mode === 'auto') this.#kept = true
  }

  /** The same frame with stream times. */
  place(frame: Frame): Frame {
    const rate = frame.track.clockRate
    const sourceMs = (frame.dts * 1000) / rate
    if (this.#kept) {
      // a publisher without absolute times goes on from there
      if (this.#lastMs === null || sourceMs > this.#lastMs) this.#lastMs = sourceMs
      return frame
    }
    let time = this.#tracks.get(frame.track.id)
    if (time === undefined) {
      this.#offsetMs ??= (this.#lastMs === null ? 0 : this.#lastMs + DEFAULT_STEP_MS) - sourceMs
      time = { offsetMs: this.#offsetMs, lastMs: Number.NEGATIVE_INFINITY, stepMs: DEFAULT_STEP_MS }
      this.#tracks.set(frame.track.id, time)
    }
    let outMs = sourceMs + time.offsetMs
    if (this.#mode !== 'zero') outMs = this.#repair(time, sourceMs, outMs)
    time.lastMs = outMs
    if (this.#lastMs === null || outMs > this.#lastMs) this.#lastMs = outMs

    const dts = Math.max(0, Math.round((outMs * rate) / 1000))
    let composition = frame.pts - frame.dts
    if (Math.abs(composition) * 1000 > MAX_COMPOSITION_MS * rate) {
      composition = 0
      this.repaired++
    }
    if (dts === frame.dts && dts + composition === frame.pts) return frame
    return { track: frame.track, dts, pts: dts + composition, keyframe: frame.keyframe, data: frame.data }
  }

  #repair(time: TrackTime, sourceMs: number, outMs: number): number {
    const streamMs = this.#lastMs ?? outMs
    const step = outMs - time.lastMs
    const jumped = step < -MAX_STEP_BACK_MS || outMs - streamMs > MAX_STEP_AHEAD_MS
    if (jumped) {
      this.repaired++
      time.offsetMs = this.#offsetAfterJump(time, sourceMs, streamMs)
      return Math.max(sourceMs + time.offsetMs, time.lastMs)
    }
    if (step < 0) {
      this.repaired++
      return time.lastMs
    }
    if (step > 0 && step <= 1000) time.stepMs = step
    return outMs
  }

  #offsetAfterJump(time: TrackTime, sourceMs: number, streamMs: number): number {
    for (const other of this.#tracks.values()) {
      if (other !== time && Math.abs(sourceMs + other.offsetMs - streamMs) <= MAX_STEP_BACK_MS) return other.offsetMs
    }
    const lastMs = Number.isFinite(time.lastMs) ? time.lastMs : streamMs
    this.#offsetMs = lastMs + time.stepMs - sourceMs
    return this.#offsetMs
  }
}
