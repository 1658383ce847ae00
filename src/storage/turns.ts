import { AppError } from '../base/errors.ts'

/** Who waits longer than this many others is better told so at once. */
const MAX_WAITING = 1000

/** One at a time, in the order of asking. */
export class Turns {
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  /** Resolves with the end of the turn once it has come. Throws DATABASE_UNAVAILABLE when too many wait. */
  async take(): Promise<() => void> {
    if (this.#waiting >= MAX_WAITING) {
      throw new AppError('DATABASE_UNAVAILABLE', { database: 'the database', reason: 'too many changes wait for it' })
    }
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    this.#waiting++
    await before
    this.#waiting--
    return resolve
  }
}
