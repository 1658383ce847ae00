import type { Db } from '../../storage/database.ts'
import type { PageRequest } from '../lists/page.ts'
import { ALERT_KINDS, type Alert, type AlertKind, toAlert } from './alert.ts'

export interface AlertFilter {
  readonly open?: boolean | undefined
  readonly kind?: AlertKind | undefined
  readonly path?: string | undefined
  /** Raised from then on, and before. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/** SQL of alerts. */
export class AlertStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async open(kind: AlertKind, object: string): Promise<Alert | undefined> {
    const query = this.#db.selectFrom('alerts').selectAll().where('kind', '=', kind).where('object', '=', object)
    const row = await query.where('cleared_at', 'is', null).executeTakeFirst()
    return row && toAlert(row)
  }

  /** All that are open of one kind. */
  async allOpen(kind: AlertKind): Promise<Alert[]> {
    const query = this.#db.selectFrom('alerts').selectAll().where('kind', '=', kind).where('cleared_at', 'is', null)
    return (await query.orderBy('id').execute()).map(toAlert)
  }

  /** One row more than the limit, when there is one. Ids grow with the time. */
  async page(filter: AlertFilter, { sort, after, limit }: PageRequest<'raisedAt'>): Promise<Alert[]> {
    const [behind, direction] = sort.descending ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
    const { fromMs, kind, open, path, toMs } = filter
    let query = this.#db.selectFrom('alerts').selectAll()
    if (open !== undefined) query = query.where('cleared_at', open ? 'is' : 'is not', null)
    if (kind !== undefined) query = query.where('kind', '=', kind)
    if (path !== undefined) query = query.where('path', '=', path)
    if (fromMs !== undefined) query = query.where('raised_at', '>=', fromMs)
    if (toMs !== undefined) query = query.where('raised_at', '<', toMs)
    if (after !== undefined) query = query.where('id', behind, after.name)
    const rows = await query
      .orderBy('id', direction)
      .limit(limit + 1)
      .execute()
    return rows.map(toAlert)
  }

  async insert({ nodeId, raisedAtMs, clearedAtMs, ...alert }: Alert): Promise<void> {
    const row = { ...alert, node_id: nodeId, raised_at: raisedAtMs, cleared_at: clearedAtMs }
    await this.#db.insertInto('alerts').values(row).execute()
  }

  async setReason(id: string, reason: string): Promise<void> {
    await this.#db.updateTable('alerts').set({ reason }).where('id', '=', id).execute()
  }

  async clear(id: string, atMs: number): Promise<void> {
    await this.#db.updateTable('alerts').set({ cleared_at: atMs }).where('id', '=', id).execute()
  }

  async countOpen(): Promise<Record<AlertKind, number>> {
    const query = this.#db.selectFrom('alerts').select(e => ['kind', e.fn.countAll<number>().as('count')])
    const rows = await query.where('cleared_at', 'is', null).groupBy('kind').execute()
    const counts = new Map(rows.map(({ kind, count }) => [kind, Number(count)]))
    return Object.fromEntries(ALERT_KINDS.map(kind => [kind, counts.get(kind) ?? 0])) as Record<AlertKind, number> // of all
  }

  async deleteClearedBefore(ms: number): Promise<void> {
    await this.#db.deleteFrom('alerts').where('cleared_at', '<', ms).execute()
  }
}
