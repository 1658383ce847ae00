import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { AlertService } from '../alerts/alert-service.ts'
import { AlertStore } from '../alerts/alert-store.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { RecordingStateStore } from '../recordings/recording-state-store.ts'
import { CoverageStore } from './coverage-store.ts'

/** Long enough for a look back at the year before. */
const KEEP_MS = 400 * 86_400_000
const LOOK_EVERY_MS = 10_000
/** A node that is restarted is back before; a minute is the promise for an alert. */
const NODE_GRACE_MS = 30_000
/** Nodes tell of each planned stream about every minute: who falls silent has nothing planned any more. */
const SILENCE_MS = 150_000
/** What reaches so near to the end of a span still goes on. */
const TAIL_MS = 2000

type Event<T extends NodeEvent['type']> = Extract<NodeEvent, { type: T }>

export interface CoverageLedgerOptions {
  readonly db: Database
  readonly alerts: AlertService
  /** Ids of the nodes whose link is up. */
  readonly nodes: () => ReadonlyMap<string, unknown>
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/**
 * Writes down what should have been recorded and what was, and raises an alert within a minute when something is
 * missing: when its node says so, and when its node itself is gone.
 */
export class CoverageLedger implements EventSink, Closable {
  readonly #options: CoverageLedgerOptions
  readonly #looking: Timer
  /** Paths and when their node last told of them. */
  readonly #told = new Map<string, number>()
  /** Nodes that are gone, and since when. */
  readonly #lost = new Map<string, number>()
  readonly #startedAtMs: number
  #work: Promise<void> = Promise.resolve()

  constructor(options: CoverageLedgerOptions) {
    this.#options = options
    this.#startedAtMs = options.clock.nowMs()
    this.#looking = options.timers.every(LOOK_EVERY_MS, () => this.#look())
  }

  async apply(db: Db, nodeId: string, event: NodeEvent): Promise<void> {
    switch (event.type) {
      case 'recording.coverage':
        return this.#covered(db, nodeId, event)
      case 'recording.state':
        return this.#happened(db, nodeId, event)
      case 'storage.state':
        return this.#stored(db, nodeId, event)
    }
  }

  nodeChanged(nodeId: string, state: 'on' | 'lost'): void {
    if (state === 'lost') this.#lost.set(nodeId, this.#options.clock.nowMs())
    else this.#lost.delete(nodeId)
  }

  /** Makes old numbers coarser, and removes what is older than it is kept. */
  async tidy(): Promise<void> {
    const now = this.#options.clock.nowMs()
    await this.#options.db.transaction().execute(trx => new CoverageStore(trx).tidy(now - KEEP_MS, now))
  }

  async close(): Promise<void> {
    this.#looking.cancel()
    await this.#work
  }

  /** Everything that was begun is written. */
  settled(): Promise<void> {
    return this.#work
  }

  async #covered(db: Db, nodeId: string, event: Event<'recording.coverage'>): Promise<void> {
    const { path, fromMs, toMs, plannedS, recordedS, gaps } = event
    const { alerts, clock } = this.#options
    const store = new CoverageStore(db)
    await store.add({ path, plannedS, recordedS }, { startMs: fromMs, endMs: toMs })
    for (const gap of gaps) await store.addGap(path, gap, clock.nowMs())
    this.#told.set(path, clock.nowMs())
    const last = gaps.reduce<(typeof gaps)[number] | null>((a, b) => (a && a.endMs > b.endMs ? a : b), null)
    if (last && last.endMs >= toMs - TAIL_MS) {
      await this.#missing(db, { path, nodeId, reason: last.reason, atMs: last.startMs })
    } else await alerts.clear(db, 'recording.missing', path, toMs)
  }

  async #happened(db: Db, nodeId: string, { path, state, reason, atMs }: Event<'recording.state'>): Promise<void> {
    if (state === 'error' || state === 'paused') await this.#missing(db, { path, nodeId, reason, atMs })
    else await this.#options.alerts.clear(db, 'recording.missing', path, atMs)
  }

  async #stored(db: Db, nodeId: string, { store, state, reason, atMs }: Event<'storage.state'>): Promise<void> {
    const { alerts } = this.#options
    const object = `${nodeId}/${store}`
    for (const wrong of ['full', 'unreachable'] as const) {
      const kind = `storage.${wrong}` as const
      if (state === wrong) await alerts.raise(db, { kind, object, path: null, nodeId, reason, atMs })
      else await alerts.clear(db, kind, object, atMs)
    }
  }

  #missing(db: Db, trouble: { path: string; nodeId: string; reason: string; atMs: number }): Promise<void> {
    return this.#options.alerts.raise(db, { kind: 'recording.missing', object: trouble.path, ...trouble })
  }

  #look(): void {
    const { alerts, clock, db, log } = this.#options
    const now = clock.nowMs()
    const gone = [...this.#lost].filter(([, since]) => now - since >= NODE_GRACE_MS)
    this.#work = this.#work
      .then(() => db.transaction().execute(trx => this.#check(trx, gone, now)))
      .then(() => alerts.tell())
      .catch((error: unknown) => log.error('recordings not watched', { reason: errorText(error) }))
  }

  async #check(db: Db, gone: readonly [string, number][], now: number): Promise<void> {
    const { alerts, nodes } = this.#options
    for (const [nodeId, since] of gone) {
      for (const { path } of await new RecordingStateStore(db).runningAt(nodeId)) {
        await this.#missing(db, { path, nodeId, reason: 'nodeDown', atMs: since })
      }
      this.#lost.delete(nodeId)
    }
    for (const { object, nodeId, raisedAtMs } of await new AlertStore(db).allOpen('recording.missing')) {
      const toldAt = Math.max(this.#told.get(object) ?? this.#startedAtMs, raisedAtMs)
      if (nodes().has(nodeId) && now - toldAt > SILENCE_MS) await alerts.clear(db, 'recording.missing', object, now)
    }
    for (const [path, at] of this.#told) if (now - at > 2 * SILENCE_MS) this.#told.delete(path)
  }
}
