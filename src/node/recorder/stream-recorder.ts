import { createHash } from 'node:crypto'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Log } from '../../base/log.ts'
import { dtsMs, type Frame } from '../../media/stream/frame.ts'
import type { Reader } from '../../media/stream/reader.ts'
import type { Track } from '../../media/stream/track.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import type { FragmentEntry } from './fragment-entry.ts'
import { GopRing } from './gop-ring.ts'
import { type GapReason, type RecordingRun, recordedTrack, type SegmentRecord } from './segment.ts'
import { segmentKey } from './segment-key.ts'
import { SegmentWriter } from './segment-writer.ts'
import { leadingKind, type SlicedFragment, type SlicedSegment, Slicer } from './slicer.ts'
import { WallTime } from './wall-time.ts'
import type { WriteBudget } from './write-budget.ts'

export interface StreamRecorderEvents {
  /** A segment is about to be written: it must be known before its file is there. */
  begun(segment: SegmentRecord): void
  /** A fragment is in its file; the first says that the segment is. */
  written(segment: SegmentRecord, entry: FragmentEntry): void
  /** With at least one fragment. */
  closed(segment: SegmentRecord): void
  /** It got no fragment: there is nothing of it. */
  dropped(segment: SegmentRecord): void
  /** Writing stopped, or goes on (null). Told once per change. */
  trouble(reason: GapReason | null, text: string): void
  /** The stream is over; the recorder is detached. */
  ended(reason: string): void
}

export interface StreamRecorderOptions {
  readonly path: string
  readonly stores: (name: string) => GrowingStore | undefined
  readonly budget: WriteBudget
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly events: StreamRecorderEvents
}

/** A stream as far as recording knows it. */
export interface RecordableStream {
  attach(reader: Reader): () => void
}

/** Of one stream, waiting for its disk: 10 s at 24 Mbit/s. */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024
/** A full or broken store is looked at again after this time. */
const RETRY_MS = 5000

type Action =
  | { readonly type: 'open'; readonly segment: SlicedSegment; readonly run: RecordingRun }
  | { readonly type: 'fragment'; readonly fragment: SlicedFragment }
  | { readonly type: 'close' }

/** The file in work. */
interface OpenSegment {
  record: SegmentRecord
  readonly writer: SegmentWriter
}

/**
 * Records one stream. Frames are only collected in the publisher's loop; a fragment is written with one call, and
 * whoever publishes waits for none of it. What the disk does not take in time is dropped by whole fragments.
 *
 * armed     -> recording  `start`; what the ring holds comes first
 * recording -> armed      `stop`
 * recording -> paused     the store is full or fails; tried again by itself
 * paused    -> recording  the store takes something again; from the next keyframe on
 */
export class StreamRecorder implements Reader {
  readonly #options: StreamRecorderOptions
  readonly #wall: WallTime
  #ring = new GopRing({ gops: 0, ms: 0 })
  #ringMs = 0
  #detach: (() => void) | null = null
  #tracks: readonly Track[] = []
  #run: RecordingRun | null = null
  #slicer: Slicer | null = null
  #trouble: GapReason | null = null
  #retry: Timer | null = null
  readonly #queue: Action[] = []
  #queuedBytes = 0
  /** Being written. */
  #inWork: SlicedFragment | null = null
  #writing: Promise<void> | null = null
  #open: OpenSegment | null = null
  /** The newest segment that was closed whole: what follows may join it. */
  #last: string | null = null
  #droppedFragments = 0

  constructor(options: StreamRecorderOptions) {
    this.#options = options
    this.#wall = new WallTime(options.clock)
  }

  get run(): RecordingRun | null {
    return this.#run
  }

  /** Why nothing is written although it should be: a store, or no keyframe. */
  get trouble(): GapReason | null {
    return this.#trouble ?? (this.#slicer?.waiting ? 'noKeyframe' : null)
  }

  /** The segment in work, as far as it is in its file. */
  get segment(): SegmentRecord | null {
    return this.#open && this.#open.record.fragments > 0 ? this.#open.record : null
  }

  get droppedFragments(): number {
    return this.#droppedFragments
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Wall clock from which on media only wait to be written; null: none do. */
  get pendingMs(): number | null {
    if (this.#inWork) return this.#inWork.wallMs
    for (const action of this.#queue) if (action.type === 'fragment') return action.fragment.wallMs
    return null
  }

  /** Begins to listen. `keepMs`: what of the past `start` can have. Throws AppError STREAM_NOT_FOUND. */
  attach(stream: RecordableStream, keepMs: number): void {
    this.#ringMs = keepMs
    this.#ring = new GopRing({ gops: 0, ms: keepMs })
    this.#detach = stream.attach(this)
    const newest = this.#ring.frames().at(-1)
    // What the stream had in its cache came at once; its newest frame is of now.
    if (newest) this.#wall.anchor(dtsMs(newest))
  }

  /** Begins to write, with at least `beforeMs` of the past where the ring has them. */
  start(run: RecordingRun, beforeMs: number): void {
    if (this.#run) return
    this.#run = run
    const past = this.#ring.since(beforeMs)
    const { overlapKeyframes } = run.settings
    this.#ring = new GopRing({ gops: overlapKeyframes, ms: overlapKeyframes > 0 ? 0 : -1 })
    const queue = (action: Action) => this.#offer(action)
    const slicer = new Slicer({
      settings: run.settings,
      wall: this.#wall,
      ring: this.#ring,
      events: {
        open: segment => queue({ type: 'open', segment, run }),
        fragment: fragment => queue({ type: 'fragment', fragment }),
        close: () => queue({ type: 'close' }),
      },
    })
    this.#slicer = slicer
    slicer.setTracks(this.#chosen())
    for (const frame of past) this.#take(slicer, frame, false)
  }

  /** Ends what is being written. Resolves when it is in the store. The recorder listens on. */
  async stop(): Promise<void> {
    this.#run = null
    this.#slicer?.finish()
    this.#slicer = null
    this.#retry?.cancel()
    this.#retry = null
    this.#setTrouble(null, '')
    this.#ring = new GopRing({ gops: 0, ms: this.#ringMs })
    await this.#writing
  }

  /** Ends everything. */
  async close(): Promise<void> {
    this.#detach?.()
    this.#detach = null
    await this.stop()
  }

  onTracks(tracks: readonly Track[]): void {
    this.#tracks = tracks
    this.#slicer?.setTracks(this.#chosen())
  }

  onFrame(frame: Frame): void {
    if (!this.#wall.anchored && this.#detach) this.#wall.anchor(dtsMs(frame))
    const slicer = this.#slicer
    if (!slicer) {
      this.#ring.push(frame, frame.track.kind === leadingKind(this.#tracks))
      return
    }
    if (this.#trouble === 'overload' && this.#queuedBytes <= MAX_QUEUED_BYTES / 2 && !this.#options.budget.crowded) {
      this.#setTrouble(null, '')
    }
    if (this.#trouble === null) this.#take(slicer, frame, true)
  }

  onDiscontinuity(): void {
    this.#slicer?.break()
    this.#ring.clear()
    this.#wall.reset()
  }

  onEnd(reason: string): void {
    this.#detach = null
    this.#slicer?.break()
    this.#options.events.ended(reason)
  }

  #chosen(): readonly Track[] {
    return this.#run?.settings.audioOnly ? this.#tracks.filter(track => track.kind === 'audio') : this.#tracks
  }

  #take(slicer: Slicer, frame: Frame, live: boolean): void {
    const settings = this.#run?.settings
    if (settings?.audioOnly && frame.track.kind === 'video') return
    slicer.push(frame, live)
    if (settings && settings.overlapKeyframes > 0) this.#ring.push(frame, frame.track.kind === slicer.leading)
  }

  /** Puts an action in the queue, or drops the fragment when there is no room for it. */
  #offer(action: Action): void {
    if (action.type === 'fragment') {
      const { bytes } = action.fragment
      const full = this.#queuedBytes > 0 && this.#queuedBytes + bytes > MAX_QUEUED_BYTES
      if (full || !this.#options.budget.take(bytes)) {
        this.#overloaded()
        return
      }
      this.#queuedBytes += bytes
    }
    this.#queue.push(action)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
  }

  /** The disk is too slow: this fragment is lost, and what follows begins with a keyframe in another segment. */
  #overloaded(): void {
    this.#droppedFragments++
    if (this.#trouble !== null) return
    this.#setTrouble('overload', 'the disk does not keep up')
    queueMicrotask(() => this.#slicer?.break()) // not at once: the slicer is in the middle of the fragment
  }

  /** Works through the queue. Never throws. */
  async #write(): Promise<void> {
    for (let action = this.#queue.shift(); action; action = this.#queue.shift()) {
      this.#inWork = action.type === 'fragment' ? action.fragment : null
      try {
        if (action.type === 'open') await this.#openSegment(action.segment, action.run)
        else if (action.type === 'close') await this.#closeSegment(true)
        else await this.#append(action.fragment)
      } catch (error) {
        await this.#failed(error)
      } finally {
        this.#inWork = null
        if (action.type === 'fragment') this.#release(action.fragment.bytes)
      }
    }
  }

  async #openSegment(sliced: SlicedSegment, run: RecordingRun): Promise<void> {
    const { clock, events, path, stores } = this.#options
    const store = stores(run.settings.store)
    if (!store) throw new AppError('STORE_UNAVAILABLE', { store: run.settings.store, reason: 'it is not configured' })
    const id = newId('seg', clock.nowMs())
    const record: SegmentRecord = {
      id,
      path,
      recording: run.recording,
      cause: run.cause,
      template: run.template,
      store: store.name,
      object: segmentKey(path, sliced.startMs, id),
      state: 'open',
      startMs: sliced.startMs,
      endMs: sliced.startMs,
      sizeBytes: 0,
      fragments: 0,
      initBytes: sliced.init.length,
      initHash: createHash('sha256').update(sliced.init).digest('hex'),
      continues: sliced.continues ? this.#last : null,
      overlapMs: sliced.continues && this.#last !== null ? sliced.overlapMs : 0,
      tracks: sliced.tracks.map(recordedTrack),
      sha256: null,
      held: false,
      thinned: false,
      copyAs: run.settings.copy,
      copy: null,
    }
    events.begun(record)
    try {
      const writer = await SegmentWriter.create(store, record.object, sliced.init, this.#options.budget.buffers)
      this.#open = { record, writer }
    } catch (error) {
      events.dropped(record)
      throw error
    }
  }

  async #append(fragment: SlicedFragment): Promise<void> {
    const open = this.#open
    if (!open) {
      this.#droppedFragments++ // its segment could not be opened
      return
    }
    const entry = await open.writer.append(fragment)
    open.record = {
      ...open.record,
      fragments: open.record.fragments + 1,
      sizeBytes: open.writer.bytes,
      endMs: Math.round(entry.wallMs + entry.durationUs / 1000),
    }
    this.#options.events.written(open.record, entry)
  }

  async #closeSegment(whole: boolean): Promise<void> {
    const open = this.#open
    if (!open) return
    this.#open = null
    const { events } = this.#options
    if (open.record.fragments === 0) {
      events.dropped(open.record)
      await open.writer.abort()
      return
    }
    this.#last = whole ? open.record.id : null
    let sha256: string | null = null
    try {
      sha256 = await open.writer.finish()
    } finally {
      events.closed({ ...open.record, state: 'closed', sha256 })
    }
  }

  /** Drops what waits, ends the file with what it has, and tries again later. */
  async #failed(error: unknown): Promise<void> {
    const { log, path } = this.#options
    for (const action of this.#queue.splice(0)) {
      if (action.type !== 'fragment') continue
      this.#droppedFragments++
      this.#release(action.fragment.bytes)
    }
    this.#droppedFragments++
    const full = error instanceof AppError && error.code === 'STORE_FULL'
    this.#setTrouble(full ? 'diskFull' : 'storeError', errorText(error))
    try {
      await this.#closeSegment(false)
    } catch (closing) {
      log.warn('a segment could not be finished', { path, reason: errorText(closing) })
    }
    if (!this.#run) return
    this.#slicer?.break()
    for (const action of this.#queue.splice(0)) if (action.type === 'fragment') this.#release(action.fragment.bytes)
    this.#retry ??= this.#options.timers.every(RETRY_MS, () => void this.#tryAgain())
  }

  async #tryAgain(): Promise<void> {
    const store = this.#run && this.#options.stores(this.#run.settings.store)
    try {
      if (!(await store?.hasRoom())) return
    } catch (error) {
      this.#options.log.debug('the store still fails', { path: this.#options.path, reason: errorText(error) })
      return
    }
    if (!this.#retry) return
    this.#retry.cancel()
    this.#retry = null
    this.#setTrouble(null, '')
  }

  #release(bytes: number): void {
    this.#queuedBytes -= bytes
    this.#options.budget.release(bytes)
  }

  #setTrouble(reason: GapReason | null, text: string): void {
    if (this.#trouble === reason) return
    this.#trouble = reason
    this.#options.events.trouble(reason, text)
  }
}
