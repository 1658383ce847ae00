import type { Db } from '../../storage/database.ts'

/** SQL of the revision of one part of the desired state. */
export class RevisionStore {
  readonly #db: Db
  readonly #name: string

  constructor(db: Db, name: string) {
    this.#db = db
    this.#name = name
  }

  async value(): Promise<number> {
    const query = this.#db.selectFrom('revisions').select('value').where('name', '=', this.#name)
    return (await query.executeTakeFirst())?.value ?? 0
  }

  /** At least the time, so that a database made anew still has a later revision than nodes remember. */
  async raise(nowMs: number): Promise<void> {
    const value = Math.max(nowMs, (await this.value()) + 1)
    await this.#db
      .insertInto('revisions')
      .values({ name: this.#name, value })
      .onConflict(c => c.column('name').doUpdateSet({ value }))
      .execute()
  }
}
