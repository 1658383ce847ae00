import { ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { accessUnit } from '../access-unit.ts'
import { ByteQueue } from '../byte-queue.ts'
import { type BoxHeader, readBoxHeader } from './box.ts'
import { readMovie } from './movie.ts'
import { MovieFragments, type SampleEntry } from './movie-fragment.ts'

/** A moof with 65 536 samples of 16 bytes is 1 MiB; a moov in fragments is a few KiB. */
export const MAX_METADATA_BYTES = 2 * 1024 * 1024
/** One fragment is held until it is whole. 10 s of 50 Mbit/s. */
export const MAX_MEDIA_DATA_BYTES = 64 * 1024 * 1024
/** size, type, largesize. */
const MAX_BOX_HEADER_BYTES = 16

export interface Fmp4DemuxerEvents {
  /** A track; `track.id` is the track_ID. Comes before its first frame. */
  track(track: Track): void
  /** In decoding order, the tracks of a fragment interleaved. */
  frame(frame: Frame): void
  /** A sample entry we do not read. */
  unsupported?(name: string): void
}

/**
 * Reads a fragmented MP4 in pieces of any size: initialization segment, then fragments. Boxes it does not know are
 * passed over. Pushed bytes are kept by reference in frames. Samples with cut NAL units are dropped.
 *
 * Throws AppError BYTES_INVALID also for MP4 that is not fragmented, LIMIT_EXCEEDED past the sizes above; after an
 * error nothing more may be pushed.
 */
export class Fmp4Demuxer {
  readonly #events: Fmp4DemuxerEvents
  readonly #queue = new ByteQueue()
  /** Of the first byte in the queue, from the start of the file. */
  #offset = 0
  /** Bytes of a box to pass over. */
  #toSkip = 0
  #fragments: MovieFragments | null = null
  /** Of the last moof, those whose data has not come yet. */
  #samples: SampleEntry[] = []

  constructor(events: Fmp4DemuxerEvents) {
    this.#events = events
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes)
    while (this.#step()) {
      // one box at a time
    }
  }

  #step(): boolean {
    const skipped = this.#queue.skip(this.#toSkip)
    this.#toSkip -= skipped
    this.#offset += skipped
    if (this.#toSkip > 0 || this.#queue.length < 8) return false
    const start = this.#queue.peek(Math.min(MAX_BOX_HEADER_BYTES, this.#queue.length))
    if (start[0] === 0 && start[1] === 0 && start[2] === 0 && start[3] === 1 && start.length < MAX_BOX_HEADER_BYTES) {
      return false // the 64-bit size has not arrived
    }
    const header = readBoxHeader(new ByteReader(start, 'MP4 box'))
    const limit = LIMITS.get(header.type)
    if (header.size === null) throw invalid(`${header.type} without a size`)
    if (limit === undefined) {
      this.#toSkip = header.size
      return true
    }
    if (header.size > limit) {
      throw new AppError('LIMIT_EXCEEDED', { what: `MP4 box ${header.type}`, size: header.size, limit })
    }
    if (this.#queue.length < header.size) return false
    this.#box(header, header.size)
    return true
  }

  #box({ type, headerBytes }: BoxHeader, size: number): void {
    const boxOffset = this.#offset
    const content = this.#queue.take(size).subarray(headerBytes)
    this.#offset += size
    if (type === 'moov') this.#movie(content)
    else if (!this.#fragments) throw invalid(`${type} before moov`)
    else if (type === 'moof') this.#samples = this.#fragments.read(content, boxOffset)
    else this.#mediaData(content, boxOffset + headerBytes)
  }

  /** Another moov is another initialization segment: the stream goes on with a new configuration. */
  #movie(content: Uint8Array): void {
    const movie = readMovie(content)
    this.#fragments = new MovieFragments(movie)
    this.#samples = []
    for (const { track } of movie.tracks.values()) this.#events.track(track)
    for (const name of movie.unsupported) this.#events.unsupported?.(name)
  }

  #mediaData(content: Uint8Array, start: number): void {
    const end = start + content.length
    const samples = this.#samples.filter(({ offset, size }) => offset >= start && offset + size <= end)
    const claimed = samples.reduce((total, { size }) => total + size, 0)
    if (claimed > content.length) throw invalid('samples overlap') // each may cost a copy
    samples.sort((a, b) => a.dts / a.track.track.clockRate - b.dts / b.track.track.clockRate)
    for (const sample of samples) {
      const at = sample.offset - start
      this.#sample(sample, content.subarray(at, at + sample.size))
    }
    this.#samples = []
  }

  #sample({ track: { track, lengthSize }, dts, pts, keyframe }: SampleEntry, bytes: Uint8Array): void {
    const data = track.kind === 'video' ? accessUnit(track.codec, bytes, lengthSize) : bytes
    if (data === null || data.length === 0) return
    this.#events.frame({ track, dts, pts, keyframe, data })
  }
}

const LIMITS: ReadonlyMap<string, number> = new Map([
  ['moov', MAX_METADATA_BYTES],
  ['moof', MAX_METADATA_BYTES],
  ['mdat', MAX_MEDIA_DATA_BYTES],
])

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'MP4', reason })
}
