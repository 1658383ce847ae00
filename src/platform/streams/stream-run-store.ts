import type { Selectable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { StreamRunTable } from '../../storage/tables.ts'
import type { PageRequest } from '../lists/page.ts'

export type StreamRun = Selectable<StreamRunTable>

export interface RunFilter {
  readonly path: string
  /** Runs that were still on then. */
  readonly fromMs?: number | undefined
  /** Runs that began before. */
  readonly toMs?: number | undefined
}

/** SQL that reads the history of streams; `StreamHistory` writes it. */
export class StreamRunStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** One row more than the limit, when there is one; runs that began at the same time in the order of their ids. */
  page({ path, fromMs, toMs }: RunFilter, { sort, after, limit }: PageRequest<'startedAt'>): Promise<StreamRun[]> {
    const [behind, direction] = sort.descending ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
    let query = this.#db.selectFrom('stream_runs').selectAll().where('path', '=', path)
    if (fromMs !== undefined)
      query = query.where(e => e.or([e('stopped_at', 'is', null), e('stopped_at', '>=', fromMs)]))
    if (toMs !== undefined) query = query.where('started_at', '<', toMs)
    if (after !== undefined) {
      const value = Number(after.value)
      query = query.where(e =>
        e.or([e('started_at', behind, value), e.and([e('started_at', '=', value), e('id', behind, after.name)])]),
      )
    }
    return query
      .orderBy('started_at', direction)
      .orderBy('id', direction)
      .limit(limit + 1)
      .execute()
  }
}
