import type { Clock } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Params, PLATFORM_SAYS } from '../../link/messages.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { OperationError } from '../operations/operation.ts'
import { told } from '../operations/operation-service.ts'
import type { Recording } from '../recordings/recording.ts'
import { SegmentStore } from '../recordings/segment-store.ts'
import type { StreamService } from '../streams/stream-service.ts'
import { NEW_SNAPSHOT, type SnapshotSettings } from '../templates/template.ts'
import { TemplateStore } from '../templates/template-store.ts'
import type { Snapshot } from './snapshot.ts'
import type { SnapshotIndex } from './snapshot-index.ts'
import { type SnapshotFilter, SnapshotStore } from './snapshot-store.ts'

/** Pictures of the begin and end of a recording are taken at most so long beside it. */
const BESIDE_MS = 5000

export interface SnapshotQuery extends Omit<SnapshotFilter, 'path'>, PageRequest<'takenAt'> {
  /** Id of a stream that still exists. */
  readonly stream?: string | undefined
  readonly path?: string | undefined
}

export interface SnapshotWish {
  /** Null: the newest keyframe of the live stream. */
  readonly atMs: number | null
  readonly template: string | null
  readonly format?: SnapshotSettings['format']
  readonly quality?: number
  readonly width?: number | null
}

export interface SnapshotServiceOptions {
  readonly db: Database
  readonly index: SnapshotIndex
  readonly streams: StreamService
  readonly links: NodeLinks
  readonly audit: AuditLog
  readonly clock: Clock
  readonly log: Log
}

/** Pictures of streams: taken on demand, found and deleted. */
export class SnapshotService {
  readonly #options: SnapshotServiceOptions

  constructor(options: SnapshotServiceOptions) {
    this.#options = options
  }

  /** Throws NOT_FOUND for the stream. */
  async list(actor: Actor, { stream, sort, after, limit, ...filter }: SnapshotQuery): Promise<Page<Snapshot>> {
    permit(actor, 'recordings.read')
    const path = stream === undefined ? filter.path : (await this.#options.streams.get(actor, stream)).path
    const rows = await new SnapshotStore(this.#options.db).page({ ...filter, path }, { sort, after, limit })
    return pageOf(rows, limit, ({ id, takenAtMs }) => ({ value: takenAtMs, name: id }))
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<Snapshot> {
    permit(actor, 'recordings.read')
    const snapshot = await new SnapshotStore(this.#options.db).byId(id)
    if (!snapshot) throw new AppError('NOT_FOUND', { what: 'snapshot', id })
    return snapshot
  }

  /** Of the live picture, or of any recorded second. Throws STREAM_NOT_FOUND, NOT_FOUND, NODE_UNAVAILABLE. */
  async take(actor: Actor, streamId: string, wish: SnapshotWish): Promise<Snapshot> {
    permit(actor, 'recordings.write')
    const { db, index, links, audit, clock } = this.#options
    const { path, live } = await this.#options.streams.get(actor, streamId)
    const { atMs, template } = wish
    const settings = await this.#settings(template)
    const { format = settings.format, quality = settings.quality, width = settings.width } = wish
    const asked = { path, atMs, template, format, quality, width }
    const nodes = atMs === null ? (live ? [live.nodeId] : links.nodes.keys()) : [await this.#holder(path, atMs)]
    const { nodeId, snapshot } = await this.#takeAt(nodes, asked)
    await db.transaction().execute(async trx => {
      await index.take(trx, nodeId, snapshot, clock.nowMs())
      await audit.record(trx, actor, { action: 'snapshot.take', object: streamId, after: { id: snapshot.id } })
    })
    return { ...snapshot, nodeId }
  }

  /** Throws NOT_FOUND, NODE_UNAVAILABLE. */
  async delete(actor: Actor, id: string): Promise<void> {
    const snapshot = await this.get(actor, id)
    permit(actor, 'recordings.delete')
    await this.#deleteAt(actor, snapshot.nodeId, [snapshot])
  }

  /** What became of each. */
  async deleteMany(
    actor: Actor,
    ids: readonly string[],
  ): Promise<{ readonly id: string; readonly error: OperationError | null }[]> {
    permit(actor, 'recordings.delete')
    const once = [...new Set(ids)]
    const found = await new SnapshotStore(this.#options.db).byIds(once)
    const errors = new Map<string, OperationError>(
      once.map(id => [id, told(new AppError('NOT_FOUND', { what: 'snapshot', id }))]),
    )
    for (const [nodeId, some] of Map.groupBy(found, ({ nodeId }) => nodeId)) {
      try {
        await this.#deleteAt(actor, nodeId, some)
        for (const { id } of some) errors.delete(id)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        for (const { id } of some) errors.set(id, told(error))
      }
    }
    return once.map(id => ({ id, error: errors.get(id) ?? null }))
  }

  /** Those taken at begin and end of recordings that were deleted. What cannot be reached now stays. */
  async deleteOfRecordings(recordings: readonly Recording[]): Promise<void> {
    const { db, links, index, clock, log } = this.#options
    for (const { path, startMs, endMs } of recordings) {
      const found = await new SnapshotStore(db).ofRecording(path, startMs - BESIDE_MS, endMs + BESIDE_MS)
      for (const [nodeId, some] of Map.groupBy(found, ({ nodeId }) => nodeId)) {
        const ids = some.map(({ id }) => id)
        try {
          await links.request(nodeId, 'snapshot.delete', { snapshots: ids })
          await db.transaction().execute(trx => index.remove(trx, ids, clock.nowMs()))
        } catch (error) {
          log.warn('pictures of deleted recordings stay', { path, reason: errorText(error) })
        }
      }
    }
  }

  /** At the first of the nodes that has the stream, or whose devices can bring it. */
  async #takeAt(nodes: Iterable<string>, asked: Params<typeof PLATFORM_SAYS, 'snapshot.take'>) {
    for (const nodeId of nodes) {
      try {
        return { nodeId, ...(await this.#options.links.request(nodeId, 'snapshot.take', asked)) }
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'STREAM_NOT_FOUND')) throw error
      }
    }
    throw new AppError('STREAM_NOT_FOUND', { path: asked.path })
  }

  async #settings(template: string | null): Promise<SnapshotSettings> {
    if (template === null) return NEW_SNAPSHOT
    const found = await new TemplateStore(this.#options.db).byId(template)
    if (found?.kind !== 'snapshot') throw new AppError('NOT_FOUND', { what: 'snapshot template', id: template })
    return found.settings
  }

  async #holder(path: string, atMs: number): Promise<string> {
    const holder = await new SegmentStore(this.#options.db).holder(path, { startMs: atMs, endMs: atMs + 1 })
    if (holder) return holder.nodeId
    throw new AppError('NOT_FOUND', { what: 'recording of', id: `${path} at ${new Date(atMs).toISOString()}` })
  }

  async #deleteAt(actor: Actor, nodeId: string, snapshots: readonly Snapshot[]): Promise<void> {
    const { db, links, index, audit, clock } = this.#options
    const ids = snapshots.map(({ id }) => id)
    await links.request(nodeId, 'snapshot.delete', { snapshots: ids })
    await db.transaction().execute(async trx => {
      await index.remove(trx, ids, clock.nowMs())
      for (const { id, path, takenAtMs } of snapshots) {
        const before = { path, takenAt: new Date(takenAtMs).toISOString() }
        await audit.record(trx, actor, { action: 'snapshot.delete', object: id, before })
      }
    })
  }
}
