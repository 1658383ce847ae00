import type { Track } from '../../stream/track.ts'
import { box, fullBox, u16, u32 } from './box.ts'
import { sampleEntry } from './sample-entry.ts'

/** 1, 0, 0, 0, 1, 0, 0, 0, 1: no rotation. §6.2.2 */
const UNITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
const MOVIE_TIMESCALE = 1000
/** track_enabled, track_in_movie. */
const TRACK_FLAGS = 3
/** ISO 639-2/T 'und', 5 bits each. */
const LANGUAGE_UNDETERMINED = 0x55c4

/**
 * The initialization segment (`ftyp` and `moov`) of a fragmented MP4. track_ID is the place in `tracks`, from 1;
 * the timescale of a track is its clock rate. There are no edit lists: presentation begins at the time of the frames.
 * ISO/IEC 14496-12 §8.8, ISO/IEC 23000-19 (CMAF) §7.3.1.
 */
export function initSegment(tracks: readonly Track[]): Buffer {
  return Buffer.concat([
    box('ftyp', Buffer.from('iso6'), u32(0), Buffer.from('iso6mp41')),
    box(
      'moov',
      movieHeader(tracks.length + 1),
      ...tracks.map((track, index) => trackBox(track, index + 1)),
      box('mvex', ...tracks.map((_, index) => fullBox('trex', 0, 0, u32(index + 1, 1, 0, 0, 0)))),
    ),
  ])
}

/** §8.2.2; duration 0: all samples are in fragments. */
function movieHeader(nextTrackId: number): Buffer {
  return fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, MOVIE_TIMESCALE, 0),
    u32(0x10000), // rate
    u16(0x100, 0), // volume
    u32(0, 0),
    UNITY_MATRIX,
    Buffer.alloc(24),
    u32(nextTrackId),
  )
}

function trackBox(track: Track, trackId: number): Buffer {
  const video = track.kind === 'video'
  const header = fullBox(
    'tkhd',
    0,
    TRACK_FLAGS,
    u32(0, 0, trackId, 0, 0, 0, 0),
    u16(0, 0, video ? 0 : 0x100, 0), // layer, alternate_group, volume
    UNITY_MATRIX,
    u32(video ? track.width * 0x10000 : 0, video ? track.height * 0x10000 : 0),
  )
  const media = box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, track.clockRate, 0), u16(LANGUAGE_UNDETERMINED, 0)),
    fullBox('hdlr', 0, 0, u32(0), Buffer.from(video ? 'vide' : 'soun'), Buffer.alloc(12), Buffer.from('Sightline\0')),
    box(
      'minf',
      video ? fullBox('vmhd', 0, 1, Buffer.alloc(8)) : fullBox('smhd', 0, 0, u32(0)),
      dataInformation(),
      sampleTable(track),
    ),
  )
  return box('trak', header, media)
}

/** §8.7.2: one entry, flag 1: in the same file. */
function dataInformation(): Buffer {
  return box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)))
}

/** §8.5: empty but for the description, as §8.8 asks of a movie in fragments. */
function sampleTable(track: Track): Buffer {
  return box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry(track)),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  )
}
