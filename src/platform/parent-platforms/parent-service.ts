import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type ChannelOfDevice, ChannelStore } from '../channels/channel-store.ts'
import type { DesiredDevices } from '../devices/desired-devices.ts'
import { codePrefix, codeWith, typeCode } from '../devices/gb-id.ts'
import { below } from '../directories/directory-service.ts'
import { type DirectoryRow, DirectoryStore } from '../directories/directory-store.ts'
import { type Page, pageOf } from '../lists/page.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { SpaceStore } from '../spaces/space-store.ts'
import type { ParentChange, ParentFacts, ParentPlatform } from './parent-platform.ts'
import { checkShares, refreshShares, SharedIds } from './parent-shares.ts'
import { columns, type ParentChannelRow, type ParentGroupRow, ParentStore } from './parent-store.ts'

/** Upper platforms at once: the link's message has room for so many. */
const MAX_PARENTS = 100
/** Virtual directories of one. */
const MAX_GROUPS = 5000
/** Type of the codes made for directories that are shared. */
const VIRTUAL_ORGANISATION = 216

export type ParentWish = Omit<ParentFacts, 'localId'> & {
  readonly space: string
  readonly localId?: string | undefined
}

export interface ShareWish {
  readonly channelId: string
  /** Its code there; its own, or a new one, when left out. */
  readonly sharedId?: string | undefined
  /** Null: as here. */
  readonly name: string | null
  /** Virtual directory there; null: below our system. */
  readonly groupGbId: string | null
}

export interface ShareResult {
  readonly channelId: string
  readonly sharedId: string | null
  readonly error: AppError | null
}

/** A channel as an upper platform sees it. */
export interface Share {
  readonly channelId: string
  readonly channelName: string
  readonly channelGbId: string
  readonly deviceId: string
  readonly sharedId: string
  readonly name: string
  readonly groupGbId: string | null
  /** Shared because it is in this directory; null: by itself. */
  readonly directoryId: string | null
}

export interface Group {
  readonly gbId: string
  readonly name: string
  readonly parentGbId: string | null
  readonly directoryId: string | null
}

/** Writes down whether upper platforms have taken us. */
export class ParentEvents implements EventSink {
  async apply(db: Db, _: string, event: NodeEvent): Promise<void> {
    if (event.type !== 'parent.state') return
    const { parent, state, reason, atMs } = event
    await new ParentStore(db).update(parent, { state, reason, state_at: atMs })
  }
}

export interface ParentServiceOptions {
  readonly db: Database
  readonly desired: DesiredDevices
  readonly audit: AuditLog
  readonly clock: Clock
  /** Code of this server: what we are to an upper platform that names nothing else. */
  readonly serverId: () => string
}

/** Upper platforms we register with, and what they get to see. */
export class ParentService {
  readonly #options: ParentServiceOptions
  readonly #db: Database

  #telling: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | null = null

  constructor(options: ParentServiceOptions) {
    this.#options = options
    this.#db = options.db
  }

  async list(actor: Actor, space?: string): Promise<ParentPlatform[]> {
    permit(actor, 'devices.read')
    return new ParentStore(this.#db).all(space)
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<ParentPlatform> {
    permit(actor, 'devices.read')
    return find(this.#db, id)
  }

  /** Throws NOT_FOUND for the space, LIMIT_REACHED. */
  async create(actor: Actor, { space, ...wish }: ParentWish): Promise<ParentPlatform> {
    permit(actor, 'parents.write')
    const facts: ParentFacts = { ...wish, localId: wish.localId ?? this.#options.serverId() }
    return this.#options.desired.change(async (trx, nowMs) => {
      const store = new ParentStore(trx)
      if (!(await new SpaceStore(trx).byName(space))) throw new AppError('NOT_FOUND', { what: 'space', id: space })
      if ((await store.count()) >= MAX_PARENTS) {
        throw new AppError('LIMIT_REACHED', { what: 'upper platforms', limit: MAX_PARENTS })
      }
      const { name, description, host, domain, port, transport, username, password, charset } = facts
      const id = newId('pp', nowMs)
      await store.insert({
        ...{ id, space, name, description, host, domain, port, transport, username, password, charset },
        ...{ enabled: Number(facts.enabled), server_id: facts.serverId, local_id: facts.localId },
        ...{ expires_s: facts.expiresS, keepalive_s: facts.keepaliveS, created_at: nowMs },
        ...{ state: 'off', reason: '', state_at: null },
      })
      await this.#options.audit.record(trx, actor, { action: 'parent.create', object: id, after: { space, ...facts } })
      return find(trx, id)
    })
  }

  /** Throws NOT_FOUND. */
  async update(actor: Actor, id: string, change: ParentChange): Promise<ParentPlatform> {
    permit(actor, 'parents.write')
    return this.#options.desired.change(async trx => {
      const before = await find(trx, id)
      await new ParentStore(trx).update(id, columns(change))
      const after = { ...before, ...change }
      await this.#options.audit.record(trx, actor, { action: 'parent.update', object: id, before, after })
      return find(trx, id)
    })
  }

  /** Throws NOT_FOUND. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'parents.write')
    await this.#options.desired.change(async trx => {
      const before = await find(trx, id)
      await new ParentStore(trx).delete(id)
      await this.#options.audit.record(trx, actor, { action: 'parent.delete', object: id, before })
    })
  }

  /** In the order of their codes there. Throws NOT_FOUND. */
  async shares(actor: Actor, id: string, after: string, limit: number): Promise<Page<Share>> {
    permit(actor, 'devices.read')
    await find(this.#db, id)
    const rows = await new ParentStore(this.#db).channels(id, after, limit + 1)
    const shares = rows.map(row => ({
      ...{ channelId: row.channel_id, channelName: row.channel_name, channelGbId: row.gb_id, deviceId: row.device_id },
      ...{ sharedId: row.shared_id, name: row.name ?? row.channel_name },
      ...{ groupGbId: row.group_gb_id, directoryId: row.directory_id },
    }))
    return pageOf(shares, limit, share => ({ value: share.sharedId, name: share.sharedId }))
  }

  /** What became of each. A channel shared already is shared as it is wished now. Throws NOT_FOUND, LIMIT_REACHED. */
  async share(actor: Actor, id: string, wishes: readonly ShareWish[]): Promise<ShareResult[]> {
    permit(actor, 'parents.write')
    return this.#options.desired.change(async trx => {
      const parent = await find(trx, id)
      const store = new ParentStore(trx)
      const asked = new Set(wishes.map(wish => wish.channelId))
      const others = (await store.shares(id)).filter(share => !asked.has(share.channel_id))
      await checkShares(store, id, asked.size)
      const ids = SharedIds.beside(parent, others, await store.streamShares(id))
      const channels = new Map((await new ChannelStore(trx).byIds([...asked])).map(row => [row.id, row]))
      const groups = new Set((await store.groups(id)).map(group => group.gb_id))
      const rows = new Map<string, ParentChannelRow>()
      const results = wishes.map((wish): ShareResult => {
        try {
          const row = shareOf(parent, wish, channels.get(wish.channelId), groups, ids)
          rows.set(wish.channelId, row)
          return { channelId: wish.channelId, sharedId: row.shared_id, error: null }
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          return { channelId: wish.channelId, sharedId: null, error }
        }
      })
      // codes may go from one to another: first none has one
      await store.deleteChannels(id, [...rows.keys()])
      await store.putChannels([...rows.values()])
      await this.#options.audit.record(trx, actor, { action: 'parent.share', object: id, after: { shared: rows.size } })
      return results
    })
  }

  /** Throws NOT_FOUND. */
  async unshare(actor: Actor, id: string, channelIds: readonly string[]): Promise<number> {
    permit(actor, 'parents.write')
    return this.#options.desired.change(async trx => {
      await find(trx, id)
      const unshared = await new ParentStore(trx).deleteChannels(id, channelIds)
      await this.#options.audit.record(trx, actor, { action: 'parent.share', object: id, after: { unshared } })
      return unshared
    })
  }

  /** Throws NOT_FOUND. */
  async groups(actor: Actor, id: string): Promise<Group[]> {
    permit(actor, 'devices.read')
    await find(this.#db, id)
    return (await new ParentStore(this.#db).groups(id)).map(toGroup)
  }

  /** Makes or changes a virtual directory there. Throws NOT_FOUND, INVALID, LIMIT_REACHED. */
  async putGroup(actor: Actor, id: string, group: Group): Promise<Group> {
    permit(actor, 'parents.write')
    return this.#options.desired.change(async trx => {
      await find(trx, id)
      const store = new ParentStore(trx)
      const known = await store.groups(id)
      const { gbId, name, parentGbId, directoryId } = group
      checkGroup(group, known)
      if (directoryId !== null && !(await new DirectoryStore(trx).byId(directoryId))) {
        throw new AppError('NOT_FOUND', { what: 'directory', id: directoryId })
      }
      const row = { parent_id: id, gb_id: gbId, name, parent_gb_id: parentGbId, directory_id: directoryId }
      await store.putGroup(row)
      await refreshShares(trx)
      await this.#options.audit.record(trx, actor, { action: 'parent.share', object: id, after: { group } })
      return group
    })
  }

  /** What hung below it hangs below our system then. Throws NOT_FOUND. */
  async deleteGroup(actor: Actor, id: string, gbId: string): Promise<void> {
    permit(actor, 'parents.write')
    await this.#options.desired.change(async trx => {
      await find(trx, id)
      const store = new ParentStore(trx)
      const group = (await store.groups(id)).find(each => each.gb_id === gbId)
      if (!group) throw new AppError('NOT_FOUND', { what: 'group', id: gbId })
      for (const child of await store.groups(id)) {
        if (child.parent_gb_id === gbId) await store.putGroup({ ...child, parent_gb_id: null })
      }
      const ofIt = (await store.shares(id)).filter(
        share => share.group_gb_id === gbId && share.directory_id !== null && share.directory_id === group.directory_id,
      )
      await store.deleteChannels(
        id,
        ofIt.map(share => share.channel_id),
      )
      await store.deleteGroup(id, gbId)
      await this.#options.audit.record(trx, actor, { action: 'parent.share', object: id, before: { group: gbId } })
    })
  }

  /**
   * Shares a directory with all below it as virtual organisations of their own codes; channels are shared as they come
   * into them and go. Answers the groups. Throws NOT_FOUND, LIMIT_REACHED.
   */
  async shareDirectory(actor: Actor, id: string, directoryId: string, parentGbId: string | null): Promise<Group[]> {
    permit(actor, 'parents.write')
    return this.#options.desired.change(async trx => {
      const parent = await find(trx, id)
      const directories = new DirectoryStore(trx)
      const top = await directories.byId(directoryId)
      if (top?.space !== parent.space) throw new AppError('NOT_FOUND', { what: 'directory', id: directoryId })
      const all = top.device_id === null ? await directories.own(top.space) : await directories.of(top.device_id)
      const wanted = below(all, directoryId)
      const store = new ParentStore(trx)
      const known = await store.groups(id)
      if (known.length + wanted.size > MAX_GROUPS) {
        throw new AppError('LIMIT_REACHED', { what: 'virtual directories', limit: MAX_GROUPS })
      }
      const rows = groupRows(parent, all, wanted, known, { directoryId, parentGbId })
      for (const row of rows) await store.putGroup(row)
      await refreshShares(trx)
      const after = { directory: top.name, groups: rows.length }
      await this.#options.audit.record(trx, actor, { action: 'parent.share', object: id, after })
      return rows.map(toGroup)
    })
  }

  /** After channels or directories have changed: what is shared follows, and the nodes hear of new names. */
  async refresh(): Promise<void> {
    if ((await new ParentStore(this.#db).count()) > 0) {
      await this.#options.desired.change(async trx => void (await refreshShares(trx)))
    }
  }

  /** After streams were named otherwise or deleted: those that change while nodes are being told are told together. */
  streamsChanged(): Promise<void> {
    this.#waiting ??= this.#telling
      .catch(() => {}) // whoever asked for it heard of it
      .then(() => {
        this.#waiting = null
        this.#telling = this.refresh()
        return this.#telling
      })
    return this.#waiting
  }
}

const find = (db: Db, id: string): Promise<ParentPlatform> => new ParentStore(db).find(id)

/** Throws NOT_FOUND, INVALID, CONFLICT. */
function shareOf(
  parent: ParentPlatform,
  { channelId, sharedId, name, groupGbId }: ShareWish,
  channel: ChannelOfDevice | undefined,
  groups: ReadonlySet<string>,
  ids: SharedIds,
): ParentChannelRow {
  if (channel?.space !== parent.space) throw new AppError('NOT_FOUND', { what: 'channel', id: channelId })
  if (channel.device_gb_id === parent.serverId) {
    const reason = 'it came from that platform: it would go round in a circle'
    throw new AppError('INVALID', { field: 'channelId', reason })
  }
  if (groupGbId !== null && !groups.has(groupGbId)) throw new AppError('NOT_FOUND', { what: 'group', id: groupGbId })
  const shared_id = ids.next(channel.gb_id, sharedId)
  return { parent_id: parent.id, channel_id: channelId, shared_id, name, group_gb_id: groupGbId, directory_id: null }
}

/** Throws INVALID, LIMIT_REACHED. */
function checkGroup({ gbId, parentGbId }: Group, known: readonly ParentGroupRow[]): void {
  const invalid = (field: string, reason: string) => new AppError('INVALID', { field, reason })
  const type = typeCode(gbId)
  if (!(Number.isNaN(type) || type === 215 || type === VIRTUAL_ORGANISATION)) {
    throw invalid('gbId', 'expected an area of 2, 4, 6 or 8 digits, or a code of type 215 or 216')
  }
  const above = new Map(known.map(group => [group.gb_id, group.parent_gb_id]))
  if (parentGbId !== null && !above.has(parentGbId)) throw invalid('body.parentGbId', 'is no group of this platform')
  for (let at = parentGbId; at !== null; at = above.get(at) ?? null) {
    if (at === gbId) throw invalid('body.parentGbId', 'is the group itself or below it')
  }
  if (!above.has(gbId) && known.length >= MAX_GROUPS) {
    throw new AppError('LIMIT_REACHED', { what: 'virtual directories', limit: MAX_GROUPS })
  }
}

/** One that is shared already keeps its code. */
function groupRows(
  parent: ParentPlatform,
  all: readonly DirectoryRow[],
  wanted: ReadonlySet<string>,
  known: readonly ParentGroupRow[],
  top: { readonly directoryId: string; readonly parentGbId: string | null },
): ParentGroupRow[] {
  const prefix = codePrefix(parent.localId.slice(0, 10), VIRTUAL_ORGANISATION)
  const codes = new Map(
    known.flatMap(group => (group.directory_id === null ? [] : [[group.directory_id, group.gb_id]])),
  )
  let serial = known.reduce(
    (most, { gb_id }) => (gb_id.startsWith(prefix) ? Math.max(most, Number(gb_id.slice(prefix.length))) : most),
    0,
  )
  const directories = all.filter(row => wanted.has(row.id))
  for (const { id } of directories) if (!codes.has(id)) codes.set(id, codeWith(prefix, ++serial))
  return directories.map(({ id, name, parent_id }) => ({
    ...{ parent_id: parent.id, gb_id: codes.get(id) ?? '', name, directory_id: id },
    parent_gb_id: id === top.directoryId ? top.parentGbId : (codes.get(parent_id ?? '') ?? null),
  }))
}

function toGroup({ gb_id, name, parent_gb_id, directory_id }: ParentGroupRow): Group {
  return { gbId: gb_id, name, parentGbId: parent_gb_id, directoryId: directory_id }
}
