import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import type { SegmentRecord } from './segment.ts'
import type { SegmentIndex } from './segment-index.ts'
import { deleteObjects, keptBecause, removeSegment, type SegmentReaders } from './segment-removal.ts'

/** How long segments of a template live; null: for ever, any, never. */
export interface RetentionRules {
  readonly days: number | null
  /** Of one stream, in all its segments; the oldest go first. */
  readonly bytes: number | null
  /** After so many days only keyframes are left. */
  readonly thinAfterDays: number | null
  /** After so many days it moves from disk to the far store. */
  readonly tierAfterDays: number | null
}

export type RetentionEvent =
  | { readonly type: 'deleted'; readonly segments: readonly string[]; readonly reason: string; readonly atMs: number }
  /** It lies elsewhere now, or is smaller. */
  | { readonly type: 'moved'; readonly segment: SegmentRecord; readonly atMs: number }

/** Makes another file of a segment. Null: there is nothing to change. Throws what the stores throw. */
export type ChangeSegment = (segment: SegmentRecord) => Promise<SegmentRecord | null>

/** A disk as retention looks at it. */
export interface DiskSpace {
  readonly store: string
  readonly freeBytes: number
}

export interface RetentionOptions {
  readonly index: SegmentIndex
  readonly readers: SegmentReaders
  readonly stores: (name: string) => GrowingStore | undefined
  readonly disks: () => readonly DiskSpace[]
  /** A disk with less free takes no recordings. */
  readonly floorBytes: () => number
  readonly rules: (template: string | null) => RetentionRules
  /** Leaves the keyframes. */
  readonly thin: ChangeSegment
  /** Moves to the far store; null: there is none. */
  readonly move: ChangeSegment | null
  readonly emit: (event: RetentionEvent) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

const DAY_MS = 86_400_000
const LOOK_MS = 5000
/** Looked at each time; the index is gone through again and again, a million segments in an hour and a half. */
const SEGMENTS_PER_LOOK = 1000
/** Deleted each time: a disk that deletes much at once writes nothing else. */
const DELETES_PER_LOOK = 20
/** Moved or thinned each time: it reads and writes whole files. */
const CHANGES_PER_LOOK = 2
/** Looked at for one that may go when a disk or a stream has too much. */
const CANDIDATES = 1000
/** Kept free above the floor, so that recording never reaches it: 5 s of 400 Mbit/s. */
const RESERVE_BYTES = 256 * 1024 * 1024
/** A store that failed is left alone for so long. */
const RETRY_MS = 60_000

/**
 * Deletes what has been kept long enough, is too much of a stream or has to make room on a disk, thins out and moves.
 * What is held, being recorded or being played stays. A few at a time: nothing waits for a disk that deletes.
 */
export class Retention implements Closable {
  readonly #options: RetentionOptions
  /** Streams that may have grown over their size. */
  readonly #grown = new Set<string>()
  #looking: Timer | null = null
  #working: Promise<void> | null = null
  #after = ''
  #changeAgainAtMs = 0
  #deletes = 0
  #open = true

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  start(): void {
    this.#looking = this.#options.timers.every(LOOK_MS, () => void this.look())
  }

  /** A segment of this stream is finished. */
  grown(path: string): void {
    this.#grown.add(path)
  }

  /** One round; what is left over comes in the next. Never throws. */
  look(): Promise<void> {
    this.#working ??= this.#look().finally(() => {
      this.#working = null
    })
    return this.#working
  }

  async close(): Promise<void> {
    this.#open = false
    this.#looking?.cancel()
    await this.#working
  }

  async #look(): Promise<void> {
    this.#deletes = DELETES_PER_LOOK
    for (const part of [() => this.#makeRoom(), () => this.#limitStreams(), () => this.#goThrough()]) {
      try {
        if (this.#open) await part()
      } catch (error) {
        this.#options.log.warn('recordings are not tidied, tried again', { reason: errorText(error) })
      }
    }
  }

  /** Deletes the oldest that may go at all, until a disk has its reserve. */
  async #makeRoom(): Promise<void> {
    const { disks, floorBytes, index, rules } = this.#options
    for (const { store, freeBytes } of disks()) {
      let missing = floorBytes() + RESERVE_BYTES - freeBytes
      if (missing <= 0) continue
      const gone: string[] = []
      for (const segment of index.oldest(store, CANDIDATES)) {
        if (missing <= 0 || this.#deletes === 0) break
        const { days, bytes } = rules(segment.template)
        // What is kept for ever is kept when the disk is full, too.
        if (days === null && bytes === null) continue
        if (!(await this.#delete(segment))) continue
        gone.push(segment.id)
        missing -= segment.sizeBytes
      }
      this.#tell(gone, 'the disk was full')
    }
  }

  async #limitStreams(): Promise<void> {
    const { index, rules } = this.#options
    for (const path of this.#grown) {
      if (this.#deletes === 0) return
      let { bytes } = index.usageOfPath(path)
      const gone: string[] = []
      for (const segment of index.oldestOfPath(path, DELETES_PER_LOOK)) {
        const limit = rules(segment.template).bytes
        if (limit === null || bytes <= limit || this.#deletes === 0) break
        if (!(await this.#delete(segment))) continue
        gone.push(segment.id)
        bytes -= segment.sizeBytes
      }
      this.#tell(gone, 'the stream had more than its template keeps')
      if (gone.length < DELETES_PER_LOOK && this.#deletes > 0) this.#grown.delete(path)
    }
  }

  /** Ages: another part of the index each time. */
  async #goThrough(): Promise<void> {
    const { clock, index, rules } = this.#options
    const segments = index.after(this.#after, SEGMENTS_PER_LOOK)
    const nowMs = clock.nowMs()
    const gone: string[] = []
    let changes = clock.monotonicMs() < this.#changeAgainAtMs ? 0 : CHANGES_PER_LOOK
    let last = ''
    for (const segment of segments) {
      if (!this.#open) break
      const { bytes, days, thinAfterDays, tierAfterDays } = rules(segment.template)
      const ageDays = (nowMs - segment.endMs) / DAY_MS
      if (days !== null && ageDays >= days) {
        if (this.#deletes === 0) break // the next round begins here
        if (await this.#delete(segment)) gone.push(segment.id)
      } else if (isThinned(segment, thinAfterDays, ageDays) || this.#isMoved(segment, tierAfterDays, ageDays)) {
        if (changes > 0) changes -= await this.#change(segment, isThinned(segment, thinAfterDays, ageDays))
      } else if (bytes !== null) this.#grown.add(segment.path)
      last = segment.id
    }
    this.#tell(gone, 'kept as long as its template says')
    const atEnd = segments.length < SEGMENTS_PER_LOOK && last === (segments.at(-1)?.id ?? '')
    if (atEnd) this.#after = ''
    else if (last !== '') this.#after = last
  }

  #isMoved({ store }: SegmentRecord, afterDays: number | null, ageDays: number): boolean {
    const { disks, move } = this.#options
    if (afterDays === null || ageDays < afterDays || !move) return false
    return disks().some(disk => disk.store === store)
  }

  /** Returns 1 when it was work. */
  async #change(segment: SegmentRecord, thinned: boolean): Promise<number> {
    const { clock, emit, index, log, move, readers, stores, thin } = this.#options
    if (readers.inUse(segment.id)) return 0
    try {
      const changed = await (thinned ? thin(segment) : move?.(segment))
      if (!changed) return 0
      // It may have been held meanwhile.
      const current = { ...changed, held: index.get(segment.id)?.held ?? changed.held }
      index.put(current)
      readers.forget(segment.id)
      emit({ type: 'moved', segment: current, atMs: clock.nowMs() })
      const before = current.store === segment.store ? undefined : stores(segment.store)
      if (before) await deleteObjects(segment, before)
    } catch (error) {
      this.#changeAgainAtMs = clock.monotonicMs() + RETRY_MS
      log.warn('a segment was not moved or thinned', { segment: segment.id, thinned, reason: errorText(error) })
    }
    return 1
  }

  async #delete(segment: SegmentRecord): Promise<boolean> {
    const { index, log, readers, stores } = this.#options
    const store = stores(segment.store)
    if (!store || keptBecause(segment, readers) !== null) return false
    this.#deletes--
    try {
      await removeSegment(segment, store, index, readers)
      return true
    } catch (error) {
      log.warn('a segment cannot be deleted yet', { segment: segment.id, reason: errorText(error) })
      return false
    }
  }

  #tell(segments: readonly string[], reason: string): void {
    if (segments.length === 0) return
    const { clock, emit, log } = this.#options
    log.info('recordings deleted', { segments: segments.length, reason })
    emit({ type: 'deleted', segments, reason, atMs: clock.nowMs() })
  }
}

function isThinned({ thinned, tracks }: SegmentRecord, afterDays: number | null, ageDays: number): boolean {
  return afterDays !== null && ageDays >= afterDays && !thinned && tracks.some(({ kind }) => kind === 'video')
}
