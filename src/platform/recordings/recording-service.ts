import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Database } from '../../storage/database.ts'
import type { RecordingLogTable } from '../../storage/tables.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { Alarm } from '../alarms/alarm.ts'
import { AlarmStore } from '../alarms/alarm-store.ts'
import type { Alert } from '../alerts/alert.ts'
import { AlertStore } from '../alerts/alert-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { ChannelStore } from '../channels/channel-store.ts'
import { CoverageStore, type Gap } from '../coverage/coverage-store.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { OperationError } from '../operations/operation.ts'
import { told } from '../operations/operation-service.ts'
import type { SnapshotService } from '../snapshots/snapshot-service.ts'
import { addressOf } from '../streams/stream.ts'
import type { StreamService } from '../streams/stream-service.ts'
import { daysOf, monthOf, type RecordedDay } from './calendar.ts'
import type { Recording, RecordingFacts, Span } from './recording.ts'
import type { RecordingIndex } from './recording-index.ts'
import { RecordingStateStore } from './recording-state-store.ts'
import { type SegmentFilter, SegmentStore } from './segment-store.ts'

/** Longest time that is drawn at once: a month and a day of summer time. */
const MAX_TIMELINE_MS = 32 * 86_400_000
/** What a node plays at once: a day, also one with 25 hours. */
const MAX_REPLAY_MS = 25 * 3_600_000
/** Marks of a timeline; more cannot be told apart. */
const MAX_MARKS = 1000

export interface RecordingQuery extends Omit<SegmentFilter, 'path'>, PageRequest<'startedAt'> {
  /** Id of a stream that still exists. */
  readonly stream?: string | undefined
  /** space/app/name, also of a stream that was deleted. */
  readonly path?: string | undefined
}

export type RecordingChange = Partial<RecordingFacts> & { readonly held?: boolean }

/** What became of one of a batch. */
export interface RowResult {
  readonly id: string
  readonly error: OperationError | null
}

/** Everything about a stream in a time. */
export interface Timeline extends Span {
  readonly path: string
  /** Recorded without a break. */
  readonly spans: readonly Span[]
  readonly gaps: readonly Gap[]
  readonly changes: readonly RecordingLogTable[]
  readonly alerts: readonly Alert[]
  /** Of the channel whose stream it is. */
  readonly alarms: readonly Alarm[]
}

/** Where a time of a stream is played from. */
export interface Replay extends Span {
  readonly path: string
  readonly nodeId: string
}

export interface RecordingServiceOptions {
  readonly db: Database
  readonly index: RecordingIndex
  readonly streams: StreamService
  readonly snapshots: SnapshotService
  readonly links: NodeLinks
  readonly audit: AuditLog
  readonly clock: Clock
}

/** What was recorded: found, described, held, played and deleted. */
export class RecordingService {
  readonly #options: RecordingServiceOptions

  constructor(options: RecordingServiceOptions) {
    this.#options = options
  }

  /** Throws NOT_FOUND for the stream. */
  async list(actor: Actor, { stream, sort, after, limit, ...filter }: RecordingQuery): Promise<Page<Recording>> {
    permit(actor, 'recordings.read')
    const path = stream === undefined ? filter.path : (await this.#options.streams.get(actor, stream)).path
    const rows = await new SegmentStore(this.#options.db).page({ ...filter, path }, { sort, after, limit })
    return pageOf(rows, limit, ({ id, startMs }) => ({ value: startMs, name: id }))
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<Recording> {
    permit(actor, 'recordings.read')
    return this.#find(id)
  }

  /** What is held is never deleted; its node has to hear of it. Throws NOT_FOUND, NODE_UNAVAILABLE. */
  async update(actor: Actor, id: string, change: RecordingChange): Promise<Recording> {
    permit(actor, 'recordings.write')
    const { db, links, audit } = this.#options
    const { held } = change
    const before = await this.#find(id)
    if (held !== undefined && held !== before.held) {
      await links.request(before.nodeId, 'recording.hold', { segments: [id], held })
    }
    await db.transaction().execute(async trx => {
      const filed = before.filed || change.subject !== undefined || change.teacher !== undefined
      await new SegmentStore(trx).update(id, { ...change, filed })
      const shown = ({ subject, teacher, note, held }: Recording) => ({ subject, teacher, note, held })
      const [was, is] = [shown(before), { ...shown(before), ...change }]
      await audit.record(trx, actor, { action: 'recording.update', object: id, before: was, after: is })
    })
    return this.#find(id)
  }

  /**
   * The file, its row and the pictures of its begin and end go together. What is held, played or at a node that is away
   * stays, and is told one by one.
   */
  async delete(actor: Actor, ids: readonly string[]): Promise<RowResult[]> {
    permit(actor, 'recordings.delete')
    const once = [...new Set(ids)]
    const found = new Map(
      (await new SegmentStore(this.#options.db).byIds(once)).map(recording => [recording.id, recording]),
    )
    const errors = new Map<string, OperationError>()
    const refuse = (id: string, error: AppError) => void errors.set(id, told(error))
    const free: Recording[] = []
    for (const id of once) {
      const recording = found.get(id)
      if (!recording) refuse(id, new AppError('NOT_FOUND', { what: 'recording', id }))
      else if (recording.held) refuse(id, new AppError('RECORDING_KEPT', { id, reason: 'it is held' }))
      else free.push(recording)
    }
    for (const [nodeId, recordings] of Map.groupBy(free, ({ nodeId }) => nodeId)) {
      try {
        const kept = await this.#deleteAt(actor, nodeId, recordings)
        for (const { id, reason } of kept) refuse(id, new AppError('RECORDING_KEPT', { id, reason }))
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        for (const { id } of recordings) refuse(id, error)
      }
    }
    return once.map(id => ({ id, error: errors.get(id) ?? null }))
  }

  /** Throws NOT_FOUND, RECORDING_KEPT, NODE_UNAVAILABLE. */
  async deleteOne(actor: Actor, id: string): Promise<void> {
    permit(actor, 'recordings.delete')
    const { held, nodeId } = await this.#find(id)
    if (held) throw new AppError('RECORDING_KEPT', { id, reason: 'it is held' })
    const [kept] = await this.#deleteAt(actor, nodeId, [await this.#find(id)])
    if (kept) throw new AppError('RECORDING_KEPT', { id, reason: kept.reason })
  }

  /** Days of a month on which something was recorded. Throws NOT_FOUND, INVALID. */
  async days(actor: Actor, streamId: string, month: string, zone: string): Promise<RecordedDay[]> {
    permit(actor, 'recordings.read')
    const { path } = await this.#options.streams.get(actor, streamId)
    const spans = await new SegmentStore(this.#options.db).spans(path, monthOf(month, zone))
    return daysOf(spans, zone)
  }

  /** Throws NOT_FOUND, INVALID for more than a month. */
  async timeline(actor: Actor, streamId: string, span: Span): Promise<Timeline> {
    permit(actor, 'recordings.read')
    checkSpan(span, MAX_TIMELINE_MS)
    const { db, streams } = this.#options
    const { path } = await streams.get(actor, streamId)
    const { startMs, endMs } = span
    const first = { limit: MAX_MARKS, after: undefined }
    const between = { fromMs: startMs, toMs: endMs }
    const channelId = await new ChannelStore(db).idOf(addressOf(path))
    const gaps = await new CoverageStore(db).gaps([path], span, MAX_MARKS)
    return {
      ...{ path, startMs, endMs },
      spans: await new SegmentStore(db).spans(path, span),
      gaps: gaps.get(path) ?? [],
      changes: await new RecordingStateStore(db).log(path, startMs, endMs, MAX_MARKS),
      alerts: await new AlertStore(db).page(
        { path, ...between },
        { sort: { by: 'raisedAt', descending: false }, ...first },
      ),
      alarms:
        channelId === null
          ? []
          : await new AlarmStore(db).page(
              { channelId, ...between },
              { sort: { by: 'at', descending: false }, ...first },
            ),
    }
  }

  /** To be played. Throws NOT_FOUND where nothing was recorded, INVALID for more than a day. */
  replay(actor: Actor, streamId: string, span: Span): Promise<Replay> {
    return this.holder(actor, streamId, span, { longestMs: MAX_REPLAY_MS, field: 'querystring.end' })
  }

  /** The node that has most of a time. Throws NOT_FOUND where nothing was recorded, INVALID. */
  async holder(
    actor: Actor,
    streamId: string,
    span: Span,
    { longestMs, field }: { readonly longestMs: number; readonly field: string },
  ): Promise<Replay> {
    permit(actor, 'recordings.read')
    checkSpan(span, longestMs, field)
    const { path } = await this.#options.streams.get(actor, streamId)
    const holder = await new SegmentStore(this.#options.db).holder(path, span)
    if (!holder) {
      const id = `${path} from ${new Date(span.startMs).toISOString()} to ${new Date(span.endMs).toISOString()}`
      throw new AppError('NOT_FOUND', { what: 'recording of', id })
    }
    return { path, ...span, nodeId: holder.nodeId }
  }

  async #find(id: string): Promise<Recording> {
    const recording = await new SegmentStore(this.#options.db).byId(id)
    if (!recording) throw new AppError('NOT_FOUND', { what: 'recording', id })
    return recording
  }

  /** Answers what the node kept, and why. */
  async #deleteAt(actor: Actor, nodeId: string, recordings: readonly Recording[]) {
    const { db, index, links, audit, clock, snapshots } = this.#options
    const { deleted, kept } = await links.request(nodeId, 'recording.delete', {
      segments: recordings.map(({ id }) => id),
    })
    const gone = recordings.filter(({ id }) => deleted.includes(id))
    await db.transaction().execute(async trx => {
      await index.remove(trx, deleted, clock.nowMs())
      for (const { id, path, startMs, endMs } of gone) {
        const before = { path, startedAt: new Date(startMs).toISOString(), endedAt: new Date(endMs).toISOString() }
        await audit.record(trx, actor, { action: 'recording.delete', object: id, before })
      }
    })
    await snapshots.deleteOfRecordings(gone)
    return kept
  }
}

/** Throws INVALID. */
export function checkSpan({ startMs, endMs }: Span, longestMs: number, field = 'querystring.end'): void {
  const refuse = (reason: string) => new AppError('INVALID', { field, reason })
  if (endMs <= startMs) throw refuse('is not after start')
  if (endMs - startMs > longestMs) throw refuse(`is more than ${longestMs / 3_600_000} hours after start`)
}
