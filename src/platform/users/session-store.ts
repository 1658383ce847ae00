import type { Db } from '../../storage/database.ts'
import type { SessionTable, UserTable } from '../../storage/tables.ts'

/** Whose valid session it is. */
export interface Holder extends Pick<UserTable, 'id' | 'name' | 'role'> {
  readonly sessionId: string
  readonly lastUsedAtMs: number
}

/** A session as its owner sees it. */
export interface SessionRow extends Omit<SessionTable, 'token_hash'> {
  readonly user_name: string
}

/** SQL of logins. */
export class SessionStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async insert(session: SessionTable): Promise<void> {
    await this.#db.insertInto('sessions').values(session).execute()
  }

  /** Disabled accounts hold none. */
  holder(tokenHash: string, nowMs: number): Promise<Holder | undefined> {
    return this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['users.id', 'users.name', 'users.role'])
      .select(['sessions.id as sessionId', 'sessions.last_used_at as lastUsedAtMs'])
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', nowMs)
      .where('disabled', '=', 0)
      .executeTakeFirst()
  }

  async setLastUsed(id: string, last_used_at: number): Promise<void> {
    await this.#db.updateTable('sessions').set({ last_used_at }).where('id', '=', id).execute()
  }

  /** Valid ones, the newest first; of everybody without `userId`. */
  list(userId: string | undefined, nowMs: number, limit: number): Promise<SessionRow[]> {
    let query = this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['sessions.id', 'user_id', 'sessions.created_at', 'expires_at', 'last_used_at', 'remote', 'agent'])
      .select('users.name as user_name')
      .where('expires_at', '>', nowMs)
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    return query.orderBy('sessions.created_at', 'desc').orderBy('sessions.id', 'desc').limit(limit).execute()
  }

  async ownerOf(id: string): Promise<string | undefined> {
    const row = await this.#db.selectFrom('sessions').select('user_id').where('id', '=', id).executeTakeFirst()
    return row?.user_id
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('sessions').where('id', '=', id).execute()
  }

  /** Answers how many there were. */
  async deleteOfUser(userId: string): Promise<number> {
    const result = await this.#db.deleteFrom('sessions').where('user_id', '=', userId).executeTakeFirst()
    return Number(result.numDeletedRows)
  }

  /** Leaves a user the newest ones. */
  async keepNewest(userId: string, count: number): Promise<void> {
    const extra = await this.#db
      .selectFrom('sessions')
      .select('id')
      .where('user_id', '=', userId)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .offset(count)
      .limit(count)
      .execute()
    for (const { id } of extra) await this.delete(id)
  }

  async deleteExpired(nowMs: number): Promise<void> {
    await this.#db.deleteFrom('sessions').where('expires_at', '<=', nowMs).execute()
  }
}
