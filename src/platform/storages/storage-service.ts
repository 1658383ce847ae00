import type { Clock } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { StoreStatus } from '../../link/recording.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import { type DayOfStorage, type Usage, UsageStore } from './usage-store.ts'

const DAY_MS = 86_400_000
const DAYS = 14
/** The week before today says best what the next days will be. */
const DAYS_OF_FORECAST = 7
/** Streams that are named; the others are in their space. */
const MAX_STREAMS = 100
const KEEP_DAYS_MS = 400 * DAY_MS
/** A node whose disks hang must not hold up the page. */
const TIMEOUT_MS = 3000

export interface NodeStore extends StoreStatus {
  readonly nodeId: string
}

export interface Forecast {
  /** What the stores have left, without those that do not say. */
  readonly freeBytes: number
  /** Written less deleted, mean of the days before today. */
  readonly bytesPerDay: number
  /** Null: it does not grow. */
  readonly daysLeft: number | null
}

export interface StorageOverview {
  readonly stores: readonly NodeStore[]
  /** Nodes that did not say. */
  readonly silent: readonly { readonly nodeId: string; readonly reason: string }[]
  readonly total: Usage
  /** Largest first. */
  readonly spaces: readonly (Usage & { readonly space: string; readonly streams: number })[]
  /** The largest ones. */
  readonly streams: readonly (Usage & { readonly path: string })[]
  /** The last ones in order, also those without anything. */
  readonly days: readonly DayOfStorage[]
  readonly forecast: Forecast
}

/** Where recordings and pictures lie, how much they are, and how long there is room for more. */
export class StorageService {
  readonly #store: UsageStore
  readonly #links: NodeLinks
  readonly #clock: Clock

  constructor(db: Database, links: NodeLinks, clock: Clock) {
    this.#store = new UsageStore(db)
    this.#links = links
    this.#clock = clock
  }

  /** Streams and days of one space, or of all. */
  async overview(actor: Actor, space?: string): Promise<StorageOverview> {
    permit(actor, 'recordings.read')
    const { stores, silent } = await this.#stores()
    const days = this.#whole(await this.#store.days(this.#today() - (DAYS - 1) * DAY_MS, space))
    const all = space === undefined ? days : this.#whole(await this.#store.days(this.#today() - (DAYS - 1) * DAY_MS))
    return {
      ...{ stores, silent, days },
      total: await this.#store.total(),
      spaces: await this.#store.bySpace(),
      streams: await this.#store.byStream(MAX_STREAMS, space),
      forecast: forecastOf(stores, all),
    }
  }

  /** For the metrics. */
  total(): Promise<Usage> {
    return this.#store.total()
  }

  /** Removes what is older than it is kept. */
  async tidy(): Promise<void> {
    await this.#store.tidy(this.#clock.nowMs() - KEEP_DAYS_MS)
  }

  async #stores(): Promise<Pick<StorageOverview, 'stores' | 'silent'>> {
    const stores: NodeStore[] = []
    const silent: { nodeId: string; reason: string }[] = []
    const ask = async (nodeId: string) => {
      try {
        const status = await this.#links.request(nodeId, 'storage.status', {}, TIMEOUT_MS)
        stores.push(...status.stores.map(store => ({ nodeId, ...store })))
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        silent.push({ nodeId, reason: errorText(error) })
      }
    }
    await Promise.all([...this.#links.nodes.keys()].map(ask))
    const name = ({ nodeId, store }: NodeStore) => `${nodeId}/${store}`
    return { stores: stores.toSorted((a, b) => (name(a) < name(b) ? -1 : 1)), silent }
  }

  #today(): number {
    const now = this.#clock.nowMs()
    return now - (now % DAY_MS)
  }

  #whole(days: readonly DayOfStorage[]): DayOfStorage[] {
    const known = new Map(days.map(day => [day.atMs, day]))
    return Array.from({ length: DAYS }, (_, back) => {
      const atMs = this.#today() - (DAYS - 1 - back) * DAY_MS
      return known.get(atMs) ?? { atMs, writtenBytes: 0, deletedBytes: 0 }
    })
  }
}

/** Goes by the days before today that have anything; of a platform younger than a day by what there is of today. */
function forecastOf(stores: readonly NodeStore[], days: readonly DayOfStorage[]): Forecast {
  const freeBytes = stores.reduce((sum, { freeBytes, state }) => sum + (state === 'ok' ? (freeBytes ?? 0) : 0), 0)
  const before = days.slice(-1 - DAYS_OF_FORECAST, -1)
  const first = before.findIndex(day => day.writtenBytes > 0)
  const counted = first < 0 ? days.slice(-1) : before.slice(first)
  const grown = counted.reduce((sum, { writtenBytes, deletedBytes }) => sum + writtenBytes - deletedBytes, 0)
  const bytesPerDay = counted.length === 0 ? 0 : grown / counted.length
  return { freeBytes, bytesPerDay, daysLeft: bytesPerDay > 0 ? freeBytes / bytesPerDay : null }
}
