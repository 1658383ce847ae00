import { join } from 'node:path'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { CloseStack } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { RequestHandlers } from '../../link/connection.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { PLATFORM_SAYS } from '../../link/messages.ts'
import type { RecordingState, RecordingStatus, Segment } from '../../link/recording.ts'
import { DiskStore } from '../../storage/objects/disk-store.ts'
import { ExportIndex } from '../exports/export-index.ts'
import { Exports } from '../exports/exports.ts'
import { PictureDecoder } from '../ffmpeg/picture.ts'
import type { Hub } from '../hub.ts'
import type { Leases } from '../leases.ts'
import type { RecordingNumbers } from '../metrics.ts'
import type { NodeStore } from '../node-store.ts'
import { LiveKeyframes } from '../pictures/live-keyframe.ts'
import { PictureDesk } from '../pictures/picture-desk.ts'
import { SnapshotIndex } from '../pictures/snapshot-index.ts'
import { Snapshots } from '../pictures/snapshots.ts'
import { rebuildFromStore } from '../recorder/index-rebuilding.ts'
import { Recorder } from '../recorder/recorder.ts'
import type { RecorderEvent } from '../recorder/recorder-events.ts'
import { Retention, type RetentionEvent } from '../recorder/retention.ts'
import type { SegmentRecord } from '../recorder/segment.ts'
import { SegmentIndex } from '../recorder/segment-index.ts'
import { keptBecause, removeSegment } from '../recorder/segment-removal.ts'
import { moveSegment } from '../recorder/tiering.ts'
import { WriteBudget } from '../recorder/write-budget.ts'
import { FragmentReader } from '../replay/fragment-reader.ts'
import { Recordings } from '../replay/recordings.ts'
import { ExportingCopier } from '../replay/segment-copier.ts'
import { thinSegment } from '../replay/thinning.ts'
import { DesiredRecording, NOTHING_DESIRED } from './desired-recording.ts'
import { ANY_DISK, type RecordingStoreSettings, RecordingStores, sealedName } from './recording-stores.ts'
import { SegmentEvents } from './segment-events.ts'
import { segmentView } from './segment-view.ts'

export interface RecordingHostOptions {
  /** Of the node: indexes, spool and exports lie in it. */
  readonly dataDirectory: string
  readonly stores: RecordingStoreSettings
  readonly hub: Pick<Hub, 'find' | 'streams'>
  readonly leases: Pick<Leases, 'hold' | 'isOnDemand'>
  readonly store: Pick<NodeStore, 'state' | 'saveState'>
  /** Why nothing may be recorded of a path. */
  readonly forbidden: (path: string) => boolean
  /** The event is safe when it returns. */
  readonly emit: (event: NodeEvent) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

type Handlers = Partial<RequestHandlers<typeof PLATFORM_SAYS>>

/** Memory of all recorders for disks that do not keep up. */
const WRITE_BUDGET_BYTES = 256 * 1024 * 1024
/** Streams that came and went are looked for this often; those that come are told of at once. */
const LOOK_MS = 1000
/** Streams come in floods: plans are made once for those of a moment. */
const GATHER_MS = 20

/** Recording at one node: what the platform wants, the recorder that does it, and what the platform asks. */
export class RecordingHost {
  readonly index: SegmentIndex
  readonly recordings: Recordings
  readonly reader: FragmentReader
  readonly stores: RecordingStores
  readonly recorder: Recorder
  readonly pictures: SnapshotIndex
  readonly desk: PictureDesk
  readonly liveKeyframes: LiveKeyframes
  readonly snapshots: Snapshots
  readonly exports: Exports
  readonly #exportStore: DiskStore
  readonly #retention: Retention
  readonly #options: RecordingHostOptions
  readonly #events: SegmentEvents
  readonly #closing = new CloseStack()
  readonly #opened = Promise.withResolvers<void>()
  #desired = new DesiredRecording(NOTHING_DESIRED)
  #live = ''
  #floorBytes: number
  #gathering: Timer | null = null

  constructor(options: RecordingHostOptions) {
    this.#options = options
    const { clock, dataDirectory, emit, hub, leases, log, timers } = options
    this.index = this.#closing.add(new SegmentIndex(join(dataDirectory, 'recordings.sqlite')))
    this.#events = new SegmentEvents(this.index, emit)
    this.stores = this.#closing.add(
      new RecordingStores({
        ...{ settings: options.stores, index: this.index, db: this.index.db, clock, timers, log },
        onState: (store, state, reason) => {
          if (state !== 'ok') log.warn('a store of recordings is in trouble', { store, state, reason })
          emit({ type: 'storage.state', store, state, reason, atMs: clock.nowMs() })
        },
      }),
    )
    this.recordings = new Recordings(this.index, this.stores.find)
    this.reader = new FragmentReader(this.recordings)
    this.recorder = new Recorder({
      host: {
        find: path => hub.find(path),
        hold: path => leases.hold(path, 'recorder'),
        forbidden: options.forbidden,
      },
      ...{ index: this.index, stores: this.stores.find, clock, timers, log },
      budget: new WriteBudget(WRITE_BUDGET_BYTES),
      emit: event => this.#recorded(event),
      copier: new ExportingCopier(this.recordings, this.reader, this.stores.find),
    })
    const { recordings, reader } = this
    this.pictures = new SnapshotIndex(this.index.db)
    const decoder = this.#closing.add(new PictureDecoder(timers))
    this.desk = new PictureDesk((keyframe, options) => decoder.decode(keyframe, options))
    this.liveKeyframes = new LiveKeyframes({ hub, leases, timers })
    this.snapshots = new Snapshots({
      ...{ index: this.pictures, recordings, reader, live: this.liveKeyframes, desk: this.desk },
      ...{ plans: () => this.#desired, paths: () => this.#paths(), stores: this.stores.find, anyStore: ANY_DISK },
      ...{ emit, clock, timers, log },
    })
    const { floorBytes } = options.stores
    this.#floorBytes = floorBytes
    const folders = [join(dataDirectory, 'exports')]
    this.#exportStore = new DiskStore({ name: 'exports', folders, sync: 'never', floorBytes, clock })
    const exportIndex = new ExportIndex(this.index.db)
    this.#retention = new Retention({
      ...{ index: this.index, readers: recordings, stores: this.stores.find, clock, timers, log },
      floorBytes: () => this.#floorBytes,
      disks: () => this.stores.disks(),
      rules: template => this.#desired.retention(template),
      thin: segment => this.#thin(segment),
      move: this.stores.hasS3 ? segment => this.#move(segment) : null,
      emit: event => this.#tidied(event),
    })
    this.exports = new Exports({
      ...{ index: exportIndex, recordings, reader, store: this.#exportStore, clock, timers, log },
    })
  }

  /** Brings in order what a crash left, and begins with what was wanted last. */
  async open(): Promise<void> {
    const isNew = this.index.recall(OPENED) === undefined
    await this.stores.open()
    await this.#exportStore.removePartial()
    await this.recorder.start()
    this.#closing.add(this.recorder)
    this.#closing.add(this.exports)
    this.exports.resume()
    this.#closing.add(this.snapshots)
    this.#closing.add(this.#retention)
    this.snapshots.start()
    this.#retention.start()
    const stored = this.#options.store.state('recording')
    if (stored) this.#desired = new DesiredRecording(stored)
    this.#plan()
    if (isNew) this.#closing.add(this.#rebuild())
    const looking = this.#options.timers.every(LOOK_MS, () => this.#lookForStreams())
    this.#closing.defer(() => looking.cancel())
    this.#opened.resolve()
  }

  /** A disk with less free takes no recordings from now on. */
  setFloor(bytes: number): void {
    this.#floorBytes = bytes
    this.stores.setFloor(bytes)
    this.#exportStore.setFloor(bytes)
  }

  /** Something was told to the platform: a stream that came is recorded at once. */
  heard({ type }: NodeEvent): void {
    if (type !== 'stream.started' && type !== 'stream.stopped') return
    this.#gathering ??= this.#options.timers.after(GATHER_MS, () => {
      this.#gathering = null
      this.#lookForStreams()
    })
  }

  /** The platform's answers. They wait for `open`. */
  get requests(): Handlers {
    return {
      'recording.apply': state => this.#whenOpen(() => this.#apply(state)),
      'recording.status': ({ path }) => this.#whenOpen(() => ({ recordings: this.#statuses(path) })),
      'recording.event': event => this.#whenOpen(() => this.#event(event)),
      'recording.delete': ({ segments }) => this.#whenOpen(() => this.#delete(segments)),
      'recording.hold': ({ segments, held }) => this.#whenOpen(() => this.#hold(segments, held)),
      'recording.index': ({ after, limit }) => this.#whenOpen(() => ({ segments: this.#page(after, limit) })),
      'storage.status': () => this.#whenOpen(async () => ({ stores: await this.#storeStatus() })),
      'snapshot.take': wish => this.#whenOpen(async () => ({ snapshot: await this.snapshots.take(wish) })),
      'snapshot.delete': ({ snapshots }) => this.#whenOpen(() => this.snapshots.delete(snapshots).then(() => ({}))),
      'export.start': wish => this.#whenOpen(() => ({ export: this.exports.start(wish) })),
      'export.status': ({ id }) => this.#whenOpen(() => ({ export: this.exports.status(id) })),
      'export.cancel': ({ id }) => this.#whenOpen(() => this.exports.cancel(id).then(() => ({}))),
    }
  }

  /** For the node's metrics. */
  numbers(): RecordingNumbers {
    const recordings = { recording: 0, waiting: 0, paused: 0 }
    for (const { state } of this.recorder.statuses()) recordings[state]++
    const stores = this.stores.states().map(state => ({ ...state, usedBytes: this.#usage(state.store).bytes }))
    return { recordings, ...this.recorder.totals(), stores }
  }

  /** Ends what is being recorded; the plans are kept. */
  async close(): Promise<void> {
    this.#gathering?.cancel()
    await this.#closing.close()
  }

  async #whenOpen<T>(run: () => T | Promise<T>): Promise<T> {
    await this.#opened.promise
    return run()
  }

  /** An index that is new is made of what lies on the disks, in the background. */
  #rebuild(): { close(): Promise<void> } {
    const { clock, log } = this.#options
    const run = async () => {
      for (const name of this.stores.disks().map(({ store }) => store)) {
        const store = this.stores.find(name)
        const found = store ? await rebuildFromStore(this.index, store, log) : 0
        if (found > 0) log.info('recordings found on a disk', { store: name, segments: found })
      }
      this.index.remember(OPENED, clock.nowMs())
    }
    const running = run().catch((error: unknown) => {
      log.error('the index of recordings is not complete', { reason: errorText(error) })
    })
    return { close: () => running }
  }

  #storeStatus() {
    return this.stores.status(store => this.#usage(store))
  }

  #usage(store: string): { bytes: number; segments: number } {
    const [plain, sealed] = [this.index.usage(store), this.index.usage(sealedName(store))]
    const bytes = plain.bytes + sealed.bytes + this.pictures.bytes(store)
    return { bytes, segments: plain.segments + sealed.segments }
  }

  #recorded(event: RecorderEvent): void {
    this.#events.emit(event)
    if (event.type === 'segment.closed') this.#retention.grown(event.segment.path)
    if (event.type !== 'state') return
    const { path, state, template } = event.change
    if (state !== 'started' && state !== 'stopped') return
    if (this.#desired.template(template)?.snapshots === false) return
    void this.snapshots.ofRecording(path, state === 'started' ? 'recordingStart' : 'recordingEnd', event.atMs)
  }

  async #thin(segment: SegmentRecord): Promise<SegmentRecord | null> {
    const store = this.stores.find(segment.store)
    return store ? thinSegment(segment, store, this.recordings, this.reader) : null
  }

  async #move(segment: SegmentRecord): Promise<SegmentRecord | null> {
    const [from, to] = [this.stores.find(segment.store), this.stores.farOf(segment.store)]
    return from && to ? moveSegment(segment, from, to, this.recordings) : null
  }

  #tidied(event: RetentionEvent): void {
    const { emit } = this.#options
    const { atMs } = event
    if (event.type === 'deleted') {
      emit({ type: 'recording.deleted', segments: [...event.segments], reason: event.reason, atMs })
      return
    }
    const { id: segment, store, object, sizeBytes, thinned } = segmentView(event.segment)
    emit({ type: 'recording.moved', segment, store, object, sizeBytes, thinned, atMs })
  }

  #apply(state: RecordingState): Record<string, never> {
    if (state.revision < this.#desired.revision) return {}
    this.#options.store.saveState('recording', state)
    this.#desired = new DesiredRecording(state)
    this.#plan()
    return {}
  }

  #lookForStreams(): void {
    if (this.#paths().join('\n') === this.#live) return
    try {
      this.#plan()
    } catch (error) {
      this.#options.log.error('recordings not planned, tried again', { reason: errorText(error) })
    }
  }

  #plan(): void {
    const { hub, leases } = this.#options
    const live = this.#paths()
    const onDemand = (path: string) => leases.isOnDemand(path)
    const plans = this.#desired.plans({
      ...{ live, onDemand, hasS3: this.stores.hasS3 },
      belongs: path => hub.find(path) !== undefined || onDemand(path) || this.index.has(path),
    })
    this.recorder.setPlans(plans)
    this.#live = live.join('\n')
  }

  #paths(): string[] {
    return [...this.#options.hub.streams].map(({ path }) => path)
  }

  #statuses(path?: string): RecordingStatus[] {
    return this.recorder.statuses().flatMap(status => {
      if (path !== undefined && status.path !== path) return []
      const { recording, cause, state, reason, sinceMs, segment, droppedFragments } = status
      const { id = null, sizeBytes: bytes = 0 } = segment ?? {}
      return { path: status.path, recording, cause, state, reason, sinceMs, segment: id, bytes, droppedFragments }
    })
  }

  #event(event: { path: string; beforeS?: number | undefined; afterS?: number | undefined; reason: string }) {
    const { path, reason } = event
    if (!this.#options.hub.find(path)) throw new AppError('STREAM_NOT_FOUND', { path })
    const plan = this.#desired.eventPlan(path, this.stores.hasS3)
    const { preRecordMs, postRecordMs } = plan.settings
    const beforeMs = event.beforeS === undefined ? preRecordMs : event.beforeS * 1000
    const afterMs = event.afterS === undefined ? postRecordMs : event.afterS * 1000
    this.#options.log.info('an event is recorded', { path, reason })
    return { recording: this.recorder.trigger(path, plan, beforeMs, afterMs) }
  }

  async #delete(ids: readonly string[]) {
    const deleted: string[] = []
    const kept: { id: string; reason: string }[] = []
    for (const id of ids) {
      const segment = this.index.get(id)
      const reason = segment && keptBecause(segment, this.recordings)
      if (reason) kept.push({ id, reason })
      else {
        // One that is not known is gone already.
        const failed = segment && (await this.#remove(segment))
        if (failed) kept.push({ id, reason: failed })
        else deleted.push(id)
      }
    }
    return { deleted, kept }
  }

  /** Null: it is gone. */
  async #remove(segment: SegmentRecord): Promise<string | null> {
    const store = this.stores.find(segment.store)
    if (!store) return `store ${segment.store} is not there`
    try {
      await removeSegment(segment, store, this.index, this.recordings)
      return null
    } catch (error) {
      return errorText(error).slice(0, MAX_REASON_LENGTH)
    }
  }

  /** Throws AppError NOT_FOUND for one that is not there, after the others. */
  #hold(ids: readonly string[], held: boolean): Record<string, never> {
    let missing: string | null = null
    for (const id of ids) {
      const segment = this.index.get(id)
      if (!segment) missing = id
      else if (segment.state === 'open') this.#events.hold(id, held)
      else this.index.put({ ...segment, held })
    }
    if (missing !== null) throw new AppError('NOT_FOUND', { what: 'recording', id: missing })
    return {}
  }

  /** Also those in work: what is not named here is taken as gone. */
  #page(after: string, limit: number): Segment[] {
    const open = this.index.open().flatMap(({ id }) => {
      const segment = id > after ? this.index.get(id) : null
      return segment && segment.fragments > 0 ? segment : []
    })
    return [...this.index.after(after, limit), ...open]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)
      .map(segmentView)
  }
}

const MAX_REASON_LENGTH = 512
/** When the index was complete for the first time. */
const OPENED = 'complete'
