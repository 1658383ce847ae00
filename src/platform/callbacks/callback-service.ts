import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId, newSecret } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import { SpaceStore } from '../spaces/space-store.ts'
import { findTemplate } from '../templates/template-service.ts'
import type { Callback, CallbackFacts, Delivery } from './callback.ts'
import type { CallbackDispatcher } from './callback-dispatcher.ts'
import type { CallbackQueue } from './callback-queue.ts'
import type { Answer, CallbackSender } from './callback-sender.ts'
import { CallbackStore } from './callback-store.ts'
import { type DeliveryFilter, DeliveryStore } from './delivery-store.ts'

/** Each event is looked at by all of them. */
const MAX_CALLBACKS = 200

/** A callback and how much of it waits, was delivered or is dead. */
export interface CountedCallback {
  readonly callback: Callback
  readonly counts: Readonly<Record<Delivery['state'], number>>
}

export interface CallbackServiceOptions {
  readonly db: Database
  readonly queue: CallbackQueue
  readonly dispatcher: CallbackDispatcher
  readonly sender: CallbackSender
  readonly audit: AuditLog
  readonly clock: Clock
}

/** Who is told what happens, and what became of it. */
export class CallbackService {
  readonly #options: CallbackServiceOptions

  constructor(options: CallbackServiceOptions) {
    this.#options = options
  }

  async list(actor: Actor): Promise<CountedCallback[]> {
    permit(actor, 'callbacks.read')
    return Promise.all((await new CallbackStore(this.#options.db).all()).map(callback => this.#counted(callback)))
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<CountedCallback> {
    permit(actor, 'callbacks.read')
    return this.#counted(await find(this.#options.db, id))
  }

  /** With a secret made for it. Throws INVALID, NOT_FOUND for space and template, LIMIT_REACHED. */
  async create(actor: Actor, facts: CallbackFacts): Promise<Callback> {
    permit(actor, 'callbacks.write')
    const { clock } = this.#options
    const now = clock.nowMs()
    const callback = { ...facts, id: newId('cb', now), secret: newSecret(), createdAtMs: now }
    await this.#change(async trx => {
      if ((await new CallbackStore(trx).all()).length >= MAX_CALLBACKS) {
        throw new AppError('LIMIT_REACHED', { what: 'callbacks', limit: MAX_CALLBACKS })
      }
      await this.#check(trx, callback)
      await new CallbackStore(trx).insert(callback)
      const after = written(callback)
      await this.#options.audit.record(trx, actor, { action: 'callback.create', object: callback.id, after })
    })
    return callback
  }

  /** What waits goes to the new URL. Throws NOT_FOUND, INVALID. */
  async update(actor: Actor, id: string, change: Partial<CallbackFacts>): Promise<CountedCallback> {
    permit(actor, 'callbacks.write')
    const after = await this.#change(async trx => {
      const before = await find(trx, id)
      const after = { ...before, ...change }
      await this.#check(trx, after)
      await new CallbackStore(trx).update(after)
      const [was, is] = [written(before), written(after)]
      await this.#options.audit.record(trx, actor, { action: 'callback.update', object: id, before: was, after: is })
      return after
    })
    return this.#counted(after)
  }

  /** What waits is never sent. Throws NOT_FOUND. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'callbacks.write')
    await this.#change(async trx => {
      const before = written(await find(trx, id))
      await new CallbackStore(trx).delete(id)
      await this.#options.audit.record(trx, actor, { action: 'callback.delete', object: id, before })
    })
  }

  /** Sends something now, beside the queue, and tells what the receiver answered. Throws NOT_FOUND. */
  async test(actor: Actor, id: string): Promise<Answer & { readonly durationMs: number }> {
    permit(actor, 'callbacks.write')
    const { audit, clock, db, sender } = this.#options
    const callback = await find(db, id)
    const delivery = newId('cd', clock.nowMs())
    const time = Math.floor(clock.nowMs() / 1000)
    const body = JSON.stringify({ event: 'test', id: delivery, time, callback: id })
    const beganMs = clock.monotonicMs()
    const answer = await sender.send(callback, body, { event: 'test', id: delivery })
    const { ok, status, error } = answer
    await audit.recordAlone(db, actor, { action: 'callback.test', object: id, after: { ok, status, error } })
    return { ...answer, durationMs: Math.round(clock.monotonicMs() - beganMs) }
  }

  /** Throws NOT_FOUND for the callback. */
  async deliveries(actor: Actor, filter: DeliveryFilter, request: PageRequest<'createdAt'>): Promise<Page<Delivery>> {
    permit(actor, 'callbacks.read')
    await find(this.#options.db, filter.callbackId)
    const rows = await new DeliveryStore(this.#options.db).page(filter, request)
    return pageOf(rows, request.limit, ({ createdAtMs, number }) => ({ value: createdAtMs, name: String(number) }))
  }

  /** Throws NOT_FOUND. */
  async delivery(actor: Actor, id: string): Promise<Delivery> {
    permit(actor, 'callbacks.read')
    const delivery = await new DeliveryStore(this.#options.db).byId(id)
    if (!delivery) throw new AppError('NOT_FOUND', { what: 'delivery', id })
    return delivery
  }

  /** Sends it once more, before what waits about the same object. Throws NOT_FOUND. */
  async replay(actor: Actor, id: string): Promise<Delivery> {
    permit(actor, 'callbacks.write')
    const { audit, clock, db, dispatcher } = this.#options
    const before = await this.delivery(actor, id)
    if (before.state !== 'waiting') {
      await db.transaction().execute(async trx => {
        await new DeliveryStore(trx).again(id, clock.nowMs())
        const { callbackId, state } = before
        await audit.record(trx, actor, { action: 'callback.replay', object: callbackId, after: { id, was: state } })
      })
    }
    dispatcher.wake(before.callbackId)
    return this.delivery(actor, id)
  }

  /** Of all receivers together, for the metrics. */
  counts(): Promise<Record<Delivery['state'], number>> {
    return new DeliveryStore(this.#options.db).countByState()
  }

  /** Tries since the start, for the metrics. */
  get totals(): { delivered: number; failed: number; dead: number } {
    return this.#options.dispatcher.totals()
  }

  async #change<T>(changing: (trx: Db) => Promise<T>): Promise<T> {
    const { db, dispatcher, queue } = this.#options
    const result = await db.transaction().execute(changing)
    await queue.refresh()
    dispatcher.refresh()
    return result
  }

  async #check(trx: Db, { url, scope, target }: CallbackFacts): Promise<void> {
    const parsed = URL.parse(url)
    const refused = parsed ? this.#options.sender.refusal(parsed) : 'is no URL'
    if (refused !== null) throw new AppError('INVALID', { field: 'body.url', reason: refused })
    if (scope === 'all') {
      if (target !== '') throw new AppError('INVALID', { field: 'body.target', reason: 'is empty for all' })
    } else if (scope === 'template') await findTemplate(trx, target)
    else if (!(await new SpaceStore(trx).byName(target))) throw new AppError('NOT_FOUND', { what: 'space', id: target })
  }

  async #counted(callback: Callback): Promise<CountedCallback> {
    return { callback, counts: await new DeliveryStore(this.#options.db).countByState(callback.id) }
  }
}

async function find(db: Db, id: string): Promise<Callback> {
  const callback = await new CallbackStore(db).byId(id)
  if (!callback) throw new AppError('NOT_FOUND', { what: 'callback', id })
  return callback
}

/** What the audit log says of it. */
function written({ id: _, secret: __, createdAtMs: ___, ...facts }: Callback): object {
  return facts
}
