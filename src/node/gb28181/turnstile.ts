import type { Timers } from '../../base/clock.ts'

/** Who went in and never came out does not keep the others for longer. */
const PATIENCE_MS = 5000

/** Lets through one at a time of each key. */
export class Turnstile {
  readonly #timers: Timers
  readonly #last = new Map<string, Promise<void>>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Resolves when it is one's turn. What it gives lets the next one in. */
  async enter(key: string): Promise<() => void> {
    const before = this.#last.get(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last.set(key, promise)
    await before
    const timer = this.#timers.after(PATIENCE_MS, () => leave())
    const leave = () => {
      timer.cancel()
      if (this.#last.get(key) === promise) this.#last.delete(key)
      resolve()
    }
    return leave
  }
}
