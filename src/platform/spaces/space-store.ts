import type { Db } from '../../storage/database.ts'
import type { SpaceKeyTable, SpaceTable } from '../../storage/tables.ts'
import type { Space, SpaceChange } from './space.ts'

const REVISION = 'spaces'

/** SQL of spaces, their keys and the revision of the whole. */
export class SpaceStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(): Promise<Space[]> {
    return (await this.#db.selectFrom('spaces').selectAll().orderBy('name').execute()).map(toSpace)
  }

  async insert(space: Space): Promise<void> {
    const { gopCache, createdAtMs, ...rest } = space
    await this.#db
      .insertInto('spaces')
      .values({ ...rest, gop_cache: gopCache ? 1 : 0, created_at: createdAtMs })
      .execute()
  }

  /** False when there is no such space. */
  async update(name: string, { gopCache, ...rest }: SpaceChange): Promise<boolean> {
    const change = { ...rest, ...(gopCache === undefined ? {} : { gop_cache: gopCache ? 1 : 0 }) }
    const result = await this.#db.updateTable('spaces').set(change).where('name', '=', name).executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async insertKey(key: SpaceKeyTable): Promise<void> {
    await this.#db.insertInto('space_keys').values(key).execute()
  }

  /** Keys in force, the newest first. */
  keys(nowMs: number): Promise<SpaceKeyTable[]> {
    return this.#db
      .selectFrom('space_keys')
      .selectAll()
      .where(e => e.or([e('expires_at', 'is', null), e('expires_at', '>', nowMs)]))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
  }

  async revision(): Promise<number> {
    const row = await this.#db.selectFrom('revisions').select('value').where('name', '=', REVISION).executeTakeFirst()
    return row?.value ?? 0
  }

  /** At least the time, so that a database made anew still has a later revision than nodes remember. */
  async raiseRevision(nowMs: number): Promise<void> {
    const value = Math.max(nowMs, (await this.revision()) + 1)
    await this.#db
      .insertInto('revisions')
      .values({ name: REVISION, value })
      .onConflict(c => c.column('name').doUpdateSet({ value }))
      .execute()
  }
}

function toSpace({ gop_cache, created_at, ...rest }: SpaceTable): Space {
  return { ...rest, gopCache: gop_cache === 1, createdAtMs: created_at }
}
