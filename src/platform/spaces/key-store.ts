import type { Db } from '../../storage/database.ts'
import type { SpaceKeyTable } from '../../storage/tables.ts'

export type KeyPurpose = SpaceKeyTable['purpose']

/** SQL of the keys of spaces. */
export class KeyStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async insert(key: SpaceKeyTable): Promise<void> {
    await this.#db.insertInto('space_keys').values(key).execute()
  }

  /** Keys in force, the newest first; of all spaces without `space`. */
  inForce(nowMs: number, space?: string): Promise<SpaceKeyTable[]> {
    let query = this.#db
      .selectFrom('space_keys')
      .selectAll()
      .where(e => e.or([e('expires_at', 'is', null), e('expires_at', '>', nowMs)]))
    if (space !== undefined) query = query.where('space', '=', space)
    return query.orderBy('created_at', 'desc').orderBy('id', 'desc').execute()
  }

  async setExpiry(id: string, expires_at: number): Promise<void> {
    await this.#db.updateTable('space_keys').set({ expires_at }).where('id', '=', id).execute()
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('space_keys').where('id', '=', id).execute()
  }

  async deleteExpired(nowMs: number): Promise<void> {
    await this.#db.deleteFrom('space_keys').where('expires_at', '<=', nowMs).execute()
  }
}
