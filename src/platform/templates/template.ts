import type { RecordTemplate, SnapshotTemplate } from '../../link/recording.ts'

export type TemplateKind = 'record' | 'snapshot'

export type RecordSettings = Omit<RecordTemplate, 'id' | 'name'>
export type SnapshotSettings = Omit<SnapshotTemplate, 'id' | 'name'>

interface Common {
  readonly id: string
  /** Unique within its kind. */
  readonly name: string
  readonly notes: string
  readonly createdAtMs: number
}

/** How something is recorded or photographed. Its kind never changes. */
export type Template =
  | (Common & { readonly kind: 'record'; readonly settings: RecordSettings })
  | (Common & { readonly kind: 'snapshot'; readonly settings: SnapshotSettings })

/** What a new one is without a word: plays everywhere, survives a crash, kept a week. */
export const NEW_RECORD: RecordSettings = {
  trigger: 'auto',
  format: 'fmp4',
  segmentS: 600,
  segmentBytes: null,
  overlapKeyframes: 0,
  preRecordS: 10,
  postRecordS: 30,
  objectName: '{Space}/{AppName}/{StreamName}/{Date}/{EscapedStartTime}',
  retentionDays: 7,
  retentionBytes: null,
  thinAfterDays: null,
  tierAfterDays: null,
  encrypt: false,
  snapshots: true,
}

export const NEW_SNAPSHOT: SnapshotSettings = {
  trigger: 'sequence',
  intervalS: 60,
  format: 'jpeg',
  quality: 80,
  width: null,
  objectName: '{Space}/{AppName}/{StreamName}/{UnixTimestamp}',
  retentionDays: 7,
}

/** Where the pictures of a template go when its name is not chosen. */
export const OVERWRITTEN_NAME = '{Space}/{AppName}/{StreamName}'
