/** Samples per second of a voice over GB/T 28181 (PCMA/8000). */
const VOICE_HZ = 8000
/** Bytes of one message: 40 ms, so that a voice is not late and not made of confetti. */
export const FRAME_BYTES = 320

/** G.711 A-law (ITU-T G.711) of one sample, -1 to 1. */
export function aLaw(level: number): number {
  const sample = Math.round(Math.max(-1, Math.min(1, level)) * 32_767)
  const mask = sample >= 0 ? 0xd5 : 0x55
  const rest = (sample >= 0 ? sample : -sample - 1) >> 3
  const segment = Math.max(0, 32 - Math.clz32(rest) - 5)
  return ((segment << 4) | ((rest >> Math.max(1, segment)) & 0x0f)) ^ mask
}

/**
 * A microphone's samples as frames of A-law: each sample out is the mean of those it stands for, which also takes out
 * most of what 8 kHz cannot hold.
 */
export class VoiceEncoder {
  readonly #perSample: number
  #frame = new Uint8Array(FRAME_BYTES)
  #at = 0
  #sum = 0
  /** Samples in, as parts of one, that the next sample out still needs. */
  #missing: number
  #peak = 0

  /** `hz`: samples per second that come in, at least 8000. */
  constructor(hz: number) {
    this.#perSample = hz / VOICE_HZ
    this.#missing = this.#perSample
  }

  /** `onFrame` gets each full frame, its own from then on, and how loud it was at most, 0 to 1. */
  push(samples: Float32Array, onFrame: (frame: Uint8Array<ArrayBuffer>, peak: number) => void): void {
    for (const sample of samples) {
      let left = 1
      while (left >= this.#missing) {
        this.#take((this.#sum + sample * this.#missing) / this.#perSample, onFrame)
        left -= this.#missing
        this.#sum = 0
        this.#missing = this.#perSample
      }
      this.#sum += sample * left
      this.#missing -= left
    }
  }

  #take(level: number, onFrame: (frame: Uint8Array<ArrayBuffer>, peak: number) => void): void {
    this.#frame[this.#at++] = aLaw(level)
    this.#peak = Math.max(this.#peak, Math.abs(level))
    if (this.#at < FRAME_BYTES) return
    onFrame(this.#frame, this.#peak)
    this.#frame = new Uint8Array(FRAME_BYTES)
    this.#at = 0
    this.#peak = 0
  }
}
