import { z } from 'zod'
import { Moment, PageQuery, sortBy, Time } from './page.ts'

export const RunQuery = PageQuery.extend({
  from: Moment.optional().describe('runs that were still on then; RFC 3339'),
  to: Moment.optional().describe('runs that began before; RFC 3339'),
  sort: sortBy(['startedAt'], '-startedAt'),
})

export const StreamRun = z
  .object({
    id: z.string(),
    startedAt: Time,
    stoppedAt: Time.nullable().describe('null while it goes on'),
    reason: z.string().nullable().describe('why it ended'),
    durationMs: z.number().describe('until now while it goes on'),
    nodeId: z.string(),
    publisher: z.object({ protocol: z.string(), remote: z.string(), agent: z.string() }),
    totals: z
      .object({ bytesIn: z.number(), bytesOut: z.number(), framesIn: z.number() })
      .nullable()
      .describe('null while it goes on'),
  })
  .meta({ id: 'StreamRun' })
export type StreamRun = z.infer<typeof StreamRun>

/** Longest step: four weeks. */
const MAX_STEP_SECONDS = 28 * 86_400

export const MetricQuery = z.strictObject({
  from: Moment.optional().describe('begin, RFC 3339; an hour before `to` when left out'),
  to: Moment.optional().describe('end, RFC 3339; now when left out'),
  step: z.coerce
    .number()
    .int()
    .min(60)
    .max(MAX_STEP_SECONDS)
    .optional()
    .describe('seconds of each point, a multiple of 60, of 3600 for what is older than two days; chosen when left out'),
})

const seriesOf = <T extends z.ZodType>(point: T) =>
  z.object({
    from: Time.describe('begin of the first step'),
    to: Time,
    stepSeconds: z.number(),
    points: z.array(point).describe('in the order of time; a step in which nothing was measured is left out'),
  })

const StreamPoint = z
  .object({
    at: Time.describe('begin of the step'),
    bitrateKbps: z.number().describe('mean received'),
    bitrateMaxKbps: z.number(),
    fps: z.number().describe('mean video frames per second received'),
    gopMs: z.number().nullable().describe('mean time between keyframes'),
    viewers: z.number().describe('mean'),
    viewersMax: z.number(),
    bytesIn: z.number().describe('received in the step'),
    bytesOut: z.number().describe('sent to viewers in the step'),
  })
  .meta({ id: 'StreamPoint' })

const PlatformPoint = z
  .object({
    at: Time.describe('begin of the step'),
    nodes: z.number().describe('mean of nodes that were on'),
    streams: z.number().describe('mean of live streams'),
    streamsMax: z.number(),
    viewers: z.number().describe('mean'),
    viewersMax: z.number(),
    bitrateInKbps: z.number().describe('mean received for all streams'),
    bytesIn: z.number().describe('received in the step'),
    bytesOut: z.number().describe('sent to viewers in the step'),
    cpu: z.number().describe('mean of the cores used by all nodes'),
    memoryBytes: z.number().describe('mean resident memory of all nodes'),
  })
  .meta({ id: 'PlatformPoint' })

export const StreamMetrics = seriesOf(StreamPoint).meta({ id: 'StreamMetrics' })
export type StreamMetrics = z.infer<typeof StreamMetrics>

export const PlatformMetrics = seriesOf(PlatformPoint).meta({ id: 'PlatformMetrics' })
export type PlatformMetrics = z.infer<typeof PlatformMetrics>

export const Overview = z
  .object({
    streams: z.number().describe('live now'),
    viewers: z.number(),
    nodesOn: z.number(),
    nodesLost: z.number(),
    bitrateInKbps: z.number().describe('received now'),
    bitrateOutKbps: z.number().describe('sent to viewers, over the last seconds'),
    cpu: z.number().describe('cores used by all nodes'),
    memoryBytes: z.number().describe('resident memory of all nodes'),
  })
  .meta({ id: 'Overview' })
export type Overview = z.infer<typeof Overview>
