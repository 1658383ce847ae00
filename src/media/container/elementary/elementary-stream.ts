import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'

/** Where tracks and frames go. */
export interface ElementaryOutput {
  /** A track is known, or has a new configuration (same id). */
  onTrack(track: Track): void
  onFrame(frame: Frame): void
}

/** Payload of the PES packets of one elementary stream to frames. */
export interface ElementaryStream {
  /**
   * Times are unwrapped 90 kHz ticks. The payload is only good during the call. Throws AppError when the payload is
   * broken; the stream goes on with the next packet.
   */
  push(payload: Uint8Array, pts: number | null, dts: number | null): void
  /** As far as the container knows the access unit ends here: a frame that waited for its end comes out. */
  endOfAccessUnit(): void
  /** The input has ended. */
  flush(): void
  /** Bytes are missing before the next payload. True when something was in work, which is dropped. */
  damage(): boolean
}
