import { type SqlBool, sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { UserTable } from '../../storage/tables.ts'
import { toUser, type User, type UserChange } from './user.ts'

export interface UserFilter {
  readonly role?: User['role'] | undefined
  /** Part of the name, any case. */
  readonly text?: string | undefined
}

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

  /** With the hash of the password. */
  byName(name: string): Promise<UserTable | undefined> {
    return this.#db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
  }

  async byId(id: string): Promise<User | undefined> {
    const row = await this.#db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toUser(row)
  }

  /** All that match; there are at most as many as the service lets in. */
  async all({ role, text }: UserFilter): Promise<User[]> {
    let query = this.#db.selectFrom('users').selectAll()
    if (role !== undefined) query = query.where('role', '=', role)
    if (text !== undefined) {
      const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
      query = query.where(sql<SqlBool>`name like ${pattern} escape '\\'`)
    }
    return (await query.execute()).map(toUser)
  }

  /** False when the name is taken. */
  async insert(user: UserTable): Promise<boolean> {
    const result = await this.#db
      .insertInto('users')
      .values(user)
      .onConflict(c => c.column('name').doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  async update(id: string, { disabled, role }: UserChange): Promise<void> {
    const change = {
      ...(role === undefined ? {} : { role }),
      ...(disabled === undefined ? {} : { disabled: disabled ? 1 : 0 }),
    }
    await this.#db.updateTable('users').set(change).where('id', '=', id).execute()
  }

  async setPassword(id: string, password_hash: string): Promise<void> {
    await this.#db.updateTable('users').set({ password_hash }).where('id', '=', id).execute()
  }

  async setLastLogin(id: string, last_login_at: number): Promise<void> {
    await this.#db.updateTable('users').set({ last_login_at }).where('id', '=', id).execute()
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('users').where('id', '=', id).execute()
  }

  /** Whether anybody else can still administer. */
  async hasOtherAdministrator(id: string): Promise<boolean> {
    const other = await this.#db
      .selectFrom('users')
      .select('id')
      .where('role', '=', 'administrator')
      .where('disabled', '=', 0)
      .where('id', '!=', id)
      .executeTakeFirst()
    return other !== undefined
  }
}
