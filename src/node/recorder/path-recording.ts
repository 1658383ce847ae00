import { newId } from '../../base/id.ts'
import { CoverageLedger } from './coverage.ts'
import type { RecorderOptions } from './recorder.ts'
import { PROGRESS_MS, type RecordingChange } from './recorder-events.ts'
import type { RecordingPlan } from './recording-plan.ts'
import type { GapReason, RecordingCause, SegmentRecord } from './segment.ts'
import { type RecordableStream, StreamRecorder } from './stream-recorder.ts'
import { nextChange, plannedBetween } from './week-plan.ts'

/** From a start to the stop, over interruptions. */
interface Recording {
  readonly id: string
  readonly plan: RecordingPlan
  readonly cause: RecordingCause
  readonly sinceMs: number
  state: 'waiting' | 'recording' | 'paused'
  reason: GapReason | ''
  /** It has recorded something. */
  begun: boolean
}

export interface RecordingStatus {
  readonly path: string
  readonly recording: string
  readonly cause: RecordingCause
  readonly template: string | null
  readonly state: 'waiting' | 'recording' | 'paused'
  readonly reason: GapReason | ''
  readonly sinceMs: number
  readonly segment: SegmentRecord | null
  readonly droppedFragments: number
}

const REASONS: Readonly<Record<GapReason, string>> = {
  noStream: 'nobody publishes the stream',
  nodeDown: 'the node was not running',
  diskFull: 'the disk is full',
  storeError: 'the store fails',
  overload: 'the disk does not keep up',
  forbidden: 'recording is forbidden',
  noKeyframe: 'no keyframe has come',
}

/** What is recorded of one path: compares what is wanted with what is, and mends the difference. */
export class PathRecording {
  readonly path: string
  readonly #options: RecorderOptions
  plans: readonly RecordingPlan[] = []
  #planned: { readonly plan: RecordingPlan; readonly now: boolean; readonly untilMs: number }[] = []
  #event: { readonly plan: RecordingPlan; readonly beforeMs: number; untilMs: number } | null = null
  #recording: Recording | null = null
  #recorder: StreamRecorder | null = null
  #stream: RecordableStream | null = null
  #release: (() => void) | null = null
  #ledger: CoverageLedger | null = null
  /** Of recordings whose last fragments are being written, by their ids. */
  readonly #endingLedgers = new Map<string, CoverageLedger>()
  #toldProgressMs = 0
  /** Recorders that are writing their end. */
  readonly #ending = new Set<Promise<void>>()

  constructor(path: string, options: RecorderOptions) {
    this.path = path
    this.#options = options
  }

  /** Whether there is something to do for it, now or later. */
  get idle(): boolean {
    return this.plans.length === 0 && this.#recording === null && this.#event === null && this.#ending.size === 0
  }

  /** Of the recorder that is at work. */
  get droppedFragments(): number {
    return this.#recorder?.droppedFragments ?? 0
  }

  status(): RecordingStatus | null {
    const recording = this.#recording
    if (!recording) return null
    const { id, cause, plan, sinceMs, state, reason } = recording
    const { droppedFragments, path } = this
    const segment = this.#recorder?.segment ?? null
    return { path, recording: id, cause, template: plan.template, state, reason, sinceMs, segment, droppedFragments }
  }

  /** Something happened: keeps what was before and what comes after. Returns the recording. */
  trigger(plan: RecordingPlan, beforeMs: number, afterMs: number): string {
    const untilMs = this.#options.clock.nowMs() + afterMs
    if (this.#event) this.#event.untilMs = Math.max(this.#event.untilMs, untilMs)
    else this.#event = { plan, beforeMs, untilMs }
    this.look()
    return this.#recording?.id ?? ''
  }

  /** Mends what is not as it is wanted. Called every second, and when something has changed. */
  look(): void {
    const nowMs = this.#options.clock.nowMs()
    if (this.#event && nowMs >= this.#event.untilMs) this.#event = null
    const wanted = this.#wanted(nowMs)
    const armed = this.plans.filter(plan => plan.cause === 'event' && this.#isPlanned(plan, nowMs))
    if (this.#recording && wanted?.plan !== this.#recording.plan) this.#end(nowMs)
    this.#lease(wanted?.plan.expected === true || armed.some(plan => plan.expected))
    this.#follow(wanted !== null || armed.length > 0, Math.max(0, ...armed.map(plan => plan.settings.preRecordMs)))
    if (wanted) this.#record(wanted.plan, wanted.beforeMs, nowMs)
    this.#account(nowMs)
  }

  async close(): Promise<void> {
    this.plans = []
    this.#event = null
    this.look()
    await Promise.all(this.#ending)
  }

  /** The plan that says that now is to be recorded: the first of those that do. */
  #wanted(nowMs: number): { plan: RecordingPlan; beforeMs: number } | null {
    const plan = this.plans.find(plan => plan.cause !== 'event' && this.#isPlanned(plan, nowMs))
    if (plan) return { plan, beforeMs: 0 }
    return this.#event
  }

  /** Remembered until it changes: the calendar is not asked every second. */
  #isPlanned(plan: RecordingPlan, nowMs: number): boolean {
    const { week } = plan
    if (!week) return true
    const known = this.#planned.find(entry => entry.plan === plan)
    if (known && nowMs < known.untilMs) return known.now
    const now = plannedBetween(week, nowMs, nowMs + 1).length > 0
    const untilMs = Math.min(nextChange(week, nowMs) ?? Number.POSITIVE_INFINITY, nowMs + MAX_REMEMBERED_MS)
    this.#planned = [
      ...this.#planned.filter(entry => entry !== known && this.plans.includes(entry.plan)),
      { plan, now, untilMs },
    ]
    return now
  }

  #lease(wanted: boolean): void {
    if (wanted) this.#release ??= this.#options.host.hold(this.path)
    else {
      this.#release?.()
      this.#release = null
    }
  }

  /** Listens to the stream that is there. */
  #follow(wanted: boolean, keepMs: number): void {
    const { host } = this.#options
    const stream = wanted && !host.forbidden(this.path) ? (host.find(this.path) ?? null) : null
    if (this.#recorder && stream !== this.#stream) this.#leave()
    if (!stream || this.#recorder) return
    const { stores, budget, clock, timers, log, index, totals } = this.#options
    this.#recorder = new StreamRecorder({
      path: this.path,
      stores,
      budget,
      clock,
      timers,
      log,
      events: {
        begun: segment => index.put(segment),
        written: (segment, entry) => {
          const first = segment.fragments === 1
          index.grown(segment, entry)
          totals.fragments++
          totals.bytes += entry.bytes
          const ledger = this.#endingLedgers.get(segment.recording) ?? this.#ledger
          ledger?.recorded(entry.wallMs, entry.wallMs + entry.durationUs / 1000)
          this.#progress(segment, first)
        },
        closed: segment => {
          index.put(segment)
          this.#options.emit({ type: 'segment.closed', segment, atMs: clock.nowMs() })
          index.setReported(segment.id)
          this.#options.finished(segment)
        },
        dropped: segment => index.remove(segment.id),
        trouble: () => this.#account(clock.nowMs()),
        ended: () => {
          this.#leave()
          this.#account(clock.nowMs())
        },
      },
    })
    this.#stream = stream
    this.#recorder.attach(stream, keepMs)
  }

  #leave(): void {
    const recorder = this.#recorder
    this.#recorder = null
    this.#stream = null
    if (!recorder) return
    const closed = recorder.close()
    this.#later(
      closed.then(() => {
        this.#options.totals.droppedFragments += recorder.droppedFragments
      }),
    )
    // What is recorded whenever it is there is not missing when it is not.
    if (this.#recording && !this.#recording.plan.expected) this.#endLedger(this.#recording, closed)
  }

  /** Tells the rest of what was covered until `endMs`, or until the last fragment, when `written`. */
  #endLedger({ id }: Recording, written: Promise<void>, endMs?: number): void {
    const ledger = this.#ledger
    this.#ledger = null
    if (!ledger) return
    this.#endingLedgers.set(id, ledger)
    this.#later(
      written.then(() => {
        this.#endingLedgers.delete(id)
        const coverage = ledger.end(endMs)
        if (coverage) this.#options.emit({ type: 'coverage', coverage, atMs: this.#options.clock.nowMs() })
      }),
    )
  }

  #record(plan: RecordingPlan, beforeMs: number, nowMs: number): void {
    this.#recording ??= {
      id: newId('rec', nowMs),
      plan,
      cause: plan.cause,
      sinceMs: nowMs,
      state: 'waiting',
      reason: 'noStream',
      begun: false,
    }
    if (this.#recorder || plan.expected) this.#ledger ??= new CoverageLedger(this.path, nowMs)
    const { id, cause } = this.#recording
    if (!this.#recorder || this.#recorder.run) return
    this.#recorder.start({ recording: id, cause, template: plan.template, settings: plan.settings }, beforeMs)
  }

  /** Ends the recording; the last fragments are still being written. */
  #end(nowMs: number): void {
    const recording = this.#recording
    this.#recording = null
    if (!recording) return
    const stopped = this.#recorder?.run ? this.#recorder.stop() : Promise.resolve()
    this.#endLedger(recording, stopped, nowMs)
    this.#later(
      stopped.then(() => {
        if (recording.begun) this.#tell(recording, 'stopped', '')
      }),
    )
  }

  /** Keeps the state of the recording and its coverage. */
  #account(nowMs: number): void {
    const recording = this.#recording
    if (!recording) return
    const reason = this.#missing()
    if (reason !== null) this.#ledger?.because(reason)
    this.#setState(recording, reason)
    const pendingMs = this.#recorder?.pendingMs ?? null
    if (this.#ledger?.due(nowMs, pendingMs)) {
      const coverage = this.#ledger.take(nowMs, pendingMs)
      if (coverage) this.#options.emit({ type: 'coverage', coverage, atMs: nowMs })
    }
  }

  #missing(): GapReason | null {
    if (this.#options.host.forbidden(this.path)) return 'forbidden'
    return this.#recorder ? this.#recorder.trouble : 'noStream'
  }

  #setState(recording: Recording, reason: GapReason | null): void {
    const state =
      reason === null ? 'recording' : reason === 'noStream' || reason === 'noKeyframe' ? 'waiting' : 'paused'
    const before = recording.state
    if (state === before && (reason ?? '') === recording.reason) return
    recording.state = state
    recording.reason = reason ?? ''
    if (reason === null && !recording.begun) {
      recording.begun = true
      this.#tell(recording, 'started', '')
    } else if (reason === null) this.#tell(recording, 'resumed', '')
    else if (reason === 'storeError') this.#tell(recording, 'error', REASONS[reason])
    else if (before === 'recording') this.#tell(recording, 'paused', REASONS[reason])
  }

  #tell({ id, cause, plan }: Recording, state: RecordingChange['state'], reason: string): void {
    const change = { path: this.path, recording: id, state, cause, template: plan.template, reason }
    this.#options.emit({ type: 'state', change, atMs: this.#options.clock.nowMs() })
  }

  #progress(segment: SegmentRecord, first: boolean): void {
    const { clock, emit } = this.#options
    const atMs = clock.nowMs()
    if (!first && atMs - this.#toldProgressMs < PROGRESS_MS) return
    this.#toldProgressMs = atMs
    emit({ type: first ? 'segment.opened' : 'segment.progress', segment, atMs })
    this.#account(atMs)
  }

  #later(ending: Promise<void>): void {
    const kept = ending.finally(() => this.#ending.delete(kept))
    this.#ending.add(kept)
  }
}

/** A plan is looked at anew this often, whatever it says: the wall clock may be set. */
const MAX_REMEMBERED_MS = 60_000
