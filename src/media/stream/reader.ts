import type { Frame } from './frame.ts'
import type { Track } from './track.ts'

/** Somebody who sees every frame of a stream. Called in the publisher's loop: returns at once and never throws. */
export interface Reader {
  /** Tracks came, went or changed their configuration. Also called on attach when the stream has tracks already. */
  onTracks?(tracks: readonly Track[]): void
  onFrame(frame: Frame): void
  /** The timeline continues after a gap or with another publisher: what follows does not join what was before. */
  onDiscontinuity?(): void
  /** The stream is over; the reader is detached already. */
  onEnd(reason: string): void
}
