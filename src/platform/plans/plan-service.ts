import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { RecordingDesire } from '../recordings/recording-desire.ts'
import { BindingStore } from '../templates/binding-store.ts'
import { checkWeek, checkZone, type Plan, WEEKDAYS, type Week, type Weekday } from './plan.ts'
import { PlanStore } from './plan-store.ts'

/** What nodes are told has room for as many. */
const MAX_PLANS = 5000

export type PlanWish = Pick<Plan, 'name' | 'zone' | 'week'>

/** When to record: weekly plans, bound together with a template. */
export class PlanService {
  readonly #db: Database
  readonly #clock: Clock
  readonly #audit: AuditLog
  readonly #desire: RecordingDesire

  constructor(db: Database, clock: Clock, desire: RecordingDesire, audit: AuditLog) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
    this.#desire = desire
  }

  /** By name. */
  async list(actor: Actor): Promise<Plan[]> {
    permit(actor, 'templates.read')
    return new PlanStore(this.#db).all()
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<Plan> {
    permit(actor, 'templates.read')
    return find(this.#db, id)
  }

  /** Throws CONFLICT for the name, INVALID naming day and interval, LIMIT_REACHED. */
  async create(actor: Actor, wish: PlanWish): Promise<Plan> {
    permit(actor, 'templates.write')
    const now = this.#clock.nowMs()
    const plan: Plan = { ...checked(wish), id: newId('pl', now), createdAtMs: now }
    await this.#desire.change(async trx => {
      const store = new PlanStore(trx)
      if ((await store.count()) >= MAX_PLANS) throw new AppError('LIMIT_REACHED', { what: 'plans', limit: MAX_PLANS })
      await checkName(store, plan)
      await store.insert(plan)
      await this.#audit.record(trx, actor, { action: 'plan.create', object: plan.id, after: written(plan) })
    })
    return plan
  }

  /** Throws NOT_FOUND, CONFLICT, INVALID. */
  async update(actor: Actor, id: string, wish: Partial<PlanWish>): Promise<Plan> {
    permit(actor, 'templates.write')
    return this.#change(actor, id, before => ({ ...before, ...checked({ ...before, ...wish }) }))
  }

  /** All intervals of a day to other days, instead of theirs. Throws NOT_FOUND. */
  async copyDay(actor: Actor, id: string, from: Weekday, to: readonly Weekday[]): Promise<Plan> {
    permit(actor, 'templates.write')
    return this.#change(actor, id, before => {
      const copied = before.week[WEEKDAYS.indexOf(from)] ?? []
      return { ...before, week: before.week.map((day, at) => (to.includes(WEEKDAYS[at] ?? from) ? copied : day)) }
    })
  }

  /** Throws NOT_FOUND, IN_USE. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'templates.write')
    await this.#desire.change(async trx => {
      const plan = await find(trx, id)
      const bindings = await new BindingStore(trx).count('plan_id', id)
      if (bindings > 0) throw new AppError('IN_USE', { what: 'plan', id, by: `${bindings} bindings` })
      await new PlanStore(trx).delete(id)
      await this.#audit.record(trx, actor, { action: 'plan.delete', object: id, before: written(plan) })
    })
  }

  #change(actor: Actor, id: string, changed: (before: Plan) => Plan): Promise<Plan> {
    return this.#desire.change(async trx => {
      const store = new PlanStore(trx)
      const before = await find(trx, id)
      const after = changed(before)
      await checkName(store, after)
      await store.update(after)
      const [was, is] = [written(before), written(after)]
      await this.#audit.record(trx, actor, { action: 'plan.update', object: id, before: was, after: is })
      return after
    })
  }
}

function checked({ name, zone, week }: PlanWish): { name: string; zone: string; week: Week } {
  checkZone(zone)
  return { name, zone, week: checkWeek(week) }
}

async function checkName(store: PlanStore, { id, name }: Plan): Promise<void> {
  if (await store.isTaken(name, id)) throw new AppError('CONFLICT', { what: 'plan', id: name })
}

async function find(db: Db, id: string): Promise<Plan> {
  const plan = await new PlanStore(db).byId(id)
  if (!plan) throw new AppError('NOT_FOUND', { what: 'plan', id })
  return plan
}

function written({ name, zone, week }: Plan): object {
  return { name, zone, week }
}
