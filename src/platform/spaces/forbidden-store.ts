import type { Db } from '../../storage/database.ts'
import type { ForbiddenStreamTable } from '../../storage/tables.ts'

/** SQL of paths nobody may publish. */
export class ForbiddenStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** Those whose time is not over. */
  inForce(nowMs: number): Promise<ForbiddenStreamTable[]> {
    return this.#db
      .selectFrom('forbidden_streams')
      .selectAll()
      .where(e => e.or([e('until', 'is', null), e('until', '>', nowMs)]))
      .orderBy('path')
      .execute()
  }

  /** Also one whose time is over. */
  byPath(path: string): Promise<ForbiddenStreamTable | undefined> {
    return this.#db.selectFrom('forbidden_streams').selectAll().where('path', '=', path).executeTakeFirst()
  }

  async put(row: ForbiddenStreamTable): Promise<void> {
    const { path: _, ...facts } = row
    await this.#db
      .insertInto('forbidden_streams')
      .values(row)
      .onConflict(c => c.column('path').doUpdateSet(facts))
      .execute()
  }

  async count(): Promise<number> {
    const query = this.#db.selectFrom('forbidden_streams').select(e => e.fn.countAll<number>().as('count'))
    return Number((await query.executeTakeFirstOrThrow()).count)
  }

  async delete(path: string): Promise<void> {
    await this.#db.deleteFrom('forbidden_streams').where('path', '=', path).execute()
  }

  async deleteExpired(nowMs: number): Promise<void> {
    await this.#db.deleteFrom('forbidden_streams').where('until', '<=', nowMs).execute()
  }
}
