import { type Selectable, type SelectQueryBuilder, sql, type Updateable } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { DeviceTable } from '../../storage/device-tables.ts'
import type { Tables } from '../../storage/tables.ts'
import { behind, contains, direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'
import { type Device, type DeviceChange, type DeviceState, type DeviceStats, isThere } from './device.ts'

export type DeviceRow = Selectable<DeviceTable>

export interface DeviceFilter {
  readonly space?: string | undefined
  /** Part of name, code, description, vendor or address, any case. */
  readonly text?: string | undefined
  readonly type?: DeviceTable['type'] | undefined
  readonly state?: DeviceState | undefined
  /** Own directory. */
  readonly directoryId?: string | undefined
}

/** Column of each sort key. */
const SORT_COLUMNS = { name: 'name', gbId: 'gb_id', state: 'state', createdAt: 'created_at' } as const
export type DeviceSortKey = keyof typeof SORT_COLUMNS

/** Devices read at once where all are wanted: a few milliseconds. */
const CHUNK = 500

/** SQL of devices. */
export class DeviceStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  byId(id: string): Promise<DeviceRow | undefined> {
    return this.#db.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst()
  }

  byCode(space: string, gbId: string): Promise<DeviceRow | undefined> {
    const query = this.#db.selectFrom('devices').selectAll().where('space', '=', space)
    return query.where('gb_id', '=', gbId).executeTakeFirst()
  }

  /** One row more than the limit, when there is one. */
  page(filter: DeviceFilter, { sort, after, limit }: PageRequest<DeviceSortKey>): Promise<DeviceRow[]> {
    const column = SORT_COLUMNS[sort.by]
    let query = filtered(this.#db.selectFrom('devices').selectAll(), filter)
    if (after !== undefined) query = query.where(behind(column, 'id', after, sort))
    return query
      .orderBy(column, direction(sort))
      .orderBy('id', direction(sort))
      .limit(limit + 1)
      .execute()
  }

  /** All of them, some at a time, in the order of their ids. */
  async *all(filter: DeviceFilter = {}): AsyncGenerator<DeviceRow[]> {
    for (let after = ''; ; ) {
      const query = filtered(this.#db.selectFrom('devices').selectAll(), filter)
      const rows = await query.where('id', '>', after).orderBy('id').limit(CHUNK).execute()
      if (rows.length > 0) yield rows
      const last = rows.at(-1)
      if (rows.length < CHUNK || !last) return
      after = last.id
    }
  }

  async count(): Promise<number> {
    const query = this.#db.selectFrom('devices').select(e => e.fn.countAll<number>().as('count'))
    return (await query.executeTakeFirstOrThrow()).count
  }

  async countByState(): Promise<Map<DeviceState, number>> {
    const query = this.#db.selectFrom('devices').select(e => ['state', e.fn.countAll<number>().as('count')])
    return new Map((await query.groupBy('state').execute()).map(({ state, count }) => [state, count]))
  }

  /** Codes with this prefix in any space, so that no two devices of the platform share one. */
  async codesWith(prefix: string): Promise<string[]> {
    const query = this.#db.selectFrom('devices').select('gb_id').where('gb_id', '>=', prefix)
    return (await query.where('gb_id', '<', `${prefix}:`).execute()).map(row => row.gb_id) // ':' follows '9'
  }

  /** The codes among these that the space has. */
  async taken(space: string, gbIds: readonly string[]): Promise<Set<string>> {
    if (gbIds.length === 0) return new Set()
    const query = this.#db.selectFrom('devices').select('gb_id').where('space', '=', space)
    return new Set((await query.where('gb_id', 'in', gbIds).execute()).map(row => row.gb_id))
  }

  /** Answers how many were inserted: those whose code the space has already are not. */
  async insert(rows: readonly DeviceRow[]): Promise<number> {
    const result = await this.#db
      .insertInto('devices')
      .values(rows)
      .onConflict(c => c.columns(['space', 'gb_id']).doNothing())
      .executeTakeFirst()
    return Number(result.numInsertedOrUpdatedRows ?? 0n)
  }

  /** False when there is no such device. */
  async update(id: string, change: Updateable<DeviceTable>): Promise<boolean> {
    const result = await this.#db.updateTable('devices').set(change).where('id', '=', id).executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  /** What belongs to it must be gone. */
  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('devices').where('id', '=', id).execute()
  }

  /** Channels of each of these devices. */
  async stats(devices: readonly Pick<DeviceRow, 'id' | 'state'>[]): Promise<Map<string, DeviceStats>> {
    if (devices.length === 0) return new Map()
    const ids = devices.map(device => device.id)
    const on = sql<number>`sum(case when status = 'on' then 1 else 0 end)`
    const rows = await this.#db
      .selectFrom('channels')
      .select(e => ['device_id', e.fn.countAll<number>().as('channels'), on.as('online')])
      .where('device_id', 'in', ids)
      .where('gone_at', 'is', null)
      .groupBy('device_id')
      .execute()
    const counted = new Map(rows.map(row => [row.device_id, row]))
    return new Map(
      devices.map(({ id, state }) => {
        const { channels = 0, online = 0 } = counted.get(id) ?? {}
        return [id, { channels, online: isThere(state) ? Number(online) : 0 }]
      }),
    )
  }
}

function filtered<O>(
  query: SelectQueryBuilder<Tables, 'devices', O>,
  { space, text, type, state, directoryId }: DeviceFilter,
): SelectQueryBuilder<Tables, 'devices', O> {
  let some = query
  if (space !== undefined) some = some.where('space', '=', space)
  if (type !== undefined) some = some.where('type', '=', type)
  if (state !== undefined) some = some.where('state', '=', state)
  if (directoryId !== undefined) some = some.where('directory_id', '=', directoryId)
  if (text !== undefined) some = some.where(contains('search', text))
  return some
}

export function toDevice(row: DeviceRow, stats: DeviceStats, nowMs: number): Device {
  const { catalog_at, restart_at, redirect } = row
  const stopped = row.stopped === 1 && (restart_at === null || restart_at > nowMs)
  return {
    ...facts(row),
    id: row.id,
    space: row.space,
    protocol: row.protocol,
    passwordSet: row.password !== null,
    redirect: redirect === null ? null : JSON.parse(redirect),
    learntQuirks: JSON.parse(row.learnt_quirks),
    createdAtMs: row.created_at,
    state: row.state,
    reason: row.reason,
    stateAtMs: row.state_at,
    registeredAtMs: row.registered_at,
    registeredUntilMs: row.registered_until,
    lastSeenAtMs: row.last_seen_at,
    nodeId: row.node_id,
    remote: row.remote,
    transport: row.transport,
    gbVersion: row.gb_version,
    userAgent: row.user_agent,
    manufacturer: row.manufacturer,
    model: row.model,
    firmware: row.firmware,
    catalog:
      catalog_at === null ? null : { atMs: catalog_at, promised: row.catalog_promised, received: row.catalog_received },
    stopped: stopped ? { untilMs: restart_at } : null,
    stats,
  }
}

function facts(row: DeviceRow) {
  return {
    type: row.type,
    gbId: row.gb_id,
    name: row.name,
    enabled: row.enabled === 1,
    media: row.media as Device['media'], // this and what follows was written by `columns`
    charset: row.charset as Device['charset'],
    subscribe: JSON.parse(row.subscribe) as Device['subscribe'],
    quirks: JSON.parse(row.quirks) as Device['quirks'],
    directoryId: row.directory_id,
    description: row.description,
    vendor: row.vendor,
    longitude: row.longitude,
    latitude: row.latitude,
    autoStart: row.auto_start === 1,
    params: row.params,
  }
}

/** Columns of what people set; only of what is named. */
export function columns(change: DeviceChange): Partial<DeviceRow> {
  const { type, gbId, password, directoryId, autoStart, enabled, subscribe, quirks, redirect, ...rest } = change
  const { charset, description, latitude, longitude, media, name, params, vendor } = rest
  const set: Record<string, unknown> = {
    ...{ type, name, password, media, charset, description, vendor, longitude, latitude, params },
    gb_id: gbId,
    directory_id: directoryId,
    auto_start: autoStart === undefined ? undefined : Number(autoStart),
    enabled: enabled === undefined ? undefined : Number(enabled),
    subscribe: subscribe && JSON.stringify(subscribe),
    quirks: quirks && JSON.stringify(quirks),
    redirect: redirect && JSON.stringify(redirect),
  }
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined))
}

/** What a device is found by. */
export function searchText(device: Pick<DeviceRow, 'name' | 'gb_id' | 'description' | 'vendor' | 'remote'>): string {
  const { name, gb_id, description, vendor, remote } = device
  return [name, gb_id, description, vendor, remote].join('\n').toLowerCase()
}
