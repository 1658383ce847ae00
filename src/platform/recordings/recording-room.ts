import type { Clock, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import { type Closable, CloseStack } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Endpoints } from '../../link/messages.ts'
import type { Database } from '../../storage/database.ts'
import { AlertService } from '../alerts/alert-service.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { AnnouncedMedia } from '../callbacks/announcement.ts'
import type { Callback } from '../callbacks/callback.ts'
import { CallbackDispatcher } from '../callbacks/callback-dispatcher.ts'
import { CallbackEvents } from '../callbacks/callback-events.ts'
import { CallbackQueue } from '../callbacks/callback-queue.ts'
import { CallbackSender } from '../callbacks/callback-sender.ts'
import { CallbackService } from '../callbacks/callback-service.ts'
import { CoverageLedger } from '../coverage/coverage-ledger.ts'
import { CoverageService } from '../coverage/coverage-service.ts'
import type { EventFeed } from '../events-feed/event-feed.ts'
import { ExportService } from '../exports/export-service.ts'
import type { EventSink } from '../nodes/node-events.ts'
import type { DesiredTopic, NodeLinks } from '../nodes/node-links.ts'
import type { NodeService } from '../nodes/node-service.ts'
import type { OperationService } from '../operations/operation-service.ts'
import { PlanService } from '../plans/plan-service.ts'
import { SnapshotIndex } from '../snapshots/snapshot-index.ts'
import { SnapshotService } from '../snapshots/snapshot-service.ts'
import type { SpaceService } from '../spaces/space-service.ts'
import { StorageService } from '../storages/storage-service.ts'
import { PlaySignatures } from '../streams/play-signatures.ts'
import { addressOf } from '../streams/stream.ts'
import type { StreamService } from '../streams/stream-service.ts'
import { mediaUrl } from '../streams/urls.ts'
import { BindingService } from '../templates/binding-service.ts'
import { TemplateService } from '../templates/template-service.ts'
import { IndexRebuilding } from './index-rebuilding.ts'
import { spaceOf } from './recording.ts'
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

/** Services made after the room, and how URLs are made without anybody asking. */
export interface RecordingNeeds {
  readonly streams: StreamService
  readonly operations: OperationService
  readonly nodes: NodeService
  readonly spaces: SpaceService
  /** Callbacks may go to private addresses. */
  readonly allowPrivate: () => boolean
  readonly addresses: () => {
    readonly publicHost: string | null
    readonly fallbackHost: string
    readonly endpoints: Endpoints
  }
}

/** Of signed URLs in callbacks. */
const URL_LIFE_MS = 7 * 86_400_000

/** What the API asks for about recordings. */
export interface RecordingServices {
  readonly templates: TemplateService
  readonly bindings: BindingService
  readonly plans: PlanService
  readonly recordings: RecordingService
  readonly recordingControl: RecordingControlService
  readonly rebuilding: IndexRebuilding
  readonly snapshots: SnapshotService
  readonly exports: ExportService
  readonly storages: StorageService
  readonly coverage: CoverageService
  readonly callbacks: CallbackService
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
  readonly #queue: CallbackQueue
  readonly #announcements: CallbackEvents
  readonly #signatures = new PlaySignatures()
  readonly #tidying: (() => Promise<void>)[] = []
  readonly #closing = new CloseStack()
  #dispatcher: CallbackDispatcher | null = null

  private constructor(options: RecordingRoomOptions, desire: RecordingDesire, queue: CallbackQueue) {
    const { db, feed, links, clock, timers, log } = options
    this.#options = options
    this.#desire = desire
    this.#queue = queue
    this.#journal = new RecordingJournal(clock, queue)
    this.#index = new RecordingIndex(desire, queue)
    this.#pictures = new SnapshotIndex(queue)
    this.#announcements = new CallbackEvents(queue)
    this.#alerts = new AlertService(db, feed, clock)
    this.#ledger = new CoverageLedger({ db, alerts: this.#alerts, nodes: () => links().nodes, clock, timers, log })
    desire.onChange(() => links().applyDesired())
  }

  static async open(options: RecordingRoomOptions): Promise<RecordingRoom> {
    const { db, clock } = options
    return new RecordingRoom(options, await RecordingDesire.open(db, clock), await CallbackQueue.open(db, clock))
  }

  /** What keeps something of the nodes' events. */
  get sinks(): readonly EventSink[] {
    return [this.#journal, this.#index, this.#pictures, this.#ledger, this.#announcements]
  }

  get topic(): DesiredTopic {
    return this.#desire.topic
  }

  /** An event is kept: those who follow hear of it. */
  applied(nodeId: string, event: NodeEvent): void {
    tellRecording(this.#options.feed, nodeId, event)
    // behind all events of the delivery
    queueMicrotask(() => {
      this.#alerts.tell()
      this.#dispatcher?.announced()
    })
  }

  nodeChanged(nodeId: string, state: 'on' | 'lost'): void {
    this.#ledger.nodeChanged(nodeId, state)
  }

  /** Of a space that is gone, bindings and what was started by hand are gone too. */
  spacesChanged(exists: (space: string) => boolean): void {
    const { bindings, manual } = this.#desire.state
    const spaces = [
      ...bindings.map(({ scope, target }) => (scope === 'space' ? target : spaceOf(target))),
      ...manual.map(({ path }) => spaceOf(path)),
    ]
    if (spaces.every(exists)) return
    this.#desire.refresh().catch((error: unknown) => {
      this.#options.log.error('what shall be recorded is not known anew', { reason: errorText(error) })
    })
  }

  services(needs: RecordingNeeds): RecordingServices {
    const { streams, operations } = needs
    const { db, audit, clock, timers, log } = this.#options
    const links = this.#options.links()
    const desire = this.#desire
    const index = this.#index
    const snapshots = new SnapshotService({ db, index: this.#pictures, streams, links, audit, clock, log })
    const recordings = new RecordingService({ db, index, streams, snapshots, links, audit, clock })
    const exports = new ExportService({ db, recordings, links, operations, audit, clock, timers, log })
    const storages = new StorageService(db, links, clock)
    this.#tidying.push(
      () => exports.tidy(),
      () => storages.tidy(),
    )
    return {
      templates: new TemplateService(db, clock, desire, audit),
      bindings: new BindingService(db, desire, audit),
      plans: new PlanService(db, clock, desire, audit),
      recordings,
      recordingControl: new RecordingControlService({ db, desire, streams, links, audit, clock }),
      rebuilding: new IndexRebuilding({ db, index, links, operations, audit, clock }),
      snapshots,
      exports,
      storages,
      coverage: new CoverageService(db, streams, clock),
      callbacks: this.#callbacks(needs),
      alerts: this.#alerts,
    }
  }

  /** Removes what is older than it is kept. */
  async tidy(): Promise<void> {
    await this.#journal.tidy(this.#options.db)
    await this.#ledger.tidy()
    await this.#alerts.tidy()
    await this.#queue.tidy()
    for (const tidy of this.#tidying) await tidy()
  }

  async close(): Promise<void> {
    await this.#closing.close()
    await this.#ledger.close()
  }

  #callbacks(needs: RecordingNeeds): CallbackService {
    const { db, audit, clock, timers, log } = this.#options
    const queue = this.#queue
    const sender = new CallbackSender({ allowPrivate: needs.allowPrivate, clock, timers })
    const dispatcher = new CallbackDispatcher({
      ...{ queue, db, sender, clock, timers, log, random: Math.random },
      mediaUrl: (path, media) => this.#mediaUrl(needs, path, media),
      onHealth: (callback, failing) => this.#health(callback, failing),
    })
    this.#dispatcher = this.#closing.add(dispatcher)
    return new CallbackService({ db, queue, dispatcher, sender, audit, clock })
  }

  async #mediaUrl({ addresses, nodes, spaces }: RecordingNeeds, path: string, media: AnnouncedMedia) {
    const address = addressOf(path)
    const space = spaces.state(address.space)
    if (!space) return null
    const { nodeId, ...part } = media
    const { publicHost, fallbackHost, endpoints: others } = addresses()
    const endpoints = (await nodes.endpoints(nodeId)) ?? others
    const request = { address, space, endpoints, host: publicHost ?? fallbackHost, secure: endpoints.media === null }
    return mediaUrl(request, this.#signatures, this.#options.clock.nowMs() + URL_LIFE_MS, part)
  }

  #health({ id, name }: Callback, failing: string | null): void {
    const { clock, db, log } = this.#options
    const atMs = clock.nowMs()
    const kind = 'callback.failing'
    const reason = `${name}: ${failing}`
    db.transaction()
      .execute(trx =>
        failing === null
          ? this.#alerts.clear(trx, kind, id, atMs)
          : this.#alerts.raise(trx, { kind, object: id, path: null, nodeId: '', reason, atMs }),
      )
      .then(() => this.#alerts.tell())
      .catch((error: unknown) => log.error('alert not written down', { kind, reason: errorText(error) }))
  }
}
