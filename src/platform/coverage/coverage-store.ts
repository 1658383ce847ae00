import { sql } from 'kysely'
import { newId } from '../../base/id.ts'
import type { Db } from '../../storage/database.ts'
import type { CoverageGapTable, CoverageHourTable } from '../../storage/tables.ts'
import type { PageRequest } from '../lists/page.ts'
import { type Span, spaceOf } from '../recordings/recording.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** Then minutes become hours: 3000 rows of each stream. */
const KEEP_MINUTES_MS = 2 * 86_400_000
/** A node tells of a minute; one that was away tells of all the time at once. */
const MINUTES_UP_TO_MS = 86_400_000
/** In one statement: SQLite takes 32 766 values. */
const ROWS_AT_ONCE = 1000
/** Gaps of one reason that follow each other by less are one. */
const SEAM_MS = 2000

export interface Coverage {
  readonly path: string
  readonly plannedS: number
  readonly recordedS: number
}

/** Why something is missing. */
export interface Gap extends Span {
  readonly reason: string
}

/**
 * SQL of what should have been recorded and of what is missing: by the minute for two days, by the hour before.
 */
export class CoverageStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** What lies in several minutes is divided among them by time; of an outage of days, among hours. */
  async add({ path, plannedS, recordedS }: Coverage, { startMs, endMs }: Span): Promise<void> {
    const space = spaceOf(path)
    const lengthMs = Math.max(1, endMs - startMs)
    const step = lengthMs > MINUTES_UP_TO_MS ? HOUR_MS : MINUTE_MS
    const rows: CoverageHourTable[] = []
    for (let at = startMs - (startMs % step); at < Math.max(endMs, startMs + 1); at += step) {
      const share = Math.max(1, Math.min(endMs, at + step) - Math.max(startMs, at)) / lengthMs
      rows.push({ path, space, at, planned_s: plannedS * share, recorded_s: recordedS * share })
    }
    for (let first = 0; first < rows.length; first += ROWS_AT_ONCE) {
      await this.#db
        .insertInto('coverage_hours')
        .values(rows.slice(first, first + ROWS_AT_ONCE))
        .onConflict(c =>
          c.columns(['path', 'at']).doUpdateSet(e => ({
            planned_s: e('coverage_hours.planned_s', '+', e.ref('excluded.planned_s')),
            recorded_s: e('coverage_hours.recorded_s', '+', e.ref('excluded.recorded_s')),
          })),
        )
        .execute()
    }
  }

  /** Makes the last one longer when it goes on. */
  async addGap(path: string, { startMs, endMs, reason }: Gap, nowMs: number): Promise<void> {
    const last = await this.#db
      .selectFrom('coverage_gaps')
      .selectAll()
      .where('path', '=', path)
      .where('started_at', '<=', startMs)
      .orderBy('started_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (last && last.reason === reason && last.ended_at >= startMs - SEAM_MS) {
      if (endMs > last.ended_at) {
        await this.#db.updateTable('coverage_gaps').set({ ended_at: endMs }).where('id', '=', last.id).execute()
      }
      return
    }
    const row: CoverageGapTable = {
      ...{ id: newId('gp', nowMs), path, space: spaceOf(path), reason, started_at: startMs, ended_at: endMs },
    }
    await this.#db.insertInto('coverage_gaps').values(row).execute()
  }

  /** One row more than the limit, when there is one: what each stream had, in the order of paths. */
  async page(
    { path, space, startMs, endMs }: Span & { path?: string | undefined; space?: string | undefined },
    { sort, after, limit }: PageRequest<'path'>,
    nowMs: number,
  ): Promise<Coverage[]> {
    const minutesFromMs = nowMs - KEEP_MINUTES_MS
    const [behind, direction] = sort.descending ? (['<', 'desc'] as const) : (['>', 'asc'] as const)
    let query = this.#db
      .selectFrom('coverage_hours')
      .where('at', '>=', startMs - (startMs % (startMs < minutesFromMs ? HOUR_MS : MINUTE_MS)))
      .where('at', '<', endMs)
    if (path !== undefined) query = query.where('path', '=', path)
    if (space !== undefined) query = query.where('space', '=', space)
    if (after !== undefined) query = query.where('path', behind, after.name)
    const rows = await query
      .select(e => ['path', e.fn.sum<number>('planned_s').as('planned'), e.fn.sum<number>('recorded_s').as('recorded')])
      .groupBy('path')
      .orderBy('path', direction)
      .limit(limit + 1)
      .execute()
    return rows.map(({ path, planned, recorded }) => ({
      ...{ path, plannedS: Number(planned), recordedS: Number(recorded) },
    }))
  }

  /** Of some streams with any part of them in a time; the newest of each, in order. */
  async gaps(paths: readonly string[], { startMs, endMs }: Span, limitEach: number): Promise<Map<string, Gap[]>> {
    const found = new Map<string, Gap[]>()
    for (const path of paths) {
      const rows = await this.#db
        .selectFrom('coverage_gaps')
        .select(['started_at', 'ended_at', 'reason'])
        .where('path', '=', path)
        .where('started_at', '<', endMs)
        .where('ended_at', '>', startMs)
        .orderBy('started_at', 'desc')
        .limit(limitEach)
        .execute()
      const gaps = rows.map(row => ({
        startMs: Math.max(startMs, row.started_at),
        endMs: Math.min(endMs, row.ended_at),
        reason: row.reason,
      }))
      found.set(path, gaps.reverse())
    }
    return found
  }

  /** Makes hours of minutes that are old, and removes what is from before `beforeMs`. In a transaction. */
  async tidy(beforeMs: number, nowMs: number): Promise<void> {
    await this.#db.deleteFrom('coverage_hours').where('at', '<', beforeMs).execute()
    await this.#db.deleteFrom('coverage_gaps').where('started_at', '<', beforeMs).execute()
    const folded = nowMs - KEEP_MINUTES_MS - HOUR_MS
    const isMinute = sql<boolean>`at % ${sql.lit(HOUR_MS)} <> 0`
    const hour = sql<number>`at - at % ${sql.lit(HOUR_MS)}`
    await this.#db
      .insertInto('coverage_hours')
      .columns(['path', 'space', 'at', 'planned_s', 'recorded_s'])
      .expression(query =>
        query
          .selectFrom('coverage_hours')
          .select(e => [
            ...(['path', 'space'] as const),
            hour.as('at'),
            e.fn.sum<number>('planned_s').as('planned_s'),
            e.fn.sum<number>('recorded_s').as('recorded_s'),
          ])
          .where('at', '<', folded - (folded % HOUR_MS))
          .where(isMinute)
          .groupBy(['path', 'space', hour]),
      )
      .onConflict(c =>
        c.columns(['path', 'at']).doUpdateSet(e => ({
          planned_s: e('coverage_hours.planned_s', '+', e.ref('excluded.planned_s')),
          recorded_s: e('coverage_hours.recorded_s', '+', e.ref('excluded.recorded_s')),
        })),
      )
      .execute()
    await this.#db
      .deleteFrom('coverage_hours')
      .where('at', '<', folded - (folded % HOUR_MS))
      .where(isMinute)
      .execute()
  }
}
