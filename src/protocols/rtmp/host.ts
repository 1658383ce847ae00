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

/** A viewer attached to a stream's broadcast. */
export interface RtmpViewer {
  /** The peer left; nothing is written to the sink any more. */
  close(reason: string): void
}

/** What the RTMP server asks of its surroundings. Refusals are AppErrors; their message reaches the peer. */
export interface RtmpHost {
  /** `onKick` ends the connection of the publisher; the publication may be ended already then. */
  publish(request: RtmpRequest, onKick: (reason: string) => void): Promise<Publication>
  /**
   * Attaches `sink` to the stream's RTMP broadcast, whose packager is an RtmpPackager with the server's chunk size.
   * Settles when the viewer may be told that he plays; a write before that tells him too. `signal` is aborted when
   * he leaves before.
   */
  play(request: RtmpRequest, sink: Sink, signal: AbortSignal): Promise<RtmpViewer>
}
