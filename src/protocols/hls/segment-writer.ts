import { FragmentBuilder } from '../../media/container/fmp4/fragment-builder.ts'
import { TsMuxer } from '../../media/container/mpegts/muxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'

/** Puts the frames of one segment into its container. */
export interface SegmentWriter {
  /** The initialization segment, for containers that have one. */
  readonly init: Buffer | null
  /** Bytes of the segment in work, about. */
  readonly bytes: number
  write(frame: Frame): void
  /** The segment's bytes; the next frame starts another. `next` is the frame it will start with, if any. */
  finish(next: Frame | null): Buffer
}

export class TsSegmentWriter implements SegmentWriter {
  readonly init = null
  readonly #muxer = new TsMuxer()
  #parts: Buffer[] = []
  bytes = 0

  constructor(tracks: readonly Track[]) {
    this.#muxer.setTracks(tracks)
  }

  write(frame: Frame): void {
    // Every segment begins with the tables. RFC 8216 §3.2.
    if (this.#parts.length === 0) this.#muxer.repeatTables()
    const packets = this.#muxer.frame(frame)
    this.#parts.push(packets)
    this.bytes += packets.length
  }

  finish(): Buffer {
    const data = Buffer.concat(this.#parts, this.bytes)
    this.#parts = []
    this.bytes = 0
    return data
  }
}

export class Fmp4SegmentWriter implements SegmentWriter {
  readonly #builder: FragmentBuilder

  constructor(tracks: readonly Track[]) {
    this.#builder = new FragmentBuilder(tracks)
  }

  get init(): Buffer {
    return this.#builder.init
  }

  get bytes(): number {
    return this.#builder.bytes
  }

  write(frame: Frame): void {
    this.#builder.write(frame)
  }

  finish(next: Frame | null): Buffer {
    return Buffer.concat(this.#builder.finish(next))
  }
}
