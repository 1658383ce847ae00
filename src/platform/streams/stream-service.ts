import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { StreamStatus, ViewerStatus } from '../../link/status.ts'
import type { TraceEntry } from '../../link/trace.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Page, type PageRequest, type Position, pageInMemory, pageOf } from '../lists/page.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { SpaceService } from '../spaces/space-service.ts'
import { addressOf, pathOf, type Stream, type StreamAddress, type StreamFacts } from './stream.ts'
import type { RunFilter, StreamRun, StreamRunStore } from './stream-run-store.ts'
import { type StreamFilter, type StreamRow, type StreamSortKey, StreamStore } from './stream-store.ts'

export interface StreamQuery extends StreamFilter, PageRequest<StreamSortKey> {
  readonly state?: 'on' | 'off' | undefined
  /** Only streams that are live at this node. */
  readonly nodeId?: string | undefined
}

export interface LiveViewerQuery extends PageRequest<'startedAt' | 'bytesSent'> {
  readonly protocol?: string | undefined
  /** Part of the address or of what the player calls itself, any case. */
  readonly text?: string | undefined
}

export interface StreamServiceOptions {
  readonly db: Database
  readonly audit: AuditLog
  readonly runs: StreamRunStore
  readonly links: NodeLinks
  readonly spaces: SpaceService
  readonly clock: Clock
}

/** What happened, and where. */
export interface NodeTraceEntry extends TraceEntry {
  readonly nodeId: string
}

/** Streams as people see them: the rows of the database with what the nodes say about them. */
export class StreamService {
  readonly #db: Database
  readonly #audit: AuditLog
  readonly #store: StreamStore
  readonly #runs: StreamRunStore
  readonly #links: NodeLinks
  readonly #spaces: SpaceService
  readonly #clock: Clock
  #onChange: () => void = () => {}

  constructor({ db, audit, runs, links, spaces, clock }: StreamServiceOptions) {
    this.#db = db
    this.#audit = audit
    this.#store = new StreamStore(db)
    this.#runs = runs
    this.#links = links
    this.#spaces = spaces
    this.#clock = clock
  }

  /** Called after a stream was named otherwise or deleted. */
  onChange(run: () => void): void {
    this.#onChange = run
  }

  /** Throws NOT_FOUND for the space, CONFLICT for the path. */
  async create(actor: Actor, address: StreamAddress): Promise<Stream> {
    permit(actor, 'streams.write')
    if (!this.#spaces.state(address.space)) throw new AppError('NOT_FOUND', { what: 'space', id: address.space })
    const row = this.#row(address)
    await this.#db.independent(`stream ${row.path}`, async trx => {
      const isNew = await new StreamStore(trx).insert(row)
      if (!isNew) throw new AppError('CONFLICT', { what: 'stream', id: row.path })
      await this.#audit.record(trx, actor, { action: 'stream.create', object: row.id, after: { path: row.path } })
    })
    return this.#stream(row)
  }

  async get(actor: Actor, id: string): Promise<Stream> {
    permit(actor, 'streams.read')
    return this.#find(id)
  }

  async list(actor: Actor, query: StreamQuery): Promise<Page<Stream>> {
    permit(actor, 'streams.read')
    if (query.state === 'on' || query.nodeId !== undefined) return this.#pageOfLive(query)
    return pageOf(await this.#pageOfRows(query), query.limit, positionBy(query.sort.by))
  }

  /** The address stays. Throws NOT_FOUND. */
  async update(actor: Actor, id: string, facts: Partial<StreamFacts>): Promise<Stream> {
    permit(actor, 'streams.write')
    const stream = await this.#db.independent(`stream ${id}`, async trx => {
      const store = new StreamStore(trx)
      const before = await store.byId(id)
      const after = await store.update(id, facts)
      if (!before || !after) throw new AppError('NOT_FOUND', { what: 'stream', id })
      await this.#audit.record(trx, actor, { action: 'stream.update', object: id, before, after })
      return this.#stream(after)
    })
    if (facts.title !== undefined) this.#onChange()
    return stream
  }

  /** Puts out the publisher too; one that comes back makes the stream anew. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'streams.write')
    const stream = await this.#find(id)
    await this.#db.independent(`stream ${id}`, async trx => {
      await new StreamStore(trx).delete(id)
      await this.#audit.record(trx, actor, { action: 'stream.delete', object: id, before: { path: stream.path } })
    })
    this.#onChange()
    if (stream.live) await this.#links.request(stream.live.nodeId, 'stream.kick', { path: stream.path })
  }

  /** Puts out the publisher, or one viewer. Throws NOT_FOUND, STREAM_NOT_FOUND, NODE_UNAVAILABLE. */
  async kick(actor: Actor, id: string, viewerId?: string): Promise<void> {
    permit(actor, 'streams.kick')
    const { live, path } = await this.#find(id)
    if (!live) throw new AppError('STREAM_NOT_FOUND', { path })
    const target = viewerId === undefined ? { path } : { viewerId }
    const { kicked } = await this.#links.request(live.nodeId, 'stream.kick', target)
    if (kicked) {
      const change = { action: 'stream.kick', object: id, before: { ...target, path } } as const
      await this.#audit.recordAlone(this.#db, actor, change)
      return
    }
    if (viewerId === undefined) throw new AppError('STREAM_NOT_FOUND', { path })
    throw new AppError('NOT_FOUND', { what: 'viewer', id: viewerId })
  }

  /** Asked of the node; empty when the stream is off. */
  async viewers(actor: Actor, id: string, { protocol, text, ...page }: LiveViewerQuery): Promise<Page<ViewerStatus>> {
    permit(actor, 'streams.read')
    const { live, path } = await this.#find(id)
    if (!live) return { items: [], next: null }
    const { viewers } = await this.#links.request(live.nodeId, 'stream.viewers', { path })
    const wanted = text?.toLowerCase()
    const fits = (viewer: ViewerStatus) =>
      (protocol === undefined || viewer.protocol === protocol) &&
      (wanted === undefined || `${viewer.remote}\n${viewer.agent}`.toLowerCase().includes(wanted))
    const { by } = page.sort
    const value = (viewer: ViewerStatus) => (by === 'startedAt' ? viewer.startedAtMs : viewer[by])
    return pageInMemory(viewers.filter(fits), page, viewer => ({ value: value(viewer), name: viewer.id }))
  }

  /**
   * What happened to a stream lately, oldest first, at every node that is connected: it may have been at another one
   * before. Throws what the nodes answered when none of them could tell.
   */
  async trace(actor: Actor, id: string): Promise<readonly NodeTraceEntry[]> {
    permit(actor, 'streams.read')
    const { path } = await this.#find(id)
    const answers = await Promise.allSettled(
      [...this.#links.nodes.keys()].map(async nodeId => {
        const { entries } = await this.#links.request(nodeId, 'stream.trace', { path })
        return entries.map(entry => ({ ...entry, nodeId }))
      }),
    )
    const told = answers.filter(answer => answer.status === 'fulfilled')
    const failed = answers.find(answer => answer.status === 'rejected')
    if (told.length === 0 && failed) throw failed.reason
    return told.flatMap(({ value }) => value).sort((a, b) => a.atMs - b.atMs)
  }

  /** When it was on, newest first unless asked for otherwise. */
  async runs(
    actor: Actor,
    id: string,
    { fromMs, toMs, ...page }: Omit<RunFilter, 'path'> & PageRequest<'startedAt'>,
  ): Promise<Page<StreamRun>> {
    permit(actor, 'streams.read')
    const { path } = await this.#find(id)
    const rows = await this.#runs.page({ path, fromMs, toMs }, page)
    return pageOf(rows, page.limit, run => ({ value: run.started_at, name: run.id }))
  }

  async #find(id: string): Promise<Stream> {
    const row = await this.#store.byId(id)
    if (!row) throw new AppError('NOT_FOUND', { what: 'stream', id })
    return this.#stream(row)
  }

  /** One row more than asked for, to know whether there is a next page. */
  async #pageOfRows({ state, sort, after, limit, ...filter }: StreamQuery): Promise<Stream[]> {
    const position = positionBy(sort.by)
    const found: Stream[] = []
    for (let from = after; found.length <= limit; ) {
      const rows = (await this.#store.page(filter, { sort, after: from, limit })).map(row => this.#stream(row))
      for (const stream of rows) if (state === undefined || !stream.live) found.push(stream)
      const last = rows.at(-1)
      if (rows.length <= limit || !last) break
      from = position(last)
    }
    return found
  }

  /** Goes by what the nodes say, so that a few live streams among many rows are found at once. */
  async #pageOfLive({ space, text, label, nodeId, state, ...page }: StreamQuery): Promise<Page<Stream>> {
    if (state === 'off') return { items: [], next: null }
    const paths = new Set<string>()
    for (const node of this.#links.nodes.values()) {
      if (nodeId !== undefined && node.id !== nodeId) continue
      for (const path of node.streams.keys()) if (space === undefined || path.startsWith(`${space}/`)) paths.add(path)
    }
    const rows = new Map((await this.#store.byPaths([...paths])).map(row => [row.path, row]))
    const streams: Stream[] = []
    for (const path of paths) {
      const row = rows.get(path) ?? (await this.#adopt(path))
      if (row) streams.push(this.#stream(row))
    }
    const wanted = text?.toLowerCase()
    const fits = (stream: Stream) =>
      (wanted === undefined || `${stream.path}\n${stream.title}`.toLowerCase().includes(wanted)) &&
      (label === undefined || stream.labels.includes(label))
    return pageInMemory(streams.filter(fits), page, positionBy(page.sort.by))
  }

  /** A stream deleted while its node could not be told is still there, so it has a row again. */
  async #adopt(path: string): Promise<StreamRow | null> {
    const address = addressOf(path)
    if (!this.#spaces.state(address.space)) return null
    const row = this.#row(address)
    await this.#store.insert(row)
    return (await this.#store.byPaths([path]))[0] ?? null
  }

  #row(address: StreamAddress): StreamRow {
    const now = this.#clock.nowMs()
    const facts = { title: '', notes: '', labels: '[]' }
    return { id: newId('st', now), path: pathOf(address), ...address, created_at: now, ...facts }
  }

  #stream({ id, path, space, app, name, title, notes, labels, created_at: createdAtMs }: StreamRow): Stream {
    const live: { nodeId: string; status: StreamStatus } | null = this.#links.live(path)
    // labels: written by the store. Named one by one: a rest of a row costs ten times as much as all else here.
    return {
      id,
      path,
      space,
      app,
      name,
      title,
      notes,
      labels: labels === '[]' ? [] : (JSON.parse(labels) as string[]),
      createdAtMs,
      live,
    }
  }
}

function positionBy(by: StreamSortKey): (stream: Stream) => Position {
  return stream => ({ value: by === 'createdAt' ? stream.createdAtMs : stream[by], name: stream.path })
}
