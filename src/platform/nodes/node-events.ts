import type { Log } from '../../base/log.ts'
import { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import { NodeStore } from './node-store.ts'

/** Whoever keeps what happened at the nodes. Runs inside the transaction that also keeps the event's number. */
export interface EventSink {
  apply(db: Db, nodeId: string, event: NodeEvent): Promise<void>
}

export interface ReceivedEvent {
  readonly number: number
  readonly event: unknown
}

/** Applies a node's events exactly once: what an event changes and its number are one transaction. */
export class NodeEvents {
  readonly #db: Database
  readonly #sink: EventSink
  readonly #log: Log
  /** Since the start, for the metrics. */
  applied = 0
  duplicates = 0
  invalid = 0

  constructor(db: Database, sink: EventSink, log: Log) {
    this.#db = db
    this.#sink = sink
    this.#log = log
  }

  /** Answers the number of the last applied event. A number not above it has been applied before and is passed over. */
  deliver(nodeId: string, events: readonly ReceivedEvent[]): Promise<number> {
    return this.#db.transaction().execute(async trx => {
      const nodes = new NodeStore(trx)
      let last = await nodes.lastEvent(nodeId)
      for (const { number, event } of events) {
        if (number <= last) {
          this.duplicates++
          continue
        }
        await this.#apply(trx, nodeId, number, event)
        last = number
      }
      await nodes.setLastEvent(nodeId, last)
      return last
    })
  }

  /** An event that cannot be read is passed over: it would block everything behind it for ever. */
  async #apply(db: Db, nodeId: string, number: number, event: unknown): Promise<void> {
    const parsed = NodeEvent.safeParse(event)
    if (parsed.success) {
      await this.#sink.apply(db, nodeId, parsed.data)
      this.applied++
    } else {
      this.invalid++
      this.#log.warn('event of a node is not valid', { nodeId, number, reason: parsed.error.issues[0]?.message })
    }
  }
}
