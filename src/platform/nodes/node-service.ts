import { AppError } from '../../base/errors.ts'
import type { Endpoints } from '../../link/messages.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Page, type PageRequest, pageInMemory } from '../lists/page.ts'
import type { Node } from './node.ts'
import type { LinkedNode, NodeLinks } from './node-links.ts'
import { type NodeChange, NodeStore, type StoredNode } from './node-store.ts'

export interface NodeQuery extends PageRequest<'name' | 'lastSeenAt' | 'streams' | 'viewers'> {
  readonly state?: Node['state'] | undefined
  /** Part of the name or id, any case. */
  readonly text?: string | undefined
}

/** What the API may know and ask about nodes. */
export class NodeService {
  readonly #db: Database
  readonly #store: NodeStore
  readonly #audit: AuditLog
  readonly #links: NodeLinks

  constructor(db: Database, links: NodeLinks, audit: AuditLog) {
    this.#db = db
    this.#store = new NodeStore(db)
    this.#audit = audit
    this.#links = links
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<Node> {
    permit(actor, 'nodes.read')
    return this.#find(id)
  }

  async page(actor: Actor, { state, text, ...page }: NodeQuery): Promise<Page<Node>> {
    const wanted = text?.toLowerCase()
    const fits = (node: Node) =>
      (state === undefined || node.state === state) &&
      (wanted === undefined || `${node.name}\n${node.id}`.toLowerCase().includes(wanted))
    const position = (node: Node) => ({
      value: page.sort.by === 'lastSeenAt' ? node.lastSeenAtMs : node[page.sort.by],
      name: node.id,
    })
    return pageInMemory((await this.list(actor)).filter(fits), page, position)
  }

  /** Every node that ever said hello. */
  async list(actor: Actor): Promise<Node[]> {
    permit(actor, 'nodes.read')
    return (await this.#store.all()).map(node => describe(node, this.#links.nodes.get(node.id)))
  }

  /** Throws NOT_FOUND. A node that is drained keeps whom it has. */
  async update(actor: Actor, id: string, change: NodeChange): Promise<Node> {
    permit(actor, 'nodes.write')
    const before = await this.#find(id)
    await this.#db.transaction().execute(async trx => {
      await new NodeStore(trx).update(id, change)
      const { name, draining } = before
      const was = { name, draining }
      await this.#audit.record(trx, actor, {
        action: 'node.update',
        object: id,
        before: was,
        after: { ...was, ...change },
      })
    })
    if (change.draining !== undefined) this.#links.setDraining(id, change.draining)
    return this.#find(id)
  }

  /** Forgets a node that is gone for good; one that dials again is new. Throws NOT_FOUND, NODE_ON. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'nodes.write')
    const { name, state } = await this.#find(id)
    if (state === 'on') throw new AppError('NODE_ON', { node: name })
    await this.#db.transaction().execute(async trx => {
      await new NodeStore(trx).delete(id)
      await this.#audit.record(trx, actor, { action: 'node.delete', object: id, before: { name } })
    })
  }

  /**
   * Where to send publishers and viewers: the node the stream is live at, otherwise one that is on, otherwise the one
   * last seen. Null while there never was a node.
   */
  async endpoints(liveAt: string | null): Promise<Endpoints | null> {
    const nodes = await this.#store.all()
    const on = (node: StoredNode) => this.#links.nodes.has(node.id)
    const newest = nodes.toSorted((a, b) => b.lastSeenAtMs - a.lastSeenAtMs)
    const chosen =
      nodes.find(node => node.id === liveAt) ??
      newest.find(node => on(node) && !node.draining) ??
      newest.find(on) ??
      newest[0]
    return chosen?.endpoints ?? null
  }

  /** Where devices register: at a node that takes them, one that is on if there is. Null while there never was one. */
  async sip(): Promise<NonNullable<Endpoints['sip']> | null> {
    const taking = (await this.#store.all()).filter(node => node.endpoints.sip)
    const newest = taking.toSorted((a, b) => b.lastSeenAtMs - a.lastSeenAtMs)
    const chosen = newest.find(node => this.#links.nodes.has(node.id)) ?? newest[0]
    return chosen?.endpoints.sip ?? null
  }

  async #find(id: string): Promise<Node> {
    const stored = (await this.#store.all()).find(node => node.id === id)
    if (!stored) throw new AppError('NOT_FOUND', { what: 'node', id })
    return describe(stored, this.#links.nodes.get(id))
  }
}

function describe(stored: StoredNode, linked: LinkedNode | undefined): Node {
  let viewers = 0
  for (const stream of linked?.streams.values() ?? []) viewers += stream.viewers
  return {
    ...stored,
    state: linked ? 'on' : 'lost',
    lastSeenAtMs: linked?.lastSeenAtMs ?? stored.lastSeenAtMs,
    load: linked?.load ?? null,
    streams: linked?.streams.size ?? 0,
    viewers,
  }
}
