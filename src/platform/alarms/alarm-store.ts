import { type SelectQueryBuilder, sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { AlarmTable } from '../../storage/device-tables.ts'
import type { Tables } from '../../storage/tables.ts'
import { CHANNEL_APP } from '../channels/channel.ts'
import { behind, direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'
import type { Alarm } from './alarm.ts'

export interface AlarmFilter {
  readonly space?: string | undefined
  readonly deviceId?: string | undefined
  readonly channelId?: string | undefined
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  readonly method?: number | undefined
  readonly alarmType?: number | undefined
  readonly priority?: number | undefined
  readonly acknowledged?: boolean | undefined
}

type AlarmRow = AlarmTable & {
  device_name: string
  channel_id: string | null
  channel_name: string | null
  recorded_stream: string | null
  snapshot_id: string | null
}
type Joined = Tables & { a: AlarmTable; d: Tables['devices']; c: Tables['channels'] }

/** What is recorded is told every few seconds: a file that ends this long before an alarm may still grow over it. */
const GROWS_MS = 10_000
/** Longest file, see segment-store.ts: what has an alarm in it began at most so long before it. */
const LONGEST_MS = 90_000_000
/** A picture this long before or after an alarm shows what it was about. */
const NEAR_MS = 15_000

/** Times are those of the platform: the clock of a device may be wrong. */
const PATH = sql`c.space || '/${sql.raw(CHANNEL_APP)}/' || c.stream_name`
const RECORDED_STREAM = sql<string | null>`(select s.id from streams s where s.path = ${PATH} and exists (
  select 1 from segments g where g.path = s.path and g.started_at > a.at - ${sql.lit(LONGEST_MS)}
  and g.started_at <= a.at and g.ended_at >= a.at - ${sql.lit(GROWS_MS)}))`
const SNAPSHOT = sql<string | null>`(select p.id from snapshots p where p.path = ${PATH}
  and p.taken_at between a.at - ${sql.lit(NEAR_MS)} and a.at + ${sql.lit(NEAR_MS)}
  order by abs(p.taken_at - a.at), p.id limit 1)`

/** SQL of alarms. */
export class AlarmStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async insert(row: AlarmTable): Promise<void> {
    await this.#db.insertInto('alarms').values(row).execute()
  }

  async byId(id: string): Promise<Alarm | undefined> {
    const row = await this.#all().where('a.id', '=', id).executeTakeFirst()
    return row && toAlarm(row)
  }

  /** One row more than the limit, when there is one. */
  async page(filter: AlarmFilter, { sort, after, limit }: PageRequest<'at'>): Promise<Alarm[]> {
    const { space, deviceId, channelId, fromMs, toMs, method, alarmType, priority, acknowledged } = filter
    let query = this.#all()
    if (space !== undefined) query = query.where('a.space', '=', space)
    if (deviceId !== undefined) query = query.where('a.device_id', '=', deviceId)
    if (channelId !== undefined) query = query.where('c.id', '=', channelId)
    if (fromMs !== undefined) query = query.where('a.at', '>=', fromMs)
    if (toMs !== undefined) query = query.where('a.at', '<', toMs)
    if (method !== undefined) query = query.where('a.method', '=', method)
    if (alarmType !== undefined) query = query.where('a.alarm_type', '=', alarmType)
    if (priority !== undefined) query = query.where('a.priority', '=', priority)
    if (acknowledged !== undefined) query = query.where('a.acknowledged_at', acknowledged ? 'is not' : 'is', null)
    if (after !== undefined) query = query.where(behind('a.at', 'a.id', after, sort))
    const rows = await query
      .orderBy('a.at', direction(sort))
      .orderBy('a.id', direction(sort))
      .limit(limit + 1)
      .execute()
    return rows.map(toAlarm)
  }

  async acknowledge(id: string, by: string, nowMs: number): Promise<void> {
    const set = { acknowledged_at: nowMs, acknowledged_by: by }
    await this.#db.updateTable('alarms').set(set).where('id', '=', id).execute()
  }

  /** Removes some of a device; false when none are left. */
  async deleteSomeOf(deviceId: string, limit: number): Promise<boolean> {
    const query = this.#db.selectFrom('alarms').select('id').where('device_id', '=', deviceId)
    const ids = (await query.orderBy('id').limit(limit).execute()).map(row => row.id)
    if (ids.length > 0) await this.#db.deleteFrom('alarms').where('id', 'in', ids).execute()
    return ids.length === limit
  }

  /** Removes the oldest beyond `most`, and all from before a time. */
  async tidy(beforeMs: number, most: number): Promise<void> {
    await this.#db.deleteFrom('alarms').where('at', '<', beforeMs).execute()
    const nth = this.#db.selectFrom('alarms').select('id').orderBy('id', 'desc').offset(most).limit(1)
    const oldest = await nth.executeTakeFirst()
    if (oldest) await this.#db.deleteFrom('alarms').where('id', '<=', oldest.id).execute()
  }

  #all(): SelectQueryBuilder<Joined, 'a' | 'd' | 'c', AlarmRow> {
    return this.#db
      .selectFrom('alarms as a')
      .innerJoin('devices as d', 'd.id', 'a.device_id')
      .leftJoin('channels as c', join =>
        join.onRef('c.device_id', '=', 'a.device_id').onRef('c.gb_id', '=', 'a.channel_gb_id'),
      )
      .selectAll('a')
      .select(['d.name as device_name', sql<string | null>`c.id`.as('channel_id')])
      .select([sql<string | null>`c.name`.as('channel_name')])
      .select([RECORDED_STREAM.as('recorded_stream'), SNAPSHOT.as('snapshot_id')]) as SelectQueryBuilder<
      Joined,
      'a' | 'd' | 'c',
      AlarmRow
    >
    // a left join makes the columns of `c` nullable, which only matters for the two selected ones
  }
}

function toAlarm(row: AlarmRow): Alarm {
  return {
    ...{ id: row.id, deviceId: row.device_id, deviceName: row.device_name, space: row.space },
    ...{ channelGbId: row.channel_gb_id, channelId: row.channel_id, channelName: row.channel_name },
    ...{ priority: row.priority, method: row.method, alarmType: row.alarm_type, description: row.description },
    ...{ longitude: row.longitude, latitude: row.latitude, alarmAtMs: row.alarm_at, atMs: row.at },
    ...{ acknowledgedAtMs: row.acknowledged_at, acknowledgedBy: row.acknowledged_by },
    ...{ recordedStreamId: row.recorded_stream, snapshotId: row.snapshot_id },
  }
}
