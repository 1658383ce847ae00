import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import { AlarmStore } from '../alarms/alarm-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { ChannelStore } from '../channels/channel-store.ts'
import { DirectoryStore } from '../directories/directory-store.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import { PendingDeviceStore } from '../pending-devices/pending-device-store.ts'
import { PositionStore } from '../positions/position-store.ts'
import { SpaceStore } from '../spaces/space-store.ts'
import type { DesiredDevices } from './desired-devices.ts'
import { type Device, type DeviceChange, type DeviceFacts, type DeviceState, NEW_DEVICE } from './device.ts'
import {
  columns,
  type DeviceFilter,
  type DeviceRow,
  type DeviceSortKey,
  DeviceStore,
  searchText,
  toDevice,
} from './device-store.ts'
import { checkDeviceCode, codePrefix, codeWith, type DeviceType, deviceType } from './gb-id.ts'

/** Devices of one platform: what the nodes are told of them is below half of what a message of the link may be. */
export const MAX_DEVICES = 20_000
/** Channels, or alarms, removed in one transaction: some milliseconds, and a short commit. */
const CHUNK = 250

/** What a device is made of; what is left out is as for a new one. */
export interface DeviceWish extends DeviceChange {
  readonly space: string
  readonly gbId: string
}

export interface DeviceQuery extends DeviceFilter, PageRequest<DeviceSortKey> {}

export interface DeviceServiceOptions {
  readonly db: Database
  readonly desired: DesiredDevices
  readonly audit: AuditLog
  readonly clock: Clock
  /** SIP domain of this server; codes are made in it. */
  readonly domain: () => string
}

/** Cameras, recorders and lower platforms: added, changed and deleted by people, told to the nodes. */
export class DeviceService {
  readonly #options: DeviceServiceOptions
  readonly #db: Database

  constructor(options: DeviceServiceOptions) {
    this.#options = options
    this.#db = options.db
  }

  async list(actor: Actor, query: DeviceQuery): Promise<Page<Device>> {
    permit(actor, 'devices.read')
    const { items, next } = pageOf(await new DeviceStore(this.#db).page(query, query), query.limit, row => ({
      value: positionOf(row, query.sort.by),
      name: row.id,
    }))
    return { items: await this.#devices(items), next }
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<Device> {
    permit(actor, 'devices.read')
    return this.#device(await findDevice(this.#db, id))
  }

  /** Throws NOT_FOUND for space or directory, INVALID for the code, CONFLICT, LIMIT_REACHED. */
  async create(actor: Actor, wish: DeviceWish): Promise<Device> {
    permit(actor, 'devices.write')
    checkDeviceCode(wish.gbId)
    const row = await this.#options.desired.change(async (trx, nowMs) => {
      await checkPlace(trx, wish.space, wish.directoryId ?? null)
      await checkRoom(trx, 1)
      const row = newRow(wish, nowMs)
      if ((await new DeviceStore(trx).insert([row])) === 0) {
        throw new AppError('CONFLICT', { what: 'device', id: wish.gbId })
      }
      await new PendingDeviceStore(trx).delete(wish.space, wish.gbId)
      const after = factsOf(row)
      await this.#options.audit.record(trx, actor, { action: 'device.create', object: row.id, after })
      return row
    })
    return this.#device(row)
  }

  /** A device with another code is another one to the nodes: it is new. Throws NOT_FOUND, INVALID, CONFLICT. */
  async update(actor: Actor, id: string, change: DeviceChange): Promise<Device> {
    permit(actor, 'devices.write')
    if (change.gbId !== undefined) checkDeviceCode(change.gbId)
    const row = await this.#options.desired.change(async trx => {
      const store = new DeviceStore(trx)
      const before = await findDevice(trx, id)
      if (change.directoryId) await checkPlace(trx, before.space, change.directoryId)
      const renumbered = change.gbId !== undefined && change.gbId !== before.gb_id
      if (renumbered && (await store.byCode(before.space, change.gbId))) {
        throw new AppError('CONFLICT', { what: 'device', id: change.gbId })
      }
      const set = { ...columns(change), ...(renumbered ? { state: 'new' as const, reason: '', locked: 0 } : {}) }
      const after = { ...before, ...set }
      await store.update(id, { ...set, search: searchText(after) })
      await this.#options.audit.record(trx, actor, {
        action: 'device.update',
        object: id,
        before: factsOf(before),
        after: factsOf(after),
      })
      return after
    })
    return this.#device(row)
  }

  /**
   * With its channels, their streams, its alarms and positions. What may be much goes first, part by part, so that others
   * get the database meanwhile. A device whose deletion was cut off is still there, and deleted by deleting it again.
   * Throws NOT_FOUND.
   */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'devices.write')
    await findDevice(this.#db, id)
    await this.#inParts(trx => new ChannelStore(trx).deleteSome(id, CHUNK))
    await this.#inParts(trx => new AlarmStore(trx).deleteSomeOf(id, CHUNK))
    await this.#inParts(trx => new PositionStore(trx).deleteSomeOf(id))
    await this.#options.desired.change(async trx => {
      const row = await findDevice(trx, id)
      // what its node has told meanwhile
      while (await new ChannelStore(trx).deleteSome(id, CHUNK)) await setImmediate()
      await new DirectoryStore(trx).deleteOf(id)
      await new DeviceStore(trx).delete(id)
      await this.#options.audit.record(trx, actor, { action: 'device.delete', object: id, before: factsOf(row) })
    })
  }

  /**
   * Codes nobody has, to be given to devices of a kind: one above the highest there is. They are not reserved.
   * Throws LIMIT_REACHED.
   */
  async nextCodes(actor: Actor, type: DeviceType | number, count: number): Promise<string[]> {
    permit(actor, 'devices.write')
    const prefix = codePrefix(this.#options.domain(), type)
    const taken = [
      ...(await new DeviceStore(this.#db).codesWith(prefix)),
      ...(await new PendingDeviceStore(this.#db).codesWith(prefix)),
    ]
    const highest = taken.reduce((most, code) => Math.max(most, Number(code.slice(prefix.length))), 0)
    return Array.from({ length: count }, (_, index) => codeWith(prefix, highest + 1 + index))
  }

  /** For the metrics: no permission, because there are no names in it. */
  countByState(): Promise<Map<DeviceState, number>> {
    return new DeviceStore(this.#db).countByState()
  }

  async #inParts(remove: (trx: Db) => Promise<boolean>): Promise<void> {
    while (await this.#db.transaction().execute(remove)) await setImmediate()
  }

  async #device(row: DeviceRow): Promise<Device> {
    const [device] = await this.#devices([row])
    if (!device) throw new AppError('NOT_FOUND', { what: 'device', id: row.id })
    return device
  }

  async #devices(rows: readonly DeviceRow[]): Promise<Device[]> {
    const stats = await new DeviceStore(this.#db).stats(rows)
    const now = this.#options.clock.nowMs()
    return rows.map(row => toDevice(row, stats.get(row.id) ?? { channels: 0, online: 0 }, now))
  }
}

function positionOf(row: DeviceRow, by: DeviceSortKey): string | number {
  const values = { name: row.name, gbId: row.gb_id, state: row.state, createdAt: row.created_at }
  return values[by]
}

/** Throws NOT_FOUND. */
export async function findDevice(db: Db, id: string): Promise<DeviceRow> {
  const row = await new DeviceStore(db).byId(id)
  if (!row) throw new AppError('NOT_FOUND', { what: 'device', id })
  return row
}

/** Throws NOT_FOUND for the space, and for a directory that is not one of its own. */
export async function checkPlace(db: Db, space: string, directoryId: string | null): Promise<void> {
  if (!(await new SpaceStore(db).byName(space))) throw new AppError('NOT_FOUND', { what: 'space', id: space })
  if (directoryId === null) return
  const directory = await new DirectoryStore(db).byId(directoryId)
  if (directory?.space !== space || directory.kind !== 'own') {
    throw new AppError('NOT_FOUND', { what: 'directory', id: directoryId })
  }
}

/** Throws LIMIT_REACHED. */
export async function checkRoom(db: Db, more: number): Promise<void> {
  if ((await new DeviceStore(db).count()) + more > MAX_DEVICES) {
    throw new AppError('LIMIT_REACHED', { what: 'devices', limit: MAX_DEVICES })
  }
}

/** Named by its code where nobody names it. */
export function newRow({ space, ...wish }: DeviceWish, nowMs: number): DeviceRow {
  const facts: DeviceFacts = { ...NEW_DEVICE, type: deviceType(wish.gbId), ...wish }
  const named = facts.name === '' ? { ...facts, name: facts.gbId } : facts
  const { media, charset, name, password, directoryId, description, vendor, longitude, latitude, params } = named
  const row: DeviceRow = {
    ...{ id: newId('dv', nowMs), space, protocol: 'gb28181', type: named.type, gb_id: named.gbId, name, password },
    ...{ enabled: Number(named.enabled), locked: 0, media, charset, directory_id: directoryId, description, vendor },
    ...{ longitude, latitude, params, auto_start: Number(named.autoStart), stopped: 0, restart_at: null },
    subscribe: JSON.stringify(named.subscribe),
    quirks: JSON.stringify(named.quirks),
    learnt_quirks: '{}',
    redirect: named.redirect && JSON.stringify(named.redirect),
    created_at: nowMs,
    search: '',
    ...{ state: 'new', reason: '', state_at: null, registered_at: null, registered_until: null, last_seen_at: null },
    ...{ node_id: null, remote: '', transport: '', gb_version: '', user_agent: '' },
    ...{ manufacturer: '', model: '', firmware: '', told_channels: 0 },
    ...{ catalog_at: null, catalog_promised: 0, catalog_received: 0 },
  }
  return { ...row, search: searchText(row) }
}

/** What the audit log says of a device. */
function factsOf(row: DeviceRow) {
  const { space, type, gb_id, name, password, enabled, media, charset, subscribe, quirks, redirect } = row
  const { directory_id, description, vendor, longitude, latitude, auto_start, params } = row
  return {
    ...{
      space,
      type,
      gbId: gb_id,
      name,
      password,
      enabled: enabled === 1,
      media,
      charset,
      subscribe,
      quirks,
      redirect,
    },
    ...{ directoryId: directory_id, description, vendor, longitude, latitude, autoStart: auto_start === 1, params },
  }
}
