/** One reading of a counter that only grows. */
interface Reading {
  readonly atMs: number
  readonly total: number
}

/** Readings kept for a sparkline: a minute and a half at one per second. */
const MAX_SAMPLES = 90

/**
 * Turns readings of growing byte counters into kbit/s over time. Each counter is watched by key, because the sum
 * of all falls when one stream ends and would look like a negative rate.
 */
export class TrafficMeter {
  #last = new Map<string, Reading>()
  #samples: readonly number[] = []

  /** Newest last, kbit/s. */
  get samples(): readonly number[] {
    return this.#samples
  }

  /** Takes one reading of all counters. A counter that is new or fell (restart) counts from its next reading. */
  read(atMs: number, totals: ReadonlyMap<string, number>): void {
    let kbps = 0
    let measured = false
    const next = new Map<string, Reading>()
    for (const [key, total] of totals) {
      const before = this.#last.get(key)
      next.set(key, { atMs, total })
      if (before === undefined || atMs <= before.atMs || total < before.total) continue
      kbps += ((total - before.total) * 8) / (atMs - before.atMs)
      measured = true
    }
    this.#last = next
    if (measured || totals.size === 0) this.#samples = [...this.#samples, kbps].slice(-MAX_SAMPLES)
  }
}

/** Appends a sample to a bounded history. */
export function appended(history: readonly number[], sample: number): readonly number[] {
  return [...history, sample].slice(-MAX_SAMPLES)
}
