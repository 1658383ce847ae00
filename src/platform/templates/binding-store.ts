import type { Db } from '../../storage/database.ts'
import type { TemplateBindingTable } from '../../storage/tables.ts'
import type { PageRequest } from '../lists/page.ts'
import type { Binding, BindingTarget } from './binding.ts'
import type { TemplateKind } from './template.ts'

export interface BindingFilter {
  readonly kind?: TemplateKind | undefined
  readonly scope?: Binding['scope'] | undefined
  readonly space?: string | undefined
  readonly template?: string | undefined
  readonly plan?: string | undefined
}

/** SQL of what is bound to what. */
export class BindingStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(): Promise<Binding[]> {
    const query = this.#db.selectFrom('template_bindings').selectAll()
    return (await query.orderBy('scope').orderBy('target').orderBy('kind').execute()).map(toBinding)
  }

  async at({ scope, target }: BindingTarget, kind: TemplateKind): Promise<Binding | undefined> {
    const query = this.#db.selectFrom('template_bindings').selectAll()
    const row = await query
      .where('scope', '=', scope)
      .where('target', '=', target)
      .where('kind', '=', kind)
      .executeTakeFirst()
    return row && toBinding(row)
  }

  /** One row more than the limit, when there is one; those with the same target by scope and kind. */
  async page(filter: BindingFilter, { sort, after, limit }: PageRequest<'target'>): Promise<Binding[]> {
    const { kind, plan, scope, space, template } = filter
    const [behind, direction] = sort.descending ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
    let query = this.#db.selectFrom('template_bindings').selectAll()
    if (kind !== undefined) query = query.where('kind', '=', kind)
    if (scope !== undefined) query = query.where('scope', '=', scope)
    if (space !== undefined) query = query.where('space', '=', space)
    if (template !== undefined) query = query.where('template_id', '=', template)
    if (plan !== undefined) query = query.where('plan_id', '=', plan)
    if (after !== undefined) {
      const value = String(after.value)
      const [scope = '', kind = ''] = after.name.split('.')
      query = query.where(e =>
        e.or([
          e('target', behind, value),
          e.and([e('target', '=', value), e('scope', behind, scope as Binding['scope'])]), // any text may be compared
          e.and([
            e('target', '=', value),
            e('scope', '=', scope as Binding['scope']),
            e('kind', behind, kind as TemplateKind),
          ]),
        ]),
      )
    }
    const rows = await query
      .orderBy('target', direction)
      .orderBy('scope', direction)
      .orderBy('kind', direction)
      .limit(limit + 1)
      .execute()
    return rows.map(toBinding)
  }

  async put({ scope, target, kind, template, plan }: Binding, space: string, nowMs: number): Promise<void> {
    const facts = { space, template_id: template, plan_id: plan, created_at: nowMs }
    await this.#db
      .insertInto('template_bindings')
      .values({ scope, target, kind, ...facts })
      .onConflict(c => c.columns(['scope', 'target', 'kind']).doUpdateSet(facts))
      .execute()
  }

  /** False when nothing was bound there. */
  async delete({ scope, target }: BindingTarget, kind: TemplateKind): Promise<boolean> {
    const result = await this.#db
      .deleteFrom('template_bindings')
      .where('scope', '=', scope)
      .where('target', '=', target)
      .where('kind', '=', kind)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  }

  async count(column?: 'template_id' | 'plan_id', id?: string): Promise<number> {
    let query = this.#db.selectFrom('template_bindings').select(e => e.fn.countAll<number>().as('count'))
    if (column !== undefined) query = query.where(column, '=', id ?? '')
    return Number((await query.executeTakeFirstOrThrow()).count)
  }

  /** How often each template is bound. */
  async countByTemplate(): Promise<Map<string, number>> {
    const rows = await this.#db
      .selectFrom('template_bindings')
      .select(e => ['template_id', e.fn.countAll<number>().as('count')])
      .where('template_id', 'is not', null)
      .groupBy('template_id')
      .execute()
    return new Map(rows.map(row => [row.template_id ?? '', Number(row.count)]))
  }
}

function toBinding({ scope, target, kind, template_id, plan_id }: TemplateBindingTable): Binding {
  return { scope, target, kind, template: template_id, plan: plan_id }
}
