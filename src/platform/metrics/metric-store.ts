import { type Expression, type RawBuilder, sql } from 'kysely'
import type { Database, Db } from '../../storage/database.ts'
import { HOUR_MS, PLATFORM_FOLDS, type PlatformMetric, STREAM_FOLDS, type StreamMetric } from './metric.ts'

/**
 * About 200 bytes for a stream and minute in SQLite with its key: 6 MB for ten streams that are always on, 300 MB for
 * five hundred.
 */
const KEEP_MINUTES_MS = 48 * HOUR_MS
/** Seen from a year later, with some to spare; 2 MB for a stream that is always on. */
const KEEP_HOURS_MS = 400 * 24 * HOUR_MS
/** Rows of one statement: SQLite takes 32 766 values. */
const ROWS_PER_INSERT = 1000

export interface Span {
  readonly fromMs: number
  /** Not included. */
  readonly toMs: number
}

/** SQL of measurements. */
export class MetricStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Minutes that are there already, after a restart within one, keep their bytes. */
  async insert(platform: PlatformMetric, streams: readonly StreamMetric[]): Promise<void> {
    await this.#db.independent('metrics', async trx => {
      await trx
        .insertInto('platform_metrics')
        .values(platform)
        .onConflict(c =>
          c.columns(['resolution', 'at']).doUpdateSet(e => ({
            bytes_in: e('platform_metrics.bytes_in', '+', e.ref('excluded.bytes_in')),
            bytes_out: e('platform_metrics.bytes_out', '+', e.ref('excluded.bytes_out')),
          })),
        )
        .execute()
      for (let at = 0; at < streams.length; at += ROWS_PER_INSERT) {
        await trx
          .insertInto('stream_metrics')
          .values(streams.slice(at, at + ROWS_PER_INSERT))
          .onConflict(c =>
            c.columns(['path', 'resolution', 'at']).doUpdateSet(e => ({
              bytes_in: e('stream_metrics.bytes_in', '+', e.ref('excluded.bytes_in')),
              bytes_out: e('stream_metrics.bytes_out', '+', e.ref('excluded.bytes_out')),
            })),
          )
          .execute()
      }
    })
  }

  /** Folds whole hours that are not yet there out of their minutes, and removes what is older than it is kept. */
  async rollUp(nowMs: number): Promise<void> {
    const toMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS
    await this.#db.independent('metrics', async trx => {
      const last = await trx
        .selectFrom('platform_metrics')
        .select(e => e.fn.max('at').as('at'))
        .where('resolution', '=', 'hour')
        .executeTakeFirst()
      const fromMs = typeof last?.at === 'number' ? last.at + HOUR_MS : 0
      await rollUp(trx, 'stream_metrics', ['path'], STREAM_FOLDS, { fromMs, toMs })
      await rollUp(trx, 'platform_metrics', [], PLATFORM_FOLDS, { fromMs, toMs })
      for (const table of ['stream_metrics', 'platform_metrics'] as const) {
        for (const [resolution, keepMs] of [
          ['minute', KEEP_MINUTES_MS],
          ['hour', KEEP_HOURS_MS],
        ] as const) {
          await trx
            .deleteFrom(table)
            .where('resolution', '=', resolution)
            .where('at', '<', nowMs - keepMs)
            .execute()
        }
      }
    })
  }

  /** In the order of time. */
  stream(path: string, resolution: 'minute' | 'hour', { fromMs, toMs }: Span): Promise<StreamMetric[]> {
    return this.#db
      .selectFrom('stream_metrics')
      .selectAll()
      .where('path', '=', path)
      .where('resolution', '=', resolution)
      .where('at', '>=', fromMs)
      .where('at', '<', toMs)
      .orderBy('at')
      .execute()
  }

  /** In the order of time. */
  platform(resolution: 'minute' | 'hour', { fromMs, toMs }: Span): Promise<PlatformMetric[]> {
    return this.#db
      .selectFrom('platform_metrics')
      .selectAll()
      .where('resolution', '=', resolution)
      .where('at', '>=', fromMs)
      .where('at', '<', toMs)
      .orderBy('at')
      .execute()
  }
}

/** One statement for all streams. Both databases divide whole numbers to whole numbers. */
async function rollUp(
  db: Db,
  table: 'stream_metrics' | 'platform_metrics',
  keys: readonly string[],
  folds: Readonly<Record<string, 'mean' | 'max' | 'sum'>>,
  { fromMs, toMs }: Span,
): Promise<void> {
  const hour = sql`(at / ${sql.lit(HOUR_MS)}) * ${sql.lit(HOUR_MS)}`
  const names = Object.keys(folds)
  const columns = [...keys, 'resolution', 'at', 'samples', ...names].map(name => sql.ref(name))
  const values: Expression<unknown>[] = [
    ...keys.map(key => sql.ref(key)),
    sql`'hour'`,
    hour,
    sql`cast(sum(samples) as bigint)`,
    ...Object.entries(folds).map(([name, how]) => folded(sql.ref(name), how)),
  ]
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns)})
    select ${sql.join(values)} from ${sql.table(table)}
    where resolution = 'minute' and at >= ${fromMs} and at < ${toMs}
    group by ${sql.join([...keys.map(key => sql.ref(key)), hour])}`.execute(db)
}

function folded(column: RawBuilder<unknown>, how: 'mean' | 'max' | 'sum'): RawBuilder<unknown> {
  if (how === 'max') return sql`max(${column})`
  if (how === 'sum') return sql`cast(sum(${column}) as bigint)`
  // nulls count neither above nor below the line
  return sql`sum(${column} * samples) / nullif(sum(case when ${column} is null then 0 else samples end), 0)`
}
