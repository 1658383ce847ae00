import { sql } from 'kysely'
import { AppError } from '../../base/errors.ts'
import type { Db } from '../../storage/database.ts'
import { channelPath } from '../channels/channel.ts'
import { type ChannelOfDevice, ChannelStore } from '../channels/channel-store.ts'
import { type DeviceState, isThere } from '../devices/device.ts'
import { DeviceStore } from '../devices/device-store.ts'
import { behind, contains } from '../lists/keyset.ts'
import type { Directory } from './directory.ts'
import { type DirectoryRow, DirectoryStore } from './directory-store.ts'

/** Channels below something, and those of them that can be watched. */
export interface Counts {
  readonly channels: number
  readonly online: number
}

/** One line of the tree. */
export interface TreeNode {
  readonly kind: 'directory' | 'device' | 'channel'
  readonly id: string
  readonly name: string
  /** Code, of what has one. */
  readonly gbId: string | null
  /** Of a directory. */
  readonly directoryKind: Directory['kind'] | null
  /** Of a device. */
  readonly deviceState: DeviceState | null
  /** Whether a channel can be watched; of others null. */
  readonly online: boolean | null
  /** Path of the stream of a channel. */
  readonly path: string | null
  /** Of directories and devices. */
  readonly counts: Counts | null
  /** Whether there is something below. */
  readonly expandable: boolean
  /** Names from the top down to where it is; only of what was searched for. */
  readonly where: readonly string[]
}

const NONE: Counts = { channels: 0, online: 0 }
/** Directories come first, then devices, then channels, each in the order of names. */
const RANKS = ['directory', 'device', 'channel'] as const
const DEVICE = RANKS.indexOf('device')
const CHANNEL = RANKS.indexOf('channel')
const ASCENDING = { descending: false }

interface Place {
  readonly rank: number
  readonly name: string
  readonly id: string
}

/** Reads the tree level by level: what it costs does not depend on how much there is elsewhere. */
export class TreeReader {
  readonly #db: Db
  readonly #directories: DirectoryStore

  constructor(db: Db) {
    this.#db = db
    this.#directories = new DirectoryStore(db)
  }

  /** `of`: a directory or a device; null: the top. `after`: where the page before ended. Throws NOT_FOUND, INVALID. */
  async children(space: string, of: string | null, after: string | null, limit: number) {
    const from = after === null ? null : placeOf(after)
    const wanted = limit + 1
    const directories = (from?.rank ?? 0) > 0 ? [] : await this.#directoriesBelow(space, of)
    const nodes = directories.filter(node => isBehind(node, from)).slice(0, wanted)
    if (nodes.length < wanted) nodes.push(...(await this.#devicesBelow(space, of, from, wanted - nodes.length)))
    if (nodes.length < wanted) nodes.push(...(await this.#channelsBelow(space, of, from, wanted - nodes.length)))
    const items = nodes.slice(0, limit)
    const last = items.at(-1)
    return { items, next: nodes.length > limit && last ? cursorOf(last) : null }
  }

  async search(space: string, text: string, limit: number): Promise<TreeNode[]> {
    const found = this.#db.selectFrom('directories').selectAll().where('space', '=', space)
    const lower = sql.ref('name')
    const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
    const directories = await found
      .where(sql<boolean>`lower(${lower}) like ${pattern} escape '\\'`)
      .orderBy('name')
      .limit(limit)
      .execute()
    const devices = await this.#db
      .selectFrom('devices')
      .selectAll()
      .where('space', '=', space)
      .where(contains('search', text))
      .orderBy('name')
      .limit(limit)
      .execute()
    const ids = await this.#db
      .selectFrom('channels')
      .select('id')
      .where('space', '=', space)
      .where(contains('search', text))
      .limit(limit)
      .execute()
    const channels = await new ChannelStore(this.#db).byIds(ids.map(row => row.id))
    const where = await this.#whereOf(space, channels, directories)
    return [
      ...directories.map(row => ({ ...directoryNode(row, NONE, true), counts: null, where: where.directory(row) })),
      ...devices.map(row => ({ ...deviceNode(row, NONE, true), counts: null, where: where.device(row.directory_id) })),
      ...channels
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map(row => ({ ...channelNode(row), where: where.channel(row) })),
    ].slice(0, limit)
  }

  async #directoriesBelow(space: string, of: string | null): Promise<TreeNode[]> {
    if (of?.startsWith('dv_')) return this.#mirrored(of, null)
    if (of === null) return this.#own(space, null)
    const directory = await this.#directories.byId(of)
    if (directory?.space !== space) throw new AppError('NOT_FOUND', { what: 'directory', id: of })
    return directory.device_id === null ? this.#own(space, of) : this.#mirrored(directory.device_id, of)
  }

  async #own(space: string, parent: string | null): Promise<TreeNode[]> {
    const all = await this.#directories.own(space)
    if (all.length === 0) return []
    const byDevice = await this.#countsByDevice(space)
    const own = new Map<string, Counts>()
    const put = (id: string | null, counts: Counts) => void (id !== null && own.set(id, sum(own.get(id), counts)))
    const filled = new Set<string | null>()
    const devices = this.#db.selectFrom('devices').select(['id', 'directory_id']).where('space', '=', space)
    for (const { id, directory_id } of await devices.where('directory_id', 'is not', null).execute()) {
      put(directory_id, byDevice.get(id) ?? NONE)
      filled.add(directory_id)
    }
    for (const { directory_id, ...counts } of await this.#countsByDirectory(space)) {
      put(directory_id, counts)
      filled.add(directory_id)
    }
    const children = Map.groupBy(all, row => row.parent_id)
    const total = totals(children, row => own.get(row.id) ?? NONE)
    return (children.get(parent) ?? []).map(row =>
      directoryNode(row, total(row), filled.has(row.id) || children.has(row.id)),
    )
  }

  async #mirrored(deviceId: string, parent: string | null): Promise<TreeNode[]> {
    const all = await this.#directories.of(deviceId)
    if (all.length === 0) return []
    const device = await new DeviceStore(this.#db).byId(deviceId)
    const there = device !== undefined && isThere(device.state)
    const rows = await this.#db
      .selectFrom('channels')
      .select(e => ['place', e.fn.countAll<number>().as('channels'), on.as('online')])
      .where('device_id', '=', deviceId)
      .where('gone_at', 'is', null)
      .groupBy('place')
      .execute()
    const byPlace = new Map(
      rows.map(row => [row.place, { channels: row.channels, online: there ? Number(row.online) : 0 }]),
    )
    const children = Map.groupBy(all, row => row.parent_id)
    const total = totals(children, row => byPlace.get(row.gb_id ?? '') ?? NONE)
    return (children.get(parent) ?? []).map(row =>
      directoryNode(row, total(row), byPlace.has(row.gb_id ?? '') || children.has(row.id)),
    )
  }

  async #devicesBelow(space: string, of: string | null, from: Place | null, limit: number): Promise<TreeNode[]> {
    if (of?.startsWith('dv_') || from?.rank === CHANNEL) return []
    let query = this.#db.selectFrom('devices').selectAll().where('space', '=', space)
    query = of === null ? query.where('directory_id', 'is', null) : query.where('directory_id', '=', of)
    if (from?.rank === DEVICE) query = query.where(behind('name', 'id', { value: from.name, name: from.id }, ASCENDING))
    const rows = await query.orderBy('name').orderBy('id').limit(limit).execute()
    const stats = await new DeviceStore(this.#db).stats(rows)
    return rows.map(row => {
      const counts = stats.get(row.id) ?? NONE
      return deviceNode(row, counts, counts.channels > 0)
    })
  }

  async #channelsBelow(space: string, of: string | null, from: Place | null, limit: number): Promise<TreeNode[]> {
    if (of === null) return []
    const mirrored = of.startsWith('dv_') ? null : await this.#directories.byId(of)
    const filter = of.startsWith('dv_')
      ? { deviceId: of, place: '' }
      : mirrored?.device_id
        ? { deviceId: mirrored.device_id, place: mirrored.gb_id ?? '' }
        : { directoryId: of }
    const after = from?.rank === CHANNEL ? { value: from.name, name: from.id } : undefined
    const page = { sort: { by: 'name', descending: false } as const, after, limit: limit - 1 }
    return (await new ChannelStore(this.#db).page({ space, ...filter }, page)).map(channelNode)
  }

  async #countsByDevice(space: string): Promise<Map<string, Counts>> {
    const rows = await this.#db
      .selectFrom('devices')
      .select(['id', 'state'])
      .where('space', '=', space)
      .where('directory_id', 'is not', null)
      .execute()
    return new DeviceStore(this.#db).stats(rows)
  }

  async #countsByDirectory(space: string) {
    const online = sql<number>`sum(case when c.status = 'on' and d.state in ('on', 'suspect') then 1 else 0 end)`
    const rows = await this.#db
      .selectFrom('channels as c')
      .innerJoin('devices as d', 'd.id', 'c.device_id')
      .select(e => ['c.directory_id', e.fn.countAll<number>().as('channels'), online.as('online')])
      .where('c.directory_id', 'is not', null)
      .where('c.space', '=', space)
      .where('c.gone_at', 'is', null)
      .groupBy('c.directory_id')
      .execute()
    return rows.map(row => ({ ...row, online: Number(row.online) }))
  }

  /** Names from the top down. */
  async #whereOf(space: string, channels: readonly ChannelOfDevice[], directories: readonly DirectoryRow[]) {
    const own = new Map((await this.#directories.own(space)).map(row => [row.id, row]))
    const deviceIds = [
      ...new Set([...channels.map(row => row.device_id), ...directories.flatMap(row => row.device_id ?? [])]),
    ]
    const mirrored = new Map<string, Map<string, DirectoryRow>>()
    const devices = new Map<string, { name: string; directory_id: string | null }>()
    for (const id of deviceIds) {
      mirrored.set(id, new Map((await this.#directories.of(id)).map(row => [row.id, row])))
      const device = await new DeviceStore(this.#db).byId(id)
      if (device) devices.set(id, device)
    }
    const upwards = (all: ReadonlyMap<string, DirectoryRow>, from: string | null): string[] => {
      const names: string[] = []
      // directories never hang in a circle
      for (let at = all.get(from ?? ''); at; at = all.get(at.parent_id ?? '')) names.unshift(at.name)
      return names
    }
    const device = (directoryId: string | null) => upwards(own, directoryId)
    const below = (id: string, from: string | null) => {
      const of = devices.get(id)
      return [...device(of?.directory_id ?? null), of?.name ?? '', ...upwards(mirrored.get(id) ?? new Map(), from)]
    }
    return {
      device,
      directory: (row: DirectoryRow) =>
        row.device_id === null ? upwards(own, row.parent_id) : below(row.device_id, row.parent_id),
      channel: (row: ChannelOfDevice) => {
        const all = [...(mirrored.get(row.device_id)?.values() ?? [])]
        return below(row.device_id, all.find(each => each.gb_id === row.place)?.id ?? null)
      },
    }
  }
}

const on = sql<number>`sum(case when status = 'on' then 1 else 0 end)`

function sum(a: Counts | undefined, b: Counts): Counts {
  return a ? { channels: a.channels + b.channels, online: a.online + b.online } : b
}

/** What is in a directory and in all below it; each is added up once. */
function totals(
  children: ReadonlyMap<string | null, readonly DirectoryRow[]>,
  own: (row: DirectoryRow) => Counts,
): (row: DirectoryRow) => Counts {
  const known = new Map<string, Counts>()
  const total = (row: DirectoryRow): Counts => {
    const before = known.get(row.id)
    if (before) return before
    let counts = own(row)
    for (const child of children.get(row.id) ?? []) counts = sum(counts, total(child))
    known.set(row.id, counts)
    return counts
  }
  return total
}

const EMPTY = {
  ...{ gbId: null, directoryKind: null, deviceState: null, online: null, path: null, counts: null, where: [] },
} as const

function directoryNode(row: DirectoryRow, counts: Counts, expandable: boolean): TreeNode {
  const { id, name, kind, gb_id } = row
  return { ...EMPTY, kind: 'directory', id, name, gbId: gb_id, directoryKind: kind, counts, expandable }
}

function deviceNode(
  row: { id: string; name: string; gb_id: string; state: DeviceState },
  counts: Counts,
  expandable: boolean,
): TreeNode {
  const { id, name, gb_id, state } = row
  return { ...EMPTY, kind: 'device', id, name, gbId: gb_id, deviceState: state, counts, expandable }
}

function channelNode(row: ChannelOfDevice): TreeNode {
  const { id, name, gb_id } = row
  const online = row.status === 'on' && row.enabled === 1 && row.device_enabled === 1 && isThere(row.device_state)
  return { ...EMPTY, kind: 'channel', id, name, gbId: gb_id, online, path: channelPath(row), expandable: false }
}

function cursorOf({ kind, name, id }: TreeNode): string {
  return Buffer.from(JSON.stringify([RANKS.indexOf(kind), name, id])).toString('base64url')
}

/** Throws INVALID. */
function placeOf(cursor: string): Place {
  try {
    const [rank, name, id]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (typeof rank === 'number' && typeof name === 'string' && typeof id === 'string') return { rank, name, id }
  } catch {
    // told below
  }
  throw new AppError('INVALID', { field: 'querystring.cursor', reason: 'not a cursor' })
}

function isBehind({ kind, name, id }: TreeNode, from: Place | null): boolean {
  if (from === null) return true
  const rank = RANKS.indexOf(kind)
  if (rank !== from.rank) return rank > from.rank
  return name === from.name ? id > from.id : name > from.name
}
