import type { Selectable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { DeviceSnapshotTable } from '../../storage/device-tables.ts'
import { behind, direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'

export interface SnapshotFile {
  readonly name: string
  readonly type: string
  readonly sizeBytes: number
  readonly atMs: number
}

/** Pictures a device was asked to make and to send. */
export interface DeviceSnapshot {
  readonly id: string
  /** Unguessable: who has it may send pictures. */
  readonly session: string
  readonly deviceId: string
  readonly channelId: string
  /** How many were asked for. */
  readonly wanted: number
  readonly createdAtMs: number
  /** When the device said it was done; null: it has not. */
  readonly finishedAtMs: number | null
  readonly ok: boolean
  readonly files: readonly SnapshotFile[]
}

/** SQL of pictures that devices made. */
export class DeviceSnapshotStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async insert({ files, ok, ...snapshot }: DeviceSnapshot): Promise<void> {
    await this.#db
      .insertInto('device_snapshots')
      .values({
        ...{ id: snapshot.id, session: snapshot.session, device_id: snapshot.deviceId, channel_id: snapshot.channelId },
        ...{ wanted: snapshot.wanted, created_at: snapshot.createdAtMs, finished_at: snapshot.finishedAtMs },
        ...{ ok: Number(ok), files: JSON.stringify(files) },
      })
      .execute()
  }

  async byId(id: string): Promise<DeviceSnapshot | undefined> {
    const row = await this.#db.selectFrom('device_snapshots').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toSnapshot(row)
  }

  async bySession(session: string): Promise<DeviceSnapshot | undefined> {
    const query = this.#db.selectFrom('device_snapshots').selectAll().where('session', '=', session)
    const row = await query.executeTakeFirst()
    return row && toSnapshot(row)
  }

  /** One row more than the limit, when there is one. */
  async page(
    channelId: string | undefined,
    { sort, after, limit }: PageRequest<'createdAt'>,
  ): Promise<DeviceSnapshot[]> {
    let query = this.#db.selectFrom('device_snapshots').selectAll()
    if (channelId !== undefined) query = query.where('channel_id', '=', channelId)
    if (after !== undefined) query = query.where(behind('created_at', 'id', after, sort))
    const rows = await query
      .orderBy('created_at', direction(sort))
      .orderBy('id', direction(sort))
      .limit(limit + 1)
      .execute()
    return rows.map(toSnapshot)
  }

  async setFiles(id: string, files: readonly SnapshotFile[]): Promise<void> {
    const set = { files: JSON.stringify(files) }
    await this.#db.updateTable('device_snapshots').set(set).where('id', '=', id).execute()
  }

  async finish(session: string, deviceId: string, ok: boolean, atMs: number): Promise<void> {
    const query = this.#db.updateTable('device_snapshots').set({ finished_at: atMs, ok: Number(ok) })
    await query.where('session', '=', session).where('device_id', '=', deviceId).execute()
  }

  /** Forgets some from before a time, and answers their ids. */
  async deleteSomeOlderThan(ms: number, limit: number): Promise<string[]> {
    const query = this.#db.selectFrom('device_snapshots').select('id').where('created_at', '<', ms)
    const ids = (await query.limit(limit).execute()).map(row => row.id)
    if (ids.length > 0) await this.#db.deleteFrom('device_snapshots').where('id', 'in', ids).execute()
    return ids
  }

  /** Those among these that there are. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set()
    const query = this.#db.selectFrom('device_snapshots').select('id').where('id', 'in', ids)
    return new Set((await query.execute()).map(row => row.id))
  }
}

function toSnapshot(row: Selectable<DeviceSnapshotTable>): DeviceSnapshot {
  return {
    ...{ id: row.id, session: row.session, deviceId: row.device_id, channelId: row.channel_id, wanted: row.wanted },
    ...{ createdAtMs: row.created_at, finishedAtMs: row.finished_at, ok: row.ok === 1 },
    files: JSON.parse(row.files) as SnapshotFile[], // written above
  }
}
