import type { Timer, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { Database } from '../../storage/database.ts'
import type { Permission } from '../access/permission.ts'
import type { FeedEvent, FeedType } from './feed-event.ts'

/** What is kept over a restart, and who may hear of it: what the console shows as the latest events. */
const LASTING: Readonly<Partial<Record<FeedType, Permission>>> = {
  'stream.on': 'streams.read',
  'stream.off': 'streams.read',
  refused: 'streams.read',
  'node.on': 'nodes.read',
  'node.lost': 'nodes.read',
}
/** Rows kept: a page of the latest events and some. */
const MAX_ROWS = 500
/** Events are written together, this often: a crash costs those of the last moments. */
const WRITE_EVERY_MS = 2000

/** Keeps the newest events in the database. What the feed is for is told before: nothing waits for this. */
export class LastingEvents implements Closable {
  readonly #db: Database
  readonly #log: Log
  readonly #timer: Timer
  /** Of before this start, the oldest first. */
  readonly events: readonly FeedEvent[]
  #next: number
  #waiting: FeedEvent[] = []
  #writing: Promise<void> = Promise.resolve()

  private constructor(db: Database, timers: Timers, log: Log, events: readonly FeedEvent[], next: number) {
    this.#db = db
    this.#log = log
    this.events = events
    this.#next = next
    this.#timer = timers.every(WRITE_EVERY_MS, () => void this.write())
  }

  static async open(db: Database, timers: Timers, log: Log): Promise<LastingEvents> {
    const newest = db.selectFrom('feed_events').selectAll().orderBy('number', 'desc').limit(MAX_ROWS)
    const rows = (await newest.execute()).reverse()
    const events = rows.flatMap(({ type, at, path, data }): FeedEvent[] => {
      const permission = LASTING[type as FeedType] // of another version: looked up, then left out
      return permission ? [{ type: type as FeedType, atMs: at, permission, path, data: JSON.parse(data) }] : []
    })
    return new LastingEvents(db, timers, log, events, (rows.at(-1)?.number ?? 0) + 1)
  }

  add(event: FeedEvent): void {
    if (!LASTING[event.type]) return
    this.#waiting.push(event)
    if (this.#waiting.length > MAX_ROWS) this.#waiting.shift() // more in one moment than is kept
  }

  /** One after another; what could not be written is given up, and said. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async close(): Promise<void> {
    this.#timer.cancel()
    await this.write()
  }

  async #write(): Promise<void> {
    const events = this.#waiting
    if (events.length === 0) return
    this.#waiting = []
    const rows = events.map(({ atMs, data, path, type }) => ({
      ...{ number: this.#next++, at: atMs, type, path },
      data: JSON.stringify(data),
    }))
    try {
      await this.#db.insertInto('feed_events').values(rows).execute()
      await this.#db
        .deleteFrom('feed_events')
        .where('number', '<', this.#next - MAX_ROWS)
        .execute()
    } catch (error) {
      this.#log.warn('events are not kept for after a restart', { events: rows.length, reason: errorText(error) })
    }
  }
}
