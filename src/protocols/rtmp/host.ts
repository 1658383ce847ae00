import type { Sink } from '../../media/broadcast/packager.ts'
import type { Publication } from '../../media/stream/publication.ts'
import type { StreamTarget } from './url.ts'

/** Somebody who wants to publish or play, and what he showed. */
export interface RtmpRequest extends StreamTarget {
  readonly protocol: 'rtmp' | 'rtmps'
  /** Address and port of the peer. */
  readonly remote: string
  readonly tcUrl: string
  /** Page the player is in, for referer rules; '' when not sent. */
  readonly pageUrl: string
  /** Encoder's or player's own words; '' when not sent. */
  readonly flashVer: string
  /** Of the connection: the same in every log line about it. */
  readonly traceId: string
}

/** Takes what a player is sent. */
export interface RtmpViewerSink extends Sink {
  /** Size of the chunks in what will be written, where it is not the server's; before the first write. */
  useChunks(bytes: number): void
}

/** A viewer attached to a stream's broadcast. */
export interface RtmpViewer {
  /** Nothing is written while paused; afterwards it goes on with a keyframe. */
  pause(paused: boolean): void
  /** The peer left; nothing is written to the sink any more. */
  close(reason: string): void
}

/** What the RTMP server asks of its surroundings. Refusals are AppErrors; their message reaches the peer, and MOVED sends it on. */
export interface RtmpHost {
  /** `onKick` ends the connection of the publisher; the publication may be ended already then. */
  publish(request: RtmpRequest, onKick: (reason: string) => void): Promise<Publication>
  /**
   * Attaches `sink` to the stream's RTMP broadcast, whose packager is an RtmpPackager with the server's chunk size, or
   * another that the sink was told.
   * Settles when the viewer may be told that he plays; a write before that tells him too. `signal` is aborted when
   * he leaves before.
   */
  play(request: RtmpRequest, sink: RtmpViewerSink, signal: AbortSignal): Promise<RtmpViewer>
  /** Where everybody who connects shall go instead: `rtmp://host[:port]`; null: nowhere. */
  elsewhere(): string | null
}
