import { AppError } from '../../base/errors.ts'
import { type Box, boxes, findBox } from '../../media/container/fmp4/box.ts'
import { type Movie, readMovie } from '../../media/container/fmp4/movie.ts'
import { MovieFragments, type SampleEntry } from '../../media/container/fmp4/movie-fragment.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { readAll } from '../../storage/objects/object-store.ts'
import type { RecordedFragment, Recordings } from './recordings.ts'

/** Configurations kept: those of a few streams whose cameras are reconfigured now and then. */
const MAX_MOVIES = 64
/** The recorder cuts at 16 MiB; one frame may come on top. */
const MAX_FRAGMENT_BYTES = 64 * 1024 * 1024

/** A sample of a recorded fragment; `offset` counts from the fragment's first byte. */
export type RecordedSample = SampleEntry

/** Reads recorded fragments. Segments of one configuration have the same Track objects. */
export class FragmentReader {
  readonly #recordings: Recordings
  /** By the hash of the initialization segment, oldest first. */
  readonly #movies = new Map<string, Movie>()

  constructor(recordings: Recordings) {
    this.#recordings = recordings
  }

  async movie({ segment }: RecordedFragment): Promise<Movie> {
    const known = this.#movies.get(segment.initHash)
    if (known) return known
    const init = boxes(await this.#recordings.init(segment))
    const movie = readMovie(required(init, 'moov'))
    this.#movies.set(segment.initHash, movie)
    const [oldest] = this.#movies.keys()
    if (this.#movies.size > MAX_MOVIES && oldest !== undefined) this.#movies.delete(oldest)
    return movie
  }

  /** What is in a fragment, without reading the media. */
  async samples(fragment: RecordedFragment): Promise<RecordedSample[]> {
    return this.#samplesOf(fragment, await this.#read(fragment, 0, fragment.entry.headBytes))
  }

  /** In decoding order. */
  async frames(fragment: RecordedFragment): Promise<Frame[]> {
    const bytes = await this.#read(fragment, 0, fragment.entry.bytes)
    const samples = await this.#samplesOf(fragment, bytes.subarray(0, fragment.entry.headBytes))
    samples.sort((a, b) => seconds(a) - seconds(b))
    return samples.map(sample => frameOf(sample, bytes.subarray(sample.offset, sample.offset + sample.size)))
  }

  /** The keyframes of the pictures alone; the rest is not read. */
  async keyframes(fragment: RecordedFragment): Promise<Frame[]> {
    const samples = await this.samples(fragment)
    const frames: Frame[] = []
    for (const sample of samples) {
      if (sample.track.track.kind !== 'video' || !sample.keyframe) continue
      frames.push(frameOf(sample, await this.#read(fragment, sample.offset, sample.offset + sample.size)))
    }
    return frames
  }

  async #samplesOf(fragment: RecordedFragment, head: Buffer): Promise<RecordedSample[]> {
    const movie = await this.movie(fragment)
    // The head ends with the header of the mdat, whose content is left out.
    const found = boxes(head.subarray(0, fragment.entry.headBytes - MDAT_HEADER_BYTES))
    const moof = required(found, 'moof')
    const samples = new MovieFragments(movie).read(moof, moof.byteOffset - head.byteOffset - MDAT_HEADER_BYTES)
    const { bytes } = fragment.entry
    if (samples.every(({ offset, size }) => offset >= 0 && offset + size <= bytes)) return samples
    throw new AppError('BYTES_INVALID', { what: 'recorded fragment', reason: 'samples outside of it' })
  }

  #read({ segment, entry }: RecordedFragment, start: number, end: number): Promise<Buffer> {
    const span = { start: entry.offset + start, end: entry.offset + end }
    return readAll(this.#recordings.storeOf(segment).read(segment.object, span), MAX_FRAGMENT_BYTES)
  }
}

/** Of a box with a 32-bit size: `mdat`, and the `moof` whose content is looked at. */
const MDAT_HEADER_BYTES = 8

function required(found: readonly Box[], type: string): Uint8Array {
  const content = findBox(found, type)
  if (content) return content
  throw new AppError('BYTES_INVALID', { what: 'recording', reason: `no ${type}` })
}

/** Our own files have their NAL units and OBUs in the form of frames. */
function frameOf({ track, dts, pts, keyframe }: RecordedSample, data: Uint8Array): Frame {
  return { track: track.track, dts, pts, keyframe, data }
}

function seconds({ dts, track }: RecordedSample): number {
  return dts / track.track.clockRate
}
