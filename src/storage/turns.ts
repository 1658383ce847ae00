import { AppError } from '../base/errors.ts'

/** Who waits longer than this many others is better told so at once. */
const MAX_WAITING = 1000

/** So many at a time, in the order of asking. */
export class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(atOnce = 1) {
    this.#free = atOnce
  }

  /** Resolves with the end of the turn once it has come. Throws DATABASE_UNAVAILABLE when too many wait. */
  async take(): Promise<() => void> {
    if (this.#waiting.length >= MAX_WAITING) {
      throw new AppError('DATABASE_UNAVAILABLE', { database: 'the database', reason: 'too many changes wait for it' })
    }
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    return () => this.#end()
  }

  /** Whoever waits gets the place at once, so that nobody who asks later comes before. */
  #end(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
