import type { Selectable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { PendingDeviceTable } from '../../storage/device-tables.ts'
import { behind, direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'
import type { PendingDevice } from './pending-device.ts'

/** Whoever can send us a REGISTER can make a row: the oldest make room. */
const MAX_ROWS = 5000

/** SQL of devices that asked to be let in. */
export class PendingDeviceStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async byId(id: string): Promise<PendingDevice | undefined> {
    const row = await this.#db.selectFrom('pending_devices').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toPending(row)
  }

  /** One row more than the limit, when there is one. */
  async page(
    { space, rejected }: { readonly space?: string | undefined; readonly rejected: boolean },
    { sort, after, limit }: PageRequest<'lastAt'>,
  ): Promise<PendingDevice[]> {
    let query = this.#db.selectFrom('pending_devices').selectAll()
    query = query.where('rejected_by', rejected ? 'is not' : 'is', null)
    if (space !== undefined) query = query.where('space', '=', space)
    if (after !== undefined) query = query.where(behind('last_at', 'id', after, sort))
    const rows = await query
      .orderBy('last_at', direction(sort))
      .orderBy('id', direction(sort))
      .limit(limit + 1)
      .execute()
    return rows.map(toPending)
  }

  async codesWith(prefix: string): Promise<string[]> {
    const query = this.#db.selectFrom('pending_devices').select('gb_id').where('gb_id', '>=', prefix)
    return (await query.where('gb_id', '<', `${prefix}:`).execute()).map(row => row.gb_id) // ':' follows '9'
  }

  /** Counts another time it asked; one that was rejected stays so. */
  async asked({ id, space, gbId, remote, agent, atMs }: Asked): Promise<void> {
    await this.#db
      .insertInto('pending_devices')
      .values({ id, space, gb_id: gbId, remote, agent, first_at: atMs, last_at: atMs, asked: 1, rejected_by: null })
      .onConflict(c =>
        c.columns(['space', 'gb_id']).doUpdateSet(e => ({
          remote,
          agent,
          last_at: atMs,
          asked: e('pending_devices.asked', '+', 1),
        })),
      )
      .execute()
    const oldest = this.#db.selectFrom('pending_devices').select('id').orderBy('last_at', 'desc')
    const surplus = await oldest.offset(MAX_ROWS).limit(100).execute()
    if (surplus.length === 0) return
    const ids = surplus.map(row => row.id)
    await this.#db.deleteFrom('pending_devices').where('id', 'in', ids).execute()
  }

  async reject(id: string, by: string): Promise<void> {
    await this.#db.updateTable('pending_devices').set({ rejected_by: by }).where('id', '=', id).execute()
  }

  async delete(space: string, gbId: string): Promise<void> {
    const query = this.#db.deleteFrom('pending_devices').where('space', '=', space)
    await query.where('gb_id', '=', gbId).execute()
  }

  async deleteOlderThan(ms: number): Promise<void> {
    await this.#db.deleteFrom('pending_devices').where('last_at', '<', ms).execute()
  }
}

interface Asked {
  readonly id: string
  readonly space: string
  readonly gbId: string
  readonly remote: string
  readonly agent: string
  readonly atMs: number
}

function toPending(row: Selectable<PendingDeviceTable>): PendingDevice {
  return {
    id: row.id,
    space: row.space,
    gbId: row.gb_id,
    remote: row.remote,
    agent: row.agent,
    firstAtMs: row.first_at,
    lastAtMs: row.last_at,
    asked: row.asked,
    rejectedBy: row.rejected_by,
  }
}
