import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { ExportStatus } from '../../link/recording.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { exportFlv } from '../replay/flv-export.ts'
import type { FragmentReader } from '../replay/fragment-reader.ts'
import { exportMp4 } from '../replay/mp4-export.ts'
import type { Recordings } from '../replay/recordings.ts'
import type { ExportIndex, KeptExport } from './export-index.ts'

export interface ExportWish {
  readonly path: string
  readonly startMs: number
  readonly endMs: number
  readonly format: KeptExport['format']
}

export interface ExportsOptions {
  readonly index: ExportIndex
  readonly recordings: Recordings
  readonly reader: FragmentReader
  /** Where the files lie until they expire. */
  readonly store: ObjectStore
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** Files are kept for three days: long enough to be fetched after a weekend. */
const LIFE_MS = 72 * 3_600_000
/** Made at the same time; each reads and writes as fast as the disk lets it. */
const MAX_RUNNING = 2
/** Waiting for their turn. */
const MAX_WAITING = 50
/** Ended ones are remembered for so long, for who asks how it went. */
const REMEMBERED_MS = 3_600_000
const TIDY_MS = 60_000
const MAX_ERROR_LENGTH = 512
/** One that did not end with so many starts of the node is given up: perhaps it is what ends it. */
const MAX_STARTS = 3

interface Running {
  readonly wish: ExportWish
  readonly controller: AbortController
  status: ExportStatus
  endedMs: number | null
}

/** Files of recorded time, made in the background and kept for some days. */
export class Exports implements Closable {
  readonly #options: ExportsOptions
  readonly #exports = new Map<string, Running>()
  readonly #queue: Running[] = []
  readonly #working = new Set<Promise<void>>()
  readonly #tidying: Timer
  #open = true

  constructor(options: ExportsOptions) {
    this.#options = options
    this.#tidying = options.timers.every(TIDY_MS, () => void this.#tidy())
  }

  /** Goes on with what the end of the node cut off. */
  resume(): void {
    const { index, log } = this.#options
    for (const { id, starts, ...wish } of index.pending()) {
      const running = this.#add(id, wish)
      if (starts < MAX_STARTS) {
        log.info('an export goes on', { id, path: wish.path })
        this.#queue.push(running)
      } else this.#end(running, { state: 'failed', error: `the node ended ${starts} times while it was made` })
    }
    this.#next()
  }

  /** Throws AppError NOT_FOUND when nothing was recorded, LIMIT_REACHED. */
  start(wish: ExportWish): ExportStatus {
    const { clock, recordings } = this.#options
    const { path, startMs, endMs } = wish
    if (recordings.index.between(path, startMs, endMs).length === 0) {
      throw new AppError('NOT_FOUND', { what: 'recording', id: `${path} of this time` })
    }
    if (this.#queue.length >= MAX_WAITING) {
      throw new AppError('LIMIT_REACHED', { what: 'exports at once', limit: MAX_WAITING })
    }
    const id = newId('exp', clock.nowMs())
    this.#options.index.begin({ id, ...wish })
    const running = this.#add(id, wish)
    this.#queue.push(running)
    this.#next()
    return running.status
  }

  /** Throws AppError NOT_FOUND: never heard of, or expired. */
  status(id: string): ExportStatus {
    const running = this.#exports.get(id)
    if (running) return running.status
    const kept = this.#options.index.get(id)
    if (kept) return { ...DONE, id, sizeBytes: kept.sizeBytes, url: urlOf(kept) }
    throw new AppError('NOT_FOUND', { what: 'export', id })
  }

  /** Ends one that runs, removes the file of one that is done. Does nothing when there is none. */
  async cancel(id: string): Promise<void> {
    const running = this.#exports.get(id)
    running?.controller.abort()
    const at = running ? this.#queue.indexOf(running) : -1
    if (running && at >= 0) {
      this.#queue.splice(at, 1)
      this.#end(running, { state: 'cancelled' })
    }
    const kept = this.#options.index.get(id)
    if (kept) await this.#remove(kept)
  }

  /** The finished file; null: there is none, or not of this stream. */
  find(id: string, path: string): KeptExport | null {
    const kept = this.#options.index.get(id)
    return kept?.path === path ? kept : null
  }

  read(kept: KeptExport, span: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array> {
    return this.#options.store.read(keyOf(kept), span)
  }

  /** What is being made is made after the next start. */
  async close(): Promise<void> {
    this.#open = false
    this.#tidying.cancel()
    this.#queue.length = 0
    for (const { controller } of this.#exports.values()) controller.abort()
    await Promise.all(this.#working)
  }

  #add(id: string, wish: ExportWish): Running {
    const status: ExportStatus = { id, state: 'running', progress: 0, sizeBytes: 0, url: null, error: null }
    const running: Running = { wish, controller: new AbortController(), status, endedMs: null }
    this.#exports.set(id, running)
    return running
  }

  #next(): void {
    while (this.#working.size < MAX_RUNNING) {
      const running = this.#queue.shift()
      if (!running) return
      const work = this.#make(running).finally(() => {
        this.#working.delete(work)
        this.#next()
      })
      this.#working.add(work)
    }
  }

  /** Never throws. */
  async #make(running: Running): Promise<void> {
    const { clock, index, log, reader, recordings, store } = this.#options
    const { wish, controller } = running
    const { path, startMs, endMs, format } = wish
    const { id } = running.status
    const { signal } = controller
    const progress = (done: number) => {
      running.status = { ...running.status, progress: Math.min(1, done) }
    }
    try {
      index.started(id)
      const fragments = await recordings.fragments(path, startMs, endMs)
      const release = recordings.use(fragments.map(({ segment }) => segment))
      try {
        const make = format === 'mp4' ? exportMp4 : exportFlv
        const file = await make(recordings, reader, fragments, { signal, progress })
        const sizeBytes = await store.put(keyOf({ id, format }), file.pieces({ signal, progress }))
        const kept = { id, path, format, startMs, sizeBytes, expiresMs: clock.nowMs() + LIFE_MS }
        index.put(kept)
        this.#end(running, { ...DONE, sizeBytes, url: urlOf(kept) })
      } finally {
        release()
      }
    } catch (error) {
      if (signal.aborted) return this.#end(running, { state: 'cancelled' })
      log.warn('an export failed', { id, path, reason: errorText(error) })
      this.#end(running, { state: 'failed', error: errorText(error).slice(0, MAX_ERROR_LENGTH) })
    }
  }

  #end(running: Running, change: Partial<ExportStatus>): void {
    if (this.#open) this.#options.index.ended(running.status.id)
    running.status = { ...running.status, ...change }
    running.endedMs = this.#options.clock.monotonicMs()
  }

  async #tidy(): Promise<void> {
    const { clock, index, log } = this.#options
    const nowMs = clock.monotonicMs()
    for (const [id, { endedMs }] of this.#exports) {
      if (endedMs !== null && nowMs - endedMs > REMEMBERED_MS) this.#exports.delete(id)
    }
    try {
      for (const kept of index.expired(clock.nowMs())) await this.#remove(kept)
    } catch (error) {
      log.warn('an expired export stays', { reason: errorText(error) })
    }
  }

  async #remove(kept: KeptExport): Promise<void> {
    await this.#options.store.delete(keyOf(kept))
    this.#options.index.remove(kept.id)
    this.#exports.delete(kept.id)
  }
}

const DONE = { state: 'done', progress: 1, error: null } as const

function keyOf({ id, format }: Pick<KeptExport, 'id' | 'format'>): string {
  return `${id}.${format}`
}

function urlOf(kept: KeptExport): string {
  return `/${kept.path.split('/').map(encodeURIComponent).join('/')}/exports/${kept.id}`
}
