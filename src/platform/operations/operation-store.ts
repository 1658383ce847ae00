import type { Selectable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { OperationTable } from '../../storage/tables.ts'
import type { PageRequest } from '../lists/page.ts'
import type { Operation, OperationError, OperationRow, OperationState } from './operation.ts'

export interface OperationFilter {
  readonly state?: OperationState | undefined
  readonly kind?: string | undefined
  /** Only of this user. */
  readonly userId?: string | undefined
}

/** SQL of operations. */
export class OperationStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async byId(id: string): Promise<Operation | undefined> {
    const row = await this.#db.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toOperation(row)
  }

  /** One row more than the limit, when there is one. */
  async page(filter: OperationFilter, request: PageRequest<'createdAt'>): Promise<Operation[]> {
    const { state, kind, userId } = filter
    const { sort, after, limit } = request
    const [behind, direction] = sort.descending ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
    let query = this.#db.selectFrom('operations').selectAll()
    if (state !== undefined) query = query.where('state', '=', state)
    if (kind !== undefined) query = query.where('kind', '=', kind)
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    // ids grow with the time of the start
    if (after !== undefined) query = query.where('id', behind, after.name)
    const rows = await query
      .orderBy('id', direction)
      .limit(limit + 1)
      .execute()
    return rows.map(toOperation)
  }

  async insert(operation: Operation): Promise<void> {
    await this.#db.insertInto('operations').values(toRow(operation)).execute()
  }

  async update(operation: Operation): Promise<void> {
    const { id, ...row } = toRow(operation)
    await this.#db.updateTable('operations').set(row).where('id', '=', id).execute()
  }

  /** What was running ended with the process that ran it. */
  async endRunning(error: OperationError, nowMs: number): Promise<void> {
    await this.#db
      .updateTable('operations')
      .set({ state: 'failed', finished_at: nowMs, error: JSON.stringify(error) })
      .where('state', '=', 'running')
      .execute()
  }

  async deleteOlderThan(ms: number): Promise<void> {
    await this.#db.deleteFrom('operations').where('finished_at', '<', ms).execute()
  }
}

function toRow(operation: Operation): OperationTable {
  const { id, kind, state, done, total, rows, error, file } = operation
  return {
    id,
    kind,
    state,
    user_id: operation.userId,
    user_name: operation.userName,
    created_at: operation.createdAtMs,
    finished_at: operation.finishedAtMs,
    done,
    total,
    rows: JSON.stringify(rows),
    error: error && JSON.stringify(error),
    file,
  }
}

function toOperation(row: Selectable<OperationTable>): Operation {
  const { id, kind, state, done, total, file } = row
  return {
    id,
    kind,
    state,
    userId: row.user_id,
    userName: row.user_name,
    createdAtMs: row.created_at,
    finishedAtMs: row.finished_at,
    done,
    total,
    rows: JSON.parse(row.rows) as OperationRow[], // written above
    error: row.error === null ? null : (JSON.parse(row.error) as OperationError), // written above
    file,
  }
}
