import { AppError } from '../../base/errors.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { OperationError } from '../operations/operation.ts'
import { told } from '../operations/operation-service.ts'
import { PlanStore } from '../plans/plan-store.ts'
import type { RecordingDesire } from '../recordings/recording-desire.ts'
import { addressOf } from '../streams/stream.ts'
import type { Binding, BindingTarget } from './binding.ts'
import { type BindingFilter, BindingStore } from './binding-store.ts'
import type { TemplateKind } from './template.ts'
import { findTemplate } from './template-service.ts'

/** What nodes are told has room for as many. */
const MAX_BINDINGS = 50_000

/** What became of one place of a batch. */
export interface BindingResult extends BindingTarget {
  readonly error: OperationError | null
}

/** Where templates are in force. */
export class BindingService {
  readonly #db: Database
  readonly #audit: AuditLog
  readonly #desire: RecordingDesire

  constructor(db: Database, desire: RecordingDesire, audit: AuditLog) {
    this.#db = db
    this.#audit = audit
    this.#desire = desire
  }

  async list(actor: Actor, filter: BindingFilter, request: PageRequest<'target'>): Promise<Page<Binding>> {
    permit(actor, 'templates.read')
    const rows = await new BindingStore(this.#db).page(filter, request)
    return pageOf(rows, request.limit, ({ scope, target, kind }) => ({ value: target, name: `${scope}.${kind}` }))
  }

  /** Throws NOT_FOUND for the template. */
  async listOf(actor: Actor, template: string, request: PageRequest<'target'>): Promise<Page<Binding>> {
    permit(actor, 'templates.read')
    await findTemplate(this.#db, template)
    return this.list(actor, { template }, request)
  }

  /**
   * Brings a template into force at many places, those that work. Where another one of its kind is already, `replace`
   * says what happens. Throws NOT_FOUND for template and plan, INVALID for a plan of pictures.
   */
  async bind(
    actor: Actor,
    template: string,
    targets: readonly BindingTarget[],
    { plan, replace }: { readonly plan: string | null; readonly replace: boolean },
  ): Promise<BindingResult[]> {
    permit(actor, 'templates.write')
    return this.#desire.change(async (trx, nowMs) => {
      const { kind } = await findTemplate(trx, template)
      await checkPlan(trx, plan, kind)
      return each(targets, async place => {
        const binding = { ...place, kind, template, plan }
        await this.#put(trx, actor, binding, replace, nowMs)
      })
    })
  }

  /** One place, whatever was there; without a template nothing is done there. Throws NOT_FOUND, INVALID, LIMIT_REACHED. */
  async set(actor: Actor, binding: Binding): Promise<Binding> {
    permit(actor, 'templates.write')
    return this.#desire.change(async (trx, nowMs) => {
      const { kind, plan, template } = binding
      if (template !== null && (await findTemplate(trx, template)).kind !== kind) {
        throw new AppError('INVALID', { field: 'body.template', reason: `is not of the kind ${kind}` })
      }
      await checkPlan(trx, plan, kind)
      await this.#put(trx, actor, binding, true, nowMs)
      return binding
    })
  }

  /** The space's own is in force again, or nothing. */
  async unbind(actor: Actor, kind: TemplateKind, targets: readonly BindingTarget[]): Promise<BindingResult[]> {
    permit(actor, 'templates.write')
    return this.#desire.change(trx =>
      each(targets, async place => {
        const store = new BindingStore(trx)
        const before = await store.at(place, kind)
        if (!before) throw new AppError('NOT_FOUND', { what: `binding of the kind ${kind} at`, id: place.target })
        await store.delete(place, kind)
        await this.#audit.record(trx, actor, { action: 'template.unbind', object: place.target, before })
      }),
    )
  }

  async #put(trx: Db, actor: Actor, binding: Binding, replace: boolean, nowMs: number): Promise<void> {
    const space = await spaceOf(trx, binding)
    const store = new BindingStore(trx)
    const before = (await store.at(binding, binding.kind)) ?? null
    if (before && !replace) throw new AppError('CONFLICT', { what: 'binding at', id: binding.target })
    if (!before && (await store.count()) >= MAX_BINDINGS) {
      throw new AppError('LIMIT_REACHED', { what: 'bindings', limit: MAX_BINDINGS })
    }
    await store.put(binding, space, nowMs)
    const change = { action: 'template.bind', object: binding.target, before, after: binding } as const
    await this.#audit.record(trx, actor, change)
  }
}

/** Each by itself; a failure that is not of the caller ends the whole. */
async function each(
  targets: readonly BindingTarget[],
  run: (place: BindingTarget) => Promise<void>,
): Promise<BindingResult[]> {
  const results: BindingResult[] = []
  for (const place of targets) {
    try {
      await run(place)
      results.push({ ...place, error: null })
    } catch (error) {
      if (!(error instanceof AppError) || error.fault !== 'caller') throw error
      results.push({ ...place, error: told(error) })
    }
  }
  return results
}

/** Throws NOT_FOUND for a space that is not there, INVALID for what is no path. */
async function spaceOf(trx: Db, { scope, target }: BindingTarget): Promise<string> {
  const name = scope === 'space' ? target : addressOf(target).space
  const space = await trx.selectFrom('spaces').select('name').where('name', '=', name).executeTakeFirst()
  if (!space) throw new AppError('NOT_FOUND', { what: 'space', id: name })
  return name
}

async function checkPlan(trx: Db, plan: string | null, kind: TemplateKind): Promise<void> {
  if (plan === null) return
  if (kind !== 'record') throw new AppError('INVALID', { field: 'body.plan', reason: 'only recordings have plans' })
  if (!(await new PlanStore(trx).byId(plan))) throw new AppError('NOT_FOUND', { what: 'plan', id: plan })
}
