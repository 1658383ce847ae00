/** What becomes of a question. */
export interface Outcomes<T> {
  accept(value: T): void
  /** The answer was a yes and nobody waits any more. */
  giveBack(value: T): void
  refuse(error: unknown): void
  /** `accept` or another of these failed. */
  fail(error: unknown): void
}

/** Questions to the host, one at a time: an answer to any but the newest, or after `forget`, finds that nobody waits. */
export class Asking {
  #newest = 0

  ask<T>(question: () => Promise<T>, outcomes: Outcomes<T>): void {
    const mine = ++this.#newest
    question()
      .then(
        value => (mine === this.#newest ? outcomes.accept(value) : outcomes.giveBack(value)),
        error => {
          if (mine === this.#newest) outcomes.refuse(error)
        },
      )
      .catch(error => outcomes.fail(error))
  }

  forget(): void {
    this.#newest++
  }
}
