import type { Track } from '../../stream/track.ts'
import { box, fullBox, u16, u32 } from './box.ts'

/** 1, 0, 0, 0, 1, 0, 0, 0, 1: no rotation. §6.2.2 */
const UNITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
/** Ticks per second of what is said about the movie as a whole. */
export const MOVIE_TIMESCALE = 1000
/** track_enabled, track_in_movie. */
const TRACK_FLAGS = 3
/** ISO 639-2/T 'und', 5 bits each. */
const LANGUAGE_UNDETERMINED = 0x55c4

/** Length of everything in a fragmented movie: all samples are in fragments. */
const NO_DURATION = 0

/** §8.2.2; `duration` in MOVIE_TIMESCALE. */
export function movieHeader(nextTrackId: number, duration = NO_DURATION): Buffer {
  return timedBox(
    'mvhd',
    0,
    [MOVIE_TIMESCALE],
    duration,
    u32(0x10000), // rate
    u16(0x100, 0), // volume
    u32(0, 0),
    UNITY_MATRIX,
    Buffer.alloc(24),
    u32(nextTrackId),
  )
}

export interface TrackBox {
  readonly track: Track
  readonly trackId: number
  /** Content of `stbl`. */
  readonly sampleTable: readonly Uint8Array[]
  /** Of the track in MOVIE_TIMESCALE, and of its media in its own ticks. */
  readonly durations?: { readonly movie: number; readonly media: number }
  /** An `edts` box. */
  readonly edits?: Uint8Array
}

/** §8.3.1. */
export function trackBox({ track, trackId, sampleTable, durations, edits }: TrackBox): Buffer {
  const video = track.kind === 'video'
  const header = timedBox(
    'tkhd',
    TRACK_FLAGS,
    [trackId, 0],
    durations?.movie ?? NO_DURATION,
    u32(0, 0),
    u16(0, 0, video ? 0 : 0x100, 0), // layer, alternate_group, volume
    UNITY_MATRIX,
    u32(video ? track.width * 0x10000 : 0, video ? track.height * 0x10000 : 0),
  )
  const media = box(
    'mdia',
    timedBox('mdhd', 0, [track.clockRate], durations?.media ?? NO_DURATION, u16(LANGUAGE_UNDETERMINED, 0)),
    fullBox('hdlr', 0, 0, u32(0), Buffer.from(video ? 'vide' : 'soun'), Buffer.alloc(12), Buffer.from('Sightline\0')),
    box(
      'minf',
      video ? fullBox('vmhd', 0, 1, Buffer.alloc(8)) : fullBox('smhd', 0, 0, u32(0)),
      dataInformation(),
      box('stbl', ...sampleTable),
    ),
  )
  return box('trak', header, ...(edits ? [edits] : []), media)
}

/** Creation and modification time (unknown), `fields`, duration: 32 bits, or 64 in version 1 where those are not enough. */
function timedBox(
  type: string,
  flags: number,
  fields: readonly number[],
  duration: number,
  ...rest: readonly Uint8Array[]
): Buffer {
  if (duration <= 0xffffffff) return fullBox(type, 0, flags, u32(0, 0, ...fields, duration), ...rest)
  const long = Buffer.allocUnsafe(8)
  long.writeBigUInt64BE(BigInt(duration))
  return fullBox(type, 1, flags, Buffer.alloc(16), u32(...fields), long, ...rest)
}

/** §8.7.2: one entry, flag 1: in the same file. */
function dataInformation(): Buffer {
  return box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)))
}
