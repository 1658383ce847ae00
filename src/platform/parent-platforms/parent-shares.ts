import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../base/errors.ts'
import { MAX_SHARED_CHANNELS } from '../../link/gb28181.ts'
import type { Db } from '../../storage/database.ts'
import { codePrefix, codeWith } from '../devices/gb-id.ts'
import { DirectoryStore } from '../directories/directory-store.ts'
import type { ParentPlatform } from './parent-platform.ts'
import { type ParentChannelRow, type ParentGroupRow, ParentStore, type ParentStreamRow } from './parent-store.ts'

/** Of all upper platforms together: a message of the link holds them, beside the devices. */
const MAX_SHARES = 30_000
/** Type of the codes made for channels whose own is taken there: IP camera. */
const CAMERA = 132
/** Where codes of streams begin: cameras are numbered from one, and shall find theirs free. */
const FIRST_MADE = 900_001

/** Hands out codes within one upper platform: a channel keeps its own as long as that is free there. */
export class SharedIds {
  readonly #taken: Set<string>
  readonly #prefix: string
  #serial = 0

  private constructor(parent: Pick<ParentPlatform, 'localId'>, taken: Iterable<string>) {
    this.#taken = new Set(taken)
    this.#prefix = codePrefix(parent.localId.slice(0, 10), CAMERA)
  }

  /** Codes that neither these channels nor these streams have there. */
  static beside(
    parent: Pick<ParentPlatform, 'localId'>,
    channels: readonly Pick<ParentChannelRow, 'shared_id'>[],
    streams: readonly Pick<ParentStreamRow, 'shared_id'>[],
  ): SharedIds {
    return new SharedIds(
      parent,
      [...channels, ...streams].map(({ shared_id }) => shared_id),
    )
  }

  /** A code for what has none here. Throws CONFLICT for a wish that is taken. */
  made(wish: string | undefined): string {
    return this.next(codeWith(this.#prefix, FIRST_MADE), wish, FIRST_MADE)
  }

  /** Throws CONFLICT for a wish that is taken. */
  next(own: string, wish: string | undefined, from = 0): string {
    if (wish !== undefined && this.#taken.has(wish)) throw new AppError('CONFLICT', { what: 'shared code', id: wish })
    this.#serial = Math.max(this.#serial, from)
    let id = wish ?? own
    while (this.#taken.has(id)) id = codeWith(this.#prefix, ++this.#serial)
    this.#taken.add(id)
    return id
  }
}

/** Throws LIMIT_REACHED. */
export async function checkShares(store: ParentStore, parentId: string, more: number): Promise<void> {
  const limit = (what: string, limit: number) => new AppError('LIMIT_REACHED', { what, limit })
  if ((await store.countShares(parentId)) + more > MAX_SHARED_CHANNELS) {
    throw limit('channels shared with one upper platform', MAX_SHARED_CHANNELS)
  }
  if ((await store.countShares()) + more > MAX_SHARES) throw limit('channels shared with upper platforms', MAX_SHARES)
}

/** Brings what is shared by directory up to date with what is in the directories now. True when something changed. */
export async function refreshShares(db: Db): Promise<boolean> {
  const store = new ParentStore(db)
  const groups = Map.groupBy(await store.groupsOfDirectories(), group => group.parent_id)
  let changed = false
  for (const [parentId, some] of groups) {
    const parent = await store.byId(parentId)
    if (parent) changed = (await refreshParent(db, store, parent, some)) || changed
    await setImmediate()
  }
  return changed
}

async function refreshParent(db: Db, store: ParentStore, parent: ParentPlatform, groups: readonly ParentGroupRow[]) {
  const shares = await store.shares(parent.id)
  const known = new Map(shares.map(share => [share.channel_id, share]))
  const streams = await store.streamShares(parent.id)
  const ids = SharedIds.beside(parent, shares, streams)
  const wanted = await channelsOf(db, parent, groups)
  const changed: ParentChannelRow[] = []
  let room = MAX_SHARED_CHANNELS - shares.length - streams.length
  for (const [channel_id, { gb_id, place }] of wanted) {
    const share = known.get(channel_id)
    // what people share by itself stays as they wished it
    if (share && (share.directory_id === null || share.directory_id === place.directory_id)) continue
    if (share) changed.push({ ...share, ...place })
    else if (room-- > 0) {
      const shared_id = ids.next(gb_id, undefined)
      changed.push({ parent_id: parent.id, channel_id, shared_id, name: null, ...place })
    }
  }
  const surplus = shares.filter(share => share.directory_id !== null && !wanted.has(share.channel_id))
  await store.putChannels(changed)
  await store.deleteChannels(
    parent.id,
    surplus.map(share => share.channel_id),
  )
  return changed.length + surplus.length > 0
}

interface Wanted {
  readonly gb_id: string
  readonly place: Pick<ParentChannelRow, 'group_gb_id' | 'directory_id'>
}

/** By channel: the directory it was put into itself goes over that of its device. */
async function channelsOf(db: Db, { serverId }: ParentPlatform, groups: readonly ParentGroupRow[]) {
  const wanted = new Map<string, Wanted>()
  for (const by of ['device', 'channel'] as const) {
    for (const { directory_id, gb_id: group_gb_id } of groups) {
      if (directory_id === null) continue
      for (const { id, gb_id } of await channelsIn(db, directory_id, serverId, by)) {
        wanted.set(id, { gb_id, place: { group_gb_id, directory_id } })
      }
    }
  }
  return wanted
}

/** Those directly in a directory, with their device or by themselves; never what came from the platform itself. */
async function channelsIn(db: Db, directoryId: string, serverId: string, by: 'device' | 'channel') {
  const directory = await new DirectoryStore(db).byId(directoryId)
  if (!directory) return []
  const { device_id, gb_id } = directory
  const query = db
    .selectFrom('channels as c')
    .innerJoin('devices as d', 'd.id', 'c.device_id')
    .select(['c.id', 'c.gb_id'])
    .where('c.gone_at', 'is', null)
    .where('d.gb_id', '!=', serverId)
    .orderBy('c.gb_id')
    .limit(MAX_SHARED_CHANNELS)
  if (by === 'channel') return query.where('c.directory_id', '=', directoryId).execute()
  if (device_id === null) return query.where('d.directory_id', '=', directoryId).execute()
  return query
    .where('c.device_id', '=', device_id)
    .where('c.place', '=', gb_id ?? '')
    .execute()
}
