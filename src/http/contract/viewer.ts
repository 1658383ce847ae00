import { z } from 'zod'
import { PageQuery, sortBy, Time } from './page.ts'
import { Quality } from './stream.ts'

const Entry = z.object({
  id: z.string(),
  path: z.string().describe('space/app/name'),
  nodeId: z.string(),
  protocol: z.string().describe('http-flv, ws-flv, hls, rtmp ...'),
  remote: z.string().describe('address and port'),
  agent: z.string().describe('in the words of player or encoder, or empty'),
  state: z.enum(['on', 'off']),
  startedAt: Time,
  stoppedAt: Time.nullable(),
  stopReason: z.string().nullable(),
})

export const ViewerEntry = Entry.extend({
  bytesSent: z.number().nullable().describe('null while he watches: ask for the viewer himself'),
  framesDropped: z.number().nullable().describe('left out because he was too slow; null while he watches'),
}).meta({ id: 'ViewerEntry' })
export type ViewerEntry = z.infer<typeof ViewerEntry>

const streamId = z.string().nullable().describe('null: the stream has been deleted')

export const ViewerDetail = ViewerEntry.extend({
  streamId,
  bytesSent: z.number().nullable().describe('null: his node cannot be asked now'),
  bufferedBytes: z.number().nullable().describe('accepted and not yet taken by the network; null when he is gone'),
  delayMs: z.number().nullable().describe('how far the picture is behind, as the player reports it'),
  playerDroppedFrames: z.number().nullable().describe('as the player reports it'),
  traceId: z.string().nullable().describe('finds the request in log, events and trace; null when he is gone'),
}).meta({ id: 'ViewerDetail' })
export type ViewerDetail = z.infer<typeof ViewerDetail>

export const PublisherDetail = Entry.extend({
  streamId,
  bytesIn: z.number(),
  bytesOut: z.number().describe('sent to all viewers'),
  framesIn: z.number(),
  bitrateKbps: z.number().nullable().describe('over the last seconds; null when he is gone'),
  fps: z.number().nullable(),
  quality: Quality.nullable(),
  traceId: z.string().nullable(),
}).meta({ id: 'PublisherDetail' })
export type PublisherDetail = z.infer<typeof PublisherDetail>

export const ViewerQuery = PageQuery.extend({
  sort: sortBy(['startedAt'], '-startedAt'),
  space: z.string().max(128).optional(),
  path: z.string().max(1300).optional(),
  protocol: z.string().max(32).optional(),
  remote: z.string().max(64).optional().describe('address, with or without port'),
  state: z.enum(['on', 'off']).optional(),
})
