/** Something with an end. `close` may be called more than once and nothing is emitted after it resolved. */
export interface Closable {
  close(): Promise<void> | void
}

/** Closes what was opened, in reverse order; one failure does not keep the others open. */
export class CloseStack {
  #items: Closable[] = []

  add<T extends Closable>(item: T): T {
    this.#items.push(item)
    return item
  }

  defer(close: () => Promise<void> | void): void {
    this.#items.push({ close })
  }

  async close(): Promise<void> {
    const failures: unknown[] = []
    for (let item = this.#items.pop(); item; item = this.#items.pop()) {
      try {
        await item.close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'closing failed')
  }
}
