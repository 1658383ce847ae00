import type { Selectable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { CallbackDeliveryTable } from '../../storage/tables.ts'
import { direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'
import type { AnnouncedMedia, CallbackEvent } from './announcement.ts'
import type { Delivery } from './callback.ts'

export interface DeliveryFilter {
  readonly callbackId: string
  readonly state?: Delivery['state'] | undefined
  readonly event?: CallbackEvent | undefined
  readonly object?: string | undefined
}

export type NewDelivery = Pick<Delivery, 'id' | 'callbackId' | 'event' | 'object' | 'body' | 'state' | 'lastError'> & {
  readonly media: AnnouncedMedia | null
  readonly atMs: number
}

/** What became of a try. */
export type DeliveryResult = Pick<
  Delivery,
  'state' | 'attempts' | 'nextAtMs' | 'finishedAtMs' | 'lastStatus' | 'lastError' | 'lastAnswer'
>

/** A delivery with what its URL leads to. */
export interface Waiting extends Delivery {
  readonly media: AnnouncedMedia | null
}

/** SQL of what is on its way to receivers. */
export class DeliveryStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** Transactions take turns, so the numbers of two writers do not meet. */
  async insert({ callbackId, media, atMs, lastError, ...delivery }: NewDelivery): Promise<void> {
    const newest = await this.#db
      .selectFrom('callback_deliveries')
      .select(e => e.fn.max<number | null>('number').as('number'))
      .executeTakeFirst()
    await this.#db
      .insertInto('callback_deliveries')
      .values({
        number: (newest?.number ?? 0) + 1,
        ...delivery,
        callback_id: callbackId,
        media: media && JSON.stringify(media),
        next_at: atMs,
        created_at: atMs,
        finished_at: delivery.state === 'waiting' ? null : atMs,
        last_error: lastError,
      })
      .execute()
  }

  async byId(id: string): Promise<Delivery | undefined> {
    const row = await this.#db.selectFrom('callback_deliveries').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toDelivery(row)
  }

  /** The first that waits of each object, those whose time has come first: no other one of it may go before. */
  async heads(callbackId: string, limit: number): Promise<Waiting[]> {
    const rows = await this.#db
      .selectFrom('callback_deliveries')
      .selectAll()
      .where('number', 'in', query =>
        query
          .selectFrom('callback_deliveries')
          .select(e => e.fn.min<number>('number').as('number'))
          .where('callback_id', '=', callbackId)
          .where('state', '=', 'waiting')
          .groupBy('object'),
      )
      .orderBy('next_at')
      .orderBy('number')
      .limit(limit)
      .execute()
    return rows.map(row => ({
      ...toDelivery(row),
      media: row.media === null ? null : (JSON.parse(row.media) as AnnouncedMedia), // written above
    }))
  }

  /** One row more than the limit, when there is one. */
  async page(filter: DeliveryFilter, { sort, after, limit }: PageRequest<'createdAt'>): Promise<Delivery[]> {
    const { callbackId, event, object, state } = filter
    let query = this.#db.selectFrom('callback_deliveries').selectAll().where('callback_id', '=', callbackId)
    if (state !== undefined) query = query.where('state', '=', state)
    if (event !== undefined) query = query.where('event', '=', event)
    if (object !== undefined) query = query.where('object', '=', object)
    if (after !== undefined) query = query.where('number', sort.descending ? '<' : '>', Number(after.name))
    const rows = await query
      .orderBy('number', direction(sort))
      .limit(limit + 1)
      .execute()
    return rows.map(toDelivery)
  }

  /** Puts its time off, unless somebody else has done so since it was read: then it is his to send. */
  async claim({ id, nextAtMs }: Pick<Delivery, 'id' | 'nextAtMs'>, untilMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('callback_deliveries')
      .set({ next_at: untilMs })
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .where('next_at', '=', nextAtMs)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /** Of one that waits still. */
  async finish(id: string, result: DeliveryResult): Promise<void> {
    const { state, attempts, nextAtMs, finishedAtMs, lastStatus, lastError, lastAnswer } = result
    await this.#db
      .updateTable('callback_deliveries')
      .set({
        ...{ state, attempts, next_at: nextAtMs, finished_at: finishedAtMs },
        ...{ last_status: lastStatus, last_error: lastError, last_answer: lastAnswer },
      })
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .execute()
  }

  /** One that is finished waits again. */
  async again(id: string, nowMs: number): Promise<void> {
    await this.#db
      .updateTable('callback_deliveries')
      .set({ state: 'waiting', attempts: 0, next_at: nowMs, finished_at: null })
      .where('id', '=', id)
      .execute()
  }

  async countByState(callbackId?: string): Promise<Record<Delivery['state'], number>> {
    let query = this.#db.selectFrom('callback_deliveries').select(e => ['state', e.fn.countAll<number>().as('count')])
    if (callbackId !== undefined) query = query.where('callback_id', '=', callbackId)
    const counts = { waiting: 0, delivered: 0, dead: 0 }
    for (const { state, count } of await query.groupBy('state').execute()) counts[state] = Number(count)
    return counts
  }

  async deleteFinishedBefore(state: 'delivered' | 'dead', ms: number): Promise<void> {
    await this.#db.deleteFrom('callback_deliveries').where('state', '=', state).where('finished_at', '<', ms).execute()
  }

  /** The newest of a state stay. */
  async keepNewest(state: 'delivered' | 'dead', rows: number): Promise<void> {
    const oldest = await this.#db
      .selectFrom('callback_deliveries')
      .select('finished_at')
      .where('state', '=', state)
      .orderBy('finished_at', 'desc')
      .offset(rows)
      .limit(1)
      .executeTakeFirst()
    if (!oldest) return
    await this.#db
      .deleteFrom('callback_deliveries')
      .where('state', '=', state)
      .where('finished_at', '<=', oldest.finished_at)
      .execute()
  }
}

function toDelivery(row: Selectable<CallbackDeliveryTable>): Delivery {
  const { number, id, callback_id, event, object, body, state, attempts, next_at, created_at, finished_at } = row
  return {
    ...{ number, id, callbackId: callback_id, event: event as CallbackEvent, object, body, state, attempts }, // written above
    ...{ nextAtMs: next_at, createdAtMs: created_at, finishedAtMs: finished_at },
    ...{ lastStatus: row.last_status, lastError: row.last_error, lastAnswer: row.last_answer },
  }
}
