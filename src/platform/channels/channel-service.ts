import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { isThere } from '../devices/device.ts'
import type { DeviceLink } from '../devices/device-link.ts'
import { checkPlace } from '../devices/device-service.ts'
import { DirectoryStore } from '../directories/directory-store.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import { addressOf } from '../streams/stream.ts'
import { StreamStore } from '../streams/stream-store.ts'
import { type Channel, type ChannelChange, channelPath, channelText } from './channel.ts'
import { type ChannelFilter, type ChannelOfDevice, type ChannelSortKey, ChannelStore } from './channel-store.ts'

/** Whoever asked for a channel has this long to open one of its URLs. */
const HOLD_S = 30
/** INVITE, first packet and first keyframe, each as long as the node waits for it. */
const PLAY_TIMEOUT_MS = 45_000
/** A channel that is gone comes back as it was within this time. */
const KEEP_GONE_MS = 30 * 86_400_000
const SWEEP = 500

export interface ChannelQuery extends Omit<ChannelFilter, 'directoryId' | 'place'>, PageRequest<ChannelSortKey> {
  /** Own or mirrored. */
  readonly directoryId?: string | undefined
}

/** A channel that is running. */
export interface Playing {
  readonly nodeId: string
  readonly path: string
  readonly streamId: string
  readonly firstPictureMs: number
  readonly attempt: string
}

export interface ChannelServiceOptions {
  readonly db: Database
  readonly links: NodeLinks
  readonly link: DeviceLink
  readonly audit: AuditLog
  readonly clock: Clock
}

/** Channels as people see them: what their catalogs say, what people changed of it, and whether they run. */
export class ChannelService {
  readonly #options: ChannelServiceOptions
  readonly #db: Database

  constructor(options: ChannelServiceOptions) {
    this.#options = options
    this.#db = options.db
  }

  /** Throws NOT_FOUND for the directory. */
  async list(actor: Actor, query: ChannelQuery): Promise<Page<Channel>> {
    permit(actor, 'devices.read')
    const nowMs = this.#options.clock.nowMs()
    const filter = { ...query, ...(await this.#placeOf(query.directoryId)), nowMs }
    const { items, next } = pageOf(await new ChannelStore(this.#db).page(filter, query), query.limit, row => ({
      value: query.sort.by === 'name' ? row.name : row.gb_id,
      name: row.id,
    }))
    return { items: items.map(row => this.view(row)), next }
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<Channel> {
    permit(actor, 'devices.read')
    return this.view(await findChannel(this.#db, id))
  }

  /** Throws NOT_FOUND, also for a directory of another space. */
  async update(actor: Actor, id: string, change: ChannelChange): Promise<Channel> {
    permit(actor, 'devices.write')
    return this.#db.transaction().execute(async trx => {
      const before = await findChannel(trx, id)
      const { givenName = before.given_name, directoryId = before.directory_id, enabled } = change
      if (change.directoryId) await checkPlace(trx, before.space, change.directoryId)
      const given_name = givenName === '' ? null : givenName
      const name = given_name ?? (before.told_name === '' ? before.gb_id : before.told_name)
      const set = {
        ...{ given_name, name, directory_id: directoryId },
        enabled: enabled === undefined ? before.enabled : Number(enabled),
        search: channelText(name, before.gb_id, before.address),
      }
      await new ChannelStore(trx).update(id, set)
      const after = { ...before, ...set }
      const facts = (row: ChannelOfDevice) => ({
        ...{ givenName: row.given_name, directoryId: row.directory_id, enabled: row.enabled === 1 },
      })
      await this.#options.audit.record(trx, actor, {
        ...{ action: 'channel.update', object: id, before: facts(before), after: facts(after) },
      })
      return this.view(after)
    })
  }

  /**
   * Brings the stream and waits for its first picture; it stays a while for whoever opens its URL.
   * Throws NOT_FOUND, DEVICE_UNSUITABLE, and what the node found out: DEVICE_OFFLINE, DEVICE_FAILED.
   */
  async play(actor: Actor, id: string): Promise<Playing> {
    permit(actor, 'devices.play')
    const row = await findChannel(this.#db, id)
    if (row.enabled === 0 || row.device_enabled === 0) {
      throw new AppError('DEVICE_UNSUITABLE', { device: row.name, reason: 'it is disabled', advice: 'enable it first' })
    }
    if (isStopped(row, this.#options.clock.nowMs())) {
      const advice = 'start the device first'
      throw new AppError('DEVICE_UNSUITABLE', { device: row.name, reason: 'its device is stopped', advice })
    }
    if (row.kind === 'alarmIn' || row.kind === 'alarmOut') {
      const advice = 'alarms are listed under /alarms'
      throw new AppError('DEVICE_UNSUITABLE', { device: row.name, reason: 'it is an alarm contact', advice })
    }
    const path = channelPath(row)
    const nodeId = this.#options.link.nodeOf(row.node_id)
    const { attempt, firstPictureMs } = await this.#options.link.request(
      nodeId,
      'gb.play',
      { device: row.device_id, channel: row.gb_id, path, holdS: HOLD_S },
      PLAY_TIMEOUT_MS,
    )
    return { nodeId, path, streamId: await this.#streamId(path, row.name), firstPictureMs, attempt }
  }

  /** Ends the stream, whoever watches. Throws NOT_FOUND, NODE_UNAVAILABLE. */
  async stop(actor: Actor, id: string): Promise<void> {
    permit(actor, 'devices.control')
    const { node_id, device_id, gb_id, ...row } = await findChannel(this.#db, id)
    const target = { device: device_id, channel: gb_id, path: channelPath(row) }
    await this.#options.link.request(node_id, 'gb.stop', target)
  }

  /** Forgets those that have been gone for long. */
  async tidy(): Promise<void> {
    const before = this.#options.clock.nowMs() - KEEP_GONE_MS
    while (await this.#db.transaction().execute(trx => new ChannelStore(trx).deleteSomeGone(before, SWEEP)));
  }

  view(row: ChannelOfDevice): Channel {
    const path = channelPath(row)
    const reason = offReason(row, this.#options.clock.nowMs())
    return {
      ...{ id: row.id, deviceId: row.device_id, deviceGbId: row.device_gb_id, deviceName: row.device_name },
      ...{ deviceState: row.device_state, space: row.space, gbId: row.gb_id, kind: row.kind, name: row.name },
      ...{ toldName: row.told_name, givenName: row.given_name, manufacturer: row.manufacturer, model: row.model },
      ...{ civilCode: row.civil_code, address: row.address, businessGroupId: row.business_group_id },
      parentIds: JSON.parse(row.parent_ids) as string[], // written by the catalog
      ...{ parental: row.parental === 1, status: row.status, longitude: row.longitude, latitude: row.latitude },
      ...{ ptzType: row.ptz_type, more: JSON.parse(row.more) as Record<string, string> }, // likewise
      ...{ enabled: row.enabled === 1, directoryId: row.directory_id, path },
      ...{ createdAtMs: row.created_at, updatedAtMs: row.updated_at },
      ...{ state: reason === '' ? 'on' : 'off', reason },
      live: this.#options.links.live(path),
    }
  }

  async #placeOf(directoryId: string | undefined): Promise<Pick<ChannelFilter, 'directoryId' | 'deviceId' | 'place'>> {
    if (directoryId === undefined) return {}
    const directory = await new DirectoryStore(this.#db).byId(directoryId)
    if (!directory) throw new AppError('NOT_FOUND', { what: 'directory', id: directoryId })
    const { device_id, gb_id } = directory
    if (device_id === null || gb_id === null) return { directoryId }
    return { directoryId: undefined, deviceId: device_id, place: gb_id }
  }

  async #streamId(path: string, title: string): Promise<string> {
    const store = new StreamStore(this.#db)
    const known = (await store.byPaths([path]))[0]
    if (known) return known.id
    const now = this.#options.clock.nowMs()
    const id = newId('st', now)
    await store.insert({ id, path, ...addressOf(path), created_at: now, title })
    return (await store.byPaths([path]))[0]?.id ?? id // the node's event may have been faster
  }
}

/** Why nobody can watch it; '': one can. */
function offReason(row: ChannelOfDevice, nowMs: number): string {
  if (row.device_enabled === 0) return 'its device is disabled'
  if (row.enabled === 0) return 'it is disabled'
  if (isStopped(row, nowMs)) return 'its device is stopped'
  if (!isThere(row.device_state))
    return `its device is ${row.device_state}${row.device_reason && `: ${row.device_reason}`}`
  return row.status === 'off' ? 'its device says so' : ''
}

function isStopped({ device_stopped, device_restart_at }: ChannelOfDevice, nowMs: number): boolean {
  return device_stopped === 1 && (device_restart_at === null || device_restart_at > nowMs)
}

/** Throws NOT_FOUND. */
export async function findChannel(db: Db, id: string): Promise<ChannelOfDevice> {
  const row = await new ChannelStore(db).byId(id)
  if (!row) throw new AppError('NOT_FOUND', { what: 'channel', id })
  return row
}
