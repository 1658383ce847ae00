import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { Carrier } from '../../link/carrier.ts'
import { Connection } from '../../link/connection.ts'
import {
  LINK_VERSION,
  NODE_SAYS,
  type Params,
  type PLATFORM_REQUESTS,
  PLATFORM_SAYS,
  type Result,
} from '../../link/messages.ts'
import type { NodeReport, StreamStatus } from '../../link/status.ts'
import type { NodeEvents } from './node-events.ts'
import type { NodeStore } from './node-store.ts'

/** A peer that has the token but does not say hello. */
const HELLO_TIMEOUT_MS = 5000
/** Nodes that did not take the desired state are told again. */
const RECONCILE_EVERY_MS = 5000
/** Links at once, greeted or not; a fleet of this size needs several platforms. */
const MAX_LINKS = 2000

export type NodeConnection = Connection<typeof PLATFORM_SAYS, typeof NODE_SAYS>
type Hello = Params<typeof NODE_SAYS, 'hello'>

/** One node whose link is up. */
export interface LinkedNode {
  readonly id: string
  readonly connection: NodeConnection
  /** Of the last report; empty before the first. */
  readonly load: NodeReport['load'] | null
  readonly streams: ReadonlyMap<string, StreamStatus>
  readonly lastSeenAtMs: number
}

interface Linked extends LinkedNode {
  load: NodeReport['load'] | null
  streams: ReadonlyMap<string, StreamStatus>
  lastSeenAtMs: number
  draining: boolean
  /** Revisions of the desired state the node has taken. */
  readonly applied: Map<DesiredTopic, number>
}

/** One part of what the nodes are to apply, told whole whenever its revision has grown. */
export interface DesiredTopic {
  readonly name: string
  revision(): number
  tell(connection: NodeConnection, node: { readonly draining: boolean }): Promise<unknown>
}

export interface NodeLinksOptions {
  readonly store: NodeStore
  readonly events: NodeEvents
  /** Desired state of every node, by parts. */
  readonly desired: readonly DesiredTopic[]
  /** Told when a link comes up and when it ends. */
  readonly onNode?: (nodeId: string, state: 'on' | 'lost', reason: string) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** The platform's ends of all links, and what the nodes last reported over them. */
export class NodeLinks implements Closable {
  readonly #options: NodeLinksOptions
  readonly #connections = new Set<NodeConnection>()
  readonly #nodes = new Map<string, Linked>()
  readonly #reconcile: Timer
  #writing: Promise<unknown> = Promise.resolve()
  #open = true

  constructor(options: NodeLinksOptions) {
    this.#options = options
    this.#reconcile = options.timers.every(RECONCILE_EVERY_MS, () => this.applyDesired())
  }

  get nodes(): ReadonlyMap<string, LinkedNode> {
    return this.#nodes
  }

  /** Takes over a carrier whose token has been checked. */
  accept(carrier: Carrier, remote: string): void {
    if (!this.#open || this.#connections.size >= MAX_LINKS) {
      carrier.close('the platform takes no more links')
      return
    }
    const { clock, timers, log } = this.#options
    let linked: Linked | null = null
    const connection: NodeConnection = new Connection({
      carrier,
      peer: remote,
      says: PLATFORM_SAYS,
      hears: NODE_SAYS,
      requests: {
        hello: async hello => {
          const greeted = await this.#greet(connection, hello)
          linked = greeted.node
          return { lastEvent: greeted.lastEvent }
        },
        'events.deliver': async ({ events }) => {
          if (!linked) throw new AppError('PEER_REFUSED', { peer: 'platform', reason: 'events before hello' })
          return { lastEvent: await this.#options.events.deliver(linked.id, events) }
        },
      },
      notices: {
        'node.report': report => {
          if (linked) this.#heard(linked, report)
        },
      },
      clock,
      timers,
      log: log.child({ remote }),
      onClose: reason => {
        hello.cancel()
        this.#connections.delete(connection)
        if (linked) this.#lost(linked, reason)
      },
    })
    const hello = timers.after(HELLO_TIMEOUT_MS, () => {
      if (!linked) connection.close('no hello')
    })
    this.#connections.add(connection)
  }

  /** Throws NODE_UNAVAILABLE, and what `Connection.request` throws. */
  async request<M extends keyof typeof PLATFORM_REQUESTS>(
    nodeId: string,
    name: M,
    params: Params<typeof PLATFORM_SAYS, M>,
    timeoutMs?: number,
  ): Promise<Result<typeof PLATFORM_SAYS, M>> {
    const node = this.#nodes.get(nodeId)
    if (!node) throw new AppError('NODE_UNAVAILABLE', { node: nodeId })
    return node.connection.request(name, params, timeoutMs)
  }

  /** Where a path is live now, and how. */
  live(path: string): { nodeId: string; status: StreamStatus } | null {
    for (const node of this.#nodes.values()) {
      const status = node.streams.get(path)
      if (status) return { nodeId: node.id, status }
    }
    return null
  }

  /** Tells a node at once when its link is up; otherwise it hears of it at its next hello. */
  setDraining(nodeId: string, draining: boolean): void {
    const node = this.#nodes.get(nodeId)
    if (!node || node.draining === draining) return
    node.draining = draining
    node.applied.clear()
    this.applyDesired()
  }

  /** Tells the nodes that have an older desired state the one in force. */
  applyDesired(): void {
    for (const node of this.#nodes.values()) for (const topic of this.#options.desired) this.#tell(node, topic)
  }

  /** Waits until the ends of the links are written down. */
  async close(): Promise<void> {
    this.#open = false
    this.#reconcile.cancel()
    for (const connection of [...this.#connections]) connection.close('platform is stopping')
    await this.#writing
  }

  #tell(node: Linked, topic: DesiredTopic): void {
    const revision = topic.revision()
    if (node.applied.get(topic) === revision) return
    node.applied.set(topic, revision)
    topic.tell(node.connection, node).catch((error: unknown) => {
      node.applied.delete(topic) // tried again by the next round
      this.#options.log.warn('node did not take what is desired', {
        nodeId: node.id,
        topic: topic.name,
        reason: errorText(error),
      })
    })
  }

  async #greet(connection: NodeConnection, hello: Hello): Promise<{ node: Linked; lastEvent: number }> {
    const { clock, log, store } = this.#options
    if (hello.linkVersion !== LINK_VERSION) {
      const details = { theirs: hello.linkVersion, ours: LINK_VERSION, peer: `node ${hello.nodeId}` }
      log.warn('link refused', { nodeId: hello.nodeId, reason: 'link version', ...details })
      throw new AppError('LINK_VERSION', details)
    }
    const { nodeId: id, name, version, endpoints, outboxId } = hello
    const now = clock.nowMs()
    const { lastEvent, draining } = await store.seen({ id, name, version, endpoints, outboxId, lastSeenAtMs: now })
    if (!connection.isOpen) throw new AppError('LINK_CLOSED', { peer: id })
    // the old link of a node that was cut off may not have been missed yet
    this.#nodes.get(id)?.connection.close('the node dialled again')
    const state = { load: null, streams: new Map(), lastSeenAtMs: now, draining, applied: new Map() }
    const node: Linked = { id, connection, ...state }
    this.#nodes.set(id, node)
    log.info('node is on', { nodeId: id, version })
    this.#options.onNode?.(id, 'on', '')
    this.applyDesired()
    return { node, lastEvent }
  }

  #heard(node: Linked, report: NodeReport): void {
    node.load = report.load
    node.streams = new Map(report.streams.map(stream => [stream.path, stream]))
    node.lastSeenAtMs = this.#options.clock.nowMs()
  }

  #lost(node: Linked, reason: string): void {
    if (this.#nodes.get(node.id) !== node) return // a newer link of the same node is up
    this.#nodes.delete(node.id)
    const { log, store } = this.#options
    log.warn('node is lost', { nodeId: node.id, reason })
    this.#options.onNode?.(node.id, 'lost', reason)
    this.#writing = this.#writing
      .then(() => store.setLastSeen(node.id, node.lastSeenAtMs))
      .catch((error: unknown) => log.error('node not written down', { nodeId: node.id, reason: errorText(error) }))
  }
}
