import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { StreamStatus, ViewerStatus } from '../../link/status.ts'
import type { StreamTable } from '../../storage/tables.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { SpaceService } from '../spaces/space-service.ts'
import { addressOf, pathOf, type Stream, type StreamAddress } from './stream.ts'
import type { StreamFilter, StreamStore } from './stream-store.ts'

export interface StreamQuery extends StreamFilter {
  readonly state?: 'on' | 'off' | undefined
  /** Path of the last row of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface StreamPage {
  readonly items: readonly Stream[]
  /** `after` of the next page; null on the last one. */
  readonly next: string | null
}

export interface StreamServiceOptions {
  readonly store: StreamStore
  readonly links: NodeLinks
  readonly spaces: SpaceService
  readonly clock: Clock
}

/** Streams as people see them: the rows of the database with what the nodes say about them. */
export class StreamService {
  readonly #store: StreamStore
  readonly #links: NodeLinks
  readonly #spaces: SpaceService
  readonly #clock: Clock

  constructor({ store, links, spaces, clock }: StreamServiceOptions) {
    this.#store = store
    this.#links = links
    this.#spaces = spaces
    this.#clock = clock
  }

  /** Throws NOT_FOUND for the space, CONFLICT for the path. */
  async create(actor: Actor, address: StreamAddress): Promise<Stream> {
    permit(actor, 'streams.write')
    if (!this.#spaces.state(address.space)) throw new AppError('NOT_FOUND', { what: 'space', id: address.space })
    const row = this.#row(address)
    if (!(await this.#store.insert(row))) throw new AppError('CONFLICT', { what: 'stream', id: row.path })
    return this.#stream(row)
  }

  async get(actor: Actor, id: string): Promise<Stream> {
    permit(actor, 'streams.read')
    return this.#find(id)
  }

  /** In the order of paths. */
  async list(actor: Actor, query: StreamQuery): Promise<StreamPage> {
    permit(actor, 'streams.read')
    const items = query.state === 'on' ? await this.#pageOfLive(query) : await this.#pageOfRows(query)
    const page = items.slice(0, query.limit)
    return { items: page, next: items.length > query.limit ? (page.at(-1)?.path ?? null) : null }
  }

  /** Puts out the publisher too; one that comes back makes the stream anew. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'streams.write')
    const stream = await this.#find(id)
    await this.#store.delete(id)
    if (stream.live) await this.#links.request(stream.live.nodeId, 'stream.kick', { path: stream.path })
  }

  /** Puts out the publisher, or one viewer. Throws NOT_FOUND, STREAM_NOT_FOUND, NODE_UNAVAILABLE. */
  async kick(actor: Actor, id: string, viewerId?: string): Promise<void> {
    permit(actor, 'streams.kick')
    const { live, path } = await this.#find(id)
    if (!live) throw new AppError('STREAM_NOT_FOUND', { path })
    const target = viewerId === undefined ? { path } : { viewerId }
    const { kicked } = await this.#links.request(live.nodeId, 'stream.kick', target)
    if (kicked) return
    if (viewerId === undefined) throw new AppError('STREAM_NOT_FOUND', { path })
    throw new AppError('NOT_FOUND', { what: 'viewer', id: viewerId })
  }

  /** Asked of the node; empty when the stream is off. */
  async viewers(actor: Actor, id: string): Promise<readonly ViewerStatus[]> {
    permit(actor, 'streams.read')
    const { live, path } = await this.#find(id)
    if (!live) return []
    return (await this.#links.request(live.nodeId, 'stream.viewers', { path })).viewers
  }

  async #find(id: string): Promise<Stream> {
    const row = await this.#store.byId(id)
    if (!row) throw new AppError('NOT_FOUND', { what: 'stream', id })
    return this.#stream(row)
  }

  /** One row more than asked for, to know whether there is a next page. */
  async #pageOfRows({ state, after = '', limit, ...filter }: StreamQuery): Promise<Stream[]> {
    const found: Stream[] = []
    for (let from = after; found.length <= limit; ) {
      const rows = await this.#store.page(filter, from, limit + 1)
      for (const row of rows) {
        const stream = this.#stream(row)
        if (state === undefined || !stream.live) found.push(stream)
      }
      if (rows.length <= limit) break
      from = rows.at(-1)?.path ?? from
    }
    return found
  }

  /** Goes by what the nodes say, so that a few live streams among many rows are found at once. */
  async #pageOfLive({ space, text, after = '', limit }: StreamQuery): Promise<Stream[]> {
    const paths = new Set<string>()
    for (const node of this.#links.nodes.values()) {
      for (const path of node.streams.keys()) {
        if (path <= after) continue
        if (space !== undefined && !path.startsWith(`${space}/`)) continue
        if (text === undefined || path.toLowerCase().includes(text.toLowerCase())) paths.add(path)
      }
    }
    const wanted = [...paths].sort().slice(0, limit + 1)
    if (wanted.length === 0) return []
    const rows = new Map((await this.#store.byPaths(wanted)).map(row => [row.path, row]))
    const streams: Stream[] = []
    for (const path of wanted) {
      const row = rows.get(path) ?? (await this.#adopt(path))
      if (row) streams.push(this.#stream(row))
    }
    return streams
  }

  /** A stream deleted while its node could not be told is still there, so it has a row again. */
  async #adopt(path: string): Promise<StreamTable | null> {
    const address = addressOf(path)
    if (!this.#spaces.state(address.space)) return null
    const row = this.#row(address)
    await this.#store.insert(row)
    return (await this.#store.byPaths([path]))[0] ?? null
  }

  #row(address: StreamAddress): StreamTable {
    const now = this.#clock.nowMs()
    return { id: newId('st', now), path: pathOf(address), ...address, created_at: now }
  }

  #stream({ created_at, ...row }: StreamTable): Stream {
    const live: { nodeId: string; status: StreamStatus } | null = this.#links.live(row.path)
    return { ...row, createdAtMs: created_at, live }
  }
}
