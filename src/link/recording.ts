import { z } from 'zod'
import { StreamPath } from './status.ts'

const id = z.string().min(1).max(64)
const text = z.string().max(255)
const atMs = z.number().int().nonnegative()
const reason = z.string().max(512)
/** Where an object lies in its store. */
const object = z.string().min(1).max(1024)
const bytes = z.number().int().nonnegative()

/** `fmp4` is written as it is played; the others are made of it when a segment is finished. */
export const RECORD_FORMATS = ['fmp4', 'mp4', 'flv', 'hls'] as const

/** How streams are recorded. */
export const RecordTemplate = z.object({
  id,
  name: text,
  /** auto: whenever the stream is there, or its plan says so. ondemand: only when somebody starts it. */
  trigger: z.enum(['auto', 'ondemand']),
  format: z.enum(RECORD_FORMATS),
  /** Length of a file; it ends at the next keyframe. */
  segmentS: z.number().int().min(2).max(86_400),
  /** Size of a file, whichever comes first; null: any. */
  segmentBytes: bytes.nullable(),
  /** Keyframes at the end of a file that the next one has again (0 to 3). */
  overlapKeyframes: z.number().int().min(0).max(3),
  /** Seconds kept before and after an event. */
  preRecordS: z.number().int().min(0).max(300),
  postRecordS: z.number().int().min(0).max(3600),
  /** Name of the object; variables in braces: {Space} {AppName} {StreamName} {Date} {Hour} {Sequence} {EscapedStartTime} {EscapedEndTime}. */
  objectName: text,
  /** null: for ever. */
  retentionDays: z.number().positive().nullable(),
  /** Of one stream, in all its segments; the oldest go first. null: any. */
  retentionBytes: bytes.nullable(),
  /** Days after which only keyframes are kept; null: never. */
  thinAfterDays: z.number().positive().nullable(),
  /** Days after which a segment moves from disk to S3; 0: at once, null: never. */
  tierAfterDays: z.number().nonnegative().nullable(),
  /** AES-256 in counter mode at rest, with the node's key. */
  encrypt: z.boolean(),
  /** A picture at the start and at the end of each recording. */
  snapshots: z.boolean(),
})
export type RecordTemplate = z.infer<typeof RecordTemplate>

export const SnapshotTemplate = z.object({
  id,
  name: text,
  /** overwrite: one object, always the newest. sequence: one each. ondemand: only when asked for. */
  trigger: z.enum(['overwrite', 'sequence', 'ondemand']),
  intervalS: z.number().int().min(1).max(86_400),
  format: z.enum(['jpeg', 'webp']),
  /** 1 to 100. */
  quality: z.number().int().min(1).max(100),
  /** Pixels; null: as the stream. */
  width: z.number().int().min(16).max(7680).nullable(),
  /** Variables: {Space} {AppName} {StreamName} {UnixTimestamp} {Sequence}. */
  objectName: text,
  retentionDays: z.number().positive().nullable(),
})
export type SnapshotTemplate = z.infer<typeof SnapshotTemplate>

/** A day has 86 400 s also when the clocks are changed: times are those of the wall. */
const Interval = z.object({ startS: z.number().int().min(0).max(86_399), endS: z.number().int().min(1).max(86_400) })

/** Intervals of one day: those a front end of GB/T 28181 keeps (8 a day). */
export const MAX_INTERVALS_PER_DAY = 8

const WeekPlan = z.object({
  id,
  name: text,
  /** IANA. */
  zone: z.string().min(1).max(64),
  /** Monday first; sorted, without overlap. */
  week: z.array(z.array(Interval).max(MAX_INTERVALS_PER_DAY)).length(7),
})
export type WeekPlan = z.infer<typeof WeekPlan>

/** A template in force for a space or a stream; that of a stream wins. */
export const Binding = z.object({
  scope: z.enum(['space', 'stream']),
  /** Name of the space, or path of the stream. */
  target: z.string().min(1).max(1300),
  kind: z.enum(['record', 'snapshot']),
  /** null: nothing is done here, whatever the space says. */
  template: id.nullable(),
  /** Weekly plan of a record binding; null: always. */
  plan: id.nullable(),
})
export type Binding = z.infer<typeof Binding>

/** What the nodes shall record, whole: it replaces what was there before. */
export const RecordingState = z.object({
  revision: z.number().int().nonnegative(),
  templates: z.array(RecordTemplate).max(1000),
  snapshotTemplates: z.array(SnapshotTemplate).max(1000),
  plans: z.array(WeekPlan).max(5000),
  bindings: z.array(Binding).max(50_000),
  /** Started by hand and not stopped: in force until the stop, over restarts too. `on: false` stops what is automatic. */
  manual: z.array(z.object({ path: StreamPath, on: z.boolean(), template: id.nullable() })).max(50_000),
})
export type RecordingState = z.infer<typeof RecordingState>

/** A recorded file. */
export const Segment = z.object({
  id,
  path: StreamPath,
  template: id.nullable(),
  /** The recording it belongs to: from a start to the stop. */
  recording: id,
  cause: z.enum(['always', 'plan', 'manual', 'event']),
  format: z.enum(RECORD_FORMATS),
  /** Name of the store at the node: `disk1`, `s3`. */
  store: z.string().max(64),
  object,
  state: z.enum(['open', 'closed', 'recovered']),
  startMs: atMs,
  endMs: atMs,
  sizeBytes: bytes,
  fragments: z.number().int().nonnegative(),
  video: z.object({ codec: z.string().max(16), width: z.number(), height: z.number() }).nullable(),
  audio: z.object({ codec: z.string().max(16), sampleRate: z.number(), channels: z.number() }).nullable(),
  /** SHA-256 of the finished file in hex; null: open, or cut off. */
  sha256: z.string().max(64).nullable(),
  held: z.boolean(),
  thinned: z.boolean(),
})
export type Segment = z.infer<typeof Segment>

export const Snapshot = z.object({
  id,
  path: StreamPath,
  template: id.nullable(),
  cause: z.enum(['demand', 'periodic', 'recordingStart', 'recordingEnd', 'recorded', 'device']),
  store: z.string().max(64),
  object,
  format: z.enum(['jpeg', 'webp']),
  width: z.number().int(),
  height: z.number().int(),
  sizeBytes: bytes,
  takenAtMs: atMs,
})
export type Snapshot = z.infer<typeof Snapshot>

/** Why nothing was recorded although it should have been. */
const GAP_REASONS = ['noStream', 'nodeDown', 'diskFull', 'storeError', 'overload', 'forbidden', 'noKeyframe'] as const

/** What happens with recordings and must reach the platform exactly once, in order. */
export const RECORDING_EVENTS = [
  z.object({
    type: z.literal('recording.state'),
    path: StreamPath,
    recording: id,
    state: z.enum(['started', 'paused', 'resumed', 'stopped', 'error']),
    cause: z.enum(['always', 'plan', 'manual', 'event']),
    template: id.nullable(),
    reason,
    atMs,
  }),
  /** When it is opened, at most every half minute while it grows, and once when it is closed or recovered. */
  z.object({ type: z.literal('recording.segment'), segment: Segment, atMs }),
  z.object({
    type: z.literal('recording.moved'),
    segment: id,
    store: z.string().max(64),
    object,
    sizeBytes: bytes,
    thinned: z.boolean(),
    atMs,
  }),
  z.object({ type: z.literal('recording.deleted'), segments: z.array(id).min(1).max(500), reason, atMs }),
  /** One span of a stream that should have been recorded, about every minute and at each change. */
  z.object({
    type: z.literal('recording.coverage'),
    path: StreamPath,
    fromMs: atMs,
    toMs: atMs,
    plannedS: z.number().nonnegative(),
    recordedS: z.number().nonnegative(),
    gaps: z.array(z.object({ startMs: atMs, endMs: atMs, reason: z.enum(GAP_REASONS) })).max(100),
    atMs,
  }),
  z.object({ type: z.literal('snapshot.taken'), snapshot: Snapshot, atMs }),
  z.object({ type: z.literal('snapshot.deleted'), snapshots: z.array(id).min(1).max(500), atMs }),
  z.object({
    type: z.literal('storage.state'),
    store: z.string().max(64),
    state: z.enum(['ok', 'full', 'unreachable']),
    reason,
    atMs,
  }),
] as const

export const StoreStatus = z.object({
  store: z.string().max(64),
  kind: z.enum(['disk', 's3']),
  /** Directory, or bucket and prefix. */
  location: z.string().max(1024),
  state: z.enum(['ok', 'full', 'unreachable']),
  reason,
  totalBytes: bytes.nullable(),
  freeBytes: bytes.nullable(),
  /** Of recordings and snapshots. */
  usedBytes: bytes,
  segments: z.number().int(),
  /** Waiting to be uploaded. */
  spoolBytes: bytes,
})
export type StoreStatus = z.infer<typeof StoreStatus>

/** What is recorded now, or should be. */
export const RecordingStatus = z.object({
  path: StreamPath,
  recording: id.nullable(),
  cause: z.enum(['always', 'plan', 'manual', 'event']),
  state: z.enum(['recording', 'waiting', 'paused']),
  reason,
  sinceMs: atMs,
  segment: id.nullable(),
  bytes,
  droppedFragments: z.number().int(),
})
export type RecordingStatus = z.infer<typeof RecordingStatus>

export const ExportStatus = z.object({
  id,
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** 0 to 1. */
  progress: z.number(),
  sizeBytes: bytes,
  /** Path of the file on the media port, to be signed as `play`; null until it is done. */
  url: z.string().max(2048).nullable(),
  error: z.string().max(512).nullable(),
})
export type ExportStatus = z.infer<typeof ExportStatus>

const empty = z.object({})
const ids = z.array(id).min(1).max(500)

/** Requests of the platform about recordings. */
export const RECORDING_REQUESTS = {
  'recording.apply': { params: RecordingState, result: empty },
  /** With `path` only of that stream, where the node knows of it. */
  'recording.status': {
    params: z.object({ path: StreamPath.optional() }),
    result: z.object({ recordings: z.array(RecordingStatus).max(10_000) }),
  },
  /** Keeps what was before and what comes after, by the template's times where none are given. */
  'recording.event': {
    params: z.object({
      path: StreamPath,
      beforeS: z.number().int().min(0).max(300).optional(),
      afterS: z.number().int().min(0).max(3600).optional(),
      reason,
    }),
    result: z.object({ recording: id }),
  },
  /** Held ones and those being played are left. */
  'recording.delete': {
    params: z.object({ segments: ids }),
    result: z.object({ deleted: z.array(id), kept: z.array(z.object({ id, reason })) }),
  },
  'recording.hold': { params: z.object({ segments: ids, held: z.boolean() }), result: empty },
  /** `atMs` null: the newest keyframe of the live stream. */
  'snapshot.take': {
    params: z.object({
      path: StreamPath,
      atMs: atMs.nullable(),
      template: id.nullable(),
      format: z.enum(['jpeg', 'webp']),
      quality: z.number().int().min(1).max(100),
      width: z.number().int().min(16).max(7680).nullable(),
    }),
    result: z.object({ snapshot: Snapshot }),
  },
  'snapshot.delete': { params: z.object({ snapshots: ids }), result: empty },
  'export.start': {
    params: z.object({ path: StreamPath, startMs: atMs, endMs: atMs, format: z.enum(['mp4', 'flv']) }),
    result: z.object({ export: ExportStatus }),
  },
  'export.status': { params: z.object({ id }), result: z.object({ export: ExportStatus }) },
  'export.cancel': { params: z.object({ id }), result: empty },
  'storage.status': { params: empty, result: z.object({ stores: z.array(StoreStatus).max(100) }) },
  /** All segments of the node after `after` (by id), so that the platform can rebuild its index. */
  'recording.index': {
    params: z.object({ after: z.string().max(64), limit: z.number().int().min(1).max(1000) }),
    result: z.object({ segments: z.array(Segment).max(1000) }),
  },
} as const
