import { z } from 'zod'
import { RECORD_FORMATS } from '../../link/recording.ts'
import { Moment, PageQuery, sortBy, Time } from './page.ts'

const Id = z.string().min(1).max(64)
const Cause = z.enum(['always', 'plan', 'manual', 'event'])

export const RowResult = z
  .object({
    id: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).nullable().describe('null: done'),
  })
  .meta({ id: 'RowResult' })

/** Rows of one request; what a node takes at once. */
const MAX_IDS = 500
export const IdList = z.strictObject({ ids: z.array(Id).min(1).max(MAX_IDS) })

export const ReplayUrls = z
  .object({
    hls: z.string(),
    flv: z.string().describe('add `speed` from 0.25 to 16'),
    wsFlv: z.string(),
    mp4: z.string().describe('download'),
    thumbnail: z.string().describe('the keyframe at `at` (ms since 1970), `width` pixels wide'),
    expiresAt: Time.nullable().describe('when the signatures end; null when the space is open'),
  })
  .meta({ id: 'ReplayUrls' })
export type ReplayUrls = z.infer<typeof ReplayUrls>

export const Recording = z
  .object({
    id: z.string(),
    path: z.string().describe('space/app/name; the stream may have been deleted'),
    space: z.string(),
    nodeId: z.string(),
    templateId: z.string().nullable(),
    recordingId: z.string().describe('the same from a start of recording to its stop'),
    cause: Cause,
    format: z.enum(RECORD_FORMATS),
    state: z.enum(['open', 'closed', 'recovered']).describe('recovered: completed after its node had been killed'),
    startedAt: Time,
    endedAt: Time,
    durationS: z.number(),
    sizeBytes: z.number(),
    store: z.string(),
    object: z.string().describe('name in the store'),
    video: z.object({ codec: z.string(), width: z.number(), height: z.number() }).nullable(),
    audio: z.object({ codec: z.string(), sampleRate: z.number(), channels: z.number() }).nullable(),
    sha256: z.string().nullable().describe('of the finished file; null: open or cut off'),
    held: z.boolean().describe('never deleted'),
    thinned: z.boolean().describe('only keyframes are left'),
    subject: z.string().describe('of the plan, or written by people'),
    teacher: z.string().describe('of the plan, or written by people'),
    note: z.string(),
    thumbnail: z.string().nullable().describe('its first picture; null without video'),
  })
  .meta({ id: 'Recording' })
export type Recording = z.infer<typeof Recording>

export const RecordingDetail = Recording.extend({
  play: ReplayUrls.nullable().describe('null: its space is gone'),
}).meta({ id: 'RecordingDetail' })
export type RecordingDetail = z.infer<typeof RecordingDetail>

const Words = z.string().max(255)

export const RecordingQuery = PageQuery.extend({
  stream: Id.optional().describe('id of a stream'),
  path: z.string().max(1300).optional().describe('space/app/name, also of a stream that was deleted'),
  space: z.string().max(128).optional(),
  start: Moment.optional().describe('recorded after, at least in part; RFC 3339'),
  end: Moment.optional().describe('recorded before, at least in part; RFC 3339'),
  recording: Id.optional().describe('recordingId'),
  template: Id.optional().describe('id of a template'),
  cause: Cause.optional(),
  subject: Words.optional(),
  teacher: Words.optional(),
  held: z
    .enum(['true', 'false'])
    .transform(text => text === 'true')
    .optional(),
  sort: sortBy(['startedAt'], '-startedAt'),
})

export const RecordingChange = z
  .strictObject({
    subject: Words.optional(),
    teacher: Words.optional(),
    note: z.string().max(2000).optional(),
    held: z.boolean().optional().describe('true: never deleted, by nobody, until it is released'),
  })
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')

export const ControlRequest = z.strictObject({
  action: z
    .enum(['start', 'stop', 'release'])
    .describe('start, stop: in force over restarts, whatever templates say; release: templates say again'),
  templateId: Id.nullable().default(null).describe('how to record; null: as the template in force'),
})

export const RecordingNow = z
  .object({
    state: z
      .enum(['recording', 'waiting', 'paused', 'off'])
      .describe('off: nothing shall be recorded; waiting: it shall, and is not'),
    reason: z.string(),
    cause: Cause.nullable(),
    nodeId: z.string().nullable(),
    recordingId: z.string().nullable(),
    since: Time.nullable(),
    bytes: z.number().nullable().describe('of the open file'),
    droppedFragments: z.number().nullable().describe('lost because the store was too slow'),
    manual: z
      .object({ action: z.enum(['start', 'stop']), templateId: z.string().nullable(), since: Time, by: z.string() })
      .nullable()
      .describe('by hand; null: the template in force says'),
    binding: z
      .object({
        scope: z.enum(['space', 'stream']),
        templateId: z.string().nullable(),
        planId: z.string().nullable(),
      })
      .nullable()
      .describe('the template in force'),
  })
  .meta({ id: 'RecordingNow' })
export type RecordingNow = z.infer<typeof RecordingNow>

export const EventRequest = z.strictObject({
  beforeS: z.number().int().min(0).max(300).optional().describe('seconds; of the template when left out'),
  afterS: z.number().int().min(0).max(3600).optional().describe('seconds; of the template when left out'),
  reason: z.string().max(512).default(''),
})

export const EventAnswer = z.object({ recordingId: z.string() })

export const DaysQuery = z.strictObject({
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'e.g. 2026-01')
    .optional()
    .describe('e.g. 2026-01; the present one when left out'),
  zone: z.string().max(64).default('UTC').describe('IANA time zone of the days'),
})

export const RecordedDay = z
  .object({
    date: z.string().describe('e.g. 2026-01-05'),
    recordedS: z.number().describe('seconds'),
    first: Time,
    last: Time,
  })
  .meta({ id: 'RecordedDay' })

const span = { start: Time, end: Time }

export const SpanQuery = z.strictObject({
  start: Moment.optional().describe('RFC 3339; a day before `end` when left out'),
  end: Moment.optional().describe('RFC 3339; now when left out'),
})

export const Gap = z.object({ ...span, reason: z.string() }).meta({ id: 'Gap' })

export const Timeline = z
  .object({
    ...span,
    path: z.string(),
    spans: z.array(z.object(span)).describe('recorded without a break'),
    gaps: z.array(Gap).describe('should have been recorded and was not'),
    events: z
      .array(
        z.object({
          at: Time,
          kind: z.enum(['recording', 'alert', 'alarm']),
          name: z
            .string()
            .describe('started, paused ...; what was wrong; of an alarm its method and type of GB/T 28181, e.g. 5.2'),
          reason: z.string(),
          until: Time.nullable().describe('of an alert that is over'),
        }),
      )
      .describe('what happened, in order'),
  })
  .meta({ id: 'Timeline' })
export type Timeline = z.infer<typeof Timeline>

/** Longest life of a signed URL: a year. */
const MAX_TTL_SECONDS = 366 * 86_400

export const ReplayQuery = SpanQuery.extend({
  ttlSeconds: z.coerce.number().int().min(1).max(MAX_TTL_SECONDS).default(86_400),
})

export const Replay = z
  .object({ ...span, nodeId: z.string().describe('where most of it lies'), play: ReplayUrls })
  .meta({ id: 'Replay' })
