import { AppError } from '../../base/errors.ts'
import { type ObjectStore, readAll } from '../../storage/objects/object-store.ts'
import type { FragmentEntry } from '../recorder/fragment-entry.ts'
import { readIndex, rebuildIndex } from '../recorder/recovery.ts'
import type { SegmentRecord } from '../recorder/segment.ts'
import type { SegmentIndex } from '../recorder/segment-index.ts'

/** A fragment and the file it is in. */
export interface RecordedFragment {
  readonly segment: SegmentRecord
  readonly entry: FragmentEntry
}

/** Entries of finished segments kept in memory: a week of one stream in fragments of 2 s. */
const MAX_CACHED_ENTRIES = 300_000
/** An answer about more than this is refused: a day in fragments of 1 s, with room. */
const MAX_FRAGMENTS = 200_000
/** How far back the picture of a moment may lie when nothing was recorded then. */
const MAX_LOOK_BACK_MS = 3_600_000
const MAX_INIT_BYTES = 2 * 1024 * 1024

/** What has been recorded, by time. */
export class Recordings {
  readonly index: SegmentIndex
  readonly #stores: (name: string) => ObjectStore | undefined
  /** Oldest use first. */
  readonly #entries = new Map<string, readonly FragmentEntry[]>()
  #cached = 0
  readonly #used = new Map<string, number>()

  constructor(index: SegmentIndex, stores: (name: string) => ObjectStore | undefined) {
    this.index = index
    this.#stores = stores
  }

  /** Throws AppError STORE_UNAVAILABLE for a store that is not configured any more. */
  storeOf(segment: SegmentRecord): ObjectStore {
    const store = this.#stores(segment.store)
    if (store) return store
    throw new AppError('STORE_UNAVAILABLE', { store: segment.store, reason: 'it is not configured' })
  }

  /**
   * What was recorded in [fromMs, toMs), in order and without what segments share. Begins with a keyframe, at `fromMs`
   * or before. Throws LIMIT_EXCEEDED past MAX_FRAGMENTS.
   */
  async fragments(path: string, fromMs: number, toMs: number): Promise<RecordedFragment[]> {
    const found: RecordedFragment[] = []
    let before: SegmentRecord | null = null
    for (const segment of this.index.between(path, fromMs, toMs)) {
      const joins = before !== null && segment.continues === before.id
      const shared = joins ? segment.startMs + segment.overlapMs : Number.NEGATIVE_INFINITY
      const entries = (await this.entriesOf(segment)).filter(({ wallMs }) => wallMs >= shared - 1 && wallMs < toMs)
      const first = before === null ? firstFor(entries, fromMs) : 0
      for (const entry of entries.slice(first)) found.push({ segment, entry })
      if (found.length > MAX_FRAGMENTS) {
        throw new AppError('LIMIT_EXCEEDED', { what: 'fragments of a range', size: found.length, limit: MAX_FRAGMENTS })
      }
      if (found.length > 0) before = segment
    }
    return found
  }

  /** The keyframe that is shown at a time: in the fragment of then, or the nearest before. Null: nothing is near. */
  async keyframeFragment(path: string, atMs: number): Promise<RecordedFragment | null> {
    const segments = this.index.between(path, atMs - MAX_LOOK_BACK_MS, atMs + 1)
    for (const segment of segments.reverse()) {
      const entry = (await this.entriesOf(segment)).findLast(({ keyframe, wallMs }) => keyframe && wallMs <= atMs)
      if (entry) return { segment, entry }
    }
    return null
  }

  async entriesOf(segment: SegmentRecord): Promise<readonly FragmentEntry[]> {
    const growing = this.index.fragmentsInWork(segment.id)
    if (growing) return growing
    const cached = this.#entries.get(segment.id)
    if (cached) {
      this.#entries.delete(segment.id)
      this.#entries.set(segment.id, cached)
      return cached
    }
    const store = this.storeOf(segment)
    const index = (await readIndex(store, segment.object)) ?? (await rebuildIndex(store, segment.object))
    if (!index) throw new AppError('NOT_FOUND', { what: 'recording', id: segment.id })
    this.#cache(segment.id, index.fragments)
    return index.fragments
  }

  /** `ftyp` and `moov` of a segment. */
  init(segment: SegmentRecord): Promise<Buffer> {
    const span = { start: 0, end: segment.initBytes }
    return readAll(this.storeOf(segment).read(segment.object, span), MAX_INIT_BYTES)
  }

  /** It is being read: it is not to be deleted. Returns how to say that it is not any more. */
  use(segments: readonly SegmentRecord[]): () => void {
    const ids = new Set(segments.map(({ id }) => id))
    for (const id of ids) this.#used.set(id, (this.#used.get(id) ?? 0) + 1)
    return () => {
      for (const id of ids) {
        const left = (this.#used.get(id) ?? 0) - 1
        if (left > 0) this.#used.set(id, left)
        else this.#used.delete(id)
      }
      ids.clear()
    }
  }

  /** Whether somebody reads it just now. */
  inUse(id: string): boolean {
    return this.#used.has(id)
  }

  /** It is deleted, or another file now. */
  forget(id: string): void {
    this.#cached -= this.#entries.get(id)?.length ?? 0
    this.#entries.delete(id)
  }

  #cache(id: string, entries: readonly FragmentEntry[]): void {
    this.forget(id)
    this.#entries.set(id, entries)
    this.#cached += entries.length
    for (const oldest of this.#entries.keys()) {
      if (this.#cached <= MAX_CACHED_ENTRIES || oldest === id) return
      this.forget(oldest)
    }
  }
}

/** Where to begin for `fromMs`: the last keyframe that is not behind it, or else the first. */
function firstFor(entries: readonly FragmentEntry[], fromMs: number): number {
  const before = entries.findLastIndex(({ keyframe, wallMs }) => keyframe && wallMs <= fromMs)
  if (before >= 0) return before
  const first = entries.findIndex(({ keyframe }) => keyframe)
  return first < 0 ? entries.length : first
}
