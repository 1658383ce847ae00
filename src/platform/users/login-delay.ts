import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { networkOf } from '../../base/ip-address.ts'

/** Wrong passwords that cost nothing: people mistype. */
const FREE_BY_ACCOUNT = 5
/** One address may be many people behind one NAT. */
const FREE_BY_ADDRESS = 20
/** The wait doubles with each failure from one second up to this. */
const LONGEST_WAIT_MS = 5 * 60_000
/** A quarter of an hour without a failure forgets them. */
const FORGET_AFTER_MS = 15 * 60_000
/** Entries kept; the oldest go first. An attacker with more addresses than this needs a firewall. */
const MAX_ENTRIES = 10_000
/** Passwords being checked at once, each with 16 MiB; more wait, and past MAX_QUEUED are turned away. */
const MAX_QUEUED = 16

interface Failures {
  count: number
  lastMs: number
}

/** Slows guessing down, per account and address and per address alone; never locks an account for everybody. */
export class LoginDelay {
  readonly #clock: Clock
  readonly #failures = new Map<string, Failures>()
  #queue: Promise<unknown> = Promise.resolve()
  #queued = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Runs one attempt, one at a time; `attempt` answers null for a wrong password, and so does this.
   * Throws TOO_MANY_REQUESTS while the caller has to wait.
   */
  async attempt<T>(account: string, address: string, attempt: () => Promise<T | null>): Promise<T | null> {
    if (this.#queued >= MAX_QUEUED) throw new AppError('TOO_MANY_REQUESTS', { seconds: 2 })
    this.#queued++
    const turn = this.#queue.then(() => this.#attempt(account, address, attempt))
    this.#queue = turn.catch(() => {}) // the caller sees the failure; the next in line does not care
    try {
      return await turn
    } finally {
      this.#queued--
    }
  }

  async #attempt<T>(account: string, remote: string, attempt: () => Promise<T | null>): Promise<T | null> {
    const address = networkOf(remote)
    const both = `${account}\n${address}`
    const waitMs = Math.max(this.#waitMs(both, FREE_BY_ACCOUNT), this.#waitMs(address, FREE_BY_ADDRESS))
    if (waitMs > 0) throw new AppError('TOO_MANY_REQUESTS', { seconds: Math.ceil(waitMs / 1000) })
    const result = await attempt()
    if (result === null) {
      this.#fail(both)
      this.#fail(address)
      return null
    }
    this.#failures.delete(both)
    return result
  }

  #waitMs(key: string, free: number): number {
    const failures = this.#failures.get(key)
    if (!failures || failures.count < free) return 0
    const waitMs = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(20, failures.count - free))
    return Math.max(0, failures.lastMs + waitMs - this.#clock.monotonicMs())
  }

  #fail(key: string): void {
    const now = this.#clock.monotonicMs()
    const before = this.#failures.get(key)
    const count = before && now - before.lastMs < FORGET_AFTER_MS ? before.count + 1 : 1
    this.#failures.delete(key) // to the end of the map: it is the newest now
    this.#failures.set(key, { count, lastMs: now })
    const oldest = this.#failures.keys().next()
    if (this.#failures.size > MAX_ENTRIES && !oldest.done) this.#failures.delete(oldest.value)
  }
}
