import type { Frame } from './frame.ts'
import type { Track } from './track.ts'

/** Who sends the frames, for the console and the log. */
export interface PublisherInfo {
  readonly id: string
  /** 'rtmp', 'rtmps', 'gb28181' ... */
  readonly protocol: string
  /** Address and port of the peer. */
  readonly remote: string
  /** Encoder's own words (flashVer, onMetaData.encoder), or ''. */
  readonly agent: string
  /** Of the request it publishes by: the same in every log line, event and answer about it. */
  readonly traceId?: string
}

/** A publisher's hold on a stream. Protocol code turns wire messages into these calls. */
export interface Publication {
  /** Announces a track or its new configuration (same id). Frames may only name announced tracks. */
  setTrack(track: Track): void
  /** The publisher's software named itself; replaces what was known before. */
  agent?(name: string): void
  /** Its times are absolute (ATC): they are kept where the operator wants that. Before the first frame. */
  absoluteTimes?(): void
  /** Times are the source's own; the hub repairs and rebases them. */
  write(frame: Frame): void
  /** Bytes as they came from the wire, for the meters. */
  countBytes(bytes: number): void
  end(reason: string): void
}
