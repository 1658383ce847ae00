import type { Template } from '../../lib/api/recording-queries.ts'

type Record = NonNullable<Template['record']>
type Snapshot = NonNullable<Template['snapshot']>

/** What the form holds: numbers as written, an empty one is 'no limit' where there may be none. */
export interface RecordDraft extends Pick<Record, 'trigger' | 'format' | 'objectName' | 'encrypt' | 'snapshots'> {
  readonly minutes: string
  readonly megabytes: string
  readonly overlapKeyframes: '0' | '1' | '2' | '3'
  readonly preRecordS: string
  readonly postRecordS: string
  readonly retentionDays: string
  readonly gigabytes: string
  readonly thinAfterDays: string
  readonly tierAfterDays: string
}

export interface SnapshotDraft extends Pick<Snapshot, 'trigger' | 'format' | 'objectName'> {
  readonly intervalS: string
  readonly quality: string
  readonly width: string
  readonly retentionDays: string
}

export interface Draft {
  readonly name: string
  readonly notes: string
  readonly record: RecordDraft | null
  readonly snapshot: SnapshotDraft | null
}

interface Range {
  readonly min: number
  readonly max: number
  /** Whole numbers only. */
  readonly whole?: boolean
  /** Nothing written is no limit. */
  readonly empty?: boolean
}

/** As the platform takes them, in the units of the form. */
export const RANGES = {
  minutes: { min: 2 / 60, max: 1440 },
  megabytes: { min: 1, max: 1e6, empty: true },
  preRecordS: { min: 0, max: 300, whole: true },
  postRecordS: { min: 0, max: 3600, whole: true },
  retentionDays: { min: 0.001, max: 36_525, empty: true },
  gigabytes: { min: 0.001, max: 1e6, empty: true },
  thinAfterDays: { min: 0.001, max: 36_525, empty: true },
  tierAfterDays: { min: 0, max: 36_525, empty: true },
  intervalS: { min: 1, max: 86_400, whole: true },
  quality: { min: 1, max: 100, whole: true },
  width: { min: 16, max: 7680, whole: true, empty: true },
} as const satisfies { readonly [Field: string]: Range }

export type NumberField = keyof typeof RANGES

/** A number as it is sent, null for none; undefined when what is written cannot be taken. */
export function numberOf(field: NumberField, text: string): number | null | undefined {
  const { min, max, whole = false, empty = false }: Range = RANGES[field]
  const trimmed = text.trim().replace(',', '.')
  if (trimmed === '') return empty ? null : undefined
  const value = Number(trimmed)
  if (!/^\d+(\.\d+)?$/.test(trimmed) || value < min || value > max || (whole && !Number.isInteger(value)))
    return undefined
  return value
}

const written = (value: number | null, unit = 1) =>
  value === null ? '' : String(Math.round((value / unit) * 1000) / 1000)

export function draftOf({ name, notes, record, snapshot }: Template): Draft {
  return {
    name,
    notes,
    record: record && {
      trigger: record.trigger,
      format: record.format,
      objectName: record.objectName,
      encrypt: record.encrypt,
      snapshots: record.snapshots,
      minutes: written(record.segmentS, 60),
      megabytes: written(record.segmentBytes, 1e6),
      overlapKeyframes: (['0', '1', '2', '3'] as const)[record.overlapKeyframes] ?? '0',
      preRecordS: written(record.preRecordS),
      postRecordS: written(record.postRecordS),
      retentionDays: written(record.retentionDays),
      gigabytes: written(record.retentionBytes, 1e9),
      thinAfterDays: written(record.thinAfterDays),
      tierAfterDays: written(record.tierAfterDays),
    },
    snapshot: snapshot && {
      trigger: snapshot.trigger,
      format: snapshot.format,
      objectName: snapshot.objectName,
      intervalS: written(snapshot.intervalS),
      quality: written(snapshot.quality),
      width: written(snapshot.width),
      retentionDays: written(snapshot.retentionDays),
    },
  }
}

/** What is written and cannot be taken. */
export function wrongFields({ record, snapshot }: Draft): ReadonlySet<NumberField> {
  const texts: { readonly [field: string]: unknown } = { ...record, ...snapshot }
  const fields = Object.keys(RANGES) as NumberField[] // its keys
  return new Set(
    fields.filter(field => {
      const text = texts[field]
      return typeof text === 'string' && numberOf(field, text) === undefined
    }),
  )
}

const times = (field: NumberField, text: string, unit: number) => {
  const value = numberOf(field, text)
  return value == null ? null : Math.round(value * unit)
}

const recordOf = (draft: RecordDraft): Record => ({
  trigger: draft.trigger,
  format: draft.format,
  objectName: draft.objectName.trim(),
  encrypt: draft.encrypt,
  snapshots: draft.snapshots,
  segmentS: times('minutes', draft.minutes, 60) ?? 600,
  segmentBytes: times('megabytes', draft.megabytes, 1e6),
  overlapKeyframes: Number(draft.overlapKeyframes),
  preRecordS: numberOf('preRecordS', draft.preRecordS) ?? 0,
  postRecordS: numberOf('postRecordS', draft.postRecordS) ?? 0,
  retentionDays: numberOf('retentionDays', draft.retentionDays) ?? null,
  retentionBytes: times('gigabytes', draft.gigabytes, 1e9),
  thinAfterDays: numberOf('thinAfterDays', draft.thinAfterDays) ?? null,
  tierAfterDays: numberOf('tierAfterDays', draft.tierAfterDays) ?? null,
})

const snapshotOf = (draft: SnapshotDraft): Snapshot => ({
  trigger: draft.trigger,
  format: draft.format,
  objectName: draft.objectName.trim(),
  intervalS: numberOf('intervalS', draft.intervalS) ?? 60,
  quality: numberOf('quality', draft.quality) ?? 80,
  width: numberOf('width', draft.width) ?? null,
  retentionDays: numberOf('retentionDays', draft.retentionDays) ?? null,
})

/** The fields that differ. Compared as the form writes them, so that what was only looked at is not sent rounded. */
function differing<Settings extends object>(
  before: Settings,
  untouched: Settings,
  wanted: Settings,
): Partial<Settings> {
  const keys = Object.keys(wanted) as (keyof Settings)[] // its keys
  const changed = keys.filter(key => wanted[key] !== untouched[key] && wanted[key] !== before[key])
  return Object.fromEntries(changed.map(key => [key, wanted[key]])) as Partial<Settings> // some of its fields
}

/** Only what differs from the template. */
export function changeOf(template: Template, draft: Draft) {
  const untouched = draftOf(template)
  const record =
    template.record && draft.record && untouched.record
      ? differing(template.record, recordOf(untouched.record), recordOf(draft.record))
      : {}
  const snapshot =
    template.snapshot && draft.snapshot && untouched.snapshot
      ? differing(template.snapshot, snapshotOf(untouched.snapshot), snapshotOf(draft.snapshot))
      : {}
  return {
    ...(draft.name.trim() !== template.name && { name: draft.name.trim() }),
    ...(draft.notes !== template.notes && { notes: draft.notes }),
    ...(Object.keys(record).length > 0 && { record }),
    ...(Object.keys(snapshot).length > 0 && { snapshot }),
  }
}
