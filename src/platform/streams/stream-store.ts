import { type Insertable, type Selectable, sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { StreamTable } from '../../storage/tables.ts'
import type { PageRequest } from '../lists/page.ts'
import type { StreamFacts } from './stream.ts'

export type StreamRow = Selectable<StreamTable>

export interface StreamFilter {
  readonly space?: string | undefined
  /** Part of the path or the title, any case. */
  readonly text?: string | undefined
  readonly label?: string | undefined
}

export type StreamSortKey = 'path' | 'name' | 'title' | 'createdAt'

/** Column of each sort key. */
const SORT_COLUMNS = {
  path: 'path',
  name: 'name',
  title: 'title',
  createdAt: 'created_at',
} as const satisfies Record<StreamSortKey, keyof StreamRow>

/** Names in one `in (...)`: half of what SQLite takes. */
const MAX_NAMES = 15_000

/** SQL of streams. */
export class StreamStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  byId(id: string): Promise<StreamRow | undefined> {
    return this.#db.selectFrom('streams').selectAll().where('id', '=', id).executeTakeFirst()
  }

  async byPaths(paths: readonly string[]): Promise<StreamRow[]> {
    const rows: StreamRow[] = []
    for (let at = 0; at < paths.length; at += MAX_NAMES) {
      const some = paths.slice(at, at + MAX_NAMES)
      rows.push(...(await this.#db.selectFrom('streams').selectAll().where('path', 'in', some).execute()))
    }
    return rows
  }

  /** One row more than the limit, when there is one. */
  page(filter: StreamFilter, { sort, after, limit }: PageRequest<StreamSortKey>): Promise<StreamRow[]> {
    const { space, text, label } = filter
    const column = SORT_COLUMNS[sort.by]
    const [behind, direction] = sort.descending ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
    let query = this.#db.selectFrom('streams').selectAll()
    if (after !== undefined) {
      const { value, name } = after
      query = query.where(e =>
        column === 'path'
          ? e('path', behind, name)
          : e.or([e(column, behind, value), e.and([e(column, '=', value), e('path', behind, name)])]),
      )
    }
    if (space !== undefined) query = query.where('space', '=', space)
    if (text !== undefined) {
      const pattern = sql`${likePattern(text.toLowerCase())} escape '\\'`
      query = query.where(e => e.or([e(sql`lower(path)`, 'like', pattern), e(sql`lower(title)`, 'like', pattern)]))
    }
    if (label !== undefined)
      query = query.where('labels', 'like', sql<string>`${likePattern(JSON.stringify(label))} escape '\\'`)
    return query
      .orderBy(column, direction)
      .$if(column !== 'path', q => q.orderBy('path', direction))
      .limit(limit + 1)
      .execute()
  }

  /** False when the path exists already. */
  async insert(stream: Insertable<StreamTable>): Promise<boolean> {
    const result = await this.#db
      .insertInto('streams')
      .values(stream)
      .onConflict(c => c.column('path').doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  /** The row as it is then; undefined when there is none. */
  update(id: string, { title, notes, labels }: Partial<StreamFacts>): Promise<StreamRow | undefined> {
    const change = {
      ...(title === undefined ? {} : { title }),
      ...(notes === undefined ? {} : { notes }),
      ...(labels === undefined ? {} : { labels: JSON.stringify([...new Set(labels)].sort()) }),
    }
    return this.#db.updateTable('streams').set(change).where('id', '=', id).returningAll().executeTakeFirst()
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('streams').where('id', '=', id).execute()
  }

  async count(): Promise<number> {
    const query = this.#db.selectFrom('streams').select(e => e.fn.countAll<number>().as('count'))
    return Number((await query.executeTakeFirstOrThrow()).count)
  }
}

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}
