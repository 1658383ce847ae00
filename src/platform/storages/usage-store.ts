import type { Db } from '../../storage/database.ts'

const DAY_MS = 86_400_000

/** By how much something grows; negative: shrinks. */
export interface UsageChange {
  readonly segments?: number
  readonly segmentBytes?: number
  readonly snapshots?: number
  readonly snapshotBytes?: number
}

export interface Usage {
  readonly segments: number
  readonly segmentBytes: number
  readonly snapshots: number
  readonly snapshotBytes: number
}

export interface DayOfStorage {
  /** Begin of the day, UTC. */
  readonly atMs: number
  readonly writtenBytes: number
  readonly deletedBytes: number
}

/** SQL of how much is kept, summed as it comes and goes: adding up a million rows would take a second each time. */
export class UsageStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** Of a stream, at a moment; what grows counts as written on that day, what shrinks as deleted. */
  async add(path: string, change: UsageChange, atMs: number): Promise<void> {
    const { segments = 0, segmentBytes = 0, snapshots = 0, snapshotBytes = 0 } = change
    const space = path.slice(0, path.indexOf('/'))
    await this.#db
      .insertInto('storage_usage')
      .values({ path, space, segments, segment_bytes: segmentBytes, snapshots, snapshot_bytes: snapshotBytes })
      .onConflict(c =>
        c.column('path').doUpdateSet(e => ({
          segments: e('storage_usage.segments', '+', segments),
          segment_bytes: e('storage_usage.segment_bytes', '+', segmentBytes),
          snapshots: e('storage_usage.snapshots', '+', snapshots),
          snapshot_bytes: e('storage_usage.snapshot_bytes', '+', snapshotBytes),
        })),
      )
      .execute()
    const bytes = segmentBytes + snapshotBytes
    if (bytes === 0) return
    const written_bytes = Math.max(0, bytes)
    const deleted_bytes = Math.max(0, -bytes)
    await this.#db
      .insertInto('storage_days')
      .values({ day: Math.floor(atMs / DAY_MS), space, written_bytes, deleted_bytes })
      .onConflict(c =>
        c.columns(['day', 'space']).doUpdateSet(e => ({
          written_bytes: e('storage_days.written_bytes', '+', written_bytes),
          deleted_bytes: e('storage_days.deleted_bytes', '+', deleted_bytes),
        })),
      )
      .execute()
  }

  async total(): Promise<Usage> {
    const row = await this.#db
      .selectFrom('storage_usage')
      .select(e => [
        e.fn.coalesce(e.fn.sum<number>('segments'), e.lit(0)).as('segments'),
        e.fn.coalesce(e.fn.sum<number>('segment_bytes'), e.lit(0)).as('segmentBytes'),
        e.fn.coalesce(e.fn.sum<number>('snapshots'), e.lit(0)).as('snapshots'),
        e.fn.coalesce(e.fn.sum<number>('snapshot_bytes'), e.lit(0)).as('snapshotBytes'),
      ])
      .executeTakeFirstOrThrow()
    return numbers(row)
  }

  /** Largest first. */
  async bySpace(): Promise<(Usage & { space: string; streams: number })[]> {
    const rows = await this.#db
      .selectFrom('storage_usage')
      .select(e => [
        'space',
        e.fn.countAll<number>().as('streams'),
        e.fn.sum<number>('segments').as('segments'),
        e.fn.sum<number>('segment_bytes').as('segmentBytes'),
        e.fn.sum<number>('snapshots').as('snapshots'),
        e.fn.sum<number>('snapshot_bytes').as('snapshotBytes'),
      ])
      .groupBy('space')
      .execute()
    return rows
      .map(({ space, streams, ...row }) => ({ space, streams: Number(streams), ...numbers(row) }))
      .toSorted((a, b) => b.segmentBytes + b.snapshotBytes - a.segmentBytes - a.snapshotBytes)
  }

  /** The largest streams, of one space or of all. */
  async byStream(limit: number, space?: string): Promise<(Usage & { path: string })[]> {
    let query = this.#db.selectFrom('storage_usage').selectAll()
    if (space !== undefined) query = query.where('space', '=', space)
    const rows = await query
      .orderBy(e => e('segment_bytes', '+', e.ref('snapshot_bytes')), 'desc')
      .orderBy('path')
      .limit(limit)
      .execute()
    return rows.map(({ path, segments, segment_bytes, snapshots, snapshot_bytes }) => ({
      ...{ path, segments, segmentBytes: segment_bytes, snapshots, snapshotBytes: snapshot_bytes },
    }))
  }

  /** Days on which something happened, from a moment on, in order. */
  async days(fromMs: number, space?: string): Promise<DayOfStorage[]> {
    let query = this.#db.selectFrom('storage_days').where('day', '>=', Math.floor(fromMs / DAY_MS))
    if (space !== undefined) query = query.where('space', '=', space)
    const rows = await query
      .select(e => [
        'day',
        e.fn.sum<number>('written_bytes').as('written'),
        e.fn.sum<number>('deleted_bytes').as('deleted'),
      ])
      .groupBy('day')
      .orderBy('day')
      .execute()
    return rows.map(({ day, deleted, written }) => ({
      ...{ atMs: day * DAY_MS, writtenBytes: Number(written), deletedBytes: Number(deleted) },
    }))
  }

  /** Removes days and what has become empty. */
  async tidy(beforeMs: number): Promise<void> {
    await this.#db
      .deleteFrom('storage_days')
      .where('day', '<', Math.floor(beforeMs / DAY_MS))
      .execute()
    await this.#db.deleteFrom('storage_usage').where('segments', '<=', 0).where('snapshots', '<=', 0).execute()
  }
}

function numbers(row: Record<keyof Usage, number | string>): Usage {
  const { segments, segmentBytes, snapshots, snapshotBytes } = row
  return {
    segments: Number(segments),
    segmentBytes: Number(segmentBytes),
    snapshots: Number(snapshots),
    snapshotBytes: Number(snapshotBytes),
  }
}
