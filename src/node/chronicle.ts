import type { Clock } from '../base/clock.ts'
import { AppError, errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { NodeEvent } from '../link/events.ts'
import type { ViewerStatus } from '../link/status.ts'
import type { PublisherInfo } from '../media/stream/publication.ts'
import type { Milestone, Stream } from '../media/stream/stream.ts'
import { TraceJournal } from './trace-journal.ts'

export type Action = 'publish' | 'play'

/** Who asks for which path, as far as it is told on. */
export interface Asker {
  readonly path: string
  readonly protocol: string
  readonly remote: string
  readonly traceId: string
}

export interface ChronicleOptions {
  readonly clock: Clock
  readonly log: Log
  /** To the platform. */
  readonly emit: (event: NodeEvent) => void
}

/** Kinds of refusals counted; our own words are a dozen, and more would be a mistake in naming them. */
const MAX_REFUSAL_KINDS = 64

/** Tells what happens at the hub to everybody who wants to know: the log, the platform, the journal, the counters. */
export class Chronicle {
  readonly journal: TraceJournal
  readonly #options: ChronicleOptions
  readonly #refusals = new Map<string, { action: Action; reason: string; count: number }>()

  constructor(options: ChronicleOptions) {
    this.#options = options
    this.journal = new TraceJournal(options.clock)
  }

  /** Refused requests since the start. */
  get refusals(): Iterable<{ readonly action: Action; readonly reason: string; readonly count: number }> {
    return this.#refusals.values()
  }

  asked(action: Action, { path, ...who }: Asker): void {
    this.#options.log.debug('asked', { action, path, ...who })
    this.journal.note(path, { step: action === 'publish' ? 'publish asked' : 'viewer asked', ...who })
  }

  refused(action: Action, { path, ...who }: Asker, error: unknown): void {
    const { log, emit, clock } = this.#options
    const reason = errorText(error)
    const kind = kindOf(error)
    this.#count(action, kind)
    this.journal.note(path, { step: action === 'publish' ? 'publish refused' : 'viewer refused', ...who, reason })
    const fields = { action, path, ...who, reason }
    // A stream that is not there is no news: players ask again and again until it is.
    if (kind === 'stream_not_found') {
      log.info('refused', fields)
      return
    }
    log.warn('refused', fields)
    const { remote, traceId } = who
    emit({ type: 'refused', action, path, remote, reason, traceId, atMs: clock.nowMs() })
  }

  published({ path }: Stream, publisher: PublisherInfo): void {
    const { log, emit, clock } = this.#options
    const { id: who, protocol, remote, traceId } = publisher
    log.info('publishing', { path, ...publisher })
    this.journal.note(path, { step: 'publish started', who, protocol, remote, ...traced(traceId) })
    emit({ type: 'stream.started', path, publisher, ...traced(traceId), atMs: clock.nowMs() })
  }

  unpublished({ path, meter }: Stream, { id, traceId }: PublisherInfo, reason: string): void {
    const { log, emit, clock } = this.#options
    const atMs = clock.nowMs()
    log.info('unpublished', { path, publisher: id, reason, ...traced(traceId) })
    this.journal.note(path, { step: 'publish stopped', who: id, reason, ...traced(traceId) })
    const { bytes: bytesIn, bytesSent: bytesOut, frames: framesIn } = meter
    const totals = { bytesIn, bytesOut, framesIn, durationMs: atMs - meter.startedAtMs }
    emit({ type: 'stream.stopped', path, reason, ...traced(traceId), atMs, totals })
  }

  milestone({ path, publisher }: Stream, step: Milestone): void {
    this.journal.note(path, { step, ...traced(publisher?.traceId) })
  }

  joined({ id, path, protocol, remote, agent, startedAtMs, traceId }: ViewerStatus): void {
    const { log, emit } = this.#options
    log.info('viewer joined', { path, viewer: id, protocol, remote, ...traced(traceId) })
    this.journal.note(path, { step: 'viewer joined', who: id, protocol, remote, ...traced(traceId) })
    emit({ type: 'viewer.started', viewer: id, path, protocol, remote, agent, ...traced(traceId), atMs: startedAtMs })
  }

  left(
    { id, path, protocol, remote, agent, bytesSent: bytes, framesDropped, traceId }: ViewerStatus,
    durationMs: number,
    reason: string,
  ): void {
    const { log, emit, clock } = this.#options
    const trace = traced(traceId)
    log.info('viewer left', { path, viewer: id, protocol, remote, reason, bytes, durationMs, ...trace })
    this.journal.note(path, { step: 'viewer left', who: id, protocol, remote, reason, ...trace })
    const atMs = clock.nowMs()
    const who = { viewer: id, path, protocol, remote, agent }
    emit({ type: 'viewer.stopped', ...who, bytes, framesDropped, durationMs, reason, ...trace, atMs })
  }

  publisherKicked({ path, publisher }: Stream, reason: string): void {
    if (!publisher) return
    this.journal.note(path, { step: 'publisher kicked', who: publisher.id, reason, ...traced(publisher.traceId) })
  }

  viewerKicked({ id, path, traceId }: ViewerStatus, reason: string): void {
    this.journal.note(path, { step: 'viewer kicked', who: id, reason, ...traced(traceId) })
  }

  #count(action: Action, kind: string): void {
    const reason = this.#refusals.size < MAX_REFUSAL_KINDS ? kind : 'other'
    const key = `${action} ${reason}`
    const known = this.#refusals.get(key) ?? { action, reason, count: 0 }
    known.count++
    this.#refusals.set(key, known)
  }
}

/** One of few words: what of access was missing, otherwise the error's code. */
function kindOf(error: unknown): string {
  if (!(error instanceof AppError)) return 'internal'
  return String(error.details['kind'] ?? error.code.toLowerCase())
}

function traced(traceId: string | undefined): { traceId?: string } {
  return traceId === undefined ? {} : { traceId }
}
