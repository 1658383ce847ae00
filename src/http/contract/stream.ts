import { z } from 'zod'
import { PageQuery, Time } from './page.ts'

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

const Publisher = z.object({
  id: z.string(),
  protocol: z.string().describe('rtmp, rtmps ...'),
  remote: z.string().describe('address and port'),
  agent: z.string().describe("the encoder's own words, or empty"),
})

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
    publisher: Publisher.nullable(),
  })
  .meta({ id: 'Live' })
export type Live = z.infer<typeof Live>

export const PublishUrls = z
  .object({
    rtmp: z.string(),
    rtmps: z.string().optional(),
    obs: z.object({ server: z.string(), streamKey: z.string() }),
  })
  .meta({ id: 'PublishUrls' })
export type PublishUrls = z.infer<typeof PublishUrls>

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
    createdAt: Time,
    state: z.enum(['on', 'off']),
    live: Live.nullable(),
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

export const StreamQuery = PageQuery.extend({
  space: z.string().max(128).optional(),
  state: z.enum(['on', 'off']).optional(),
  q: z.string().max(128).optional().describe('part of the path, case does not matter'),
})

/** Longest life of a signed URL: a year. */
const MAX_TTL_SECONDS = 366 * 86_400

export const UrlQuery = z.strictObject({
  ttlSeconds: z.coerce.number().int().min(1).max(MAX_TTL_SECONDS).default(86_400),
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
  })
  .meta({ id: 'Viewer' })
export type Viewer = z.infer<typeof Viewer>

export const KickRequest = z.strictObject({
  viewerId: z.string().max(64).optional().describe('only this viewer; without it the publisher'),
})
