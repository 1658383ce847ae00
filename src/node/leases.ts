import type { Timer, Timers } from '../base/clock.ts'

/** Who wants a stream to run. */
export type LeaseHolder = 'viewer' | 'recorder' | 'snapshot' | 'cascade' | 'api' | 'always'

/** Something that can bring a stream nobody publishes: a device to invite, a source to pull. */
export interface OnDemandSource {
  /** Whether this source brings `path`. Called for each lease: answers from memory. */
  knows(path: string): boolean
  /** The first lease of the path: begins to bring it. What goes wrong is told by `Leases.failed`. */
  start(path: string): void
  /** One more lease while the path is wanted already: what failed may be tried again sooner. */
  again(path: string): void
  /** Nobody has wanted it for the grace time. */
  stop(path: string): void
  /** Milliseconds without a lease after which `stop` follows. */
  graceMs(path: string): number
}

interface Wanted {
  readonly source: OnDemandSource | null
  readonly holders: Map<LeaseHolder, number>
  grace: Timer | null
}

/** The reasons for streams to run: the first lease of a path starts its source, the end of the last stops it. */
export class Leases {
  readonly #timers: Timers
  readonly #sources: OnDemandSource[] = []
  readonly #wanted = new Map<string, Wanted>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  addSource(source: OnDemandSource): void {
    this.#sources.push(source)
  }

  /** Whether something could bring the path. */
  isOnDemand(path: string): boolean {
    return this.#sources.some(source => source.knows(path))
  }

  /** Paths with a source that are wanted now or were within the grace time; what a reconciler compares with. */
  *wanted(): Iterable<string> {
    for (const [path, { source }] of this.#wanted) if (source) yield path
  }

  holders(path: string): ReadonlyMap<LeaseHolder, number> {
    return this.#wanted.get(path)?.holders ?? new Map()
  }

  /** Takes a lease. Returns how to give it back, once. */
  hold(path: string, holder: LeaseHolder): () => void {
    let entry = this.#wanted.get(path)
    if (!entry) {
      const source = this.#sources.find(candidate => candidate.knows(path)) ?? null
      entry = { source, holders: new Map(), grace: null }
      this.#wanted.set(path, entry)
      source?.start(path)
    } else entry.source?.again(path)
    entry.grace?.cancel()
    entry.grace = null
    entry.holders.set(holder, (entry.holders.get(holder) ?? 0) + 1)
    const held = entry
    let given = false
    return () => {
      if (given) return
      given = true
      this.#release(path, held, holder)
    }
  }

  close(): void {
    for (const { grace } of this.#wanted.values()) grace?.cancel()
  }

  #release(path: string, entry: Wanted, holder: LeaseHolder): void {
    const left = (entry.holders.get(holder) ?? 1) - 1
    if (left > 0) entry.holders.set(holder, left)
    else entry.holders.delete(holder)
    if (entry.holders.size > 0) return
    const { source } = entry
    if (!source) {
      this.#wanted.delete(path)
      return
    }
    entry.grace = this.#timers.after(source.graceMs(path), () => {
      this.#wanted.delete(path)
      source.stop(path)
    })
  }
}
