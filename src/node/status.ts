import type { StreamStatus, TrackStatus } from '../link/status.ts'
import type { Stream } from '../media/stream/stream.ts'
import type { Track } from '../media/stream/track.ts'
import type { Hub } from './hub.ts'

/** What the platform, the metrics and the node's own API show of a stream. */
export function streamStatus(stream: Stream, hub: Hub): StreamStatus {
  const { meter } = stream
  return {
    path: stream.path,
    state: stream.publisher ? 'on' : 'waiting',
    startedAtMs: meter.startedAtMs,
    publisher: stream.publisher,
    tracks: stream.tracks.map(trackStatus),
    ...meter.rates(),
    gopFrames: meter.gopFrames,
    gopMs: meter.gopMs,
    lastKeyframeAgeMs: meter.lastKeyframeAgeMs,
    bytesIn: meter.bytes,
    bytesOut: meter.bytesSent,
    framesIn: meter.frames,
    framesRepaired: stream.framesRepaired,
    framesDropped: meter.framesDropped,
    quality: meter.quality(),
    viewers: hub.viewers.count(stream.path),
    viewersByProtocol: hub.viewers.countByProtocol(stream.path),
  }
}

function trackStatus(track: Track): TrackStatus {
  const { kind, codec, codecString, profile } = track
  return kind === 'video'
    ? { kind, codec, codecString, profile, width: track.width, height: track.height, fps: track.fps }
    : { kind, codec, codecString, profile, sampleRate: track.sampleRate, channels: track.channels }
}
