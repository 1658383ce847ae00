import type { CatalogItem } from '../../link/gb28181.ts'
import type { ChannelFacts } from './gb-shared-tree.ts'

interface Known extends ChannelFacts {
  readonly on: boolean
}

/** Whether a channel works, or anything else about it too. */
export type News = 'state' | 'facts'

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

  /** What of it is new; null: nothing, or it is not shared. */
  learn(key: string, item: CatalogItem): News | null {
    if (!this.#wanted.has(key)) return null
    const { address, civilCode, latitude, longitude, manufacturer, model, ptzType, status } = item
    const on = status === 'on'
    const before = this.#known.get(key)
    const now = { address, civilCode, latitude, longitude, manufacturer, model, ptzType, on }
    this.#known.set(key, now)
    if (before && JSON.stringify({ ...before, on }) === JSON.stringify(now)) return before.on === on ? null : 'state'
    return 'facts'
  }

  /** Told without the rest. */
  state(key: string, on: boolean): News | null {
    const before = this.#known.get(key)
    if (!before || before.on === on) return null
    this.#known.set(key, { ...before, on })
    return 'state'
  }

  get(key: string): Known | null {
    return this.#known.get(key) ?? null
  }
}
