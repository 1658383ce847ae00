import type { CatalogItem } from '../../link/gb28181.ts'
import type { ChannelFacts } from './gb-shared-tree.ts'

interface Known extends ChannelFacts {
  readonly on: boolean
}

/** What devices said of the channels that are shared; of others nothing is kept. */
export class GbChannelFacts {
  readonly #wanted = new Set<string>()
  readonly #known = new Map<string, Known>()

  /** Only these are kept from now on. */
  keep(keys: Iterable<string>): void {
    this.#wanted.clear()
    for (const key of keys) this.#wanted.add(key)
    for (const key of [...this.#known.keys()]) if (!this.#wanted.has(key)) this.#known.delete(key)
  }

  /** True when it is shared, and something about it is new. */
  learn(key: string, item: CatalogItem): boolean {
    if (!this.#wanted.has(key)) return false
    const { address, civilCode, latitude, longitude, manufacturer, model, ptzType, status } = item
    const on = status === 'on'
    const before = this.#known.get(key)
    this.#known.set(key, { address, civilCode, latitude, longitude, manufacturer, model, ptzType, on })
    return before?.on !== on
  }

  /** Told without the rest. */
  state(key: string, on: boolean): boolean {
    const before = this.#known.get(key)
    if (!before || before.on === on) return false
    this.#known.set(key, { ...before, on })
    return true
  }

  get(key: string): Known | null {
    return this.#known.get(key) ?? null
  }
}
