import type { Clock } from '../../base/clock.ts'

/** The wall clock was set, not slewed, beyond this. */
const JUMP_MS = 1000
/** Times in a row that frames come so much too late or early before their time is taken as changed. */
const STRAYS = 2
/** The mapping follows a camera's clock this fast: worse quartz than 1000 ppm is broken. */
const DRIFT = 0.001

/**
 * Wall clock of media times. Between two anchors it only grows: it follows the drift of the source's clock slowly, and
 * says when that is not enough, because the wall clock was set or the source stood still.
 */
export class WallTime {
  readonly #clock: Clock
  #offsetMs: number | null = null
  #lastMs = 0
  /** Wall minus monotonic clock: changes when the wall clock is set. */
  #skewMs = 0
  #strays = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get anchored(): boolean {
    return this.#offsetMs !== null
  }

  /** Media of this time is made now. */
  anchor(mediaMs: number): void {
    this.#offsetMs = this.#clock.nowMs() - mediaMs
    this.#lastMs = mediaMs
    this.#skewMs = this.#skew()
    this.#strays = 0
  }

  /** Media times begin anew. */
  reset(): void {
    this.#offsetMs = null
  }

  /** Milliseconds since 1970. Anchors at the first call when nobody has. */
  at(mediaMs: number): number {
    if (this.#offsetMs === null) this.anchor(mediaMs)
    return Math.round(mediaMs + (this.#offsetMs ?? 0))
  }

  /** A frame of this time has come. True when the mapping does not hold any more and `anchor` is due. */
  observe(mediaMs: number): boolean {
    if (this.#offsetMs === null) return false
    if (Math.abs(this.#skew() - this.#skewMs) > JUMP_MS) return true
    const stray = this.#clock.nowMs() - mediaMs - this.#offsetMs
    this.#strays = Math.abs(stray) > JUMP_MS ? this.#strays + 1 : 0
    const most = Math.max(0, mediaMs - this.#lastMs) * DRIFT
    this.#offsetMs += Math.max(-most, Math.min(most, stray))
    this.#lastMs = Math.max(this.#lastMs, mediaMs)
    return this.#strays >= STRAYS
  }

  #skew(): number {
    return this.#clock.nowMs() - this.#clock.monotonicMs()
  }
}
