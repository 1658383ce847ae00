import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Announcement, Announcer } from './announcement.ts'
import { type Callback, wants } from './callback.ts'
import { CallbackStore } from './callback-store.ts'
import { DeliveryStore } from './delivery-store.ts'

/** What waits for one receiver: days of a busy space, 100 MB. What comes then is dead at once, to be sent by hand. */
const MAX_WAITING = 100_000
const KEEP_DELIVERED_MS = 3 * 86_400_000
const KEEP_DEAD_MS = 30 * 86_400_000
/** Of each state; they are there to be looked at. */
const MAX_FINISHED = 100_000

/** Takes what happened into the queue of each receiver, in the transaction of what happened: none is lost by a crash. */
export class CallbackQueue implements Announcer {
  readonly #db: Database
  readonly #clock: Clock
  #callbacks: readonly Callback[] = []
  /** What waits for each receiver, about: a transaction that fails is counted too, until the next look. */
  #waiting = new Map<string, number>()
  /** Receivers that have got something to be sent. */
  #touched = new Set<string>()

  private constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  static async open(db: Database, clock: Clock): Promise<CallbackQueue> {
    const queue = new CallbackQueue(db, clock)
    await queue.refresh()
    return queue
  }

  get callbacks(): readonly Callback[] {
    return this.#callbacks
  }

  /** Receivers that have got something since this was asked last. */
  takeTouched(): Set<string> {
    const touched = this.#touched
    this.#touched = new Set()
    return touched
  }

  /** Reads the callbacks anew. */
  async refresh(): Promise<void> {
    this.#callbacks = await new CallbackStore(this.#db).all()
    const waiting = new Map<string, number>()
    for (const { id } of this.#callbacks) {
      waiting.set(id, (await new DeliveryStore(this.#db).countByState(id)).waiting)
    }
    this.#waiting = waiting
  }

  async announce(db: Db, announcement: Announcement): Promise<void> {
    for (const callback of this.#callbacks) {
      if (!wants(callback, announcement)) continue
      await this.#put(db, callback, announcement)
    }
  }

  finished(callbackId: string): void {
    this.#waiting.set(callbackId, Math.max(0, (this.#waiting.get(callbackId) ?? 0) - 1))
  }

  /** Removes what is older than it is kept, and what is too much. */
  async tidy(): Promise<void> {
    const store = new DeliveryStore(this.#db)
    const now = this.#clock.nowMs()
    await store.deleteFinishedBefore('delivered', now - KEEP_DELIVERED_MS)
    await store.deleteFinishedBefore('dead', now - KEEP_DEAD_MS)
    for (const state of ['delivered', 'dead'] as const) await store.keepNewest(state, MAX_FINISHED)
    await this.refresh()
  }

  async #put(db: Db, callback: Callback, { event, object, atMs, data, media }: Announcement): Promise<void> {
    const id = newId('cd', this.#clock.nowMs())
    const waiting = this.#waiting.get(callback.id) ?? 0
    const full = waiting >= MAX_WAITING
    const body = JSON.stringify({ event, id, time: Math.floor(atMs / 1000), object, ...data })
    await new DeliveryStore(db).insert({
      ...{ id, callbackId: callback.id, event, object, body, media, atMs: this.#clock.nowMs() },
      ...(full ? { state: 'dead', lastError: `more than ${MAX_WAITING} wait` } : { state: 'waiting', lastError: '' }),
    })
    if (full) return
    this.#waiting.set(callback.id, waiting + 1)
    this.#touched.add(callback.id)
  }
}
