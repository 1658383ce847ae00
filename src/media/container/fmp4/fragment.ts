import type { Track } from '../../stream/track.ts'
import { box, fullBox, u32 } from './box.ts'

export interface Sample {
  readonly data: Uint8Array
  /** To the next sample, ticks. */
  readonly duration: number
  /** Presentation minus decoding time, ticks. May be negative. */
  readonly compositionOffset: number
  readonly keyframe: boolean
}

export interface TrackFragment {
  readonly track: Track
  /** As in the initialization segment. */
  readonly trackId: number
  /** Decoding time of the first sample, ticks of `track.clockRate`. */
  readonly baseDecodeTime: number
  readonly samples: readonly Sample[]
}

/** sample_flags, §8.8.3.1: does not depend on others (2), or does (1) and is no sync sample. */
const SYNC_SAMPLE = 0x02000000
const NON_SYNC_SAMPLE = 0x01010000

/** tf_flags, §8.8.7. */
export const TFHD = {
  baseDataOffset: 0x1,
  sampleDescriptionIndex: 0x2,
  defaultDuration: 0x8,
  defaultSize: 0x10,
  defaultFlags: 0x20,
  defaultBaseIsMoof: 0x020000,
} as const
/** tr_flags, §8.8.8. */
export const TRUN = {
  dataOffset: 0x1,
  firstSampleFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  compositionOffset: 0x800,
} as const

const MDAT_HEADER_BYTES = 8

/**
 * One movie fragment, `moof` and `mdat`: a whole segment or a part of it. Sample data are not copied.
 * Tracks without samples are left out. `sequence` starts at 1 and grows. ISO/IEC 14496-12 §8.8.
 */
export function fragment({
  sequence,
  tracks,
}: {
  readonly sequence: number
  readonly tracks: readonly TrackFragment[]
}): Uint8Array[] {
  const used = tracks.filter(track => track.samples.length > 0)
  const write = (moofBytes: number) => {
    let dataOffset = moofBytes + MDAT_HEADER_BYTES
    const fragments = used.map(track => {
      const bytes = trackFragment(track, dataOffset)
      dataOffset += dataBytes(track)
      return bytes
    })
    return box('moof', fullBox('mfhd', 0, 0, u32(sequence)), ...fragments)
  }
  // Offsets count from the start of the moof, whose size does not depend on them: write it once to know the size.
  const moof = write(write(0).length)
  const mdat = Buffer.from('\0\0\0\0mdat', 'latin1')
  mdat.writeUInt32BE(used.reduce((size, track) => size + dataBytes(track), MDAT_HEADER_BYTES))
  return [moof, mdat, ...used.flatMap(track => track.samples.map(sample => sample.data))]
}

function dataBytes(track: TrackFragment): number {
  return track.samples.reduce((size, sample) => size + sample.data.length, 0)
}

function trackFragment(fragment: TrackFragment, dataOffset: number): Buffer {
  const { trackId, baseDecodeTime } = fragment
  const decodeTime = Buffer.allocUnsafe(8)
  decodeTime.writeBigUInt64BE(BigInt(Math.max(0, baseDecodeTime)))
  return box(
    'traf',
    fullBox('tfhd', 0, TFHD.defaultBaseIsMoof | TFHD.defaultFlags, u32(trackId, SYNC_SAMPLE)),
    fullBox('tfdt', 1, 0, decodeTime),
    trackRun(fragment, dataOffset),
  )
}

/** Version 1: composition offsets are signed. Every audio sample is a sync sample, as tfhd says already. */
function trackRun({ track, samples }: TrackFragment, dataOffset: number): Buffer {
  const video = track.kind === 'video'
  const flags = TRUN.dataOffset | TRUN.duration | TRUN.size | (video ? TRUN.flags | TRUN.compositionOffset : 0)
  const entryBytes = video ? 16 : 8
  const entries = Buffer.allocUnsafe(8 + samples.length * entryBytes)
  entries.writeUInt32BE(samples.length, 0)
  entries.writeInt32BE(dataOffset, 4)
  let at = 8
  for (const sample of samples) {
    entries.writeUInt32BE(sample.duration, at)
    entries.writeUInt32BE(sample.data.length, at + 4)
    if (video) {
      entries.writeUInt32BE(sample.keyframe ? SYNC_SAMPLE : NON_SYNC_SAMPLE, at + 8)
      entries.writeInt32BE(sample.compositionOffset, at + 12)
    }
    at += entryBytes
  }
  return fullBox('trun', 1, flags, entries)
}
