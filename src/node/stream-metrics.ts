import type { StreamQuality, StreamStatus } from '../link/status.ts'
import type { MetricFamily, Sample } from './exposition.ts'

/**
 * Streams with series of their own: a core carries 500 publishers, and this page takes a few milliseconds. Those
 * beyond it are in the node's sums only, and counted.
 */
export const MAX_STREAM_SERIES = 1000

type Value = (status: StreamStatus) => number | null | undefined

interface StreamFamily extends MetricFamily {
  readonly value: Value
}

function gauge(name: string, help: string, value: Value): StreamFamily {
  return { name: `sightline_stream_${name}`, type: 'gauge', help, value }
}

function counter(name: string, help: string, value: Value): StreamFamily {
  return { name: `sightline_stream_${name}_total`, type: 'counter', help, value }
}

const quality =
  (of: (quality: StreamQuality) => number | null): Value =>
  ({ quality }) =>
    quality && of(quality)

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000
}

/** One series per stream, labelled with its path. */
export const STREAM_FAMILIES: readonly StreamFamily[] = [
  gauge('up', 'Whether somebody publishes the stream', s => (s.state === 'on' ? 1 : 0)),
  gauge('start_time_seconds', 'Unix time at which the publisher began', s => s.startedAtMs / 1000),
  counter('received_bytes', 'Bytes received from the publisher', s => s.bytesIn),
  counter('sent_bytes', 'Bytes handed to the sockets of viewers', s => s.bytesOut),
  counter('received_frames', 'Audio and video frames received', s => s.framesIn),
  counter('repaired_frames', 'Frames whose timestamps were repaired', s => s.framesRepaired),
  counter('dropped_frames', 'Frames left out for viewers who were too slow', s => s.framesDropped),
  gauge('received_bytes_per_second', 'Bytes per second received lately', s => s.bitrateKbps * 125),
  gauge('video_frames_per_second', 'Video frames per second received lately', s => s.fps),
  gauge('gop_seconds', 'Length of the last complete GOP', s => seconds(s.gopMs)),
  gauge(
    'gop_max_seconds',
    'Longest GOP of the publisher',
    quality(q => seconds(q.longestGopMs)),
  ),
  gauge('keyframe_age_seconds', 'Time since the last keyframe', s => seconds(s.lastKeyframeAgeMs)),
  gauge('viewers', 'Viewers', s => s.viewers),
  gauge(
    'av_skew_seconds',
    'Audio time minus video time as they arrive',
    quality(q => seconds(q.avSkewMs)),
  ),
  counter(
    'gaps',
    'Steps of media time over three times the usual',
    quality(q => q.gaps),
  ),
  gauge(
    'gap_max_seconds',
    'Longest gap of the publisher',
    quality(q => q.longestGapMs / 1000),
  ),
  counter(
    'timestamp_jumps',
    "Times a track's clock was set or wrapped",
    quality(q => q.jumps),
  ),
  counter(
    'publisher_stalls',
    'Times of more than a second without any frame',
    quality(q => q.stalls),
  ),
  counter(
    'publisher_stalled_seconds',
    'Time spent in such stalls',
    quality(q => q.stalledMs / 1000),
  ),
  counter(
    'late_frames',
    'Frames behind the previous one of their track',
    quality(q => q.lateFrames),
  ),
  counter(
    'reordered_frames',
    'Frames behind newer ones of the other track',
    quality(q => q.reorderedFrames),
  ),
  gauge(
    'video_frame_bytes',
    'Mean size of video frames',
    quality(q => q.videoFrameBytes),
  ),
  gauge(
    'keyframe_bytes',
    'Mean size of keyframes',
    quality(q => q.keyframeBytes),
  ),
  gauge(
    'frame_max_bytes',
    'Largest frame of the publisher',
    quality(q => q.largestFrameBytes),
  ),
]

export function* streamSamples({ value }: StreamFamily, statuses: readonly StreamStatus[]): Generator<Sample> {
  for (const status of statuses) {
    const now = value(status)
    if (now !== null && now !== undefined) yield [{ path: status.path }, now]
  }
}
