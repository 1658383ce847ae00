import { setImmediate } from 'node:timers/promises'
import type { Selectable, Updateable } from 'kysely'
import { AppError } from '../../base/errors.ts'
import type { GbParent, SharedChannel } from '../../link/gb28181.ts'
import type { Db } from '../../storage/database.ts'
import type {
  ParentChannelTable,
  ParentGroupTable,
  ParentPlatformTable,
  ParentStreamTable,
} from '../../storage/device-tables.ts'
import type { ParentChange, ParentPlatform } from './parent-platform.ts'

export type ParentGroupRow = Selectable<ParentGroupTable>
export type ParentChannelRow = Selectable<ParentChannelTable>
export type ParentStreamRow = Selectable<ParentStreamTable>

/** Rows of one insert: 6 parameters each, well below what SQLite takes. */
const CHUNK = 500

/** SQL of upper platforms and what they get to see. */
export class ParentStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async count(): Promise<number> {
    const query = this.#db.selectFrom('parent_platforms').select(e => e.fn.countAll<number>().as('count'))
    return (await query.executeTakeFirstOrThrow()).count
  }

  async all(space?: string): Promise<ParentPlatform[]> {
    let query = this.#db.selectFrom('parent_platforms').selectAll().orderBy('name').orderBy('id')
    if (space !== undefined) query = query.where('space', '=', space)
    return (await query.execute()).map(toParent)
  }

  async byId(id: string): Promise<ParentPlatform | undefined> {
    const row = await this.#db.selectFrom('parent_platforms').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toParent(row)
  }

  /** Throws NOT_FOUND. */
  async find(id: string): Promise<ParentPlatform> {
    const parent = await this.byId(id)
    if (!parent) throw new AppError('NOT_FOUND', { what: 'parent platform', id })
    return parent
  }

  async insert(row: ParentPlatformTable): Promise<void> {
    await this.#db.insertInto('parent_platforms').values(row).execute()
  }

  async update(id: string, change: Updateable<ParentPlatformTable>): Promise<void> {
    if (Object.keys(change).length === 0) return
    await this.#db.updateTable('parent_platforms').set(change).where('id', '=', id).execute()
  }

  async delete(id: string): Promise<void> {
    await this.#db.deleteFrom('parent_platforms').where('id', '=', id).execute()
  }

  groups(parentId: string): Promise<ParentGroupRow[]> {
    return this.#db.selectFrom('parent_groups').selectAll().where('parent_id', '=', parentId).orderBy('gb_id').execute()
  }

  /** Every group that stands for a directory, of any parent. */
  async groupsOfDirectories(): Promise<ParentGroupRow[]> {
    return this.#db.selectFrom('parent_groups').selectAll().where('directory_id', 'is not', null).execute()
  }

  async putGroup(row: ParentGroupRow): Promise<void> {
    const { name, parent_gb_id, directory_id } = row
    await this.#db
      .insertInto('parent_groups')
      .values(row)
      .onConflict(c => c.columns(['parent_id', 'gb_id']).doUpdateSet({ name, parent_gb_id, directory_id }))
      .execute()
  }

  async deleteGroup(parentId: string, gbId: string): Promise<void> {
    for (const table of ['parent_channels', 'parent_streams'] as const) {
      const shared = this.#db.updateTable(table).set({ group_gb_id: null })
      await shared.where('parent_id', '=', parentId).where('group_gb_id', '=', gbId).execute()
    }
    const group = this.#db.deleteFrom('parent_groups').where('parent_id', '=', parentId)
    await group.where('gb_id', '=', gbId).execute()
  }

  /** What is shared, with what it is here; in the order of ids there. */
  async channels(parentId: string, after: string, limit: number) {
    return this.#db
      .selectFrom('parent_channels as p')
      .innerJoin('channels as c', 'c.id', 'p.channel_id')
      .innerJoin('devices as d', 'd.id', 'c.device_id')
      .select(['p.channel_id', 'p.shared_id', 'p.name', 'p.group_gb_id', 'p.directory_id'])
      .select(['c.gb_id', 'c.name as channel_name', 'c.space', 'd.gb_id as device_gb_id', 'd.id as device_id'])
      .where('p.parent_id', '=', parentId)
      .where('p.shared_id', '>', after)
      .where('c.gone_at', 'is', null)
      .orderBy('p.shared_id')
      .limit(limit)
      .execute()
  }

  async shares(parentId: string): Promise<ParentChannelRow[]> {
    return this.#db.selectFrom('parent_channels').selectAll().where('parent_id', '=', parentId).execute()
  }

  /** Streams that are no channels, with what they are here; in the order of their codes there. */
  async streams(parentId: string, after: string, limit: number) {
    return this.#db
      .selectFrom('parent_streams as p')
      .innerJoin('streams as s', 's.id', 'p.stream_id')
      .select(['p.stream_id', 'p.shared_id', 'p.name', 'p.group_gb_id'])
      .select(['s.path', 's.space', 's.name as stream_name', 's.title'])
      .where('p.parent_id', '=', parentId)
      .where('p.shared_id', '>', after)
      .orderBy('p.shared_id')
      .limit(limit)
      .execute()
  }

  async streamShares(parentId: string): Promise<ParentStreamRow[]> {
    return this.#db.selectFrom('parent_streams').selectAll().where('parent_id', '=', parentId).execute()
  }

  /** Channels and streams, of one platform or of all. */
  async countShares(parentId?: string): Promise<number> {
    let count = 0
    for (const table of ['parent_channels', 'parent_streams'] as const) {
      let query = this.#db.selectFrom(table).select(e => e.fn.countAll<number>().as('count'))
      if (parentId !== undefined) query = query.where('parent_id', '=', parentId)
      count += Number((await query.executeTakeFirstOrThrow()).count)
    }
    return count
  }

  /** None of them is shared there now. */
  async insertStreams(rows: readonly ParentStreamRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += CHUNK) {
      const some = rows.slice(at, at + CHUNK)
      await this.#db.insertInto('parent_streams').values(some).execute()
    }
  }

  async deleteStreams(parentId: string, streamIds: readonly string[]): Promise<number> {
    let deleted = 0
    for (let at = 0; at < streamIds.length; at += CHUNK) {
      const some = streamIds.slice(at, at + CHUNK)
      const query = this.#db.deleteFrom('parent_streams').where('parent_id', '=', parentId)
      deleted += Number((await query.where('stream_id', 'in', some).executeTakeFirst()).numDeletedRows)
    }
    return deleted
  }

  async putChannels(rows: readonly ParentChannelRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += CHUNK) {
      if (at > 0) await setImmediate()
      await this.#db
        .insertInto('parent_channels')
        .values(rows.slice(at, at + CHUNK))
        .onConflict(c =>
          c.columns(['parent_id', 'channel_id']).doUpdateSet(e => ({
            shared_id: e.ref('excluded.shared_id'),
            name: e.ref('excluded.name'),
            group_gb_id: e.ref('excluded.group_gb_id'),
            directory_id: e.ref('excluded.directory_id'),
          })),
        )
        .execute()
    }
  }

  async deleteChannels(parentId: string, channelIds: readonly string[]): Promise<number> {
    let deleted = 0
    for (let at = 0; at < channelIds.length; at += CHUNK) {
      const some = channelIds.slice(at, at + CHUNK)
      const query = this.#db.deleteFrom('parent_channels').where('parent_id', '=', parentId)
      deleted += Number((await query.where('channel_id', 'in', some).executeTakeFirst()).numDeletedRows)
    }
    return deleted
  }

  /** As the nodes are to know them. */
  async forNodes(): Promise<GbParent[]> {
    const parents: GbParent[] = []
    for (const row of await this.#db.selectFrom('parent_platforms').selectAll().orderBy('id').execute()) {
      const groups = (await this.groups(row.id)).map(({ gb_id, name, parent_gb_id }) => ({
        ...{ gbId: gb_id, name, parentId: parent_gb_id },
      }))
      const channels: SharedChannel[] = []
      for await (const shared of inChunks(after => this.channels(row.id, after, CHUNK))) {
        channels.push({
          deviceGbId: shared.device_gb_id,
          channelGbId: shared.gb_id,
          space: shared.space,
          sharedId: shared.shared_id,
          name: shared.name ?? shared.channel_name,
          parentId: shared.group_gb_id,
        })
      }
      for await (const shared of inChunks(after => this.streams(row.id, after, CHUNK))) {
        const { group_gb_id: parentId, path, shared_id: sharedId, space } = shared
        const code = { deviceGbId: sharedId, channelGbId: sharedId, sharedId }
        channels.push({ ...code, space, path, name: streamName(shared), parentId })
      }
      parents.push({
        ...{ id: row.id, space: row.space, name: row.name, enabled: row.enabled === 1, host: row.host, port: row.port },
        ...{ serverId: row.server_id, domain: row.domain, transport: row.transport, localId: row.local_id },
        ...{ username: row.username, password: row.password, expiresS: row.expires_s, keepaliveS: row.keepalive_s },
        ...{ charset: row.charset, groups, channels },
      })
    }
    return parents
  }
}

/** As it is called there: its own name for that place, else its title, else the last part of its path. */
export function streamName(row: {
  readonly name: string | null
  readonly title: string
  readonly stream_name: string
}) {
  return row.name ?? (row.title || row.stream_name)
}

/** Rows in the order of their codes, without holding anybody up. */
async function* inChunks<T extends { readonly shared_id: string }>(read: (after: string) => Promise<T[]>) {
  for (let after = ''; ; ) {
    const some = await read(after)
    await setImmediate()
    yield* some
    const last = some.at(-1)
    if (some.length < CHUNK || !last) return
    after = last.shared_id
  }
}

function toParent(row: Selectable<ParentPlatformTable>): ParentPlatform {
  return {
    id: row.id,
    space: row.space,
    name: row.name,
    description: row.description,
    enabled: row.enabled === 1,
    serverId: row.server_id,
    domain: row.domain,
    host: row.host,
    port: row.port,
    transport: row.transport,
    localId: row.local_id,
    username: row.username,
    passwordSet: row.password !== null,
    expiresS: row.expires_s,
    keepaliveS: row.keepalive_s,
    charset: row.charset,
    createdAtMs: row.created_at,
    state: row.state,
    reason: row.reason,
    stateAtMs: row.state_at,
  }
}

/** Columns of what people set; only of what is named. */
export function columns(change: ParentChange): Updateable<ParentPlatformTable> {
  const { enabled, serverId, localId, expiresS, keepaliveS, ...rest } = change
  const set: Record<string, unknown> = {
    ...rest,
    enabled: enabled === undefined ? undefined : Number(enabled),
    server_id: serverId,
    local_id: localId,
    expires_s: expiresS,
    keepalive_s: keepaliveS,
  }
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined))
}
