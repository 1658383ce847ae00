import type { Clock } from '../../base/clock.ts'
import { G711_SAMPLE_RATE } from '../../media/codec/g711/g711.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { isJump } from './playback-step.ts'

/** From the frame before a jump to the one after it: 25 frames per second. */
const JOINT_MS = 40
/** After a jump of one track frames of the other may still be of before. */
const STALE_MS = 1000
/** While a seek is awaited a step of more than this, or of some frames, is it. */
const SOUGHT_STEP_MS = 700
const SOUGHT_FRAMES = 3
/** Tracks of one recording are this close; what is further has a clock of its own. */
const TOGETHER_MS = 5000
/** AAC frame, RFC 3640 §3.3.6; others that a program stream may carry are not far from it. */
const SAMPLES_PER_FRAME = 1024
/** Repetitions of one sound frame: at a quarter of the speed each is needed four times. */
const MAX_REPEATED = 8
/** Silence of A-law and of mu-law. */
const SILENCE = { pcma: 0xd5, pcmu: 0xff } as const

interface Anchor {
  readonly inMs: number
  readonly outMs: number
}

/**
 * The times of a recording, as viewers are to see them: one timeline without holes that runs with the clock on the
 * wall, whatever the device does at other speeds, after a seek and in a new call. Knows where in the recording it is.
 */
export class PlaybackTimeline {
  readonly #clock: Clock
  #speed = 1
  /** Media time that passes while one second is shown: the speed, or 1 where the device has rescaled already. */
  #rate = 1
  #positionMs: number
  /** Where the next jump leads, when one was asked for. */
  #target: number | null = null
  #common: Anchor | null = null
  #anchors = new Map<number, Anchor>()
  #lastIn = new Map<number, number>()
  #newestIn = 0
  #outMs = 0
  #jumpedAtMs = Number.NEGATIVE_INFINITY
  /** Id of the track that tells where we are: the video once there is one. */
  #lead: number | null = null
  #leadIsVideo = false
  #leadInMs: number | null = null
  /** Longest of the last usual steps, slowly forgotten. */
  #usualMs = 0
  /** When the next sound is due at another speed, by track. */
  #soundDue = new Map<number, number>()
  #wall: { readonly atMs: number; readonly outMs: number } | null = null
  /** Jumps since the start. */
  jumps = 0

  constructor(clock: Clock, startMs: number) {
    this.#clock = clock
    this.#positionMs = startMs
  }

  /** Milliseconds since 1970: what is shown now. */
  get positionMs(): number {
    return Math.round(this.#target ?? this.#positionMs)
  }

  /** From now on frames come so fast; below zero backwards. */
  setSpeed(speed: number): void {
    this.#speed = speed
    this.setRate(Math.abs(speed))
    this.#wall = speed < 0 ? { atMs: this.#clock.monotonicMs(), outMs: this.#outMs } : null
  }

  /** `rescaled`: timestamps run with the wall at any speed. */
  setRescaled(rescaled: boolean): void {
    this.setRate(rescaled ? 1 : Math.abs(this.#speed))
  }

  setRate(rate: number): void {
    this.#rate = rate
    this.#anchors.clear()
    if (this.#common) this.#common = { inMs: this.#newestIn, outMs: this.#outMs }
  }

  /** A seek in the same call: the next jump leads there. */
  seek(positionMs: number): void {
    this.#target = positionMs
  }

  /** Whether the jump of a seek is still awaited. */
  get seeking(): boolean {
    return this.#target !== null
  }

  /** No jump has shown, and none is needed: what comes next is from where the seek led. */
  arrive(): void {
    this.#positionMs = this.#target ?? this.#positionMs
    this.#target = null
    this.#leadInMs = null
  }

  /** A new call begins at `positionMs`: its times have nothing to do with those before. */
  restart(positionMs: number): void {
    this.#positionMs = positionMs
    this.#target = null
    this.#leadInMs = null
    this.#rebase()
  }

  /** What is to be shown for this frame: none, itself with other times, or at another speed its sound repeated. */
  place(frame: Frame): Frame[] {
    const { clockRate, id, kind } = frame.track
    const inMs = (frame.dts * 1000) / clockRate
    this.#follow(frame, inMs)
    const anchor = this.#anchorOf(id, inMs)
    if (!anchor) {
      this.#lastIn.delete(id) // what comes after it is no jump
      return []
    }
    let outMs = anchor.outMs + (inMs - anchor.inMs) / this.#rate
    if (this.#wall) outMs = this.#wall.outMs + this.#clock.monotonicMs() - this.#wall.atMs
    if (kind === 'audio' && this.#speed !== 1) return this.#sound(frame, outMs)
    this.#soundDue.delete(id)
    this.#outMs = Math.max(this.#outMs, outMs)
    return [timed(frame, outMs)]
  }

  /** Position, jumps and the newest time. */
  #follow({ track }: Frame, inMs: number): void {
    if (this.#lead === null || (track.kind === 'video' && !this.#leadIsVideo)) {
      this.#lead = track.id
      this.#leadIsVideo = track.kind === 'video'
      this.#leadInMs = null
    }
    const lastMs = this.#lastIn.get(track.id)
    const step = lastMs === undefined ? 0 : inMs - lastMs
    const jumped = this.#isJump(step)
    if (jumped) {
      this.#rebase()
      if (this.#target !== null) this.arrive()
      this.jumps++
    } else if (step > 0) this.#usualMs = Math.max(step, this.#usualMs * 0.9)
    this.#lastIn.set(track.id, inMs)
    const leads = track.id === this.#lead
    if (leads) this.#advance(inMs)
    if (leads || this.#common === null) this.#newestIn = inMs
  }

  #isJump(step: number): boolean {
    if (this.#target === null || step < 0) return isJump(step, this.#speed)
    return step > Math.max(SOUGHT_STEP_MS, SOUGHT_FRAMES * this.#usualMs)
  }

  #advance(inMs: number): void {
    const step = this.#leadInMs === null ? 0 : inMs - this.#leadInMs
    this.#leadInMs = inMs
    // a hole in the recording, or the GOP before; a clock that went back says nothing
    if (isJump(step, this.#speed)) this.#positionMs += this.#speed < 0 || step > 0 ? step : 0
    else this.#positionMs += step * (this.#rate === 1 ? Math.abs(this.#speed) : 1)
  }

  #rebase(): void {
    this.#jumpedAtMs = this.#clock.monotonicMs()
    this.#lastIn.clear()
    this.#anchors.clear()
    this.#common = null
  }

  #anchorOf(id: number, inMs: number): Anchor | null {
    const own = this.#anchors.get(id)
    if (own) return own
    if (!this.#common) {
      this.#common = { inMs, outMs: this.#outMs === 0 ? 0 : this.#outMs + JOINT_MS }
      this.#newestIn = inMs
    }
    let anchor: Anchor = this.#common
    if (Math.abs(inMs - this.#newestIn) > TOGETHER_MS * Math.max(1, Math.abs(this.#speed))) {
      if (this.#clock.monotonicMs() - this.#jumpedAtMs < STALE_MS) return null
      anchor = { inMs, outMs: this.#outMs }
    }
    this.#anchors.set(id, anchor)
    return anchor
  }

  /**
   * Players want sound without holes or overlaps: at another speed frames are left out or repeated, and G.711, which can
   * be, is silent.
   */
  #sound(frame: Frame, outMs: number): Frame[] {
    const { track, data } = frame
    if (track.kind !== 'audio') return []
    const { codec, sampleRate } = track
    const silence = codec === 'pcma' || codec === 'pcmu' ? SILENCE[codec] : null
    const lengthMs =
      silence === null ? (SAMPLES_PER_FRAME * 1000) / sampleRate : (data.length * 1000) / G711_SAMPLE_RATE
    const quiet = silence === null ? frame : { ...frame, data: new Uint8Array(data.length).fill(silence) }
    const frames: Frame[] = []
    let due = this.#soundDue.get(track.id) ?? outMs
    for (; due <= outMs && frames.length < MAX_REPEATED; due += lengthMs) frames.push(timed(quiet, due))
    this.#soundDue.set(track.id, Math.max(due, outMs - lengthMs))
    return frames
  }
}

function timed(frame: Frame, outMs: number): Frame {
  const { clockRate } = frame.track
  const dts = Math.max(0, Math.round((outMs * clockRate) / 1000))
  return { ...frame, dts, pts: dts + frame.pts - frame.dts }
}
