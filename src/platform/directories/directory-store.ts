import { setImmediate } from 'node:timers/promises'
import type { Selectable, Updateable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { DirectoryTable } from '../../storage/device-tables.ts'
import type { Directory } from './directory.ts'

export type DirectoryRow = Selectable<DirectoryTable>

/** Rows or names of one statement; others get a turn after it. */
const CHUNK = 100

/** SQL of directories. */
export class DirectoryStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  byId(id: string): Promise<DirectoryRow | undefined> {
    return this.#db.selectFrom('directories').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** Those made by people; bounded by how many may be made. */
  own(space: string): Promise<DirectoryRow[]> {
    const query = this.#db.selectFrom('directories').selectAll().where('space', '=', space)
    return query.where('device_id', 'is', null).orderBy('name').orderBy('id').execute()
  }

  /** Those that mirror the catalog of a device. */
  of(deviceId: string): Promise<DirectoryRow[]> {
    const query = this.#db.selectFrom('directories').selectAll().where('device_id', '=', deviceId)
    return query.orderBy('name').orderBy('id').execute()
  }

  /** The codes among these that the catalog of a device has. */
  async known(deviceId: string, gbIds: readonly string[]): Promise<Set<string>> {
    if (gbIds.length === 0) return new Set()
    const query = this.#db.selectFrom('directories').select('gb_id').where('device_id', '=', deviceId)
    const rows = await query.where('gb_id', 'in', gbIds).execute()
    return new Set(rows.flatMap(row => row.gb_id ?? []))
  }

  async countOwn(space: string): Promise<number> {
    const query = this.#db.selectFrom('directories').select(e => e.fn.countAll<number>().as('count'))
    return (await query.where('space', '=', space).where('device_id', 'is', null).executeTakeFirstOrThrow()).count
  }

  async countOf(deviceId: string): Promise<number> {
    const query = this.#db.selectFrom('directories').select(e => e.fn.countAll<number>().as('count'))
    return (await query.where('device_id', '=', deviceId).executeTakeFirstOrThrow()).count
  }

  async insert(row: DirectoryRow): Promise<void> {
    await this.#db.insertInto('directories').values(row).execute()
  }

  /** Mirrored ones: new, or told of again. Each code once. */
  async upsert(rows: readonly DirectoryRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += CHUNK) {
      if (at > 0) await setImmediate()
      await this.#db
        .insertInto('directories')
        .values(rows.slice(at, at + CHUNK))
        .onConflict(c =>
          c.columns(['device_id', 'gb_id']).doUpdateSet(e => ({
            kind: e.ref('excluded.kind'),
            name: e.ref('excluded.name'),
            parent_gb_id: e.ref('excluded.parent_gb_id'),
            sync: e.ref('excluded.sync'),
          })),
        )
        .execute()
    }
  }

  async update(id: string, change: Updateable<DirectoryTable>): Promise<void> {
    await this.#db.updateTable('directories').set(change).where('id', '=', id).execute()
  }

  /** What is left of their children is at the top then. */
  async delete(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += CHUNK) {
      const some = ids.slice(at, at + CHUNK)
      await this.#db.updateTable('directories').set({ parent_id: null }).where('parent_id', 'in', some).execute()
    }
    for (let at = 0; at < ids.length; at += CHUNK) {
      await this.#db
        .deleteFrom('directories')
        .where('id', 'in', ids.slice(at, at + CHUNK))
        .execute()
    }
  }

  /** All that mirror the catalog of a device. */
  async deleteOf(deviceId: string): Promise<void> {
    await this.#db.updateTable('directories').set({ parent_id: null }).where('device_id', '=', deviceId).execute()
    await this.#db.deleteFrom('directories').where('device_id', '=', deviceId).execute()
  }
}

export function toDirectory(row: DirectoryRow): Directory {
  const { id, space, kind, name, description } = row
  return {
    ...{ id, space, kind, name, description },
    parentId: row.parent_id,
    deviceId: row.device_id,
    gbId: row.gb_id,
    createdAtMs: row.created_at,
  }
}
