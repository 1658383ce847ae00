import { z } from 'zod'

/** Longest stream path (`space/app/name`): a space and a name of 128 letters and an app of eight levels. */
const MAX_PATH_LENGTH = 1300

export const StreamPath = z.string().min(5).max(MAX_PATH_LENGTH)

/** The same in every log line, event and answer about one request; absent where the node is older than it. */
export const TraceId = z.string().max(64).optional()

/** One track of a live stream, as the console shows it. */
export const TrackStatus = z.object({
  kind: z.enum(['video', 'audio']),
  codec: z.string().max(16),
  /** RFC 6381. */
  codecString: z.string().max(64),
  profile: z.string().max(64),
  /** Pixels. */
  width: z.number().optional(),
  height: z.number().optional(),
  /** Frames per second as the parameter sets say; null when they do not. */
  fps: z.number().nullable().optional(),
  /** Hz. */
  sampleRate: z.number().optional(),
  channels: z.number().optional(),
})
export type TrackStatus = z.infer<typeof TrackStatus>

export const PublisherStatus = z.object({
  id: z.string().max(64),
  protocol: z.string().max(32),
  /** Address and port of the peer. */
  remote: z.string().max(128),
  /** The encoder's own words, or ''. */
  agent: z.string().max(256),
  traceId: TraceId,
})
export type PublisherStatus = z.infer<typeof PublisherStatus>

/** What one publisher's frames show about its encoder and its network, since it began. */
export const StreamQuality = z.object({
  /** Audio time minus video time as they arrive, averaged; positive when audio is ahead, null with one kind only. */
  avSkewMs: z.number().nullable(),
  /** Steps of media time over three times the usual, and the longest. */
  gaps: z.number(),
  longestGapMs: z.number(),
  /** Times a track's clock was set or wrapped. */
  jumps: z.number(),
  /** Times of more than a second without any frame, and how long they lasted together. */
  stalls: z.number(),
  stalledMs: z.number(),
  /** Frames behind the previous one of their track. */
  lateFrames: z.number(),
  /** Frames behind newer ones of the other track. */
  reorderedFrames: z.number(),
  longestGopMs: z.number().nullable(),
  /** Mean sizes, and the largest of any frame. */
  videoFrameBytes: z.number().nullable(),
  keyframeBytes: z.number().nullable(),
  largestFrameBytes: z.number(),
})
export type StreamQuality = z.infer<typeof StreamQuality>

/** What a node knows about one of its streams right now. */
export const StreamStatus = z.object({
  path: StreamPath,
  /** waiting: the publisher left and may come back within the grace time. */
  state: z.enum(['on', 'waiting']),
  startedAtMs: z.number(),
  publisher: PublisherStatus.nullable(),
  tracks: z.array(TrackStatus).max(16),
  /** kbit/s received over the last seconds. */
  bitrateKbps: z.number(),
  /** Video frames per second received over the last seconds. */
  fps: z.number(),
  /** Frames and milliseconds of the last complete GOP; null before there is one. */
  gopFrames: z.number().nullable(),
  gopMs: z.number().nullable(),
  lastKeyframeAgeMs: z.number().nullable(),
  /** Since the stream started. */
  bytesIn: z.number(),
  bytesOut: z.number(),
  framesIn: z.number(),
  /** Frames whose timestamps were repaired. */
  framesRepaired: z.number(),
  /** Frames left out for viewers who were too slow, since the stream was opened. */
  framesDropped: z.number().optional(),
  quality: StreamQuality.optional(),
  viewers: z.number(),
  viewersByProtocol: z.record(z.string().max(32), z.number()),
})
export type StreamStatus = z.infer<typeof StreamStatus>

export const ViewerStatus = z.object({
  id: z.string().max(64),
  path: StreamPath,
  /** http-flv, ws-flv, hls, rtmp ... */
  protocol: z.string().max(32),
  remote: z.string().max(128),
  agent: z.string().max(256),
  startedAtMs: z.number(),
  bytesSent: z.number(),
  /** Bytes accepted and not yet taken by the kernel. */
  bufferedBytes: z.number(),
  /** Frames left out because this viewer was too slow. */
  framesDropped: z.number(),
  /** As the player last said: how far the picture is behind the newest frame, and what it could not show. */
  delayMs: z.number().optional(),
  playerDroppedFrames: z.number().optional(),
  traceId: TraceId,
})
export type ViewerStatus = z.infer<typeof ViewerStatus>

/** Streams of one node. One process of one core carries 500 publishers; this is room for twenty times that. */
const MAX_STREAMS_PER_NODE = 10_000

/** Network interfaces, and disks, that a node tells of; a machine with more is asked for some by name. */
export const MAX_DEVICES = 16

const DeviceLoad = z.object({
  name: z.string().max(64),
  /** Received or read, sent or written. */
  inBytesPerSecond: z.number(),
  outBytesPerSecond: z.number(),
})

/** Sent every second and never kept: the next one says it all again. */
export const NodeReport = z.object({
  load: z.object({
    /** Cores in use by the node process; 1 is one full core. */
    cpu: z.number(),
    /** Resident set size. */
    memoryBytes: z.number(),
    /** 99th percentile of the event-loop delay since the report before. */
    eventLoopP99Ms: z.number(),
    /** Of the machine, by all its processes; absent where the node is older than it. */
    networks: z.array(DeviceLoad).max(MAX_DEVICES).optional(),
    disks: z.array(DeviceLoad).max(MAX_DEVICES).optional(),
  }),
  streams: z.array(StreamStatus).max(MAX_STREAMS_PER_NODE),
})
export type NodeReport = z.infer<typeof NodeReport>
