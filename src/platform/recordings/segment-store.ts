import { type Selectable, sql } from 'kysely'
import type { Db } from '../../storage/database.ts'
import type { SegmentTable } from '../../storage/tables.ts'
import { behind, direction } from '../lists/keyset.ts'
import type { PageRequest } from '../lists/page.ts'
import { type Recording, type RecordingFacts, type Span, spaceOf } from './recording.ts'

type SegmentRow = Selectable<SegmentTable>

export interface SegmentFilter {
  readonly path?: string | undefined
  readonly space?: string | undefined
  /** With any part of it in this time. */
  readonly startMs?: number | undefined
  readonly endMs?: number | undefined
  readonly recording?: string | undefined
  readonly template?: string | undefined
  readonly cause?: Recording['cause'] | undefined
  readonly subject?: string | undefined
  readonly teacher?: string | undefined
  readonly held?: boolean | undefined
}

/** Longest file: a day, and the wait for its last keyframe. What overlaps a time began at most so long before it. */
const LONGEST_MS = 90_000_000
/** Files of one recording follow each other by less; clocks and frames leave so much between them. */
const SEAM_MS = 1000
/** Names in one `in (...)`. */
const MAX_NAMES = 10_000

/** SQL of recorded files. */
export class SegmentStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async byId(id: string): Promise<Recording | undefined> {
    const row = await this.#db.selectFrom('segments').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toRecording(row)
  }

  /** Of those that are there. */
  async byIds(ids: readonly string[]): Promise<Recording[]> {
    const found: Recording[] = []
    for (let at = 0; at < ids.length; at += MAX_NAMES) {
      const some = ids.slice(at, at + MAX_NAMES)
      const rows = await this.#db.selectFrom('segments').selectAll().where('id', 'in', some).execute()
      found.push(...rows.map(toRecording))
    }
    return found
  }

  /** New or as it is now. */
  async put(recording: Recording): Promise<void> {
    const { id, ...facts } = toRow(recording)
    await this.#db
      .insertInto('segments')
      .values({ id, ...facts })
      .onConflict(c => c.column('id').doUpdateSet(facts))
      .execute()
  }

  async update(id: string, change: Partial<RecordingFacts> & { held?: boolean; filed?: boolean }): Promise<void> {
    const { filed, held, ...facts } = change
    const set = {
      ...facts,
      ...(held === undefined ? {} : { held: held ? 1 : 0 }),
      ...(filed === undefined ? {} : { filed: filed ? 1 : 0 }),
    }
    await this.#db.updateTable('segments').set(set).where('id', '=', id).execute()
  }

  async delete(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += MAX_NAMES) {
      await this.#db
        .deleteFrom('segments')
        .where('id', 'in', ids.slice(at, at + MAX_NAMES))
        .execute()
    }
  }

  /** One row more than the limit, when there is one; those that began at the same time in the order of their ids. */
  async page(filter: SegmentFilter, request: PageRequest<'startedAt'>): Promise<Recording[]> {
    return (await this.pageQuery(filter, request).execute()).map(toRecording)
  }

  /** The query of `page`, to be explained. */
  pageQuery(filter: SegmentFilter, { sort, after, limit }: PageRequest<'startedAt'>) {
    const { cause, endMs, held, path, recording, space, startMs, subject, teacher, template } = filter
    let query = this.#db.selectFrom('segments').selectAll()
    if (path !== undefined) query = query.where('path', '=', path)
    else if (space !== undefined) query = query.where('space', '=', space)
    if (startMs !== undefined) {
      query = query.where('started_at', '>', startMs - LONGEST_MS).where('ended_at', '>', startMs)
    }
    if (endMs !== undefined) query = query.where('started_at', '<', endMs)
    if (recording !== undefined) query = query.where('recording', '=', recording)
    if (template !== undefined) query = query.where('template_id', '=', template)
    if (cause !== undefined) query = query.where('cause', '=', cause)
    if (subject !== undefined) query = query.where('subject', '=', subject)
    if (teacher !== undefined) query = query.where('teacher', '=', teacher)
    if (held !== undefined) query = query.where('held', '=', held ? 1 : 0)
    if (after !== undefined) query = query.where(behind('started_at', 'id', after, sort))
    return query
      .orderBy('started_at', direction(sort))
      .orderBy('id', direction(sort))
      .limit(limit + 1)
  }

  /** What was recorded of a stream without a break, in order; parts outside the time are cut off. */
  async spans(path: string, { startMs, endMs }: Span): Promise<Span[]> {
    const { rows } = await this.spansQuery(path, { startMs, endMs }).execute(this.#db)
    return rows.map(row => ({
      startMs: Math.max(startMs, Number(row.started)),
      endMs: Math.min(endMs, Number(row.ended)),
    }))
  }

  /** A file begins a new span when it begins after all before it have ended. Looks at one index alone. */
  spansQuery(path: string, { startMs, endMs }: Span) {
    return sql<{ started: number; ended: number }>`
      select min(started_at) as started, max(ended_at) as ended from (
        select started_at, ended_at, sum(begins) over (order by started_at, id) as span from (
          select id, started_at, ended_at, case when started_at <= ${SEAM_MS} + max(ended_at) over (
            order by started_at, id rows between unbounded preceding and 1 preceding) then 0 else 1 end as begins
          from segments
          where path = ${path} and started_at > ${startMs - LONGEST_MS} and started_at < ${endMs}
            and ended_at > ${startMs}
        ) as files
      ) as numbered group by span order by started`
  }

  /**
   * The node that has most of a time, and what it has; null: none has any. A file in work has more than was told of it
   * last.
   */
  async holder(path: string, { startMs, endMs }: Span): Promise<{ nodeId: string; span: Span } | null> {
    const row = await this.#db
      .selectFrom('segments')
      .select(e => ['node_id', e.fn.min('started_at').as('started'), e.fn.max('ended_at').as('ended')])
      .where('path', '=', path)
      .where('started_at', '>', startMs - LONGEST_MS)
      .where('started_at', '<', endMs)
      .where(e => e.or([e('ended_at', '>', startMs), e('state', '=', 'open')]))
      .groupBy('node_id')
      .orderBy(sql`sum(ended_at - started_at)`, 'desc')
      .limit(1)
      .executeTakeFirst()
    return row ? { nodeId: row.node_id, span: { startMs: row.started, endMs: row.ended } } : null
  }

  /** Of one node, by id, after one and up to another. */
  async idsOf(nodeId: string, after: string, upTo: string | null, startedBeforeMs: number): Promise<string[]> {
    let query = this.#db.selectFrom('segments').select('id').where('node_id', '=', nodeId).where('id', '>', after)
    if (upTo !== null) query = query.where('id', '<=', upTo)
    return (await query.where('started_at', '<', startedBeforeMs).execute()).map(row => row.id)
  }
}

function toRow(recording: Recording): SegmentRow {
  const { id, path, nodeId, template, cause, format, store, object, state } = recording
  const { startMs, endMs, sizeBytes, fragments, video, audio, sha256, subject, teacher, note } = recording
  return {
    ...{ id, path, space: spaceOf(path), node_id: nodeId, template_id: template, recording: recording.recording },
    ...{ cause, format, store, object, state, started_at: startMs, ended_at: endMs, size_bytes: sizeBytes, fragments },
    video: video && JSON.stringify(video),
    audio: audio && JSON.stringify(audio),
    ...{ sha256, subject, teacher, note },
    held: recording.held ? 1 : 0,
    thinned: recording.thinned ? 1 : 0,
    filed: recording.filed ? 1 : 0,
  }
}

function toRecording(row: SegmentRow): Recording {
  const { id, path, node_id, template_id, recording, cause, format, store, object, state } = row
  const { started_at, ended_at, size_bytes, fragments, video, audio, sha256, subject, teacher, note } = row
  return {
    ...{ id, path, nodeId: node_id, template: template_id, recording, cause, format, store, object, state },
    ...{ startMs: started_at, endMs: ended_at, sizeBytes: size_bytes, fragments },
    video: video === null ? null : (JSON.parse(video) as Recording['video']), // written above
    audio: audio === null ? null : (JSON.parse(audio) as Recording['audio']), // written above
    ...{ sha256, subject, teacher, note },
    held: row.held === 1,
    thinned: row.thinned === 1,
    filed: row.filed === 1,
  }
}
