import type { Timer, Timers } from '../../../base/clock.ts'

/** Silence after which no more parts are expected; slow recorders take 10 s to look through a disk. */
const SILENCE_MS = 20_000
/** Some devices count per message: when the sum is reached, more may follow at once. */
const SETTLE_MS = 500
/** Parts that come after the end are still taken for so long. */
export const LATE_MS = 60_000
/** Items given out at a time: enough for one statement of a database, a millisecond of work. */
const BATCH_ITEMS = 200
/** A platform of the standard has tens of thousands of channels; more is a loop in its catalog. */
const MAX_ITEMS = 500_000

export interface MultiPartResult {
  /** As many items as the device said, or all it sent when it said nothing. */
  readonly complete: boolean
  /** Without repetitions. */
  readonly received: number
  /** Largest SumNum; null when no part had one. */
  readonly expected: number | null
  /** `expected - received` where that is more than nothing. */
  readonly missing: number
  readonly duplicates: number
  readonly parts: number
  readonly ended: 'complete' | 'silence' | 'aborted' | 'limit'
}

export interface MultiPartOptions<T> {
  readonly timers: Timers
  /** What makes an item the same as one before. */
  readonly key: (item: T) => string
  /** In the order of arrival; also for late parts, after `onEnd`. */
  readonly onBatch: (items: readonly T[]) => void
  /** Once. */
  readonly onEnd: (result: MultiPartResult) => void
  readonly silenceMs?: number
}

/**
 * Puts an answer of many messages together (GB/T 28181-2022 Annex M): same SN, `SumNum` items over all of them, in any
 * order, repeated, too few or too many. Items are given out in batches as they come and not kept, only their keys.
 */
export class MultiPart<T> {
  readonly #options: MultiPartOptions<T>
  readonly #seen = new Set<string>()
  #batch: T[] = []
  #expected: number | null = null
  #duplicates = 0
  #parts = 0
  #ended = false
  #timer: Timer | null = null

  constructor(options: MultiPartOptions<T>) {
    this.#options = options
    this.#arm(this.#silenceMs, 'silence')
  }

  get ended(): boolean {
    return this.#ended
  }

  get received(): number {
    return this.#seen.size
  }

  get expected(): number | null {
    return this.#expected
  }

  /** One message of the answer. After the end its new items are given out too. */
  push(part: { readonly sumNum?: number | undefined; readonly items: readonly T[] }): void {
    this.#parts++
    if (part.sumNum !== undefined) this.#expected = Math.max(this.#expected ?? 0, part.sumNum)
    for (const item of part.items) {
      if (this.#seen.size >= MAX_ITEMS) {
        this.#end('limit')
        return
      }
      const key = this.#options.key(item)
      if (this.#seen.has(key)) {
        this.#duplicates++
        continue
      }
      this.#seen.add(key)
      this.#batch.push(item)
      if (this.#batch.length >= BATCH_ITEMS) this.#flush()
    }
    if (this.#ended) {
      this.#flush()
      return
    }
    const reached = this.#expected !== null && this.#seen.size >= this.#expected
    // an empty answer has no second part
    if (reached && this.#expected === 0) this.#end('complete')
    else if (reached) this.#arm(SETTLE_MS, 'complete')
    else this.#arm(this.#silenceMs, 'silence')
  }

  /** Nobody wants the rest, or the device is gone. */
  abort(): void {
    this.#end('aborted')
  }

  get #silenceMs(): number {
    return this.#options.silenceMs ?? SILENCE_MS
  }

  #arm(ms: number, ended: MultiPartResult['ended']): void {
    this.#timer?.cancel()
    this.#timer = this.#options.timers.after(ms, () => this.#end(ended))
  }

  #flush(): void {
    if (this.#batch.length === 0) return
    const items = this.#batch
    this.#batch = []
    this.#options.onBatch(items)
  }

  #end(ended: MultiPartResult['ended']): void {
    if (this.#ended) return
    this.#ended = true
    this.#timer?.cancel()
    this.#flush()
    const received = this.#seen.size
    const missing = Math.max(0, (this.#expected ?? 0) - received)
    this.#options.onEnd({
      complete: ended === 'complete' || (ended === 'silence' && this.#parts > 0 && missing === 0),
      received,
      expected: this.#expected,
      missing,
      duplicates: this.#duplicates,
      parts: this.#parts,
      ended,
    })
  }
}
