import type { StatementSync } from 'node:sqlite'
import { z } from 'zod'
import type { Clock, Timer, Timers } from '../base/clock.ts'
import { errorText } from '../base/errors.ts'
import type { Closable } from '../base/lifecycle.ts'
import type { Log } from '../base/log.ts'
import type { NodeEvent, NodeEventType, NumberedEvent } from '../link/events.ts'
import { MAX_EVENTS_PER_DELIVERY } from '../link/messages.ts'
import type { NodeStore } from './node-store.ts'

export interface OutboxLimits {
  readonly events: number
  readonly bytes: number
}

/** A day without the platform at one viewer event per second, and no more disk than a minute of video. */
const DEFAULT_LIMITS: OutboxLimits = { events: 100_000, bytes: 32 * 1024 * 1024 }

/** Events of viewers come in floods; they are written together, at most this much later. */
const WRITE_DELAY_MS = 50
/** ... or as soon as so many wait: one transaction of this size takes about 2 ms. */
const MAX_WAITING = 256
/** Events kept while the file takes none: some megabytes. */
const MAX_KEPT_IN_MEMORY = 10_000
/** A full disk is looked at again after this time. */
const RETRY_MS = 1000
/** Given up at once when the outbox is full, so that a full outbox does not pay for it with every event. */
const GIVE_UP = 1000

/** Letters of one delivery: few enough that reading and applying it takes milliseconds at both ends. */
const MAX_DELIVERY_LENGTH = 1024 * 1024

/** Which events are given up first. The others say what streams there were and stay as long as they can. */
const MINOR: ReadonlySet<NodeEventType> = new Set([
  'viewer.started',
  'viewer.stopped',
  'refused',
  'device.attempt',
  'device.positions',
] as const)

export interface OutboxOptions {
  readonly store: NodeStore
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly limits?: OutboxLimits
}

/** Events on their way to the platform, in the node's SQLite file until they are acknowledged. Bounded. */
export class Outbox implements Closable {
  readonly id: string
  /** Events given up because the outbox was full, since the start. */
  dropped = 0
  readonly #options: OutboxOptions
  readonly #limits: OutboxLimits
  readonly #sql: Record<'insert' | 'peek' | 'acknowledge' | 'size' | 'oldestMinor' | 'oldest', StatementSync>
  #waiting: NodeEvent[] = []
  #timer: Timer | null = null
  #events = 0
  #bytes = 0
  #open = true
  #writeFails = false
  #onWritten: () => void = () => {}

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#limits = options.limits ?? DEFAULT_LIMITS
    this.id = options.store.outboxId(options.clock.nowMs())
    const db = options.store.db
    const giveUp = (where: string) => `DELETE FROM outbox WHERE number IN
      (SELECT number FROM outbox ${where} ORDER BY number LIMIT ${GIVE_UP}) RETURNING octet_length(body) AS bytes`
    this.#sql = {
      insert: db.prepare('INSERT INTO outbox (minor, body) VALUES (?, ?)'),
      peek: db.prepare('SELECT number, body FROM outbox WHERE number > ? ORDER BY number LIMIT ?'),
      acknowledge: db.prepare('DELETE FROM outbox WHERE number <= ? RETURNING octet_length(body) AS bytes'),
      size: db.prepare('SELECT count(*) AS events, coalesce(sum(octet_length(body)), 0) AS bytes FROM outbox'),
      oldestMinor: db.prepare(giveUp('WHERE minor = 1')),
      oldest: db.prepare(giveUp('')),
    }
    const size = Size.parse(this.#sql.size.get())
    this.#events = size.events
    this.#bytes = size.bytes
  }

  /** Events not acknowledged yet. */
  get size(): number {
    return this.#events + this.#waiting.length
  }

  /** Called after events became visible to `peek`. */
  onWritten(run: () => void): void {
    this.#onWritten = run
  }

  /** Streams are written at once, viewers within 50 ms. Does nothing after `close`. */
  add(event: NodeEvent): void {
    if (!this.#open) return
    this.#waiting.push(event)
    if (this.#writeFails) this.#timer ??= this.#options.timers.after(RETRY_MS, () => this.#write())
    else if (!MINOR.has(event.type) || this.#waiting.length >= MAX_WAITING) this.#write()
    else this.#timer ??= this.#options.timers.after(WRITE_DELAY_MS, () => this.#write())
  }

  /** The oldest events after `number`, in order: as many as one delivery may have, at least one where there is one. */
  peek(number: number, limit = MAX_EVENTS_PER_DELIVERY): NumberedEvent[] {
    const events: NumberedEvent[] = []
    let length = 0
    for (const row of this.#sql.peek.iterate(number, limit)) {
      const { number, body } = Row.parse(row)
      length += body.length
      if (events.length > 0 && length > MAX_DELIVERY_LENGTH) break
      events.push({ number, event: JSON.parse(body) as NodeEvent }) // written by #write
    }
    return events
  }

  /** Everything up to `number` has arrived. */
  acknowledge(number: number): void {
    if (this.#open) this.#forget(this.#sql.acknowledge, number)
  }

  close(): void {
    if (!this.#open) return
    this.#write()
    this.#open = false
  }

  #write(): void {
    this.#timer?.cancel()
    this.#timer = null
    if (this.#waiting.length === 0) return
    if (!this.#insertWaiting()) {
      this.#keepWaiting()
      return
    }
    this.#writeFails = false
    this.#giveUp()
    this.#onWritten()
  }

  /** False when the file takes nothing (disk full or gone); then nothing of it was written. */
  #insertWaiting(): boolean {
    const { store, log } = this.#options
    let bytes = 0
    try {
      store.db.exec('BEGIN')
      for (const event of this.#waiting) {
        const body = JSON.stringify(event)
        this.#sql.insert.run(MINOR.has(event.type) ? 1 : 0, body)
        bytes += Buffer.byteLength(body)
      }
      store.db.exec('COMMIT')
    } catch (error) {
      if (store.db.isTransaction) store.db.exec('ROLLBACK')
      if (!this.#writeFails) log.error('events cannot be written, they are kept in memory', { error: errorText(error) })
      this.#writeFails = true
      return false
    }
    this.#bytes += bytes
    this.#events += this.#waiting.length
    this.#waiting = []
    return true
  }

  /** A full disk must not stop a stream: events stay in memory, the least important given up first, and are tried again. */
  #keepWaiting(): void {
    const over = this.#waiting.length - MAX_KEPT_IN_MEMORY
    if (over > 0) {
      const minor = this.#waiting.filter(event => MINOR.has(event.type)).slice(0, over)
      const given = new Set(minor.length > 0 ? minor : this.#waiting.slice(0, over))
      this.#waiting = this.#waiting.filter(event => !given.has(event))
      this.dropped += given.size
    }
    this.#timer = this.#options.timers.after(RETRY_MS, () => this.#write())
  }

  #giveUp(): void {
    let dropped = 0
    while (this.#events > this.#limits.events || this.#bytes > this.#limits.bytes) {
      dropped += this.#forget(this.#sql.oldestMinor) || this.#forget(this.#sql.oldest)
    }
    if (dropped === 0) return
    this.dropped += dropped
    this.#options.log.warn('outbox is full, oldest events given up', { dropped, total: this.dropped })
  }

  #forget(statement: StatementSync, ...parameters: number[]): number {
    const rows = statement.all(...parameters)
    for (const row of rows) this.#bytes -= Forgotten.parse(row).bytes
    this.#events -= rows.length
    return rows.length
  }
}

const Size = z.object({ events: z.number(), bytes: z.number() })
const Row = z.object({ number: z.number(), body: z.string() })
const Forgotten = z.object({ bytes: z.number() })
