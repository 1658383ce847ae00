import type { Frame } from './frame.ts'

/** Wall-clock time without any frame from which on the publisher's network has stalled. */
const STALL_MS = 1000
/** A step of media time this many times the usual one is a gap ... */
const GAP_STEPS = 3
/** ... unless it is shorter than this: nobody sees or hears it, and timestamps in milliseconds are uneven. */
const MIN_GAP_MS = 100
/** A step beyond this in either direction is the source's clock being set or wrapping, not lost media. */
const JUMP_AHEAD_MS = 10_000
const JUMP_BACK_MS = 1000
/** Weight of the newest value in running averages: about the last 16 frames count. */
const SMOOTHING = 1 / 16

/** What one publisher's frames show about its encoder and its network. Counters begin with the publisher. */
export interface QualityStatus {
  /**
   * Newest audio decoding time minus newest video decoding time, as they arrive, averaged over about 16 video frames;
   * positive when audio is ahead. Null while only one kind has come.
   */
  readonly avSkewMs: number | null
  /** Steps of media time over three times the track's usual one, and the longest of them. */
  readonly gaps: number
  readonly longestGapMs: number
  /** Times a track's clock was set or wrapped. */
  readonly jumps: number
  /** Times of more than a second without any frame, and how long they lasted together; the running one counts. */
  readonly stalls: number
  readonly stalledMs: number
  /** Frames with a decoding time before the previous one of their track. */
  readonly lateFrames: number
  /** Frames that came after newer ones of another track. */
  readonly reorderedFrames: number
  /** Longest time between two keyframes; null before the second one. */
  readonly longestGopMs: number | null
  /** Mean size of all video frames and of keyframes, bytes; null before the first. */
  readonly videoFrameBytes: number | null
  readonly keyframeBytes: number | null
  /** Largest frame, bytes. */
  readonly largestFrameBytes: number
}

interface TrackPace {
  lastMs: number
  /** Usual distance of two frames; 0 until the second one. */
  usualMs: number
}

/** Watches frames as the source sent them. O(1) and without allocation for each frame of a known track. */
export class Quality {
  readonly #tracks = new Map<number, TrackPace>()
  #audioMs = Number.NaN
  #newestMs = Number.NEGATIVE_INFINITY
  #skewMs = Number.NaN
  #arrivedAtMs = Number.NaN
  #gaps = 0
  #longestGapMs = 0
  #jumps = 0
  #stalls = 0
  #stalledMs = 0
  #lateFrames = 0
  #reorderedFrames = 0
  #keyframeMs = Number.NaN
  #longestGopMs = 0
  #videoFrames = 0
  #videoBytes = 0
  #keyframes = 0
  #keyframeBytes = 0
  #largestFrameBytes = 0

  /** `nowMs` is monotonic. Returns whether the source's clock jumped. */
  add(frame: Frame, nowMs: number): boolean {
    this.stop(nowMs)
    this.#arrivedAtMs = nowMs
    const bytes = frame.data.length
    if (bytes > this.#largestFrameBytes) this.#largestFrameBytes = bytes
    const ms = (frame.dts * 1000) / frame.track.clockRate
    const jumped = this.#step(frame.track.id, ms)
    if (jumped) this.#newestMs = ms
    else if (ms < this.#newestMs && this.#newestMs - ms < JUMP_AHEAD_MS) this.#reorderedFrames++
    if (ms > this.#newestMs) this.#newestMs = ms
    if (frame.track.kind === 'audio') this.#audioMs = ms
    else this.#video(frame, ms, jumped)
    return jumped
  }

  /** Closes a stall that is running: a frame came, or the publisher left and silence is none any more. */
  stop(nowMs: number): void {
    const running = this.#runningStallMs(nowMs)
    if (running > 0) this.#stalls++
    this.#stalledMs += running
    this.#arrivedAtMs = Number.NaN
  }

  status(nowMs: number): QualityStatus {
    const running = this.#runningStallMs(nowMs)
    return {
      avSkewMs: rounded(this.#skewMs),
      gaps: this.#gaps,
      longestGapMs: Math.round(this.#longestGapMs),
      jumps: this.#jumps,
      stalls: this.#stalls + (running > 0 ? 1 : 0),
      stalledMs: Math.round(this.#stalledMs + running),
      lateFrames: this.#lateFrames,
      reorderedFrames: this.#reorderedFrames,
      longestGopMs: this.#longestGopMs === 0 ? null : Math.round(this.#longestGopMs),
      videoFrameBytes: rounded(this.#videoBytes / this.#videoFrames),
      keyframeBytes: rounded(this.#keyframeBytes / this.#keyframes),
      largestFrameBytes: this.#largestFrameBytes,
    }
  }

  #video(frame: Frame, ms: number, jumped: boolean): void {
    this.#videoFrames++
    this.#videoBytes += frame.data.length
    const skewMs = this.#audioMs - ms
    // While only one of the two clocks has jumped the difference says nothing.
    if (Math.abs(skewMs) < JUMP_AHEAD_MS) {
      this.#skewMs = Number.isNaN(this.#skewMs) ? skewMs : this.#skewMs + (skewMs - this.#skewMs) * SMOOTHING
    }
    if (jumped) this.#keyframeMs = Number.NaN
    if (!frame.keyframe) return
    this.#keyframes++
    this.#keyframeBytes += frame.data.length
    const gopMs = ms - this.#keyframeMs
    if (gopMs > this.#longestGopMs) this.#longestGopMs = gopMs
    this.#keyframeMs = ms
  }

  /** Compares a frame with the one before on its track. Returns whether the clock jumped. */
  #step(id: number, ms: number): boolean {
    const track = this.#tracks.get(id)
    if (track === undefined) {
      this.#tracks.set(id, { lastMs: ms, usualMs: 0 })
      return false
    }
    const step = ms - track.lastMs
    track.lastMs = ms
    if (step > JUMP_AHEAD_MS || step < -JUMP_BACK_MS) {
      this.#jumps++
      return true
    }
    if (step < 0) this.#lateFrames++
    if (step <= 0) return false
    if (track.usualMs === 0) {
      track.usualMs = step
      return false
    }
    const limit = track.usualMs * GAP_STEPS
    if (step > limit && step > MIN_GAP_MS) {
      this.#gaps++
      if (step > this.#longestGapMs) this.#longestGapMs = step
    }
    // Bounded, so that one gap does not hide the next; a source that became slower is the usual after a few frames.
    track.usualMs += (Math.min(step, limit) - track.usualMs) * SMOOTHING
    return false
  }

  #runningStallMs(nowMs: number): number {
    const silentMs = nowMs - this.#arrivedAtMs
    return silentMs > STALL_MS ? silentMs : 0
  }
}

function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value) : null
}
