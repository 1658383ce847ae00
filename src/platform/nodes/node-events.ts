import { setImmediate } from 'node:timers/promises'
import type { Log } from '../../base/log.ts'
import { NodeEvent, type NodeEventType } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import { NodeStore } from './node-store.ts'

/** Whoever keeps something of what happened at the nodes. Runs inside the transaction that also keeps the event's number. */
export interface EventSink {
  apply(db: Db, nodeId: string, event: NodeEvent): Promise<void>
}

export interface ReceivedEvent {
  readonly number: number
  readonly event: unknown
}

/** Hundreds of rows each: whoever else waits for the database or the process gets a turn after every one of them. */
const LARGE: ReadonlySet<unknown> = new Set<NodeEventType>(['device.catalog', 'device.catalog-changed'])

/** Applies a node's events exactly once: what an event changes and its number are one transaction. */
export class NodeEvents {
  readonly #db: Database
  readonly #sinks: readonly EventSink[]
  readonly #log: Log
  readonly #onApplied: (nodeId: string, event: NodeEvent) => void
  /** Since the start, for the metrics. */
  applied = 0
  duplicates = 0
  invalid = 0

  /** `onApplied` hears of each event once it is kept. */
  constructor(
    db: Database,
    sinks: readonly EventSink[],
    log: Log,
    onApplied: (nodeId: string, event: NodeEvent) => void = () => {},
  ) {
    this.#db = db
    this.#sinks = sinks
    this.#log = log
    this.#onApplied = onApplied
  }

  /** Answers the number of the last applied event. A number not above it has been applied before and is passed over. */
  async deliver(nodeId: string, events: readonly ReceivedEvent[]): Promise<number> {
    let last = 0
    for (const some of turns(events)) {
      last = await this.#deliver(nodeId, some)
      if (some !== events) await setImmediate()
    }
    return last
  }

  async #deliver(nodeId: string, events: readonly ReceivedEvent[]): Promise<number> {
    const kept: NodeEvent[] = []
    // one name: what sinks keep in memory knows one delivery at a time
    const last = await this.#db.independent('node events', async trx => {
      const nodes = new NodeStore(trx)
      let last = await nodes.lastEvent(nodeId)
      for (const { number, event } of events) {
        if (number <= last) {
          this.duplicates++
          continue
        }
        const applied = await this.#apply(trx, nodeId, number, event)
        if (applied) kept.push(applied)
        last = number
      }
      await nodes.setLastEvent(nodeId, last)
      return last
    })
    for (const event of kept) this.#onApplied(nodeId, event)
    return last
  }

  /** An event that cannot be read is passed over: it would block everything behind it for ever. */
  async #apply(db: Db, nodeId: string, number: number, event: unknown): Promise<NodeEvent | null> {
    const parsed = NodeEvent.safeParse(event)
    if (!parsed.success) {
      this.invalid++
      this.#log.warn('event of a node is not valid', { nodeId, number, reason: parsed.error.issues[0]?.message })
      return null
    }
    for (const sink of this.#sinks) await sink.apply(db, nodeId, parsed.data)
    this.applied++
    return parsed.data
  }
}

/** Events of one transaction each: a large one ends it. */
function turns(events: readonly ReceivedEvent[]): readonly (readonly ReceivedEvent[])[] {
  const all: ReceivedEvent[][] = []
  let open: ReceivedEvent[] = []
  for (const received of events) {
    open.push(received)
    if (!LARGE.has((received.event as { type?: unknown } | null)?.type)) continue // looked at before it is checked
    all.push(open)
    open = []
  }
  if (all.length === 0) return [events]
  return open.length > 0 ? [...all, open] : all
}
