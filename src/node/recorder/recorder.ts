import { isDeepStrictEqual } from 'node:util'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import { PathRecording, type RecordingStatus } from './path-recording.ts'
import type { EmitRecorderEvent } from './recorder-events.ts'
import type { RecordingPlan } from './recording-plan.ts'
import { recoverSegment } from './recovery.ts'
import type { SegmentCopy, SegmentRecord } from './segment.ts'
import type { SegmentIndex } from './segment-index.ts'
import type { RecordableStream } from './stream-recorder.ts'
import { plannedBetween } from './week-plan.ts'
import type { WriteBudget } from './write-budget.ts'

/** The node's streams, as far as recording needs them. */
export interface RecorderHost {
  find(path: string): RecordableStream | undefined
  /** Somebody wants this stream to run. Returns how to give it back. */
  hold(path: string): () => void
  forbidden(path: string): boolean
}

/** Makes files of other formats of finished segments. */
export interface SegmentCopier {
  copy(segment: SegmentRecord): Promise<SegmentCopy>
}

/** Since the start of the process. */
export interface RecorderTotals {
  /** In files. */
  bytes: number
  fragments: number
  /** Lost, because a disk was too slow, full or broken. */
  droppedFragments: number
}

export interface RecorderOptions {
  readonly host: RecorderHost
  readonly index: SegmentIndex
  readonly stores: (name: string) => GrowingStore | undefined
  readonly budget: WriteBudget
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly emit: EmitRecorderEvent
  /** A segment is closed. */
  readonly finished: (segment: SegmentRecord) => void
  /** Counted by those who record. */
  readonly totals: RecorderTotals
}

/** What is wanted is compared with what is this often. */
const LOOK_MS = 1000
/** How exactly the time is known at which a node was killed. */
const ALIVE_MS = 5000
/** A node that was off for longer tells of this much. */
const MAX_DOWN_MS = 30 * 86_400_000
/** Segments without their copy that are looked for at once. */
const COPIES_AT_ONCE = 100
/** A copy that failed is tried again after this time. */
const COPY_RETRY_MS = 60_000

/** Records what the plans say, and goes on with it whatever happens. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #copier: SegmentCopier | null
  readonly #paths = new Map<string, PathRecording>()
  #plans: readonly RecordingPlan[] = []
  #timers: Timer[] = []
  #copying: Promise<void> | null = null
  #copyAgainAtMs = 0
  #open = true

  constructor(options: Omit<RecorderOptions, 'finished' | 'totals'> & { readonly copier: SegmentCopier | null }) {
    this.#copier = options.copier
    const totals = { bytes: 0, fragments: 0, droppedFragments: 0 }
    this.#options = { ...options, totals, finished: () => this.#copy() }
  }

  /**
   * Brings in order what a crash left, tells what was not told, and goes on with the plans of before. Segments that
   * lie in a store that is not there now wait for another start.
   */
  async start(): Promise<void> {
    const { index, timers } = this.#options
    await this.#recover()
    const plans = (index.recall('plans') as RecordingPlan[] | undefined) ?? [] // written by setPlans
    this.#tellDown(plans)
    this.#alive()
    this.#timers = [
      timers.every(LOOK_MS, () => this.look()),
      timers.every(ALIVE_MS, () => this.#guarded('alive', () => this.#alive())),
    ]
    this.setPlans(plans)
    this.#copy()
  }

  /** Everything that is to be recorded from now on. What goes on unchanged is not interrupted. */
  setPlans(plans: readonly RecordingPlan[]): void {
    const before = new Map(this.#plans.map(plan => [keyOf(plan), plan]))
    // The same object for the same plan, so that what runs is not taken for another.
    this.#plans = plans.map(plan => {
      const known = before.get(keyOf(plan))
      return known && isDeepStrictEqual(known, plan) ? known : plan
    })
    this.#options.index.remember('plans', this.#plans)
    const byPath = Map.groupBy(this.#plans, plan => plan.path)
    for (const path of byPath.keys()) this.#pathOf(path)
    for (const [path, recording] of this.#paths) recording.plans = byPath.get(path) ?? []
    this.look()
  }

  /** Something happened at a stream: keeps what was before and what comes after. Returns the recording's id. */
  trigger(path: string, plan: RecordingPlan, beforeMs: number, afterMs: number): string {
    return this.#pathOf(path).trigger(plan, beforeMs, afterMs)
  }

  /** A stream came or went: no need to wait for the next second. */
  changed(path: string): void {
    if (this.#open) this.#guarded(path, () => this.#paths.get(path)?.look())
  }

  statuses(): RecordingStatus[] {
    return [...this.#paths.values()].flatMap(recording => recording.status() ?? [])
  }

  totals(): RecorderTotals {
    const totals = { ...this.#options.totals }
    for (const { droppedFragments } of this.#paths.values()) totals.droppedFragments += droppedFragments
    return totals
  }

  look(): void {
    for (const [path, recording] of this.#paths) {
      this.#guarded(path, () => recording.look())
      if (recording.idle) this.#paths.delete(path)
    }
    if (this.#copyAgainAtMs > 0 && this.#options.clock.monotonicMs() >= this.#copyAgainAtMs) this.#copy()
  }

  /** Ends what is being recorded; the plans are kept for the next start. */
  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    for (const timer of this.#timers) timer.cancel()
    await Promise.all([...this.#paths.values()].map(recording => recording.close()))
    await this.#copying
    this.#alive()
  }

  /** One path that fails, or a file that takes nothing, does not end the loop for the others. */
  #guarded(what: string, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#options.log.error('recording failed, it is tried again', { what, reason: errorText(error) })
    }
  }

  #pathOf(path: string): PathRecording {
    const known = this.#paths.get(path)
    if (known) return known
    const made = new PathRecording(path, this.#options)
    this.#paths.set(path, made)
    return made
  }

  async #recover(): Promise<void> {
    const { index, stores, log, emit, clock } = this.#options
    for (const segment of index.open()) {
      const store = stores(segment.store)
      if (!store) {
        log.warn('a segment waits for its store', { segment: segment.id, store: segment.store })
        continue
      }
      try {
        this.#recovered(segment, await recoverSegment(store, segment.object))
      } catch (error) {
        log.error('a segment cannot be recovered yet', { segment: segment.id, reason: errorText(error) })
      }
    }
    for (const segment of index.unreported()) {
      emit({ type: 'segment.closed', segment, atMs: clock.nowMs() })
      index.setReported(segment.id)
    }
  }

  #recovered(segment: SegmentRecord, found: Awaited<ReturnType<typeof recoverSegment>>): void {
    const { index, log, emit, clock } = this.#options
    const last = found?.fragments.at(-1)
    if (!found || !last) {
      index.remove(segment.id)
      emit({ type: 'segment.gone', segment, atMs: clock.nowMs() })
      return
    }
    log.info('segment recovered', { segment: segment.id, path: segment.path, cutBytes: found.cutBytes })
    index.put({
      ...segment,
      state: 'recovered',
      endMs: Math.round(last.wallMs + last.durationUs / 1000),
      sizeBytes: found.sizeBytes,
      fragments: found.fragments.length,
    })
  }

  /** The time this node was off is missing from what should have been recorded. */
  #tellDown(plans: readonly RecordingPlan[]): void {
    const { index, clock, emit } = this.#options
    const nowMs = clock.nowMs()
    const aliveMs = index.recall('aliveMs')
    if (typeof aliveMs !== 'number') return
    for (const { path, week, expected, cause } of plans) {
      if (!expected || cause === 'event') continue
      const fromMs = Math.max(aliveMs, nowMs - MAX_DOWN_MS, index.between(path, aliveMs, nowMs).at(-1)?.endMs ?? 0)
      if (fromMs >= nowMs) continue
      for (const span of week ? plannedBetween(week, fromMs, nowMs) : [{ fromMs, toMs: nowMs }]) {
        const gap = { startMs: span.fromMs, endMs: span.toMs, reason: 'nodeDown' } as const
        const plannedS = (span.toMs - span.fromMs) / 1000
        emit({ type: 'coverage', coverage: { path, ...span, plannedS, recordedS: 0, gaps: [gap] }, atMs: nowMs })
      }
    }
  }

  #alive(): void {
    this.#options.index.remember('aliveMs', this.#options.clock.nowMs())
  }

  /** Makes the copies that are due, one after the other. */
  #copy(): void {
    if (!this.#copier || !this.#open) return
    this.#copyAgainAtMs = 0
    this.#copying ??= this.#copyAll(this.#copier).finally(() => {
      this.#copying = null
    })
  }

  async #copyAll(copier: SegmentCopier): Promise<void> {
    const { index, log, emit, clock } = this.#options
    for (let due = index.uncopied(COPIES_AT_ONCE); due.length > 0 && this.#open; due = index.uncopied(COPIES_AT_ONCE)) {
      for (const segment of due) {
        if (!this.#open) return
        try {
          const copy = await copier.copy(segment)
          const current = index.get(segment.id) // may have been held, or deleted, meanwhile
          if (!current) continue
          const copied = { ...current, copy }
          index.put(copied)
          emit({ type: 'segment.copied', segment: copied, atMs: clock.nowMs() })
        } catch (error) {
          log.warn('a copy of a segment failed', { segment: segment.id, reason: errorText(error) })
          // What a copy cannot hold it will not hold later either.
          if (error instanceof AppError && error.fault === 'peer') {
            const kept = { ...(index.get(segment.id) ?? segment), copyAs: null }
            index.put(kept)
            emit({ type: 'segment.copied', segment: kept, atMs: clock.nowMs() })
          } else {
            this.#copyAgainAtMs = clock.monotonicMs() + COPY_RETRY_MS
            return
          }
        }
      }
    }
  }
}

function keyOf({ path, cause, template }: RecordingPlan): string {
  return JSON.stringify([path, cause, template])
}
