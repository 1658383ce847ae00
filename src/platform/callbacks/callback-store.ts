import type { Db } from '../../storage/database.ts'
import type { CallbackTable } from '../../storage/tables.ts'
import type { CallbackEvent } from './announcement.ts'
import type { Callback } from './callback.ts'

/** SQL of callbacks. */
export class CallbackStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async all(): Promise<Callback[]> {
    return (await this.#db.selectFrom('callbacks').selectAll().orderBy('id').execute()).map(toCallback)
  }

  async byId(id: string): Promise<Callback | undefined> {
    const row = await this.#db.selectFrom('callbacks').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toCallback(row)
  }

  async insert(callback: Callback): Promise<void> {
    await this.#db.insertInto('callbacks').values(toRow(callback)).execute()
  }

  async update(callback: Callback): Promise<void> {
    const { id, ...row } = toRow(callback)
    await this.#db.updateTable('callbacks').set(row).where('id', '=', id).execute()
  }

  /** Its deliveries go with it. */
  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('callbacks').where('id', '=', id).execute()
  }
}

function toRow({ aliSignature, createdAtMs, enabled, events, ...callback }: Callback): CallbackTable {
  return {
    ...callback,
    events: JSON.stringify(events),
    ali_signature: aliSignature ? 1 : 0,
    enabled: enabled ? 1 : 0,
    created_at: createdAtMs,
  }
}

function toCallback({ ali_signature, created_at, enabled, events, ...row }: CallbackTable): Callback {
  return {
    ...row,
    events: JSON.parse(events) as CallbackEvent[], // written above
    aliSignature: ali_signature === 1,
    enabled: enabled === 1,
    createdAtMs: created_at,
  }
}
