import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Segment } from '../../link/recording.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { Operation } from '../operations/operation.ts'
import { type OperationService, type Progress, told } from '../operations/operation-service.ts'
import type { RecordingIndex } from './recording-index.ts'
import { SegmentStore } from './segment-store.ts'

/** Files of one question: a transaction of some tens of milliseconds. */
const PAGE = 500

export interface IndexRebuildingOptions {
  readonly db: Database
  readonly index: RecordingIndex
  readonly links: NodeLinks
  readonly operations: OperationService
  readonly audit: AuditLog
  readonly clock: Clock
}

/** Makes the index of recordings anew from what the nodes have. What people wrote on recordings stays. */
export class IndexRebuilding {
  readonly #options: IndexRebuildingOptions

  constructor(options: IndexRebuildingOptions) {
    this.#options = options
  }

  /** Only nodes whose link is up; of the others nothing changes. */
  async start(actor: Actor): Promise<Operation> {
    permit(actor, 'system.reload')
    const { audit, db, links, operations } = this.#options
    const nodes = [...links.nodes.keys()]
    const operation = await operations.start(actor, {
      kind: 'recordings.rebuild',
      total: nodes.length,
      run: progress => this.#run(nodes, progress),
    })
    await audit.recordAlone(db, actor, { action: 'recording.rebuild', object: operation.id, after: { nodes } })
    return operation
  }

  async #run(nodes: readonly string[], { signal, step }: Progress): Promise<null> {
    for (const nodeId of nodes) {
      if (signal.aborted) break
      try {
        await this.#node(nodeId, signal)
        step({ name: nodeId, ok: true, error: null })
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        step({ name: nodeId, ok: false, error: told(error) })
      }
    }
    return null
  }

  async #node(nodeId: string, signal: AbortSignal): Promise<void> {
    const { clock, links } = this.#options
    const beganMs = clock.nowMs()
    for (let after = ''; !signal.aborted; ) {
      const { segments } = await links.request(nodeId, 'recording.index', { after, limit: PAGE })
      const last = segments.length < PAGE ? null : (segments.at(-1)?.id ?? null)
      await this.#page(nodeId, segments, { after, last, beganMs })
      if (last === null) break
      after = last
    }
  }

  /** What the node does not name between its first and last one is gone; what it made meanwhile is not known yet. */
  async #page(
    nodeId: string,
    segments: readonly Segment[],
    { after, last, beganMs }: { after: string; last: string | null; beganMs: number },
  ): Promise<void> {
    const { clock, db, index } = this.#options
    const now = clock.nowMs()
    const there = new Set(segments.map(({ id }) => id))
    await db.transaction().execute(async trx => {
      for (const segment of segments) await index.put(trx, nodeId, segment, now)
      const known = await new SegmentStore(trx).idsOf(nodeId, after, last, beganMs)
      const gone = known.filter(id => !there.has(id))
      await index.remove(trx, gone, now)
    })
  }
}
