import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { G711_SAMPLE_RATE } from '../../media/codec/g711/g711.ts'

/** 20 ms of 8000 samples a second, as GB/T 28181-2022 §9.12 has it. */
const PACKET_BYTES = 160
const PACKET_MS = 20
/** Timers are no finer. */
const LOOK_MS = 10
/** Kept before a word begins, for what the network and the browser are late by. */
const AHEAD_BYTES = 2 * PACKET_BYTES
/** The end of a word is not kept back for longer. */
const TAIL_MS = 60
/** A second that waits is a second of delay: what is older is dropped. */
const MAX_WAITING_BYTES = G711_SAMPLE_RATE

export interface VoicePacerOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** Samples that are due, and the time of the first, in samples since the start. */
  readonly onPacket: (samples: Uint8Array, time: number) => void
}

/** Makes of the messages of a microphone, which come when they like, packets in step with the clock. */
export class VoicePacer {
  readonly #options: VoicePacerOptions
  readonly #looks: Timer
  readonly #beganMs: number
  #waiting: Buffer = Buffer.alloc(0)
  #pushedMs = 0
  /** When the word began, at which time, and what of it has been sent; null: nobody speaks. */
  #word: { readonly atMs: number; readonly time: number; sent: number } | null = null
  #time = 0
  /** Samples that came too fast. */
  dropped = 0

  constructor(options: VoicePacerOptions) {
    this.#options = options
    this.#beganMs = options.clock.monotonicMs()
    this.#looks = options.timers.every(LOOK_MS, () => this.#look())
  }

  /** A-law samples; they are copied. */
  push(samples: Uint8Array): void {
    this.#pushedMs = this.#options.clock.monotonicMs()
    const all = Buffer.concat([this.#waiting, samples])
    const over = Math.max(0, all.length - MAX_WAITING_BYTES)
    this.dropped += over
    this.#waiting = all.subarray(over)
  }

  /** What waits is not sent. */
  close(): void {
    this.#looks.cancel()
    this.#waiting = Buffer.alloc(0)
  }

  #look(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const last = nowMs - this.#pushedMs >= TAIL_MS
    if (!this.#word) {
      if (this.#waiting.length < AHEAD_BYTES && !(last && this.#waiting.length > 0)) return
      this.#time = Math.max(this.#time, Math.round(((nowMs - this.#beganMs) * G711_SAMPLE_RATE) / 1000))
      this.#word = { atMs: nowMs, time: this.#time, sent: 0 }
    }
    const word = this.#word
    const due = (Math.floor((nowMs - word.atMs) / PACKET_MS) + 1) * PACKET_BYTES
    while (word.sent < due && (this.#waiting.length >= PACKET_BYTES || (last && this.#waiting.length > 0))) {
      const samples = this.#waiting.subarray(0, PACKET_BYTES)
      this.#waiting = this.#waiting.subarray(samples.length)
      this.#options.onPacket(samples, word.time + word.sent)
      word.sent += samples.length
      this.#time = word.time + word.sent
    }
    if (this.#waiting.length === 0 && word.sent < due) this.#word = null
  }
}
