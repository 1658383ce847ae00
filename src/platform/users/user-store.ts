import type { Db } from '../../storage/database.ts'
import type { UserTable } from '../../storage/tables.ts'

/** SQL of accounts. */
export class UserStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async count(): Promise<number> {
    const row = await this.#db
      .selectFrom('users')
      .select(e => e.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }

  byName(name: string): Promise<UserTable | undefined> {
    return this.#db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
  }

  async insert(user: UserTable): Promise<void> {
    await this.#db.insertInto('users').values(user).execute()
  }
}
