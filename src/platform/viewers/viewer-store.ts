import { type Selectable, sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { StreamRunTable, ViewerRunTable } from '../../storage/tables.ts'
import type { PageRequest } from '../lists/page.ts'

export type ViewerRun = Selectable<ViewerRunTable>
export type PublisherRun = Selectable<StreamRunTable>

export interface ViewerFilter {
  readonly space?: string | undefined
  readonly path?: string | undefined
  readonly protocol?: string | undefined
  /** Address, with or without port. */
  readonly remote?: string | undefined
  readonly state?: 'on' | 'off' | undefined
}

/** SQL that reads who watched and who published; the history of streams writes it. */
export class ViewerStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** One row more than the limit, when there is one; those that began at the same time in the order of their ids. */
  page(filter: ViewerFilter, { sort, after, limit }: PageRequest<'startedAt'>): Promise<ViewerRun[]> {
    const [behind, direction] = sort.descending ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
    const { path, protocol, remote, space, state } = filter
    let query = this.#db.selectFrom('viewer_runs').selectAll()
    if (path !== undefined) query = query.where('path', '=', path)
    // '0' is the character behind '/'
    if (space !== undefined) query = query.where('path', '>', `${space}/`).where('path', '<', `${space}0`)
    if (protocol !== undefined) query = query.where('protocol', '=', protocol)
    if (state !== undefined) query = query.where('stopped_at', state === 'on' ? 'is' : 'is not', null)
    if (remote !== undefined) {
      const address = remote.includes(':') && !remote.includes('.') ? `[${remote}]` : remote
      const withPort = sql<string>`${`${address.replace(/[\\%_]/g, '\\$&')}:%`} escape '\\'`
      query = query.where(e => e.or([e('remote', '=', remote), e('remote', 'like', withPort)]))
    }
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

  viewer(id: string): Promise<ViewerRun | undefined> {
    const query = this.#db.selectFrom('viewer_runs').selectAll().where('viewer_id', '=', id)
    return query.orderBy('id', 'desc').limit(1).executeTakeFirst()
  }

  /** The newest run: a node that lost its link tells the same start twice. */
  publisher(id: string): Promise<PublisherRun | undefined> {
    const query = this.#db.selectFrom('stream_runs').selectAll().where('publisher_id', '=', id)
    return query.orderBy('id', 'desc').limit(1).executeTakeFirst()
  }

  async streamId(path: string): Promise<string | null> {
    const row = await this.#db.selectFrom('streams').select('id').where('path', '=', path).executeTakeFirst()
    return row?.id ?? null
  }
}
