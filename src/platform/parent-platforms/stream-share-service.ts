import { AppError } from '../../base/errors.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { ChannelStore } from '../channels/channel-store.ts'
import type { DesiredDevices } from '../devices/desired-devices.ts'
import { type Page, pageOf } from '../lists/page.ts'
import { type StreamRow, StreamStore } from '../streams/stream-store.ts'
import type { ParentPlatform } from './parent-platform.ts'
import { checkShares, SharedIds } from './parent-shares.ts'
import { ParentStore, type ParentStreamRow, streamName } from './parent-store.ts'

export interface StreamShareWish {
  readonly streamId: string
  /** Its code there; a new one when left out. */
  readonly sharedId?: string | undefined
  /** Null: as here. */
  readonly name: string | null
  /** Virtual directory there; null: below our system. */
  readonly groupGbId: string | null
}

export interface StreamShareResult {
  readonly streamId: string
  readonly sharedId: string | null
  readonly error: AppError | null
}

/** A stream as an upper platform sees it: a channel like any other. */
export interface StreamShare {
  readonly streamId: string
  readonly path: string
  readonly sharedId: string
  readonly name: string
  readonly groupGbId: string | null
}

/** Streams that are no channels of devices, pushed by whatever protocol, shown to upper platforms. */
export class StreamShareService {
  readonly #db: Database
  readonly #desired: DesiredDevices
  readonly #audit: AuditLog

  constructor({
    audit,
    db,
    desired,
  }: { readonly db: Database; readonly desired: DesiredDevices; readonly audit: AuditLog }) {
    this.#db = db
    this.#desired = desired
    this.#audit = audit
  }

  /** In the order of their codes there. Throws NOT_FOUND. */
  async list(actor: Actor, id: string, after: string, limit: number): Promise<Page<StreamShare>> {
    permit(actor, 'devices.read')
    const store = new ParentStore(this.#db)
    await store.find(id)
    const shares = (await store.streams(id, after, limit + 1)).map(row => ({
      ...{ streamId: row.stream_id, path: row.path, sharedId: row.shared_id },
      ...{ name: streamName(row), groupGbId: row.group_gb_id },
    }))
    return pageOf(shares, limit, share => ({ value: share.sharedId, name: share.sharedId }))
  }

  /** What became of each. A stream shared already is shared as it is wished now. Throws NOT_FOUND, LIMIT_REACHED. */
  async share(actor: Actor, id: string, wishes: readonly StreamShareWish[]): Promise<StreamShareResult[]> {
    permit(actor, 'parents.write')
    return this.#desired.change(async trx => {
      const store = new ParentStore(trx)
      const parent = await store.find(id)
      const asked = new Set(wishes.map(wish => wish.streamId))
      const before = await store.streamShares(id)
      const known = new Map(before.map(share => [share.stream_id, share]))
      const others = before.filter(share => !asked.has(share.stream_id))
      await checkShares(store, id, asked.size)
      const ids = SharedIds.beside(parent, await store.shares(id), others)
      const groups = new Set((await store.groups(id)).map(group => group.gb_id))
      const rows = new Map<string, ParentStreamRow>()
      const results: StreamShareResult[] = []
      for (const wish of wishes) {
        const { groupGbId: group_gb_id, name, streamId } = wish
        try {
          const stream = await shareable(trx, parent, streamId)
          if (group_gb_id !== null && !groups.has(group_gb_id)) {
            throw new AppError('NOT_FOUND', { what: 'group', id: group_gb_id })
          }
          const shared_id = ids.made(wish.sharedId ?? known.get(stream.id)?.shared_id)
          rows.set(streamId, { parent_id: id, stream_id: stream.id, shared_id, name, group_gb_id })
          results.push({ streamId, sharedId: shared_id, error: null })
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          results.push({ streamId, sharedId: null, error })
        }
      }
      // codes may go from one to another: first none has one
      await store.deleteStreams(id, [...rows.keys()])
      await store.insertStreams([...rows.values()])
      await this.#audit.record(trx, actor, { action: 'parent.share', object: id, after: { sharedStreams: rows.size } })
      return results
    })
  }

  /** How many were shared. Throws NOT_FOUND. */
  async unshare(actor: Actor, id: string, streamIds: readonly string[]): Promise<number> {
    permit(actor, 'parents.write')
    return this.#desired.change(async trx => {
      const store = new ParentStore(trx)
      await store.find(id)
      const unshared = await store.deleteStreams(id, streamIds)
      await this.#audit.record(trx, actor, { action: 'parent.share', object: id, after: { unsharedStreams: unshared } })
      return unshared
    })
  }
}

/** Throws NOT_FOUND; INVALID for the stream of a channel, which is shared as that channel. */
async function shareable(trx: Db, parent: ParentPlatform, streamId: string): Promise<StreamRow> {
  const stream = await new StreamStore(trx).byId(streamId)
  if (stream?.space !== parent.space) throw new AppError('NOT_FOUND', { what: 'stream', id: streamId })
  const channel = await new ChannelStore(trx).idOf(stream)
  if (channel === null) return stream
  throw new AppError('INVALID', { field: 'streamId', reason: `it is the channel ${channel}: share that` })
}
