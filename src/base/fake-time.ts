import type { Clock, Timer, Timers } from './clock.ts'

interface Pending {
  at: number
  readonly every: number | null
  readonly run: () => void
}

/** A clock and timers for tests: nothing happens until `advance`. */
export class FakeTime implements Clock, Timers {
  #now: number
  #pending: Pending[] = []

  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs
  }

  nowMs(): number {
    return this.#now
  }

  monotonicMs(): number {
    return this.#now
  }

  after(ms: number, run: () => void): Timer {
    return this.#add(ms, null, run)
  }

  every(ms: number, run: () => void): Timer {
    return this.#add(ms, Math.max(1, ms), run)
  }

  /** Moves time forward and runs what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      let next: Pending | undefined
      for (const entry of this.#pending) if (entry.at <= end && (!next || entry.at < next.at)) next = entry
      if (!next) break
      this.#now = next.at
      if (next.every === null) this.#pending.splice(this.#pending.indexOf(next), 1)
      else next.at += next.every
      next.run()
    }
    this.#now = end
  }

  /** Moves time forward as a machine that slept does: what fell due meanwhile runs once, late. */
  jump(ms: number): void {
    this.#now += ms
    for (const entry of this.#pending) if (entry.every !== null && entry.at < this.#now) entry.at = this.#now
    this.advance(0)
  }

  #add(ms: number, every: number | null, run: () => void): Timer {
    const entry = { at: this.#now + Math.max(0, ms), every, run }
    this.#pending.push(entry)
    return {
      cancel: () => {
        const at = this.#pending.indexOf(entry)
        if (at >= 0) this.#pending.splice(at, 1)
      },
    }
  }
}
