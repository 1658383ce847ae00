import type { Frame } from './frame.ts'

/** Longest time a frame is held for the other track. Past it the late track is taken as silent. */
const MAX_HOLD_MS = 1000
/** Frames held per stream: one second of 60 fps video beside 100 audio packets, with room. */
const MAX_HELD = 512

/**
 * Puts audio and video into one order of decoding time. A source in order passes through untouched and undelayed;
 * holding begins with the first frame that came late, and lasts for this publisher.
 */
export class Interleaver {
  readonly #emit: (frame: Frame) => void
  #lastMs = Number.NEGATIVE_INFINITY
  /** Newest time of each track, held or emitted. */
  readonly #newest = new Map<number, number>()
  /** Sorted by time; null while the source is in order. */
  #held: { ms: number; frame: Frame }[] | null = null

  constructor(emit: (frame: Frame) => void) {
    this.#emit = emit
  }

  push(frame: Frame): void {
    const ms = (frame.dts * 1000) / frame.track.clockRate
    if (this.#held === null) {
      if (ms >= this.#lastMs) {
        this.#lastMs = ms
        this.#newest.set(frame.track.id, ms)
        this.#emit(frame)
        return
      }
      this.#held = []
    }
    this.#newest.set(frame.track.id, ms)
    let at = this.#held.length
    while (at > 0 && this.#held[at - 1]!.ms > ms) at--
    this.#held.splice(at, 0, { ms, frame })
    this.#release()
  }

  /** Emits what is held, for the end of a publisher. */
  flush(): void {
    const held = this.#held ?? []
    this.#held = null
    this.#lastMs = Number.NEGATIVE_INFINITY
    this.#newest.clear()
    for (const { frame } of held) this.#emit(frame)
  }

  #release(): void {
    const held = this.#held!
    let newest = Number.NEGATIVE_INFINITY
    for (const ms of this.#newest.values()) newest = Math.max(newest, ms)
    // What every track that still speaks has passed can go.
    let safe = newest
    for (const ms of this.#newest.values()) if (newest - ms < MAX_HOLD_MS) safe = Math.min(safe, ms)
    let count = 0
    while (count < held.length && (held[count]!.ms <= safe || held.length - count > MAX_HELD)) count++
    if (count === 0) return
    for (const { frame } of held.splice(0, count)) this.#emit(frame)
  }
}
