import { u32be } from '../../base/bytes.ts'
import { AppError } from '../../base/errors.ts'
import { MAX_METADATA_BYTES } from '../../media/container/fmp4/demuxer.ts'
import { type Movie, readMovie } from '../../media/container/fmp4/movie.ts'
import { MovieFragments, type SampleEntry } from '../../media/container/fmp4/movie-fragment.ts'
import { readProducerReferenceTime } from '../../media/container/fmp4/producer-reference-time.ts'
import { type ObjectStore, readAll } from '../../storage/objects/object-store.ts'
import type { FragmentEntry } from './fragment-entry.ts'

/** Holds the head of almost every fragment, so that one read is enough. */
const HEAD_BYTES = 16 * 1024
const MDAT_HEADER_BYTES = 8

export interface SegmentInit {
  readonly movie: Movie
  readonly bytes: Buffer
}

/** Reads a recorded file box by box, without the media themselves. */
export class SegmentScan {
  readonly #store: ObjectStore
  readonly #key: string
  readonly #size: number

  constructor(store: ObjectStore, key: string, size: number) {
    this.#store = store
    this.#key = key
    this.#size = size
  }

  /** `ftyp` and `moov`; null when they are not whole. */
  async init(): Promise<SegmentInit | null> {
    const head = await this.#read(0, HEAD_BYTES)
    const fileType = sizeOf(head, 0, 'ftyp')
    if (fileType === null) return null
    const movie = sizeOf(head, fileType, 'moov')
    if (movie === null || movie > MAX_METADATA_BYTES || fileType + movie > this.#size) return null
    const end = fileType + movie
    const bytes = end <= head.length ? head.subarray(0, end) : await this.#read(0, end)
    return attempt(() => ({ movie: readMovie(bytes.subarray(fileType + 8)), bytes }))
  }

  /** The fragment that begins at `offset`; null when none does, or it is not whole. */
  async fragment(movie: Movie, offset: number): Promise<FragmentEntry | null> {
    let head = await this.#read(offset, HEAD_BYTES)
    const reference = sizeOf(head, 0, 'prft')
    if (reference === null || reference > HEAD_BYTES / 2) return null
    const moof = sizeOf(head, reference, 'moof')
    if (moof === null || moof > MAX_METADATA_BYTES) return null
    const headBytes = reference + moof + MDAT_HEADER_BYTES
    if (head.length < headBytes) head = await this.#read(offset, headBytes)
    const mdat = sizeOf(head, reference + moof, 'mdat')
    if (mdat === null || offset + reference + moof + mdat > this.#size) return null
    return attempt(() => {
      const { wallMs } = readProducerReferenceTime(head.subarray(8, reference))
      const samples = new MovieFragments(movie).read(head.subarray(reference + 8, reference + moof), reference)
      const times = fragmentTimes(movie, samples)
      if (!times || samples.reduce((sum, { size }) => sum + size, 0) > mdat - MDAT_HEADER_BYTES) return null
      return { offset, bytes: reference + moof + mdat, headBytes, wallMs, ...times }
    })
  }

  #read(start: number, bytes: number): Promise<Buffer> {
    const end = Math.min(this.#size, start + bytes)
    return readAll(this.#store.read(this.#key, { start, end }), bytes)
  }
}

/** Start, length and keyframe of a fragment, as they are when it is written. */
function fragmentTimes(movie: Movie, samples: readonly SampleEntry[]) {
  const tracks = [...movie.tracks.values()]
  const kind = tracks.some(({ track }) => track.kind === 'video') ? 'video' : 'audio'
  const leading = samples.filter(({ track }) => track.track.kind === kind)
  const used = leading.length > 0 ? leading : samples
  const first = used[0]
  const last = used.at(-1)
  if (!first || !last) return null
  const rate = first.track.track.clockRate
  return {
    startUs: Math.round((first.dts * 1e6) / rate),
    durationUs: Math.max(1, Math.round(((last.dts + last.duration - first.dts) * 1e6) / rate)),
    keyframe: leading.length > 0 && first.keyframe,
  }
}

/** Size of the box of this type at `at`; null when there is none, or its header is cut. */
function sizeOf(bytes: Buffer, at: number, type: string): number | null {
  if (bytes.length < at + 8 || bytes.toString('latin1', at + 4, at + 8) !== type) return null
  const size = u32be(bytes, at)
  return size < 8 ? null : size
}

/** What the bytes say, or null when they are broken. */
function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}
