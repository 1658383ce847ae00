import type { Clock, Timer, Timers } from '../../base/clock.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { isJump } from './playback-step.ts'

export interface PacedFramesOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** A frame is due. */
  readonly onFrame: (frame: Frame) => void
}

/** A minute of 8 Mbit/s, and as many small frames; what would be more is fetched when there is room again. */
const MAX_BYTES = 64 * 1024 * 1024
const MAX_FRAMES = 30_000
/** Room enough to fetch again: a device takes seconds to answer. */
const LOW_SHARE = 0.5
const LOOK_MS = 20
/** Over a hole in the recording: 25 frames per second. */
const JOINT_MS = 40
/** Sound is this near to the video it belongs to. */
const NEAR_MS = 1000
/** Media there must be before it is shown at the wanted speed: a device sends in bursts. */
const AHEAD_MS = 400
/** Above this decoders of browsers and networks do not keep up with every frame. */
const ALL_FRAMES_SPEED = 4

/**
 * A recording that comes faster, or slower, than it is to be shown: kept, and given out in step with the clock. Bounded:
 * `full` asks its owner to stop fetching.
 */
export class PacedFrames {
  readonly #options: PacedFramesOptions
  readonly #looks: Timer
  #frames: { readonly frame: Frame; readonly ms: number }[] = []
  /** Index of the next one; what is before is gone. */
  #next = 0
  #bytes = 0
  #speed: number
  #paused = false
  /** Media time that is due, and when it was; null: waits for enough. */
  #from: { readonly ms: number; readonly atMs: number } | null = null
  /** Time of the newest video frame in the queue, and what is added to that of the recording, where it has holes. */
  #newestMs: number | null = null
  #shiftMs = 0

  constructor(options: PacedFramesOptions, speed: number) {
    this.#options = options
    this.#speed = speed
    this.#looks = options.timers.every(LOOK_MS, () => this.#look())
  }

  get full(): boolean {
    return this.#bytes >= MAX_BYTES || this.size >= MAX_FRAMES
  }

  get hasRoom(): boolean {
    return this.#bytes <= MAX_BYTES * LOW_SHARE && this.size <= MAX_FRAMES * LOW_SHARE
  }

  /** Frames that wait. */
  get size(): number {
    return this.#frames.length - this.#next
  }

  get speed(): number {
    return this.#speed
  }

  setSpeed(speed: number): void {
    this.#mark()
    this.#speed = speed
  }

  pause(): void {
    this.#mark()
    this.#paused = true
  }

  resume(): void {
    if (this.#from) this.#from = { ms: this.#from.ms, atMs: this.#options.clock.monotonicMs() }
    this.#paused = false
  }

  /** Above four times the speed only keyframes are taken of the video. */
  push(frame: Frame): void {
    if (this.full) return
    const { kind, clockRate } = frame.track
    if (this.#speed > ALL_FRAMES_SPEED && kind === 'video' && !frame.keyframe) return
    const inMs = (frame.dts * 1000) / clockRate
    let ms = inMs + this.#shiftMs
    const newest = this.#newestMs
    if (kind === 'video') {
      if (newest !== null && isJump(ms - newest, this.#speed)) {
        ms = newest + JOINT_MS
        this.#shiftMs = ms - inMs
      }
      this.#newestMs = ms
    } else if (newest !== null) ms = Math.min(Math.max(ms, newest - NEAR_MS), newest + NEAR_MS)
    this.#frames.push({ frame, ms })
    this.#bytes += frame.data.length
  }

  /** What waits is not wanted any more. */
  clear(): void {
    this.#frames = []
    this.#next = 0
    this.#bytes = 0
    this.#from = null
    this.#newestMs = null
    this.#shiftMs = 0
  }

  close(): void {
    this.#looks.cancel()
    this.clear()
  }

  #mark(): void {
    if (this.#from && !this.#paused)
      this.#from = { ms: this.#dueMs(this.#from), atMs: this.#options.clock.monotonicMs() }
  }

  #dueMs({ atMs, ms }: { readonly ms: number; readonly atMs: number }): number {
    return ms + (this.#options.clock.monotonicMs() - atMs) * this.#speed
  }

  #look(): void {
    if (this.#paused) return
    const first = this.#frames[this.#next]
    if (!first) return
    const nowMs = this.#options.clock.monotonicMs()
    this.#from ??= { ms: first.ms - AHEAD_MS * this.#speed, atMs: nowMs }
    const dueMs = this.#dueMs(this.#from)
    for (let entry: typeof first | undefined = first; entry && entry.ms <= dueMs; entry = this.#frames[this.#next]) {
      this.#next++
      this.#bytes -= entry.frame.data.length
      this.#options.onFrame(entry.frame)
      if (this.#from === null) return // cleared by who took it
    }
    // what was given out is forgotten now and then, not frame by frame
    if (this.#next > 1000 || this.#next === this.#frames.length) {
      this.#frames = this.#frames.slice(this.#next)
      this.#next = 0
    }
    // nothing has come in time: what comes next is due when it comes
    if (this.#frames.length === 0) this.#from = null
  }
}
