import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Snapshot, SnapshotTemplate } from '../../link/recording.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import type { Picture } from '../ffmpeg/picture.ts'
import type { FragmentReader } from '../replay/fragment-reader.ts'
import { keyframeAt } from '../replay/keyframe.ts'
import { objectName } from '../replay/object-name.ts'
import type { Recordings } from '../replay/recordings.ts'
import type { LiveKeyframes } from './live-keyframe.ts'
import type { PictureDesk } from './picture-desk.ts'
import type { SnapshotIndex } from './snapshot-index.ts'

/** How a picture is wanted. */
export interface SnapshotWish {
  readonly path: string
  /** null: the newest keyframe of the live stream. */
  readonly atMs: number | null
  readonly template: string | null
  readonly format: Snapshot['format']
  /** 1 to 100. */
  readonly quality: number
  /** Pixels; null: as the stream. */
  readonly width: number | null
}

/** What is in force for streams. */
export interface SnapshotPlans {
  /** How pictures of a stream are taken; null: none. */
  snapshots(path: string): SnapshotTemplate | null
  snapshotTemplate(id: string | null): SnapshotTemplate | null
  /** Templates whose pictures go after some days. */
  snapshotDays(): Iterable<{ readonly id: string; readonly days: number }>
}

export interface SnapshotsOptions {
  readonly index: SnapshotIndex
  readonly recordings: Recordings
  readonly reader: FragmentReader
  readonly live: LiveKeyframes
  readonly desk: PictureDesk
  readonly plans: () => SnapshotPlans
  /** Paths that are published. */
  readonly paths: () => Iterable<string>
  /** By name; `disk` is whichever has most room. */
  readonly stores: (name: string) => GrowingStore | undefined
  readonly anyStore: string
  readonly emit: (event: NodeEvent) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** What is due is looked for this often. */
const LOOK_MS = 1000
const TIDY_MS = 60_000
const DAY_MS = 86_400_000
/** Of one template at a time: deletes are gradual. */
const DELETES_AT_ONCE = 100
/** Pictures of begin and end are taken at most so long beside their recording ... */
const BESIDE_MS = 5000
/** ... which is in the index by then. */
const SETTLED_MS = 3_600_000
const OBJECT_NAME = '{Space}/{AppName}/{StreamName}/{UnixTimestamp}'
/** How a picture looks for which nothing was chosen. */
const PLAIN = { format: 'jpeg', quality: 80, width: null } as const
/** Ids of one event. */
const MAX_TOLD = 500
const EXTENSIONS = { jpeg: '.jpg', webp: '.webp' } as const

/** Pictures of streams that are kept: asked for, by template, at begin and end of recordings. */
export class Snapshots implements Closable {
  readonly #options: SnapshotsOptions
  /** Being taken, by what was asked for: who asks for the same meanwhile gets the same. */
  readonly #inWork = new Map<string, Promise<Snapshot>>()
  /** Of periodic ones, by path: when the last was taken, and of what. */
  readonly #last = new Map<string, { readonly atMs: number; readonly template: string; frame: Frame | null }>()
  #timers: Timer[] = []
  #tidying: Promise<void> | null = null
  /** Where the search for pictures without recording goes on. */
  #after = ''
  #open = true

  constructor(options: SnapshotsOptions) {
    this.#options = options
  }

  start(): void {
    const { timers } = this.#options
    this.#timers = [timers.every(LOOK_MS, () => this.#look()), timers.every(TIDY_MS, () => void this.tidy())]
  }

  /** Removes what is older than its template keeps, and what belongs to recordings that are gone. Never throws. */
  tidy(): Promise<void> {
    this.#tidying ??= this.#tidy()
      .catch((error: unknown) => this.#options.log.warn('pictures are not tidied', { reason: errorText(error) }))
      .finally(() => {
        this.#tidying = null
      })
    return this.#tidying
  }

  /** Throws AppError STREAM_NOT_FOUND, NOT_FOUND, CODEC_UNSUPPORTED, FFMPEG_FAILED, STORE_FULL, STORE_UNAVAILABLE. */
  take(wish: SnapshotWish): Promise<Snapshot> {
    const { path, atMs, template, format, quality, width } = wish
    const key = JSON.stringify([path, atMs, template, format, quality, width])
    const known = this.#inWork.get(key)
    if (known) return known
    const taking = this.#take(wish).finally(() => this.#inWork.delete(key))
    this.#inWork.set(key, taking)
    return taking
  }

  /** A recording has begun or ended. Never throws. */
  async ofRecording(path: string, cause: 'recordingStart' | 'recordingEnd', atMs: number): Promise<void> {
    if (!this.#open) return
    const { log, plans } = this.#options
    const look = plans().snapshots(path) ?? PLAIN
    const { format, quality, width } = look
    try {
      const [frame, takenAtMs] =
        cause === 'recordingStart' ? await this.#liveFrame(path) : await this.#recordedFrame(path, atMs)
      const picture = await this.#options.desk.picture(frame, { format, quality, width })
      await this.#keep({ path, cause, format, template: null, takenAtMs }, picture)
    } catch (error) {
      log.debug('no picture of a recording', { path, cause, reason: errorText(error) })
    }
  }

  /** Those that are there; the others are gone already. */
  async delete(ids: readonly string[]): Promise<void> {
    const { index } = this.#options
    for (const id of ids) {
      const snapshot = index.get(id)
      if (!snapshot) continue
      await this.#options.stores(snapshot.store)?.delete(snapshot.object)
      index.remove(id)
    }
  }

  async close(): Promise<void> {
    this.#open = false
    for (const timer of this.#timers) timer.cancel()
    await this.#tidying
  }

  async #tidy(): Promise<void> {
    const { clock, index, plans, recordings } = this.#options
    const nowMs = clock.nowMs()
    for (const { id, days } of plans().snapshotDays()) {
      await this.#expire(index.before(id, nowMs - days * DAY_MS, DELETES_AT_ONCE))
    }
    const found = index.ofRecordings(this.#after)
    this.#after = found.at(-1)?.id ?? ''
    const alone = ({ path, takenAtMs }: Snapshot) =>
      takenAtMs < nowMs - SETTLED_MS &&
      recordings.index.between(path, takenAtMs - BESIDE_MS, takenAtMs + BESIDE_MS).length === 0
    await this.#expire(found.filter(alone))
  }

  async #expire(snapshots: readonly Snapshot[]): Promise<void> {
    const { clock, emit } = this.#options
    const ids = snapshots.map(({ id }) => id)
    if (ids.length === 0 || !this.#open) return
    await this.delete(ids)
    for (let at = 0; at < ids.length; at += MAX_TOLD) {
      emit({ type: 'snapshot.deleted', snapshots: ids.slice(at, at + MAX_TOLD), atMs: clock.nowMs() })
    }
  }

  async #take({ path, atMs, template, format, quality, width }: SnapshotWish): Promise<Snapshot> {
    const [frame, takenAtMs] = atMs === null ? await this.#liveFrame(path) : await this.#recordedFrame(path, atMs)
    const picture = await this.#options.desk.picture(frame, { format, quality, width })
    const cause = atMs === null ? 'demand' : 'recorded'
    return this.#keep({ path, cause, format, template, takenAtMs }, picture)
  }

  async #liveFrame(path: string): Promise<readonly [Frame, number]> {
    return [await this.#options.live.newest(path), this.#options.clock.nowMs()]
  }

  async #recordedFrame(path: string, atMs: number): Promise<readonly [Frame, number]> {
    const { recordings, reader } = this.#options
    const found = await keyframeAt(recordings, reader, path, atMs)
    if (found) return [found.frame, found.wallMs]
    throw new AppError('NOT_FOUND', { what: 'recording of', id: `${path} at ${new Date(atMs).toISOString()}` })
  }

  /** Writes the picture and tells of it. */
  async #keep(
    facts: Pick<Snapshot, 'path' | 'cause' | 'format' | 'template' | 'takenAtMs'>,
    { bytes, width, height }: Picture,
  ): Promise<Snapshot> {
    const { index, stores, anyStore, clock, emit, plans } = this.#options
    const template = plans().snapshotTemplate(facts.template)
    const before = template?.trigger === 'overwrite' ? index.ofTemplate(facts.path, template.id) : null
    const id = before?.id ?? newId('snp', clock.nowMs())
    const store = (before && stores(before.store)) ?? stores(anyStore)
    if (!store) throw new AppError('STORE_UNAVAILABLE', { store: anyStore, reason: 'there is no disk' })
    const object = this.#object(facts, template, id)
    await store.put(object, [bytes])
    if (before && before.object !== object) await store.delete(before.object)
    const snapshot = { id, ...facts, store: store.name, object, width, height, sizeBytes: bytes.length }
    index.put(snapshot)
    emit({ type: 'snapshot.taken', snapshot, atMs: clock.nowMs() })
    return snapshot
  }

  /** Its name by the template, with what makes it unlike any other where the name does not. */
  #object(
    { path, format, takenAtMs }: Pick<Snapshot, 'path' | 'format' | 'takenAtMs'>,
    template: SnapshotTemplate | null,
    id: string,
  ): string {
    const { index } = this.#options
    const pattern = template?.objectName ?? OBJECT_NAME
    const sequence = pattern.includes('{Sequence}') ? index.count(path) : 0
    const name = objectName(pattern, { path, startMs: takenAtMs, endMs: takenAtMs, sequence })
    const extension = EXTENSIONS[format]
    const other = index.ofObject(name + extension)
    return other && other.id !== id ? `${name}_${id.slice(-6)}${extension}` : name + extension
  }

  /** Takes those that are due by template. */
  #look(): void {
    const { clock, log, paths, plans } = this.#options
    const nowMs = clock.monotonicMs()
    const live = new Set(paths())
    for (const path of this.#last.keys()) if (!live.has(path)) this.#last.delete(path)
    for (const path of live) {
      const template = plans().snapshots(path)
      if (!template || template.trigger === 'ondemand') continue
      const last = this.#last.get(path)
      const { id, intervalS } = template
      if (last?.template === id && nowMs - last.atMs < intervalS * 1000) continue
      this.#last.set(path, { atMs: nowMs, template: id, frame: last?.frame ?? null })
      this.#periodic(path, template).catch((error: unknown) => {
        const soundOnly = error instanceof AppError && error.code === 'CODEC_UNSUPPORTED'
        log[soundOnly ? 'debug' : 'warn']('no picture by template', { path, template: id, reason: errorText(error) })
      })
    }
  }

  async #periodic(path: string, { id, format, quality, width }: SnapshotTemplate): Promise<void> {
    const [frame, takenAtMs] = await this.#liveFrame(path)
    const last = this.#last.get(path)
    // A stream that stands still has one picture.
    if (!last || last.frame === frame || !this.#open) return
    last.frame = frame
    const picture = await this.#options.desk.picture(frame, { format, quality, width })
    await this.#keep({ path, cause: 'periodic', format, template: id, takenAtMs }, picture)
  }
}
