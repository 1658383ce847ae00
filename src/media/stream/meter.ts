import type { Clock } from '../../base/clock.ts'
import { dtsMs, type Frame } from './frame.ts'
import { Quality, type QualityStatus } from './quality.ts'

/** Seconds the live rates are averaged over. */
const RATE_SECONDS = 3

interface Totals {
  bytes: number
  bytesSent: number
  frames: number
}

/** Counts what one publisher sends and its viewers get: totals, live rates, GOP. */
export class Meter {
  readonly #clock: Clock
  bytes = 0
  frames = 0
  /** Handed to the sockets of all viewers. */
  bytesSent = 0
  /** Left out for viewers who were too slow; never starts anew. */
  framesDropped = 0
  /** Length of the last complete GOP; null until two keyframes came. */
  gopFrames: number | null = null
  gopMs: number | null = null
  #keyframeAtMs: number | null = null
  #keyframeDtsMs = 0
  #framesSinceKeyframe = 0
  /** Per second: bytes and video frames; slot `second % length`. The running second is one more than averaged. */
  readonly #slots = Array.from({ length: RATE_SECONDS + 1 }, () => ({ second: -1, bytes: 0, frames: 0 }))
  #sinceMs: number
  #quality = new Quality()
  /** What earlier publishers of the stream brought. */
  readonly #earlier: Totals = { bytes: 0, bytesSent: 0, frames: 0 }
  /** Wall-clock time the running publisher began. */
  startedAtMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sinceMs = clock.monotonicMs()
    this.startedAtMs = clock.nowMs()
  }

  addBytes(bytes: number): void {
    this.bytes += bytes
    this.#slot().bytes += bytes
  }

  /** A frame as the source sent it. Returns whether the source's clock jumped. */
  addSource(frame: Frame): boolean {
    return this.#quality.add(frame, this.#clock.monotonicMs())
  }

  /** The same frame with the stream's times. */
  addFrame(frame: Frame): void {
    this.frames++
    if (frame.track.kind !== 'video') return
    this.#slot().frames++
    if (frame.keyframe) {
      const atMs = dtsMs(frame)
      if (this.#keyframeAtMs !== null) {
        this.gopFrames = this.#framesSinceKeyframe
        this.gopMs = Math.max(0, atMs - this.#keyframeDtsMs)
      }
      this.#keyframeAtMs = this.#clock.monotonicMs()
      this.#keyframeDtsMs = atMs
      this.#framesSinceKeyframe = 0
    }
    this.#framesSinceKeyframe++
  }

  /** The publisher left. */
  stop(): void {
    this.#quality.stop(this.#clock.monotonicMs())
  }

  /** A new publisher: everything starts anew. */
  restart(): void {
    this.#earlier.bytes += this.bytes
    this.#earlier.bytesSent += this.bytesSent
    this.#earlier.frames += this.frames
    this.#quality = new Quality()
    this.bytes = 0
    this.frames = 0
    this.bytesSent = 0
    this.#sinceMs = this.#clock.monotonicMs()
    this.startedAtMs = this.#clock.nowMs()
    this.#keyframeAtMs = null
    this.gopFrames = null
    this.gopMs = null
    for (const slot of this.#slots) slot.second = -1
  }

  /** Of all publishers the stream has had. */
  totals(): Readonly<Totals> {
    const { bytes, bytesSent, frames } = this.#earlier
    return { bytes: bytes + this.bytes, bytesSent: bytesSent + this.bytesSent, frames: frames + this.frames }
  }

  quality(): QualityStatus {
    return this.#quality.status(this.#clock.monotonicMs())
  }

  get lastKeyframeAgeMs(): number | null {
    return this.#keyframeAtMs === null ? null : Math.round(this.#clock.monotonicMs() - this.#keyframeAtMs)
  }

  /** Rates over the last complete seconds; over the time since the start while that is shorter. */
  rates(): { bitrateKbps: number; fps: number } {
    const now = this.#clock.monotonicMs()
    const second = Math.floor(now / 1000)
    let bytes = 0
    let frames = 0
    for (const slot of this.#slots) {
      if (slot.second < second && slot.second >= second - RATE_SECONDS) {
        bytes += slot.bytes
        frames += slot.frames
      }
    }
    const seconds = Math.min(RATE_SECONDS, second - this.#sinceMs / 1000)
    if (seconds <= 0) return { bitrateKbps: 0, fps: 0 }
    return { bitrateKbps: Math.round((bytes * 8) / 1000 / seconds), fps: Math.round((frames / seconds) * 10) / 10 }
  }

  #slot() {
    const second = Math.floor(this.#clock.monotonicMs() / 1000)
    const slot = this.#slots[second % this.#slots.length]!
    if (slot.second !== second) {
      slot.second = second
      slot.bytes = 0
      slot.frames = 0
    }
    return slot
  }
}
