import type { Frame } from '../stream/frame.ts'
import type { Track } from '../stream/track.ts'

/** Bytes as parts; they are concatenated once, into the window buffer that all viewers share. */
export type Parts = readonly Uint8Array[]

/**
 * Turns frames into the bytes of one output format, once per stream and format. Pure: no sockets, no clock.
 * The bytes are the same for all viewers, so nothing in them may depend on when a viewer came.
 */
export interface Packager {
  /** Whether the format can carry this track; frames of the others are not handed to `frame`. */
  carries(track: Track): boolean
  /** The tracks that will follow are known or have changed; comes before their first frames. */
  tracks?(tracks: readonly Track[]): void
  /**
   * What a new viewer needs before the first frame: file header, metadata, codec configuration of `tracks`.
   * `startMs` is the decoding time of the first frame that will follow.
   */
  header(tracks: readonly Track[], startMs: number): Parts
  /** One frame. When `frame.track` differs from the track of the same id before, the new configuration goes first. */
  frame(frame: Frame): Parts
}

/** Whoever gets the bytes: a socket behind a protocol. Called in the publisher's loop, so it never blocks or throws. */
export interface Sink {
  /** Takes shared bytes; must not change them, nor look at them once `pendingBytes` has been 0. */
  write(bytes: Uint8Array): void
  /** Bytes accepted by `write` and not yet taken by the kernel. */
  pendingBytes(): number
  /** The stream ended, or this viewer was put out. Nothing is written after it. */
  end(reason: string): void
}
