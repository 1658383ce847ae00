import { sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { StreamTable } from '../../storage/tables.ts'

export interface StreamFilter {
  readonly space?: string | undefined
  /** Part of the path, any case. */
  readonly text?: string | undefined
}

/** SQL of streams. */
export class StreamStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  byId(id: string): Promise<StreamTable | undefined> {
    return this.#db.selectFrom('streams').selectAll().where('id', '=', id).executeTakeFirst()
  }

  byPaths(paths: readonly string[]): Promise<StreamTable[]> {
    return this.#db.selectFrom('streams').selectAll().where('path', 'in', paths).orderBy('path').execute()
  }

  /** Rows after a path, in the order of paths. */
  page({ space, text }: StreamFilter, after: string, limit: number): Promise<StreamTable[]> {
    let query = this.#db.selectFrom('streams').selectAll().where('path', '>', after)
    if (space !== undefined) query = query.where('space', '=', space)
    if (text !== undefined) query = query.where(sql`lower(path)`, 'like', sql`${likePattern(text)} escape '\\'`)
    return query.orderBy('path').limit(limit).execute()
  }

  /** False when the path exists already. */
  async insert(stream: StreamTable): Promise<boolean> {
    const result = await this.#db
      .insertInto('streams')
      .values(stream)
      .onConflict(c => c.column('path').doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
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
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
}
