import { type Selectable, sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { LatestPositionTable, PositionTable } from '../../storage/device-tables.ts'

/** Where something was, and how it moved. */
export interface Position {
  readonly deviceId: string
  /** Code of the device, or of the channel that moves. */
  readonly gbId: string
  readonly atMs: number
  /** Degrees, WGS-84. */
  readonly longitude: number
  readonly latitude: number
  /** km/h, degrees clockwise from north, metres; null: not said. */
  readonly speed: number | null
  readonly direction: number | null
  readonly altitude: number | null
}

export interface TrackFilter {
  readonly deviceId: string
  readonly gbId?: string | undefined
  readonly fromMs: number
  readonly toMs: number
}

/** Rows removed at once: some milliseconds. */
const TIDY_CHUNK = 2000

/** SQL of positions. */
export class PositionStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** A place told twice is one. Each of one code and time once. */
  async insert(rows: readonly PositionTable[], space: string): Promise<void> {
    await this.#db
      .insertInto('positions')
      .values(rows)
      .onConflict(c => c.columns(['device_id', 'gb_id', 'at']).doNothing())
      .execute()
    const newest = new Map<string, PositionTable>()
    for (const row of rows) if (row.at >= (newest.get(row.gb_id)?.at ?? 0)) newest.set(row.gb_id, row)
    for (const row of newest.values()) {
      const { device_id: _, gb_id: __, ...place } = row
      await this.#db
        .insertInto('latest_positions')
        .values({ ...row, space })
        .onConflict(c =>
          c.columns(['device_id', 'gb_id']).doUpdateSet(place).where('latest_positions.at', '<=', row.at),
        )
        .execute()
    }
  }

  /** Oldest first. */
  async track({ deviceId, gbId, fromMs, toMs }: TrackFilter, limit: number): Promise<Position[]> {
    let query = this.#db.selectFrom('positions').selectAll().where('device_id', '=', deviceId)
    if (gbId !== undefined) query = query.where('gb_id', '=', gbId)
    query = query.where('at', '>=', fromMs).where('at', '<', toMs)
    return (await query.orderBy('at').limit(limit).execute()).map(toPosition)
  }

  /** Where everything is now, of a device or a space. */
  async latest(filter: { deviceId?: string | undefined; space?: string | undefined }, limit: number) {
    let query = this.#db.selectFrom('latest_positions').selectAll()
    if (filter.deviceId !== undefined) query = query.where('device_id', '=', filter.deviceId)
    if (filter.space !== undefined) query = query.where('space', '=', filter.space)
    return (await query.orderBy('at', 'desc').limit(limit).execute()).map(toPosition)
  }

  /** Removes some from before a time; false when none are left. */
  async deleteSomeOlderThan(ms: number): Promise<boolean> {
    const query = this.#db.selectFrom('positions').select(['device_id', 'gb_id', 'at']).where('at', '<', ms)
    const old = await query.orderBy('at').limit(TIDY_CHUNK).execute()
    const last = old.at(-1)
    if (!last) return false
    await this.#db.deleteFrom('positions').where('at', '<=', last.at).execute()
    return old.length === TIDY_CHUNK
  }

  /** Removes some of a device; false when none are left. */
  async deleteSomeOf(deviceId: string): Promise<boolean> {
    const query = this.#db.selectFrom('positions').select(['gb_id', 'at']).where('device_id', '=', deviceId)
    const some = await query.orderBy('gb_id').orderBy('at').limit(TIDY_CHUNK).execute()
    const last = some.at(-1)
    if (!last) return false
    const until = sql<boolean>`(gb_id, at) <= (${last.gb_id}, ${last.at})`
    await this.#db.deleteFrom('positions').where('device_id', '=', deviceId).where(until).execute()
    return some.length === TIDY_CHUNK
  }
}

function toPosition(row: Selectable<PositionTable> | Selectable<LatestPositionTable>): Position {
  const { device_id: deviceId, gb_id: gbId, at: atMs, longitude, latitude, speed, direction, altitude } = row
  return { deviceId, gbId, atMs, longitude, latitude, speed, direction, altitude }
}
