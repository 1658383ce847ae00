import type { Clock, Timer, Timers } from '../base/clock.ts'
import type { Frame } from '../media/stream/frame.ts'
import type { Clip } from './clip.ts'

/** Frames are sent by looks at the clock; a camera's own timing is no finer. */
const LOOK_MS = 10
/** Late by more, and the player starts anew from now: it was stopped, and no camera catches up. */
const MAX_LATE_MS = 2000

export interface ClipPlayerOptions {
  readonly clip: Clip
  /** Media time of the first frame, ms: from 0 for live, the position in a recording otherwise. */
  readonly startMs: number
  /** Media time after which `onEnd` follows; null: never. */
  readonly endMs: number | null
  readonly clock: Clock
  readonly timers: Timers
  /** Frames with times that go on from round to round, in ticks of their track. */
  readonly onFrame: (frame: Frame) => void
  readonly onEnd?: () => void
}

/** Plays a clip round after round in real time, or faster, slower and from elsewhere as a recording. */
export class ClipPlayer {
  readonly #options: ClipPlayerOptions
  readonly #looks: Timer
  #round = 0
  #next = 0
  #speed = 1
  /** Backwards, media time of the keyframe whose GOP is being played; null: forwards. */
  #gopMs: number | null = null
  #paused = false
  /** Media time and clock at the last change of speed or position. */
  #fromMs: number
  #fromClock: number
  #ended = false

  constructor(options: ClipPlayerOptions) {
    this.#options = options
    this.#fromMs = options.startMs
    this.#fromClock = options.clock.monotonicMs()
    this.#find(options.startMs)
    this.#looks = options.timers.every(LOOK_MS, () => this.#send())
  }

  /** Media time reached. */
  get positionMs(): number {
    if (this.#paused) return this.#fromMs
    return this.#fromMs + (this.#options.clock.monotonicMs() - this.#fromClock) * this.#speed
  }

  /** 0.25 to 16; below zero backwards: GOPs in reverse order, frames forwards inside, as §9.8 of 2022 has it. */
  setSpeed(speed: number): void {
    const at = this.positionMs
    this.#speed = Math.abs(speed)
    if (speed > 0) {
      this.#gopMs = null
      this.#mark(at)
    } else this.#enterGop(at)
  }

  pause(): void {
    this.#mark(this.positionMs)
    this.#paused = true
  }

  resume(): void {
    this.#mark(this.#fromMs)
    this.#paused = false
  }

  /** Goes to the keyframe at or before `ms`. */
  seek(ms: number): void {
    this.#find(ms)
    this.#mark(ms)
    if (this.#gopMs !== null) this.#enterGop(ms)
  }

  /** The next video frame is a keyframe: the round begins again, as an encoder asked for an IDR does. */
  restartGop(): void {
    const { clip } = this.#options
    const at = this.positionMs
    const index = clip.frames.findIndex(({ frame }) => frame.track.kind === 'video' && frame.keyframe)
    if (index < 0) return
    this.#next = index
    this.#round = (at - (clip.frames[index]?.ms ?? 0)) / clip.periodMs
  }

  close(): void {
    this.#ended = true
    this.#looks.cancel()
  }

  #enterGop(ms: number): void {
    this.#find(ms)
    this.#gopMs = this.#round * this.#options.clip.periodMs + (this.#options.clip.frames[this.#next]?.ms ?? 0)
    this.#mark(this.#gopMs)
  }

  #mark(ms: number): void {
    this.#fromMs = ms
    this.#fromClock = this.#options.clock.monotonicMs()
  }

  #find(ms: number): void {
    const { frames, periodMs } = this.#options.clip
    this.#round = Math.floor(ms / periodMs)
    const within = ms - this.#round * periodMs
    let at = 0
    for (const [index, { ms, frame }] of frames.entries()) {
      if (ms > within) break
      if (frame.track.kind === 'video' && frame.keyframe) at = index
    }
    this.#next = at
  }

  #send(): void {
    const { clip, endMs, onFrame } = this.#options
    if (this.#ended || this.#paused) return
    for (;;) {
      const position = this.positionMs
      const entry = clip.frames[this.#next]
      if (!entry || this.#ended) return
      const roundMs = this.#round * clip.periodMs
      const ms = roundMs + entry.ms
      if (ms > position) return
      if (this.#gopMs !== null && ms > this.#gopMs && entry.frame.track.kind === 'video' && entry.frame.keyframe) {
        if (this.#gopMs <= this.#options.startMs) {
          this.close()
          this.#options.onEnd?.()
          return
        }
        this.#enterGop(this.#gopMs - 1)
        continue
      }
      if (endMs !== null && ms >= endMs) {
        this.close()
        this.#options.onEnd?.()
        return
      }
      if (position - ms > MAX_LATE_MS * Math.max(1, this.#speed)) this.#mark(ms)
      onFrame(shifted(entry.frame, roundMs))
      if (++this.#next === clip.frames.length) {
        this.#next = 0
        this.#round++
      }
    }
  }
}

function shifted(frame: Frame, ms: number): Frame {
  const ticks = Math.round((ms * frame.track.clockRate) / 1000)
  return { ...frame, dts: frame.dts + ticks, pts: frame.pts + ticks }
}
