import type { Db } from '../../storage/database.ts'
import type { Site, SiteChange } from './site.ts'

/** SQL of the one row of the site. */
export class SiteStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  find(): Promise<Site> {
    return this.#db.selectFrom('site').selectAll().executeTakeFirstOrThrow() // its migration made it
  }

  /** At least one fact. */
  async update(change: SiteChange): Promise<void> {
    await this.#db.updateTable('site').set(change).execute()
  }
}
