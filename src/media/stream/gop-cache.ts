import { dtsMs, type Frame } from './frame.ts'

export interface GopCacheLimits {
  readonly maxBytes: number
  readonly maxMs: number
}

/** 16 MB hold 10 s at 12 Mbit/s; 60 s is longer than any GOP a camera's smart codec makes in practice. */
export const GOP_CACHE_LIMITS: GopCacheLimits = { maxBytes: 16 * 1024 * 1024, maxMs: 60_000 }

/** Sound kept for a stream without pictures: enough to fill a player's buffer at once. */
const AUDIO_ONLY_MS = 1000

/**
 * The frames since the newest video keyframe, or the last second of an audio-only stream.
 * A GOP over the limits is forgotten as a whole: its rest cannot be decoded alone.
 */
export class GopCache {
  readonly #limits: GopCacheLimits
  #frames: Frame[] = []
  #bytes = 0
  #video = false

  constructor(limits: GopCacheLimits = GOP_CACHE_LIMITS) {
    this.#limits = limits
  }

  get frames(): readonly Frame[] {
    return this.#frames
  }

  clear(): void {
    this.#frames = []
    this.#bytes = 0
    this.#video = false
  }

  push(frame: Frame): void {
    if (frame.track.kind === 'video') {
      if (frame.keyframe) this.clear()
      else if (!this.#video) return
      this.#video = true
    }
    this.#frames.push(frame)
    this.#bytes += frame.data.length
    if (!this.#video) this.#trimAudio(dtsMs(frame))
    else if (this.#bytes > this.#limits.maxBytes || dtsMs(frame) - dtsMs(this.#frames[0]!) > this.#limits.maxMs) {
      this.clear()
    }
  }

  #trimAudio(nowMs: number): void {
    let old = 0
    while (old < this.#frames.length - 1 && nowMs - dtsMs(this.#frames[old]!) > AUDIO_ONLY_MS) {
      this.#bytes -= this.#frames[old]!.data.length
      old++
    }
    if (old > 0) this.#frames.splice(0, old)
  }
}
