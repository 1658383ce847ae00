import { z } from 'zod'
import { Attempt as Tried } from '../../link/gb28181.ts'
import { ObjectId } from './device.ts'
import { Moment, PageQuery, sortBy, Time } from './page.ts'

const Kind = z.enum(Tried.shape.kind.options)

const summary = {
  id: z.string(),
  kind: Kind,
  space: z.string(),
  deviceId: z.string().nullable().describe('null: a device nobody knows'),
  gbId: z.string(),
  channel: z.string().nullable().describe('code'),
  nodeId: z.string(),
  startedAt: Time,
  endedAt: Time,
  ok: z.boolean(),
  verdict: z.string().describe('what was found, one of a closed list: ok, noAnswer, answeredButNoPackets ...'),
  summary: z.string().describe('the same in words'),
  advice: z.string().describe('what to do'),
  figures: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
    .describe('milliseconds until answer, first packet and first keyframe; counters of the media'),
}

export const AttemptSummary = z.object(summary).meta({ id: 'AttemptSummary' })
export type AttemptSummary = z.infer<typeof AttemptSummary>

export const Attempt = z
  .object({
    ...summary,
    messages: z.array(
      z.object({
        ms: z.number().describe('after the start'),
        direction: z.enum(['in', 'out']),
        line: z.string(),
        text: z.string().describe('the whole message, shortened, without secrets'),
        local: z.string(),
        remote: z.string(),
        transport: z.string(),
      }),
    ),
  })
  .meta({ id: 'Attempt' })
export type Attempt = z.infer<typeof Attempt>

export const AttemptQuery = PageQuery.extend({
  space: z.string().max(128).optional(),
  device: ObjectId.optional(),
  gbId: z.string().max(20).optional(),
  channel: z.string().max(20).optional().describe('code'),
  kind: Kind.optional(),
  ok: z.enum(['true', 'false']).optional(),
  verdict: z.string().max(64).optional(),
  start: Moment.optional().describe('begun at or after'),
  end: Moment.optional().describe('begun before'),
  sort: sortBy(['startedAt'], '-startedAt'),
})
