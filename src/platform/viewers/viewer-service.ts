import { AppError } from '../../base/errors.ts'
import type { StreamStatus, ViewerStatus } from '../../link/status.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import { type PublisherRun, type ViewerFilter, type ViewerRun, ViewerStore } from './viewer-store.ts'

/** What is written down of a viewer, and what his node says of him now. */
export interface ViewerDetail {
  readonly run: ViewerRun
  /** Null when the stream has been deleted. */
  readonly streamId: string | null
  /** Null when he is gone, or his node cannot be asked. */
  readonly live: ViewerStatus | null
}

/** What is written down of a publisher, and of his stream as long as he publishes it. */
export interface PublisherDetail {
  readonly run: PublisherRun
  readonly streamId: string | null
  readonly live: StreamStatus | null
}

/** Everything about one viewer or publisher: from his node while he is there, afterwards from the history. */
export class ViewerService {
  readonly #db: Database
  readonly #links: NodeLinks
  readonly #audit: AuditLog

  constructor(db: Database, links: NodeLinks, audit: AuditLog) {
    this.#db = db
    this.#links = links
    this.#audit = audit
  }

  /** Who watches and who watched, as far back as the history goes. */
  async list(actor: Actor, filter: ViewerFilter, page: PageRequest<'startedAt'>): Promise<Page<ViewerRun>> {
    permit(actor, 'streams.read')
    const rows = await new ViewerStore(this.#db).page(filter, page)
    return pageOf(rows, page.limit, ({ id, started_at }) => ({ value: started_at, name: id }))
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<ViewerDetail> {
    permit(actor, 'streams.read')
    const run = await this.#find(id)
    const streamId = await new ViewerStore(this.#db).streamId(run.path)
    return { run, streamId, live: run.stopped_at === null ? await this.#ask(run) : null }
  }

  /** Puts a viewer out. Throws NOT_FOUND, also for one who is gone, and NODE_UNAVAILABLE. */
  async kick(actor: Actor, id: string): Promise<void> {
    permit(actor, 'streams.kick')
    const { node_id, path, remote } = await this.#find(id)
    const { kicked } = await this.#links.request(node_id, 'stream.kick', { viewerId: id })
    if (!kicked) throw new AppError('NOT_FOUND', { what: 'viewer', id })
    await this.#audit.recordAlone(this.#db, actor, { action: 'viewer.kick', object: id, before: { path, remote } })
  }

  /** Throws NOT_FOUND. */
  async publisher(actor: Actor, id: string): Promise<PublisherDetail> {
    permit(actor, 'streams.read')
    const store = new ViewerStore(this.#db)
    const run = await store.publisher(id)
    if (!run) throw new AppError('NOT_FOUND', { what: 'publisher', id })
    const status = this.#links.nodes.get(run.node_id)?.streams.get(run.path)
    const live = run.stopped_at === null && status?.publisher?.id === id ? status : null
    return { run, streamId: await store.streamId(run.path), live }
  }

  async #find(id: string): Promise<ViewerRun> {
    const run = await new ViewerStore(this.#db).viewer(id)
    if (!run) throw new AppError('NOT_FOUND', { what: 'viewer', id })
    return run
  }

  async #ask({ node_id, path, viewer_id: viewerId }: ViewerRun): Promise<ViewerStatus | null> {
    if (!this.#links.nodes.has(node_id)) return null
    const { viewers } = await this.#links.request(node_id, 'stream.viewers', { path, viewerId })
    return viewers.find(({ id }) => id === viewerId) ?? null // an older node answers all of the stream
  }
}
