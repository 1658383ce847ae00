import type { Selectable } from 'kysely'
import type { PlatformMetricTable, StreamMetricTable } from '../../storage/tables.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000

/** What was measured of one stream in a span of time; means are weighted by the number of samples. */
export type StreamMetric = Selectable<StreamMetricTable>

/** The same of everything together. */
export type PlatformMetric = Selectable<PlatformMetricTable>

/** How the values of two spans become one: a mean, the larger, or the sum. */
type Fold = 'mean' | 'max' | 'sum'
type Values<T> = Exclude<keyof T, 'path' | 'resolution' | 'at' | 'samples'>

export const STREAM_FOLDS = {
  bitrate_kbps: 'mean',
  bitrate_max_kbps: 'max',
  fps: 'mean',
  gop_ms: 'mean',
  viewers: 'mean',
  viewers_max: 'max',
  bytes_in: 'sum',
  bytes_out: 'sum',
} as const satisfies Record<Values<StreamMetric>, Fold>

export const PLATFORM_FOLDS = {
  nodes: 'mean',
  streams: 'mean',
  streams_max: 'max',
  viewers: 'mean',
  viewers_max: 'max',
  bitrate_kbps: 'mean',
  bytes_in: 'sum',
  bytes_out: 'sum',
  cpu: 'mean',
  memory_bytes: 'mean',
} as const satisfies Record<Values<PlatformMetric>, Fold>

type Row = { readonly samples: number } & Readonly<Record<string, unknown>>

/** One row of two that follow each other; everything not folded is as in the first. A mean of nothing is null. */
export function fold<T extends Row>(folds: Readonly<Record<string, Fold>>, a: T, b: T): T {
  const samples = a.samples + b.samples
  const folded: Record<string, number | null> = { samples }
  for (const [name, how] of Object.entries(folds)) {
    const [x, y] = [a[name] as number | null, b[name] as number | null] // the tables have nothing else
    if (x === null || y === null) folded[name] = x ?? y
    else if (how === 'sum') folded[name] = x + y
    else folded[name] = how === 'max' ? Math.max(x, y) : (x * a.samples + y * b.samples) / samples
  }
  return { ...a, ...folded }
}

/** Rows in the order of time, as spans of `stepMs`. */
export function inSteps<T extends Row & { readonly at: number }>(
  folds: Readonly<Record<string, Fold>>,
  rows: readonly T[],
  stepMs: number,
): T[] {
  const steps: T[] = []
  for (const row of rows) {
    const at = Math.floor(row.at / stepMs) * stepMs
    const last = steps.at(-1)
    if (last?.at === at) steps[steps.length - 1] = fold(folds, last, row)
    else steps.push({ ...row, at })
  }
  return steps
}
