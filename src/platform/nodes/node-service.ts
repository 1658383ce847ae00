import type { Endpoints } from '../../link/messages.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { Node } from './node.ts'
import type { LinkedNode, NodeLinks } from './node-links.ts'
import type { NodeStore, StoredNode } from './node-store.ts'

/** What the API may know and ask about nodes. */
export class NodeService {
  readonly #store: NodeStore
  readonly #links: NodeLinks

  constructor(store: NodeStore, links: NodeLinks) {
    this.#store = store
    this.#links = links
  }

  /** Every node that ever said hello. */
  async list(actor: Actor): Promise<Node[]> {
    permit(actor, 'nodes.read')
    return (await this.#store.all()).map(node => describe(node, this.#links.nodes.get(node.id)))
  }

  /**
   * Where to send publishers and viewers: the node the stream is live at, otherwise one that is on, otherwise the one
   * last seen. Null while there never was a node.
   */
  async endpoints(liveAt: string | null): Promise<Endpoints | null> {
    const nodes = await this.#store.all()
    const on = (node: StoredNode) => this.#links.nodes.has(node.id)
    const newest = nodes.toSorted((a, b) => b.lastSeenAtMs - a.lastSeenAtMs)
    const chosen = nodes.find(node => node.id === liveAt) ?? newest.find(on) ?? newest[0]
    return chosen?.endpoints ?? null
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
