import type { Updateable } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { StreamRunTable } from '../../storage/tables.ts'
import { addressOf } from './stream.ts'
import { StreamStore } from './stream-store.ts'

const DAY_MS = 86_400_000
/** Start and stop of streams are few and asked about for long. */
const KEEP_STREAM_RUNS_MS = 90 * DAY_MS
/** Viewers are many: 10 000 a day are about 15 MB in this time. */
const KEEP_VIEWER_RUNS_MS = 7 * DAY_MS
const KEEP_REFUSALS_MS = 7 * DAY_MS

type RunEnd = Updateable<StreamRunTable> & { stopped_at: number; stop_reason: string }
type EventOf<T extends NodeEvent['type']> = Extract<NodeEvent, { type: T }>

/** Writes down what happened to streams and viewers. A stream nobody created comes into being with its first run. */
export class StreamHistory {
  readonly #clock: Clock
  readonly #log: Log

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  async apply(db: Db, nodeId: string, event: NodeEvent): Promise<void> {
    switch (event.type) {
      case 'node.started':
        return this.#nodeStarted(db, nodeId, event)
      case 'stream.started':
        return this.#streamStarted(db, nodeId, event)
      case 'stream.stopped':
        return this.#streamStopped(db, nodeId, event)
      case 'viewer.started': {
        const { viewer, path, protocol, remote, agent = '', atMs } = event
        const who = { viewer_id: viewer, path, node_id: nodeId, protocol, remote, agent }
        const row = { id: this.#id('vr'), ...who, started_at: atMs }
        await db
          .insertInto('viewer_runs')
          .values({ ...row, bytes_sent: 0 })
          .execute()
        return
      }
      case 'viewer.stopped':
        return this.#viewerStopped(db, nodeId, event)
      case 'refused': {
        const { action, path, remote, reason, atMs } = event
        await db
          .insertInto('refusals')
          .values({ id: this.#id('rf'), node_id: nodeId, action, path, remote, reason, at: atMs })
          .execute()
        return
      }
    }
  }

  /** Removes what is older than it is kept. */
  async tidy(db: Database): Promise<void> {
    const now = this.#clock.nowMs()
    await db
      .deleteFrom('stream_runs')
      .where('stopped_at', '<', now - KEEP_STREAM_RUNS_MS)
      .execute()
    await db
      .deleteFrom('viewer_runs')
      .where('stopped_at', '<', now - KEEP_VIEWER_RUNS_MS)
      .execute()
    await db
      .deleteFrom('refusals')
      .where('at', '<', now - KEEP_REFUSALS_MS)
      .execute()
  }

  /** Whatever the process before had open ended with it. */
  async #nodeStarted(db: Db, nodeId: string, { atMs }: EventOf<'node.started'>): Promise<void> {
    const end = { stopped_at: atMs, stop_reason: 'the node was restarted' }
    for (const table of ['stream_runs', 'viewer_runs'] as const) {
      await db.updateTable(table).set(end).where('node_id', '=', nodeId).where('stopped_at', 'is', null).execute()
    }
  }

  async #streamStarted(db: Db, nodeId: string, { path, publisher, atMs }: EventOf<'stream.started'>): Promise<void> {
    await this.#ensureStream(db, path, atMs)
    // a run that lost its end would stay open for ever
    await this.#endRuns(db, nodeId, path, { stopped_at: atMs, stop_reason: 'published again' })
    const { id: publisher_id, protocol, remote, agent } = publisher
    const counters = { bytes_in: 0, bytes_out: 0, frames_in: 0 }
    await db
      .insertInto('stream_runs')
      .values({
        id: this.#id('rn'),
        path,
        node_id: nodeId,
        publisher_id,
        protocol,
        remote,
        agent,
        started_at: atMs,
        ...counters,
      })
      .execute()
  }

  async #streamStopped(db: Db, nodeId: string, event: EventOf<'stream.stopped'>): Promise<void> {
    const { path, reason, atMs, totals } = event
    const { bytesIn: bytes_in, bytesOut: bytes_out, framesIn: frames_in } = totals
    await this.#endRuns(db, nodeId, path, { stopped_at: atMs, stop_reason: reason, bytes_in, bytes_out, frames_in })
  }

  async #endRuns(db: Db, nodeId: string, path: string, end: RunEnd): Promise<void> {
    await db
      .updateTable('stream_runs')
      .set(end)
      .where('path', '=', path)
      .where('node_id', '=', nodeId)
      .where('stopped_at', 'is', null)
      .execute()
  }

  /** The start may have been given up by a full outbox; then the end tells all there is to know. */
  async #viewerStopped(db: Db, nodeId: string, event: EventOf<'viewer.stopped'>): Promise<void> {
    const { viewer, path, protocol, remote, agent = '', bytes, framesDropped = 0, durationMs, reason, atMs } = event
    const end = { stopped_at: atMs, stop_reason: reason, bytes_sent: bytes, frames_dropped: framesDropped }
    const result = await db
      .updateTable('viewer_runs')
      .set(end)
      .where('viewer_id', '=', viewer)
      .where('node_id', '=', nodeId)
      .where('stopped_at', 'is', null)
      .executeTakeFirst()
    if (result.numUpdatedRows > 0n) return
    const row = { id: this.#id('vr'), viewer_id: viewer, path, node_id: nodeId, protocol, remote, agent }
    await db
      .insertInto('viewer_runs')
      .values({ ...row, started_at: atMs - durationMs, ...end })
      .execute()
  }

  async #ensureStream(db: Db, path: string, atMs: number): Promise<void> {
    const address = addressOf(path)
    const space = await db.selectFrom('spaces').select('name').where('name', '=', address.space).executeTakeFirst()
    if (!space) {
      this.#log.warn('stream of an unknown space', { path })
      return
    }
    await new StreamStore(db).insert({ id: this.#id('st'), path, ...address, created_at: atMs })
  }

  #id(prefix: string): string {
    return newId(prefix, this.#clock.nowMs())
  }
}
