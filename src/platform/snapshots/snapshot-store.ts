import type { Db } from '../../storage/database.ts'
import type { SnapshotTable } from '../../storage/tables.ts'
import { behind, direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'
import { spaceOf } from '../recordings/recording.ts'
import type { Snapshot } from './snapshot.ts'

export interface SnapshotFilter {
  readonly path?: string | undefined
  readonly space?: string | undefined
  readonly startMs?: number | undefined
  readonly endMs?: number | undefined
  readonly cause?: Snapshot['cause'] | undefined
  readonly template?: string | undefined
}

/** SQL of pictures. */
export class SnapshotStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async byId(id: string): Promise<Snapshot | undefined> {
    const row = await this.#db.selectFrom('snapshots').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toSnapshot(row)
  }

  /** Of those that are there. */
  async byIds(ids: readonly string[]): Promise<Snapshot[]> {
    if (ids.length === 0) return []
    return (await this.#db.selectFrom('snapshots').selectAll().where('id', 'in', ids).execute()).map(toSnapshot)
  }

  /** What it replaces when it was there: an overwritten picture keeps its id. */
  async put(snapshot: Snapshot): Promise<void> {
    const { id, ...facts } = toRow(snapshot)
    await this.#db
      .insertInto('snapshots')
      .values({ id, ...facts })
      .onConflict(c => c.column('id').doUpdateSet(facts))
      .execute()
  }

  async delete(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#db.deleteFrom('snapshots').where('id', 'in', ids).execute()
  }

  /** One row more than the limit, when there is one; those of the same moment in the order of their ids. */
  async page(filter: SnapshotFilter, { sort, after, limit }: PageRequest<'takenAt'>): Promise<Snapshot[]> {
    const { cause, endMs, path, space, startMs, template } = filter
    let query = this.#db.selectFrom('snapshots').selectAll()
    if (path !== undefined) query = query.where('path', '=', path)
    else if (space !== undefined) query = query.where('space', '=', space)
    if (startMs !== undefined) query = query.where('taken_at', '>=', startMs)
    if (endMs !== undefined) query = query.where('taken_at', '<', endMs)
    if (cause !== undefined) query = query.where('cause', '=', cause)
    if (template !== undefined) query = query.where('template_id', '=', template)
    if (after !== undefined) query = query.where(behind('taken_at', 'id', after, sort))
    const rows = await query
      .orderBy('taken_at', direction(sort))
      .orderBy('id', direction(sort))
      .limit(limit + 1)
      .execute()
    return rows.map(toSnapshot)
  }

  /** Pictures taken because a recording began, ended or was played, in a time. */
  async ofRecording(path: string, fromMs: number, toMs: number): Promise<Snapshot[]> {
    const rows = await this.#db
      .selectFrom('snapshots')
      .selectAll()
      .where('path', '=', path)
      .where('taken_at', '>=', fromMs)
      .where('taken_at', '<=', toMs)
      .where('cause', 'in', ['recordingStart', 'recordingEnd'])
      .execute()
    return rows.map(toSnapshot)
  }
}

function toRow({ nodeId, template, sizeBytes, takenAtMs, ...snapshot }: Snapshot): SnapshotTable {
  return {
    ...snapshot,
    space: spaceOf(snapshot.path),
    node_id: nodeId,
    template_id: template,
    size_bytes: sizeBytes,
    taken_at: takenAtMs,
  }
}

function toSnapshot({ space: _, node_id, template_id, size_bytes, taken_at, ...row }: SnapshotTable): Snapshot {
  return { ...row, nodeId: node_id, template: template_id, sizeBytes: size_bytes, takenAtMs: taken_at }
}
