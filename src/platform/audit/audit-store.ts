import { type Expression, type SqlBool, sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import { takeLock } from '../../storage/named-lock.ts'
import type { AuditTable } from '../../storage/tables.ts'

export type AuditEntry = AuditTable

export interface AuditFilter {
  /** User id. */
  readonly actor?: string | undefined
  /** Whole, or a noun: `space` finds `space.update`. */
  readonly action?: string | undefined
  readonly object?: string | undefined
  /** Part of a name, object, address, trace id or of what changed, any case. */
  readonly text?: string | undefined
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/** SQL of the audit log. */
export class AuditStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** The numbers of two writers do not meet: from here to their end transactions take turns. */
  async insert(entry: Omit<AuditEntry, 'number'>): Promise<void> {
    await takeLock(this.#db, 'audit')
    const newest = await this.#db
      .selectFrom('audit')
      .select(e => e.fn.max<number | null>('number').as('number'))
      .executeTakeFirst()
    const number = (newest?.number ?? 0) + 1
    await this.#db
      .insertInto('audit')
      .values({ number, ...entry })
      .execute()
  }

  /** Newest first, before a number. */
  page(
    { actor, action, object, text, fromMs, toMs }: AuditFilter,
    before: number,
    limit: number,
  ): Promise<AuditEntry[]> {
    let query = this.#db.selectFrom('audit').selectAll().where('number', '<', before)
    if (actor !== undefined) query = query.where('actor_id', '=', actor)
    if (object !== undefined) query = query.where('object', '=', object)
    if (fromMs !== undefined) query = query.where('at', '>=', fromMs)
    if (toMs !== undefined) query = query.where('at', '<', toMs)
    if (action?.includes('.')) query = query.where('action', '=', action)
    else if (action !== undefined) query = query.where('action', '>', `${action}.`).where('action', '<', `${action}/`)
    if (text !== undefined) query = query.where(contains(text))
    return query.orderBy('number', 'desc').limit(limit).execute()
  }

  async deleteBefore(atMs: number): Promise<void> {
    await this.#db.deleteFrom('audit').where('at', '<', atMs).execute()
  }

  async deleteRefusedBefore(atMs: number): Promise<void> {
    await this.#db.deleteFrom('audit').where('action', '=', 'session.refuse').where('at', '<', atMs).execute()
  }

  /** Keeps the newest rows; with `action`, of that action. */
  async keepNewest(rows: number, action?: string): Promise<void> {
    const of = action === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`action = ${action}`
    const oldest = await this.#db
      .selectFrom('audit')
      .select('number')
      .where(of)
      .orderBy('number', 'desc')
      .offset(rows)
      .limit(1)
      .executeTakeFirst()
    if (oldest) await this.#db.deleteFrom('audit').where(of).where('number', '<=', oldest.number).execute()
  }
}

const SEARCHED = ['actor_name', 'action', 'object', 'before', 'after', 'remote', 'trace_id'] as const

function contains(text: string): Expression<SqlBool> {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  const columns = SEARCHED.map(column => sql`lower(${sql.ref(column)}) like ${pattern} escape '\\'`)
  return sql<SqlBool>`(${sql.join(columns, sql` or `)})`
}
