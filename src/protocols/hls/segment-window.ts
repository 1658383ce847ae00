import type { InitSegment, Segment } from './segment.ts'

export interface WindowLimits {
  /** Length of the playlist, seconds. */
  readonly windowSeconds: number
  /** Memory for segments, listed and not; the oldest go first. */
  readonly maxBytes: number
}

/** Players start three segments from the end (RFC 8216 §6.3.3). */
const MIN_LISTED = 3

/**
 * The newest segments of a stream. Those that left the playlist stay for its length once more: a player may just be
 * about to fetch them (RFC 8216 §6.2.2).
 */
export class SegmentWindow {
  readonly #limits: WindowLimits
  #segments: Segment[] = []
  /** How many at the front are no longer in the playlist. */
  #unlisted = 0
  #bytes = 0
  /** Discontinuities that have left the playlist. */
  discontinuitySequence: number
  /** Seconds; never decreases: RFC 8216 §6.2.1 wants it constant, and players take an increase best. */
  targetDuration: number

  constructor(limits: WindowLimits, targetDuration: number, discontinuitySequence: number) {
    this.#limits = limits
    this.targetDuration = targetDuration
    this.discontinuitySequence = discontinuitySequence
  }

  get listed(): readonly Segment[] {
    return this.#segments.slice(this.#unlisted)
  }

  get bytes(): number {
    return this.#bytes
  }

  push(segment: Segment): void {
    this.#segments.push(segment)
    this.#bytes += segment.data.length
    this.targetDuration = Math.max(this.targetDuration, Math.round(segment.durationMs / 1000))
    this.#unlist()
    this.#forget()
  }

  find(name: string): Segment | undefined {
    return this.#segments.find(segment => segment.name === name)
  }

  findInit(name: string): InitSegment | undefined {
    return this.#segments.find(segment => segment.init?.name === name)?.init ?? undefined
  }

  #unlist(): void {
    const windowMs = this.#limits.windowSeconds * 1000
    let listedMs = sum(this.#segments, this.#unlisted)
    while (this.#segments.length - this.#unlisted > MIN_LISTED) {
      const oldest = this.#segments[this.#unlisted]!
      if (listedMs - oldest.durationMs < windowMs) return
      this.#unlistOldest()
      listedMs -= oldest.durationMs
    }
  }

  #unlistOldest(): void {
    const oldest = this.#segments[this.#unlisted++]
    if (oldest?.discontinuity) this.discontinuitySequence++
  }

  #forget(): void {
    const listedMs = sum(this.#segments, this.#unlisted)
    let unlistedMs = sum(this.#segments, 0) - listedMs
    while (this.#segments.length > 1) {
      const oldest = this.#segments[0]!
      const old = this.#unlisted > 0 && unlistedMs - oldest.durationMs >= listedMs
      if (!old && this.#bytes <= this.#limits.maxBytes) return
      if (this.#unlisted === 0) this.#unlistOldest()
      this.#segments.shift()
      this.#unlisted--
      this.#bytes -= oldest.data.length
      unlistedMs -= oldest.durationMs
    }
  }
}

function sum(segments: readonly Segment[], from: number): number {
  let ms = 0
  for (let n = from; n < segments.length; n++) ms += segments[n]!.durationMs
  return ms
}
