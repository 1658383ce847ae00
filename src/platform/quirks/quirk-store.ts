import type { Selectable } from 'kysely'
import { Quirks } from '../../link/gb28181.ts'
import type { Db } from '../../storage/database.ts'
import type { QuirkTable } from '../../storage/device-tables.ts'
import type { QuirkEntry } from './quirk.ts'

export type QuirkKey = Pick<QuirkEntry, 'vendor' | 'model' | 'firmware' | 'source'>

/** SQL of the quirk book. */
export class QuirkStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(): Promise<QuirkEntry[]> {
    const query = this.#db.selectFrom('quirks').selectAll()
    return (await query.orderBy('vendor').orderBy('model').orderBy('firmware').orderBy('source').execute()).map(toEntry)
  }

  async byId(id: string): Promise<QuirkEntry | undefined> {
    const row = await this.#db.selectFrom('quirks').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toEntry(row)
  }

  async byKey({ vendor, model, firmware, source }: QuirkKey): Promise<QuirkEntry | undefined> {
    const query = this.#db.selectFrom('quirks').selectAll().where('vendor', '=', vendor).where('model', '=', model)
    const row = await query.where('firmware', '=', firmware).where('source', '=', source).executeTakeFirst()
    return row && toEntry(row)
  }

  /** Replaces what the book says of the same vendor, model and firmware. */
  async put({ quirks, notes, updatedAtMs, ...entry }: QuirkEntry): Promise<void> {
    const facts = { quirks: JSON.stringify(quirks), notes, updated_at: updatedAtMs }
    await this.#db
      .insertInto('quirks')
      .values({ ...entry, ...facts })
      .onConflict(c => c.columns(['vendor', 'model', 'firmware', 'source']).doUpdateSet(facts))
      .execute()
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('quirks').where('id', '=', id).execute()
  }
}

function toEntry({ quirks, updated_at, ...row }: Selectable<QuirkTable>): QuirkEntry {
  return { ...row, quirks: Quirks.parse(JSON.parse(quirks)), updatedAtMs: updated_at }
}
