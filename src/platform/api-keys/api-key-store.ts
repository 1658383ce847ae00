import { z } from 'zod'
import type { Db } from '../../storage/database.ts'
import type { ApiKeyTable, UserTable } from '../../storage/tables.ts'
import { SCOPES, type Scope } from '../access/actor.ts'

/** A key as people see it: the key itself is only ever with its holder. */
export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly userId: string
  readonly userName: string
  readonly scopes: readonly Scope[]
  readonly createdAtMs: number
  readonly expiresAtMs: number | null
  readonly lastUsedAtMs: number | null
  readonly lastUsedFrom: string
}

/** A valid key with the user it acts for. */
export interface KeyHolder extends Pick<UserTable, 'role'> {
  readonly key: ApiKey
}

const Scopes = z.array(z.enum(SCOPES))

/** SQL of API keys. */
export class ApiKeyStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async insert(key: ApiKeyTable): Promise<void> {
    await this.#db.insertInto('api_keys').values(key).execute()
  }

  /** Expired keys and those of disabled accounts have none. */
  async holder(tokenHash: string, nowMs: number): Promise<KeyHolder | undefined> {
    const row = await this.#rows()
      .select('users.role')
      .where('token_hash', '=', tokenHash)
      .where('disabled', '=', 0)
      .where(e => e.or([e('expires_at', 'is', null), e('expires_at', '>', nowMs)]))
      .executeTakeFirst()
    return row && { role: row.role, key: toKey(row) }
  }

  async setLastUsed(id: string, last_used_at: number, last_used_from: string): Promise<void> {
    await this.#db.updateTable('api_keys').set({ last_used_at, last_used_from }).where('id', '=', id).execute()
  }

  /** The newest first; of everybody without `userId`. */
  async list(userId: string | undefined, limit: number): Promise<ApiKey[]> {
    let query = this.#rows()
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    const rows = await query
      .orderBy('api_keys.created_at', 'desc')
      .orderBy('api_keys.id', 'desc')
      .limit(limit)
      .execute()
    return rows.map(toKey)
  }

  async byId(id: string): Promise<ApiKey | undefined> {
    const row = await this.#rows().where('api_keys.id', '=', id).executeTakeFirst()
    return row && toKey(row)
  }

  async countOf(userId: string): Promise<number> {
    const query = this.#db.selectFrom('api_keys').select(e => e.fn.countAll<number>().as('count'))
    return Number((await query.where('user_id', '=', userId).executeTakeFirstOrThrow()).count)
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('api_keys').where('id', '=', id).execute()
  }

  #rows() {
    return this.#db
      .selectFrom('api_keys')
      .innerJoin('users', 'users.id', 'api_keys.user_id')
      .select(['api_keys.id', 'api_keys.name', 'user_id', 'scopes', 'api_keys.created_at', 'expires_at'])
      .select(['last_used_at', 'last_used_from', 'users.name as user_name'])
  }
}

function toKey(row: Omit<ApiKeyTable, 'token_hash'> & { user_name: string }): ApiKey {
  return {
    id: row.id,
    name: row.name,
    userId: row.user_id,
    userName: row.user_name,
    scopes: Scopes.parse(JSON.parse(row.scopes)),
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  }
}
