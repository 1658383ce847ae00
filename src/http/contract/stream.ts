import { z } from 'zod'
import { TRACE_STEPS } from '../../link/trace.ts'
import { PageQuery, sortBy, Time } from './page.ts'

const LEVEL = String.raw`[\p{L}\p{N}_\-][\p{L}\p{N}_.~@+=\-]{0,127}`

/** One level of a stream path: what survives URLs, file names and log lines without escaping. */
export const PathSegment = z
  .string()
  .regex(
    new RegExp(`^${LEVEL}$`, 'u'),
    'letters, digits and _ - . ~ @ + =, beginning with a letter, digit, _ or -, at most 128',
  )

/** An app may have several levels (`show/live`), at most 8. */
const AppName = z
  .string()
  .regex(new RegExp(`^${LEVEL}(/${LEVEL}){0,7}$`, 'u'), 'up to 8 levels of letters, digits and _ - . ~ @ + =')

export const LiveVideo = z.object({
  codec: z.string().describe('h264, h265 or av1'),
  codecString: z.string().describe('RFC 6381'),
  profile: z.string(),
  width: z.number().describe('pixels'),
  height: z.number().describe('pixels'),
  fps: z.number().nullable().describe('frames per second as the parameter sets say'),
})
export type LiveVideo = z.infer<typeof LiveVideo>

export const LiveAudio = z.object({
  codec: z.string().describe('aac, mp3, pcma, pcmu or opus'),
  codecString: z.string().describe('RFC 6381'),
  profile: z.string(),
  sampleRate: z.number().describe('Hz'),
  channels: z.number(),
})
export type LiveAudio = z.infer<typeof LiveAudio>

const TraceId = z.string().optional().describe('finds the request in log, events and trace')

const Publisher = z.object({
  id: z.string(),
  protocol: z.string().describe('rtmp, rtmps ...'),
  remote: z.string().describe('address and port'),
  agent: z.string().describe("the encoder's own words, or empty"),
  traceId: TraceId,
})

export const Quality = z
  .object({
    avSkewMs: z.number().nullable().describe('audio time minus video time as they arrive; null with one kind only'),
    gaps: z.number().describe('steps of media time over three times the usual'),
    longestGapMs: z.number(),
    jumps: z.number().describe("times a track's clock was set or wrapped"),
    stalls: z.number().describe('times of more than a second without any frame from the publisher'),
    stalledMs: z.number().describe('time spent in them'),
    lateFrames: z.number().describe('frames behind the previous one of their track'),
    reorderedFrames: z.number().describe('frames behind newer ones of the other track'),
    longestGopMs: z.number().nullable(),
    videoFrameBytes: z.number().nullable().describe('mean size of video frames'),
    keyframeBytes: z.number().nullable().describe('mean size of keyframes'),
    largestFrameBytes: z.number(),
  })
  .meta({ id: 'Quality' })

export const Live = z
  .object({
    nodeId: z.string(),
    waiting: z.boolean().describe('the publisher left and may come back within the grace time'),
    startedAt: Time,
    bitrateKbps: z.number().describe('kbit/s received, over the last seconds'),
    fps: z.number().describe('video frames per second received'),
    viewers: z.number(),
    viewersByProtocol: z.record(z.string(), z.number()),
    video: LiveVideo.nullable(),
    audio: LiveAudio.nullable(),
    gopFrames: z.number().nullable().describe('frames of the last complete GOP'),
    gopMs: z.number().nullable().describe('milliseconds between the last two keyframes'),
    lastKeyframeAgeMs: z.number().nullable(),
    bytesIn: z.number(),
    bytesOut: z.number(),
    framesIn: z.number(),
    framesRepaired: z.number().describe('frames whose timestamps were repaired'),
    framesDropped: z.number().optional().describe('frames left out for viewers who were too slow'),
    quality: Quality.optional().describe('what the frames show about the encoder and its network'),
    publisher: Publisher.nullable(),
  })
  .meta({ id: 'Live' })
export type Live = z.infer<typeof Live>

const PublishUrls = z
  .object({
    rtmp: z.string(),
    rtmps: z.string().optional(),
    obs: z.object({ server: z.string(), streamKey: z.string() }),
  })
  .meta({ id: 'PublishUrls' })

export const PlayUrls = z
  .object({
    flv: z.string(),
    wsFlv: z.string(),
    hls: z.string(),
    ts: z.string(),
    rtmp: z.string(),
    rtmps: z.string().optional(),
    expiresAt: Time.nullable().describe('when the signatures end; null when the space is open'),
  })
  .meta({ id: 'PlayUrls' })
export type PlayUrls = z.infer<typeof PlayUrls>

export const StreamUrls = z.object({ publish: PublishUrls, play: PlayUrls }).meta({ id: 'StreamUrls' })
export type StreamUrls = z.infer<typeof StreamUrls>

export const Stream = z
  .object({
    id: z.string(),
    space: z.string(),
    app: z.string(),
    name: z.string(),
    path: z.string().describe('space/app/name'),
    title: z.string().describe('name for people; empty when the path says enough'),
    notes: z.string().describe('free text for people'),
    labels: z.array(z.string()).describe('words to find it by, sorted'),
    createdAt: Time,
    state: z.enum(['on', 'off']),
    live: Live.nullable(),
    forbidden: z
      .object({ until: Time.nullable().describe('null: until it is resumed'), reason: z.string() })
      .nullable()
      .describe('nobody may publish it'),
    poster: z.string().describe('signed URL of its newest picture'),
    publish: PublishUrls,
    play: PlayUrls,
  })
  .meta({ id: 'Stream' })
export type Stream = z.infer<typeof Stream>

export const CreateStream = z.strictObject({
  space: PathSegment.default('default'),
  app: AppName.default('live'),
  name: PathSegment,
})
export type CreateStream = z.input<typeof CreateStream>

/** Labels of one stream; more are a list for another place. */
const MAX_LABELS = 32

export const StreamChange = z
  .strictObject({
    title: z.string().max(200).optional().describe('name for people; empty removes it'),
    notes: z.string().max(4000).optional().describe('free text for people'),
    labels: z.array(z.string().min(1).max(64)).max(MAX_LABELS).optional().describe('words to find the stream by'),
  })
  .refine(change => Object.keys(change).length > 0, 'names nothing to change')
export type StreamChange = z.infer<typeof StreamChange>

export const StreamQuery = PageQuery.extend({
  space: z.string().max(128).optional(),
  state: z.enum(['on', 'off']).optional(),
  q: z.string().max(128).optional().describe('part of the path or the title, case does not matter'),
  label: z.string().max(64).optional().describe('has this label'),
  nodeId: z.string().max(64).optional().describe('live at this node'),
  sort: sortBy(['path', 'name', 'title', 'createdAt'], 'path'),
})

/** Longest life of a signed URL: a year. */
const MAX_TTL_SECONDS = 366 * 86_400

/** As long as recordings may be kept behind a live picture. */
const MAX_DELAY_SECONDS = 366 * 86_400

export const UrlQuery = z.strictObject({
  ttlSeconds: z.coerce.number().int().min(1).max(MAX_TTL_SECONDS).default(86_400),
  delay: z.coerce.number().min(0).max(MAX_DELAY_SECONDS).optional().describe('seconds behind the live picture'),
  start: Time.optional().describe('plays from then on, where it is recorded'),
})

export const Viewer = z
  .object({
    id: z.string(),
    protocol: z.string().describe('http-flv, ws-flv, hls, rtmp ...'),
    remote: z.string(),
    agent: z.string(),
    startedAt: Time,
    bytesSent: z.number(),
    bufferedBytes: z.number().describe('accepted and not yet taken by the network'),
    framesDropped: z.number().describe('left out because this viewer was too slow'),
    delayMs: z.number().optional().describe('how far the picture is behind, as the player reports it'),
    playerDroppedFrames: z.number().optional().describe('frames the player could not show, as it reports them'),
    traceId: TraceId,
  })
  .meta({ id: 'Viewer' })
export type Viewer = z.infer<typeof Viewer>

export const LiveViewerQuery = PageQuery.extend({
  protocol: z.string().max(32).optional(),
  q: z.string().max(128).optional().describe('part of the address or of what the player calls itself'),
  sort: sortBy(['startedAt', 'bytesSent'], 'startedAt'),
})

export const TraceEntry = z
  .object({
    at: Time,
    nodeId: z.string().describe('where it happened'),
    step: z.enum(TRACE_STEPS),
    traceId: TraceId,
    who: z.string().optional().describe('id of the publisher or viewer'),
    protocol: z.string().optional(),
    remote: z.string().optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'TraceEntry' })
export type TraceEntry = z.infer<typeof TraceEntry>

export const KickRequest = z.strictObject({
  viewerId: z.string().max(64).optional().describe('only this viewer; without it the publisher'),
})
