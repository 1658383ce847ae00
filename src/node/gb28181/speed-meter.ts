import type { Frame } from '../../media/stream/frame.ts'
import { isJump } from './playback-step.ts'

/**
 * What a device does that was asked for another speed.
 * scaled: it sends more media in the same time. rescaled: so it does, with timestamps of real time.
 * ignored: it goes on as before.
 */
export type SpeedVerdict = 'scaled' | 'rescaled' | 'ignored'

/** A device that has answered needs a moment; what was on its way is of before. */
const SETTLE_MS = 500
/** Long enough for two frames at a quarter of 10 frames per second, and for the bursts of TCP. */
const WINDOW_MS = 1000
/** Keyframes alone, a GOP of 8 s at twice the speed. */
const MAX_WINDOW_MS = 6000
const MIN_FRAMES = 3
/** Backwards the GOPs follow in reverse order: the end of one is seen within its length. */
const REVERSE_PATIENCE_MS = 10_000
/** Frames per second are believed after so much media. */
const BASELINE_MS = 1000

interface Measurement {
  readonly speed: number
  readonly fromMs: number
  first: { readonly inMs: number; readonly atMs: number } | null
  frames: number
  keyframes: number
}

/** Compares how fast media time and frames go by with the clock on the wall. */
export class SpeedMeter {
  #baseline: { firstMs: number; frames: number; keyframes: number; perMs: number } | null = null
  #measurement: Measurement | null = null
  #lastMs: number | null = null

  /** A device has taken the order for this speed. 1 is not measured. */
  begin(speed: number, nowMs: number): void {
    this.#measurement = speed === 1 ? null : { speed, fromMs: nowMs + SETTLE_MS, first: null, frames: 0, keyframes: 0 }
    if (speed === 1) this.#lastMs = null
  }

  /** A frame of the video. Gives the verdict once it is there. */
  push({ dts, keyframe, track }: Frame, nowMs: number): SpeedVerdict | null {
    if (track.kind !== 'video') return null
    const inMs = (dts * 1000) / track.clockRate
    const step = this.#lastMs === null ? 0 : inMs - this.#lastMs
    this.#lastMs = inMs
    const jumped = isJump(step, this.#measurement?.speed ?? 1)
    if (!this.#measurement) this.#learn(inMs, keyframe, jumped)
    else return this.#measure(this.#measurement, inMs, keyframe, jumped, nowMs)
    return null
  }

  /** How dense frames are in media time at speed 1. */
  #learn(inMs: number, keyframe: boolean, jumped: boolean): void {
    if (!this.#baseline || jumped) {
      this.#baseline = { firstMs: inMs, frames: 0, keyframes: 0, perMs: this.#baseline?.perMs ?? 0 }
      return
    }
    const { baseline } = { baseline: this.#baseline }
    baseline.frames++
    if (keyframe) baseline.keyframes++
    const spanMs = inMs - baseline.firstMs
    if (spanMs >= BASELINE_MS) baseline.perMs = baseline.frames / spanMs
  }

  #measure(
    measurement: Measurement,
    inMs: number,
    keyframe: boolean,
    jumped: boolean,
    nowMs: number,
  ): SpeedVerdict | null {
    if (nowMs < measurement.fromMs) return null
    if (measurement.speed < 0) {
      if (jumped) return this.#end('scaled')
      return nowMs - measurement.fromMs > REVERSE_PATIENCE_MS ? this.#end('ignored') : null
    }
    const { first } = measurement
    if (!first || jumped) {
      Object.assign(measurement, { first: { inMs, atMs: nowMs }, frames: 0, keyframes: 0 })
      return null
    }
    measurement.frames++
    if (keyframe) measurement.keyframes++
    const wallMs = nowMs - first.atMs
    const enough = measurement.frames >= MIN_FRAMES || wallMs >= MAX_WINDOW_MS
    return wallMs < WINDOW_MS || !enough ? null : this.#end(this.#verdict(measurement, inMs - first.inMs, wallMs))
  }

  #verdict({ frames, keyframes, speed }: Measurement, mediaMs: number, wallMs: number): SpeedVerdict {
    if (isNearer(mediaMs / wallMs, speed)) return 'scaled'
    const { perMs = 0, keyframes: usual = 0, frames: all = 0 } = this.#baseline ?? {}
    const onlyKeyframes = keyframes === frames && usual < all
    if (speed > 1 && onlyKeyframes) return 'rescaled'
    return perMs > 0 && isNearer(frames / mediaMs / perMs, speed) ? 'rescaled' : 'ignored'
  }

  #end(verdict: SpeedVerdict): SpeedVerdict {
    this.#measurement = null
    return verdict
  }
}

/** Whether a ratio is nearer to `speed` than to 1. */
function isNearer(ratio: number, speed: number): boolean {
  if (!(ratio > 0)) return false
  return Math.abs(Math.log(ratio / speed)) < Math.abs(Math.log(ratio))
}
