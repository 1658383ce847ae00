import { type Selectable, type SelectQueryBuilder, sql, type Updateable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { ChannelTable } from '../../storage/device-tables.ts'
import type { Tables } from '../../storage/tables.ts'
import { behind, contains, direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'
import type { StreamAddress } from '../streams/stream.ts'
import { CHANNEL_APP, channelPath } from './channel.ts'

export type ChannelRow = Selectable<ChannelTable>

/** A channel with what of its device it depends on. */
export type ChannelOfDevice = ChannelRow & {
  device_gb_id: string
  device_name: string
  device_state: Tables['devices']['state']
  device_reason: string
  device_enabled: number
  device_stopped: number
  device_restart_at: number | null
  node_id: string | null
}

export interface ChannelFilter {
  readonly space?: string | undefined
  readonly deviceId?: string | undefined
  /** Own directory. */
  readonly directoryId?: string | undefined
  /** Code of a mirrored directory of the device; '': directly below the device. */
  readonly place?: string | undefined
  /** Part of name, code or address, any case. */
  readonly text?: string | undefined
  readonly state?: 'on' | 'off' | undefined
  /** Of `state`: a stopped device goes on by itself at a time. */
  readonly nowMs?: number | undefined
  readonly kind?: ChannelTable['kind'] | undefined
}

const SORT_COLUMNS = { name: 'name', gbId: 'gb_id' } as const
export type ChannelSortKey = keyof typeof SORT_COLUMNS

/** Most channels a text is found in that are fetched by their ids: some milliseconds of a hundred thousand. */
const RARE = 2000

/** SQL of channels. Those that are gone are kept, and not shown, until they come back or are tidied away. */
export class ChannelStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  byId(id: string): Promise<ChannelOfDevice | undefined> {
    return this.#ofDevices().where('c.id', '=', id).executeTakeFirst()
  }

  byIds(ids: readonly string[]): Promise<ChannelOfDevice[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.#ofDevices().where('c.id', 'in', ids).execute()
  }

  byCode(deviceId: string, gbId: string): Promise<ChannelOfDevice | undefined> {
    return this.#ofDevices().where('c.device_id', '=', deviceId).where('c.gb_id', '=', gbId).executeTakeFirst()
  }

  /** One row more than the limit, when there is one. */
  async page(filter: ChannelFilter, { sort, after, limit }: PageRequest<ChannelSortKey>): Promise<ChannelOfDevice[]> {
    const { space, deviceId, directoryId, place, text, state, nowMs = 0, kind } = filter
    const column = `c.${SORT_COLUMNS[sort.by]}` as const
    let query = this.#ofDevices()
    if (space !== undefined) query = query.where('c.space', '=', space)
    if (deviceId !== undefined) query = query.where('c.device_id', '=', deviceId)
    if (directoryId !== undefined) query = query.where('c.directory_id', '=', directoryId)
    if (place !== undefined) query = query.where('c.place', '=', place)
    if (kind !== undefined) query = query.where('c.kind', '=', kind)
    if (text !== undefined) {
      const ids = await this.#found(text, space)
      if (ids.length === 0) return []
      // what is everywhere soon fills a page along the order of the list; sorting all of it would take long
      query = ids.length <= RARE ? query.where('c.id', 'in', ids) : query.where(contains('c.search', text))
    }
    if (state !== undefined) {
      const on = sql<boolean>`(c.status = 'on' and c.enabled = 1 and d.enabled = 1 and d.state in ('on', 'suspect')
        and (d.stopped = 0 or (d.restart_at is not null and d.restart_at <= ${nowMs})))`
      query = query.where(state === 'on' ? on : sql<boolean>`not ${on}`)
    }
    if (after !== undefined) query = query.where(behind(column, 'c.id', after, sort))
    return query
      .orderBy(column, direction(sort))
      .orderBy('c.id', direction(sort))
      .limit(limit + 1)
      .execute()
  }

  /** Codes of the device among these, with the names their streams have in the space, of whatever device. */
  streamNames(space: string, names: readonly string[]): Promise<Pick<ChannelRow, 'device_id' | 'stream_name'>[]> {
    const query = this.#db.selectFrom('channels').select(['device_id', 'stream_name']).where('space', '=', space)
    return query.where('stream_name', 'in', names).execute()
  }

  /** Inserts new ones and overwrites what a catalog tells of known ones. Each code once. */
  async upsert(rows: readonly ChannelRow[]): Promise<void> {
    if (rows.length === 0) return
    await this.#db
      .insertInto('channels')
      .values(rows)
      .onConflict(c =>
        c.columns(['device_id', 'gb_id']).doUpdateSet(e => ({
          kind: e.ref('excluded.kind'),
          name: e.fn.coalesce('channels.given_name', 'excluded.name'),
          told_name: e.ref('excluded.told_name'),
          manufacturer: e.ref('excluded.manufacturer'),
          model: e.ref('excluded.model'),
          civil_code: e.ref('excluded.civil_code'),
          address: e.ref('excluded.address'),
          parent_ids: e.ref('excluded.parent_ids'),
          business_group_id: e.ref('excluded.business_group_id'),
          place: e.ref('excluded.place'),
          parental: e.ref('excluded.parental'),
          status: e.ref('excluded.status'),
          longitude: e.ref('excluded.longitude'),
          latitude: e.ref('excluded.latitude'),
          ptz_type: e.ref('excluded.ptz_type'),
          more: e.ref('excluded.more'),
          // with a given name the text it is found by stays
          search: e
            .case()
            .when('channels.given_name', 'is', null)
            .then(e.ref('excluded.search'))
            .else(e.ref('channels.search'))
            .end(),
          sync: e.ref('excluded.sync'),
          gone_at: null,
          updated_at: e.ref('excluded.updated_at'),
        })),
      )
      .execute()
  }

  async update(id: string, change: Updateable<ChannelTable>): Promise<void> {
    if (Object.keys(change).length === 0) return
    await this.#db.updateTable('channels').set(change).where('id', '=', id).execute()
  }

  async updateAll(ids: readonly string[], change: Updateable<ChannelTable>): Promise<void> {
    if (ids.length === 0) return
    await this.#db.updateTable('channels').set(change).where('id', 'in', ids).execute()
  }

  async setStatus(deviceId: string, gbIds: readonly string[], status: ChannelRow['status']): Promise<void> {
    if (gbIds.length === 0) return
    const query = this.#db.updateTable('channels').set({ status }).where('device_id', '=', deviceId)
    await query.where('gb_id', 'in', gbIds).execute()
  }

  async setGone(deviceId: string, gbIds: readonly string[], nowMs: number): Promise<void> {
    if (gbIds.length === 0) return
    const query = this.#db
      .updateTable('channels')
      .set({ gone_at: nowMs, status: 'off' })
      .where('device_id', '=', deviceId)
    await query.where('gb_id', 'in', gbIds).execute()
  }

  /** Marks some of those a whole catalog no longer had; false when none are left. */
  async markSomeGone(deviceId: string, sync: string, nowMs: number, limit: number): Promise<boolean> {
    const there = this.#db.selectFrom('channels').select('id').where('device_id', '=', deviceId)
    const old = there.where('gone_at', 'is', null)
    const ids: string[] = []
    // two ranges of an index; what is not equal would be looked for in all rows of the device
    for (const side of ['<', '>'] as const) {
      if (ids.length === limit) break
      const rows = await old
        .where('sync', side, sync)
        .limit(limit - ids.length)
        .execute()
      ids.push(...rows.map(row => row.id))
    }
    await this.updateAll(ids, { gone_at: nowMs, status: 'off' })
    return ids.length === limit
  }

  /** Removes some of a device, with their streams; false when none are left. */
  async deleteSome(deviceId: string, limit: number): Promise<boolean> {
    const query = this.#db.selectFrom('channels').select(['id', 'space', 'stream_name'])
    return this.#delete(await query.where('device_id', '=', deviceId).limit(limit).execute())
  }

  /** Removes some that went before a time; false when none are left. */
  async deleteSomeGone(beforeMs: number, limit: number): Promise<boolean> {
    const query = this.#db.selectFrom('channels').select(['id', 'space', 'stream_name'])
    return this.#delete(await query.where('gone_at', '<', beforeMs).limit(limit).execute())
  }

  /** Codes of places that channels of a device are in. */
  async places(deviceId: string): Promise<string[]> {
    const query = this.#db.selectFrom('channels').select('place').where('device_id', '=', deviceId)
    return (await query.where('gone_at', 'is', null).groupBy('place').execute()).map(row => row.place)
  }

  /** Those directly below their device, in the order of ids; to look whether they belong into a directory. */
  placeless(deviceId: string, after: string, limit: number) {
    return this.#db
      .selectFrom('channels')
      .select(['id', 'gb_id', 'parent_ids', 'business_group_id', 'civil_code'])
      .where('device_id', '=', deviceId)
      .where('place', '=', '')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute()
  }

  /** Whose stream it is; null: no channel's. */
  async idOf({ space, app, name }: StreamAddress): Promise<string | null> {
    if (app !== CHANNEL_APP) return null
    const query = this.#db
      .selectFrom('channels')
      .select('id')
      .where('space', '=', space)
      .where('stream_name', '=', name)
    return (await query.executeTakeFirst())?.id ?? null
  }

  /** Names people gave presets, by number. */
  async presetNames(channelId: string): Promise<Map<number, string>> {
    const query = this.#db.selectFrom('presets').select(['number', 'name']).where('channel_id', '=', channelId)
    return new Map((await query.execute()).map(({ number, name }) => [number, name]))
  }

  /** '' forgets the name. */
  async namePreset(channelId: string, number: number, name: string): Promise<void> {
    const row = { channel_id: channelId, number, name }
    if (name !== '') {
      const insert = this.#db.insertInto('presets').values(row)
      await insert.onConflict(c => c.columns(['channel_id', 'number']).doUpdateSet({ name })).execute()
      return
    }
    const known = this.#db.deleteFrom('presets').where('channel_id', '=', channelId)
    await known.where('number', '=', number).execute()
  }

  /** Ids of those with the text, found in an index; one more than `RARE` where there are many. */
  async #found(text: string, space: string | undefined): Promise<string[]> {
    let query = this.#db.selectFrom('channels').select('id').where(contains('search', text))
    if (space !== undefined) query = query.where('space', '=', space)
    return (await query.limit(RARE + 1).execute()).map(row => row.id)
  }

  async #delete(rows: readonly Pick<ChannelRow, 'id' | 'space' | 'stream_name'>[]): Promise<boolean> {
    if (rows.length === 0) return false
    const paths = rows.map(channelPath)
    await this.#db.deleteFrom('streams').where('path', 'in', paths).execute()
    const ids = rows.map(row => row.id)
    await this.#db.deleteFrom('channels').where('id', 'in', ids).execute()
    return true
  }

  #ofDevices(): SelectQueryBuilder<Tables & { c: ChannelTable; d: Tables['devices'] }, 'c' | 'd', ChannelOfDevice> {
    return this.#db
      .selectFrom('channels as c')
      .innerJoin('devices as d', 'd.id', 'c.device_id')
      .selectAll('c')
      .select(['d.gb_id as device_gb_id', 'd.name as device_name', 'd.state as device_state'])
      .select(['d.reason as device_reason', 'd.enabled as device_enabled', 'd.node_id'])
      .select(['d.stopped as device_stopped', 'd.restart_at as device_restart_at'])
      .where('c.gone_at', 'is', null)
  }
}
