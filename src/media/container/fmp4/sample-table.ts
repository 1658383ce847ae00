import { AppError } from '../../../base/errors.ts'
import type { Track } from '../../stream/track.ts'
import { sameTrack } from '../../stream/track-builders.ts'
import { fullBox, u32 } from './box.ts'
import { sampleEntry } from './sample-entry.ts'

/** A run of samples that lie one behind the other. */
interface Chunk {
  /** In the media data, bytes. */
  readonly offset: number
  samples: number
  /** sample_description_index, from 1. */
  readonly description: number
}

/** 24 h of 60 frames per second; 13 bytes each. */
const MAX_SAMPLES = 6_000_000
/** Configurations of one track; a camera that is reconfigured each minute for a day stays below. */
const MAX_DESCRIPTIONS = 2048

export interface TableSample {
  /** The track as it is configured for this sample. */
  readonly track: Track
  /** In the media data, bytes. */
  readonly offset: number
  readonly size: number
  /** To the next sample, ticks. */
  readonly duration: number
  /** Ticks; may be negative. */
  readonly compositionOffset: number
  readonly keyframe: boolean
}

/** The samples of one track of a movie that is not fragmented. ISO/IEC 14496-12 §8.5 to §8.7. */
export class SampleTable {
  /** Ticks of all samples. */
  duration = 0
  samples = 0
  readonly #descriptions: Track[] = []
  readonly #chunks: Chunk[] = []
  #sizes = new Uint32Array(1024)
  #durations = new Uint32Array(1024)
  #compositionOffsets = new Int32Array(1024)
  #keyframes = new Uint8Array(1024)
  #end = -1
  /** Presentation time of what is shown last. */
  #lastShown = 0
  /** That of the last sample. */
  #described: { readonly track: Track; readonly description: number } | null = null

  /** Samples come in decoding order. Throws AppError LIMIT_EXCEEDED past MAX_SAMPLES or MAX_DESCRIPTIONS. */
  add({ track, offset, size, duration, compositionOffset, keyframe }: TableSample): void {
    const at = this.samples++
    if (at >= MAX_SAMPLES) throw tooMany('samples of a movie', MAX_SAMPLES)
    if (at === this.#sizes.length) this.#grow(at * 2)
    this.#sizes[at] = size
    this.#durations[at] = duration
    this.#compositionOffsets[at] = compositionOffset
    this.#keyframes[at] = keyframe ? 1 : 0
    this.#lastShown = Math.max(this.#lastShown, this.duration + compositionOffset)
    this.duration += duration
    const description = this.#describe(track)
    const chunk = this.#chunks.at(-1)
    if (chunk && this.#end === offset && chunk.description === description) chunk.samples++
    else this.#chunks.push({ offset, samples: 1, description })
    this.#end = offset + size
  }

  /** When the last picture has been shown, ticks. */
  get presentationEnd(): number {
    return this.#lastShown + this.lastDuration
  }

  /** Of the sample that was added last, ticks. */
  get lastDuration(): number {
    return this.#durations[this.samples - 1] ?? 0
  }

  /** Makes the last sample last so much longer, or shorter: the next one is due then. */
  extend(ticks: number): void {
    if (this.samples === 0) return
    this.#durations[this.samples - 1]! += ticks
    this.duration += ticks
  }

  /** Content of `stbl`; the media data begin at `dataOffset` of the file. */
  boxes(dataOffset: number, longOffsets: boolean): Buffer[] {
    const video = this.#descriptions[0]?.kind === 'video'
    return [
      fullBox('stsd', 0, 0, u32(this.#descriptions.length), ...this.#descriptions.map(sampleEntry)),
      runs('stts', 0, this.#durations.subarray(0, this.samples)),
      ...(video ? [runs('ctts', 1, this.#compositionOffsets.subarray(0, this.samples)), this.#syncSamples()] : []),
      this.#sampleToChunk(),
      this.#sampleSizes(),
      longOffsets ? this.#longOffsets(dataOffset) : this.#shortOffsets(dataOffset),
    ]
  }

  #describe(track: Track): number {
    if (this.#described?.track === track) return this.#described.description
    const known = this.#descriptions.findIndex(other => sameTrack(other, track)) + 1
    if (known === 0 && this.#descriptions.length >= MAX_DESCRIPTIONS) {
      throw tooMany('configurations of a track', MAX_DESCRIPTIONS)
    }
    const description = known || this.#descriptions.push(track)
    this.#described = { track, description }
    return description
  }

  #grow(length: number): void {
    this.#sizes = copied(this.#sizes, new Uint32Array(length))
    this.#durations = copied(this.#durations, new Uint32Array(length))
    this.#compositionOffsets = copied(this.#compositionOffsets, new Int32Array(length))
    this.#keyframes = copied(this.#keyframes, new Uint8Array(length))
  }

  /** §8.6.2 */
  #syncSamples(): Buffer {
    const numbers: number[] = []
    for (let i = 0; i < this.samples; i++) if (this.#keyframes[i] === 1) numbers.push(i + 1)
    return fullBox('stss', 0, 0, u32(numbers.length), words(numbers))
  }

  /** §8.7.4 */
  #sampleToChunk(): Buffer {
    const entries: number[] = []
    let before: Chunk | null = null
    this.#chunks.forEach((chunk, index) => {
      if (before?.samples !== chunk.samples || before.description !== chunk.description) {
        entries.push(index + 1, chunk.samples, chunk.description)
      }
      before = chunk
    })
    return fullBox('stsc', 0, 0, u32(entries.length / 3), words(entries))
  }

  /** §8.7.3; sample_size 0: they differ. */
  #sampleSizes(): Buffer {
    return fullBox('stsz', 0, 0, u32(0, this.samples), words(this.#sizes.subarray(0, this.samples)))
  }

  /** §8.7.5 */
  #shortOffsets(dataOffset: number): Buffer {
    const offsets = words(this.#chunks.map(chunk => dataOffset + chunk.offset))
    return fullBox('stco', 0, 0, u32(this.#chunks.length), offsets)
  }

  #longOffsets(dataOffset: number): Buffer {
    const bytes = Buffer.allocUnsafe(this.#chunks.length * 8)
    this.#chunks.forEach((chunk, index) => {
      bytes.writeBigUInt64BE(BigInt(dataOffset + chunk.offset), index * 8)
    })
    return fullBox('co64', 0, 0, u32(this.#chunks.length), bytes)
  }
}

/** stts and ctts: equal values one behind the other become one entry. §8.6.1 */
function runs(type: string, version: number, values: Uint32Array | Int32Array): Buffer {
  const entries: number[] = []
  for (const value of values) {
    if (entries.at(-1) === value && entries.length > 0) entries[entries.length - 2]! += 1
    else entries.push(1, value)
  }
  return fullBox(type, version, 0, u32(entries.length / 2), words(entries))
}

function words(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4)
  for (let i = 0; i < values.length; i++) bytes.writeUInt32BE(values[i]! >>> 0, i * 4)
  return bytes
}

function copied<T extends Uint8Array | Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function tooMany(what: string, limit: number): AppError {
  return new AppError('LIMIT_EXCEEDED', { what, size: limit + 1, limit })
}
