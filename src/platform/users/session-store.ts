import type { Db } from '../../storage/database.ts'
import type { SessionTable } from '../../storage/tables.ts'
import type { Actor } from '../access/actor.ts'

/** SQL of logins. */
export class SessionStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async insert(session: SessionTable): Promise<void> {
    await this.#db.insertInto('sessions').values(session).execute()
  }

  /** Whose valid session it is. */
  holder(tokenHash: string, nowMs: number): Promise<Pick<Actor, 'id' | 'name' | 'role'> | undefined> {
    return this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['users.id', 'users.name', 'users.role'])
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', nowMs)
      .executeTakeFirst()
  }

  async delete(tokenHash: string): Promise<void> {
    await this.#db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute()
  }

  async deleteExpired(nowMs: number): Promise<void> {
    await this.#db.deleteFrom('sessions').where('expires_at', '<=', nowMs).execute()
  }
}
