import type { Clock, Timers } from '../../base/clock.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database } from '../../storage/database.ts'
import { AlertService } from '../alerts/alert-service.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { CoverageLedger } from '../coverage/coverage-ledger.ts'
import type { EventFeed } from '../events-feed/event-feed.ts'
import type { EventSink } from '../nodes/node-events.ts'
import type { DesiredTopic, NodeLinks } from '../nodes/node-links.ts'
import type { OperationService } from '../operations/operation-service.ts'
import { PlanService } from '../plans/plan-service.ts'
import { SnapshotIndex } from '../snapshots/snapshot-index.ts'
import { SnapshotService } from '../snapshots/snapshot-service.ts'
import type { StreamService } from '../streams/stream-service.ts'
import { BindingService } from '../templates/binding-service.ts'
import { TemplateService } from '../templates/template-service.ts'
import { IndexRebuilding } from './index-rebuilding.ts'
import { RecordingControlService } from './recording-control.ts'
import { RecordingDesire } from './recording-desire.ts'
import { tellRecording } from './recording-feed.ts'
import { RecordingIndex } from './recording-index.ts'
import { RecordingJournal } from './recording-journal.ts'
import { RecordingService } from './recording-service.ts'

export interface RecordingRoomOptions {
  readonly db: Database
  readonly audit: AuditLog
  readonly feed: EventFeed
  /** Made later: its desired state and events are of this room. */
  readonly links: () => NodeLinks
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** What the API asks for about recordings. */
export interface RecordingServices {
  readonly templates: TemplateService
  readonly bindings: BindingService
  readonly plans: PlanService
  readonly recordings: RecordingService
  readonly recordingControl: RecordingControlService
  readonly rebuilding: IndexRebuilding
  readonly snapshots: SnapshotService
  readonly alerts: AlertService
}

/** Everything about recordings, put together: what nodes shall do, what they tell, and the services over both. */
export class RecordingRoom implements Closable {
  readonly #options: RecordingRoomOptions
  readonly #desire: RecordingDesire
  readonly #journal: RecordingJournal
  readonly #index: RecordingIndex
  readonly #pictures: SnapshotIndex
  readonly #ledger: CoverageLedger
  readonly #alerts: AlertService

  private constructor(options: RecordingRoomOptions, desire: RecordingDesire) {
    const { db, feed, links, clock, timers, log } = options
    const announcer = { announce: async () => {} }
    this.#options = options
    this.#desire = desire
    this.#journal = new RecordingJournal(clock, announcer)
    this.#index = new RecordingIndex(desire, announcer)
    this.#pictures = new SnapshotIndex(announcer)
    this.#alerts = new AlertService(db, feed, clock)
    this.#ledger = new CoverageLedger({ db, alerts: this.#alerts, nodes: () => links().nodes, clock, timers, log })
    desire.onChange(() => links().applyDesired())
  }

  static async open(options: RecordingRoomOptions): Promise<RecordingRoom> {
    return new RecordingRoom(options, await RecordingDesire.open(options.db, options.clock))
  }

  /** What keeps something of the nodes' events. */
  get sinks(): readonly EventSink[] {
    return [this.#journal, this.#index, this.#pictures, this.#ledger]
  }

  get topic(): DesiredTopic {
    return this.#desire.topic
  }

  /** An event is kept: those who follow hear of it. */
  applied(nodeId: string, event: NodeEvent): void {
    tellRecording(this.#options.feed, nodeId, event)
    // behind all events of the delivery
    queueMicrotask(() => this.#alerts.tell())
  }

  nodeChanged(nodeId: string, state: 'on' | 'lost'): void {
    this.#ledger.nodeChanged(nodeId, state)
  }

  /** A space is gone, and its bindings with it. */
  refresh(): Promise<void> {
    return this.#desire.refresh()
  }

  services({ streams, operations }: { streams: StreamService; operations: OperationService }): RecordingServices {
    const { db, audit, clock, log } = this.#options
    const links = this.#options.links()
    const desire = this.#desire
    const index = this.#index
    const snapshots = new SnapshotService({ db, index: this.#pictures, streams, links, audit, clock, log })
    return {
      templates: new TemplateService(db, clock, desire, audit),
      bindings: new BindingService(db, desire, audit),
      plans: new PlanService(db, clock, desire, audit),
      recordings: new RecordingService({ db, index, streams, snapshots, links, audit, clock }),
      recordingControl: new RecordingControlService({ db, desire, streams, links, audit, clock }),
      rebuilding: new IndexRebuilding({ db, index, links, operations, audit, clock }),
      snapshots,
      alerts: this.#alerts,
    }
  }

  /** Removes what is older than it is kept. */
  async tidy(): Promise<void> {
    await this.#journal.tidy(this.#options.db)
    await this.#ledger.tidy()
    await this.#alerts.tidy()
  }

  async close(): Promise<void> {
    await this.#ledger.close()
  }
}
