import { AppError } from '../../../base/errors.ts'
import { boxes, findBox, fullBoxReader } from './box.ts'
import { TFHD, TRUN } from './fragment.ts'
import type { Movie, MovieTrack, SampleDefaults } from './movie.ts'

/** Where a sample lies and when it is due. */
export interface SampleEntry {
  readonly track: MovieTrack
  /** From the start of the file. */
  readonly offset: number
  readonly size: number
  /** To the next sample, ticks. */
  readonly duration: number
  /** Ticks, the edit list applied. */
  readonly dts: number
  readonly pts: number
  readonly keyframe: boolean
}

/** Samples of one fragment: 20 minutes of 50 frames per second. A run can claim 2^32 in 20 bytes. */
const MAX_SAMPLES = 65_536
/** sample_is_non_sync_sample. */
const NON_SYNC = 0x10000

/**
 * Reads `moof` boxes of one movie. Keeps the decoding time of each track, for fragments without `tfdt`.
 * ISO/IEC 14496-12 §8.8.4 to §8.8.12.
 */
export class MovieFragments {
  readonly #movie: Movie
  /** By track_ID: end of the last fragment, ticks. */
  readonly #nextDts = new Map<number, number>()

  constructor(movie: Movie) {
    this.#movie = movie
  }

  /**
   * Samples of the content of a `moof` that starts at `moofOffset` in the file, in the order of the file's runs.
   * Throws AppError BYTES_TOO_SHORT, BYTES_INVALID, or LIMIT_EXCEEDED past MAX_SAMPLES.
   */
  read(content: Uint8Array, moofOffset: number): SampleEntry[] {
    const samples: SampleEntry[] = []
    for (const { type, content: traf } of boxes(content)) {
      if (type === 'traf') this.#trackFragment(traf, moofOffset, samples)
    }
    return samples
  }

  #trackFragment(content: Uint8Array, moofOffset: number, samples: SampleEntry[]): void {
    const found = boxes(content)
    const tfhd = findBox(found, 'tfhd')
    if (!tfhd) throw new AppError('BYTES_INVALID', { what: 'traf', reason: 'no tfhd' })
    const { flags, reader } = fullBoxReader(tfhd, 'tfhd')
    const id = reader.u32()
    const track = this.#movie.tracks.get(id)
    if (!track) return // of a codec we do not read
    const base = flags & TFHD.baseDataOffset ? reader.u64() : moofOffset
    if (flags & TFHD.sampleDescriptionIndex) reader.skip(4)
    const defaults: SampleDefaults = {
      duration: flags & TFHD.defaultDuration ? reader.u32() : track.defaults.duration,
      size: flags & TFHD.defaultSize ? reader.u32() : track.defaults.size,
      flags: flags & TFHD.defaultFlags ? reader.u32() : track.defaults.flags,
    }
    let run: RunState = { offset: base, dts: decodeTime(findBox(found, 'tfdt')) ?? this.#nextDts.get(id) ?? 0 }
    for (const { type, content: trun } of found) {
      if (type === 'trun') run = readRun(trun, track, defaults, base, run, samples)
    }
    this.#nextDts.set(id, run.dts)
  }
}

/** Where the next run goes on: it need not say its offset when it follows the one before. */
interface RunState {
  readonly offset: number
  readonly dts: number
}

function readRun(
  content: Uint8Array,
  track: MovieTrack,
  defaults: SampleDefaults,
  base: number,
  before: RunState,
  samples: SampleEntry[],
): RunState {
  const { version, flags, reader } = fullBoxReader(content, 'trun')
  const count = reader.u32()
  if (samples.length + count > MAX_SAMPLES) {
    throw new AppError('LIMIT_EXCEEDED', { what: 'samples of a fragment', size: count, limit: MAX_SAMPLES })
  }
  let offset = flags & TRUN.dataOffset ? base + reader.i32() : before.offset
  let { dts } = before
  const firstFlags = flags & TRUN.firstSampleFlags ? reader.u32() : null
  for (let i = 0; i < count; i++) {
    const duration = flags & TRUN.duration ? reader.u32() : defaults.duration
    const size = flags & TRUN.size ? reader.u32() : defaults.size
    const ownFlags = flags & TRUN.flags ? reader.u32() : defaults.flags
    const compositionOffset = flags & TRUN.compositionOffset ? (version === 0 ? reader.u32() : reader.i32()) : 0
    const sampleFlags = i === 0 && firstFlags !== null ? firstFlags : ownFlags
    samples.push({
      track,
      offset,
      size,
      duration,
      dts: dts + track.shift,
      pts: dts + track.shift + compositionOffset,
      keyframe: track.track.kind === 'audio' || (sampleFlags & NON_SYNC) === 0,
    })
    offset += size
    dts += duration
  }
  return { offset, dts }
}

/** baseMediaDecodeTime, §8.8.12. */
function decodeTime(tfdt: Uint8Array | null): number | null {
  if (!tfdt) return null
  const { version, reader } = fullBoxReader(tfdt, 'tfdt')
  return version === 1 ? reader.u64() : reader.u32()
}
