import type { Clock, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { ExportStatus } from '../../link/recording.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { may, permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { Operation } from '../operations/operation.ts'
import type { OperationService, Progress } from '../operations/operation-service.ts'
import type { Span } from '../recordings/recording.ts'
import type { RecordingService } from '../recordings/recording-service.ts'
import type { Export, RunningExport } from './export.ts'
import { ExportStore } from './export-store.ts'

/** More is a job for a copy of the store. */
const MAX_LENGTH_MS = 2 * 86_400_000
/** How often the node is asked how far it is. */
const LOOK_EVERY_MS = 1000
/** As long as its operation is known. */
const KEEP_MS = 30 * 86_400_000
/** Progress is told in percent. */
const WHOLE = 100

export interface ExportServiceOptions {
  readonly db: Database
  readonly recordings: RecordingService
  readonly links: NodeLinks
  readonly operations: OperationService
  readonly audit: AuditLog
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** Makes files of any recorded time, at the node that has it. */
export class ExportService {
  readonly #options: ExportServiceOptions

  constructor(options: ExportServiceOptions) {
    this.#options = options
  }

  /** Throws NOT_FOUND where nothing was recorded, INVALID, NODE_UNAVAILABLE, TOO_MANY_REQUESTS. */
  async start(actor: Actor, streamId: string, span: Span, format: Export['format']): Promise<Operation> {
    permit(actor, 'recordings.write')
    const { audit, clock, db, operations, recordings } = this.#options
    const allowed = { longestMs: MAX_LENGTH_MS, field: 'body.end' }
    const { path, nodeId } = await recordings.holder(actor, streamId, span, allowed)
    const { startMs, endMs } = span
    const row = { nodeId, exportId: '', path, format, startMs, endMs, sizeBytes: null, url: null, userId: actor.id }
    const operation = await operations.start(actor, {
      kind: 'recordings.export',
      total: WHOLE,
      run: progress => this.#run({ ...row, id: progress.id, createdAtMs: clock.nowMs() }, progress),
    })
    const after = { path, format, start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() }
    await audit.recordAlone(db, actor, { action: 'export.create', object: operation.id, after })
    return operation
  }

  /** One's own, for administrators all. Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<RunningExport> {
    permit(actor, 'recordings.read')
    const found = await new ExportStore(this.#options.db).byId(id)
    if (!found) throw new AppError('NOT_FOUND', { what: 'export', id })
    return this.#withOperation(actor, found)
  }

  /** Newest first unless asked for otherwise. */
  async list(actor: Actor, request: PageRequest<'createdAt'>): Promise<Page<RunningExport>> {
    permit(actor, 'recordings.read')
    const userId = may(actor, 'operations.all') ? undefined : actor.id
    const rows = await new ExportStore(this.#options.db).page(userId, request)
    const { items, next } = pageOf(rows, request.limit, ({ id, createdAtMs }) => ({ value: createdAtMs, name: id }))
    return { items: await Promise.all(items.map(row => this.#withOperation(actor, row))), next }
  }

  /** Removes what is older than it is kept. */
  async tidy(): Promise<void> {
    await new ExportStore(this.#options.db).deleteOlderThan(this.#options.clock.nowMs() - KEEP_MS)
  }

  async #withOperation(actor: Actor, found: Export): Promise<RunningExport> {
    return { export: found, operation: await this.#options.operations.get(actor, found.id) }
  }

  async #run(row: Export, { signal, reached }: Progress): Promise<null> {
    const { db, links, log } = this.#options
    const { nodeId, path, startMs, endMs, format } = row
    const store = new ExportStore(db)
    await store.insert(row)
    let { export: status } = await links.request(nodeId, 'export.start', { path, startMs, endMs, format })
    await store.began(row.id, status.id)
    while (status.state === 'running' && !signal.aborted) {
      reached(Math.floor(status.progress * WHOLE))
      await this.#wait(signal)
      if (!signal.aborted) status = await this.#ask(nodeId, status)
    }
    if (signal.aborted) {
      await links.request(nodeId, 'export.cancel', { id: status.id }).catch((error: unknown) => {
        log.warn('export goes on at its node', { nodeId, export: status.id, reason: errorText(error) })
      })
      return null
    }
    if (status.state !== 'done' || status.url === null) {
      throw new AppError('PEER_REFUSED', { peer: `node ${nodeId}`, reason: status.error ?? status.state })
    }
    await store.done(row.id, status.sizeBytes, status.url)
    reached(WHOLE)
    return null
  }

  /** A link that is down for a moment ends nothing: the node goes on. */
  async #ask(nodeId: string, before: ExportStatus): Promise<ExportStatus> {
    try {
      return (await this.#options.links.request(nodeId, 'export.status', { id: before.id })).export
    } catch (error) {
      if (error instanceof AppError && error.fault === 'environment') return before
      throw error
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.#options.timers.after(LOOK_EVERY_MS, resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    return promise.finally(() => timer.cancel())
  }
}
