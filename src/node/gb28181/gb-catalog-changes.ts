import type { Timer, Timers } from '../../base/clock.ts'
import type { CatalogNotify } from '../../protocols/gb28181/manscdp/catalog.ts'

export type Change = CatalogNotify['items'][number]

export interface CatalogChangesOptions {
  readonly timers: Timers
  /** Whether somebody is to be told. */
  readonly wanted: () => boolean
  /** Items of one message. */
  readonly perPart: () => number
  /** Says one message. Never throws. */
  readonly say: (items: readonly Change[]) => Promise<void>
}

/** Changes are told together: a recorder that goes takes all its channels with it. */
const BATCH_MS = 500

/** Changes of a catalog on their way to who subscribed: of each channel the last word. GB/T 28181-2022 §9.11. */
export class CatalogChanges {
  readonly #options: CatalogChangesOptions
  /** By code, and by code and `state`. */
  readonly #pending = new Map<string, Change>()
  #batch: Timer | null = null
  #closed = false

  constructor(options: CatalogChangesOptions) {
    this.#options = options
  }

  add(change: Change): void {
    if (this.#closed || !this.#options.wanted()) return
    const { deviceId, event } = change
    // many upper platforms look at the state in ON and OFF only: they are told beside the rest
    const state = `${deviceId} state`
    if (event === 'ON' || event === 'OFF') {
      this.#pending.delete(state)
      this.#pending.set(state, change)
    } else {
      if (event === 'DEL') this.#pending.delete(state)
      const isNew = event === 'UPDATE' && this.#pending.get(deviceId)?.event === 'ADD'
      this.#pending.set(deviceId, isNew ? { ...change, event: 'ADD' } : change)
    }
    this.#batch ??= this.#options.timers.after(BATCH_MS, () => void this.#tell())
  }

  close(): void {
    this.#closed = true
    this.#batch?.cancel()
  }

  async #tell(): Promise<void> {
    this.#batch = null
    const changes = [...this.#pending.values()]
    this.#pending.clear()
    const perPart = this.#options.perPart()
    for (let at = 0; at < changes.length && !this.#closed; at += perPart)
      await this.#options.say(changes.slice(at, at + perPart))
  }
}
