import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { EventFeed } from '../events-feed/event-feed.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { Alert, AlertKind } from './alert.ts'
import { type AlertFilter, AlertStore } from './alert-store.ts'

const KEEP_MS = 90 * 86_400_000

export interface Trouble {
  readonly kind: AlertKind
  readonly object: string
  readonly path: string | null
  readonly nodeId: string
  readonly reason: string
  readonly atMs: number
}

/** What is wrong, from when to when. One alert for each thing, however often it is raised. */
export class AlertService {
  readonly #db: Database
  readonly #feed: EventFeed
  readonly #clock: Clock
  /** Changes that are told when their transaction is over. */
  #untold: Alert[] = []

  constructor(db: Database, feed: EventFeed, clock: Clock) {
    this.#db = db
    this.#feed = feed
    this.#clock = clock
  }

  /** Newest first unless asked for otherwise. */
  async list(actor: Actor, filter: AlertFilter, request: PageRequest<'raisedAt'>): Promise<Page<Alert>> {
    permit(actor, 'recordings.read')
    const rows = await new AlertStore(this.#db).page(filter, request)
    return pageOf(rows, request.limit, ({ id, raisedAtMs }) => ({ value: raisedAtMs, name: id }))
  }

  /** One that is open already keeps its begin; its reason is the newest. `tell` is to follow. */
  async raise(db: Db, { atMs, ...trouble }: Trouble): Promise<void> {
    const store = new AlertStore(db)
    const open = await store.open(trouble.kind, trouble.object)
    if (open) {
      if (open.reason !== trouble.reason) await store.setReason(open.id, trouble.reason)
      return
    }
    const id = newId('al', this.#clock.nowMs())
    const alert: Alert = { id, ...trouble, raisedAtMs: atMs, clearedAtMs: null }
    await store.insert(alert)
    this.#untold.push(alert)
  }

  /** Does nothing when all is well. `tell` is to follow. */
  async clear(db: Db, kind: AlertKind, object: string, atMs: number): Promise<void> {
    const store = new AlertStore(db)
    const open = await store.open(kind, object)
    if (!open) return
    await store.clear(open.id, atMs)
    this.#untold.push({ ...open, clearedAtMs: atMs })
  }

  /** Tells followers what has changed; called when the transaction of the change is over. */
  tell(): void {
    const alerts = this.#untold
    this.#untold = []
    for (const { path, raisedAtMs, clearedAtMs, ...alert } of alerts) {
      const state = clearedAtMs === null ? 'raised' : 'cleared'
      const data = { ...alert, path, state }
      const atMs = clearedAtMs ?? raisedAtMs
      this.#feed.publish({ type: 'alert', permission: 'recordings.read', path, atMs, data })
    }
  }

  /** For the metrics. */
  countOpen(): Promise<Record<AlertKind, number>> {
    return new AlertStore(this.#db).countOpen()
  }

  /** Removes what is older than it is kept. */
  async tidy(): Promise<void> {
    await new AlertStore(this.#db).deleteClearedBefore(this.#clock.nowMs() - KEEP_MS)
  }
}
