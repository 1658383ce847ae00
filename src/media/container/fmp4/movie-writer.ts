import type { Track } from '../../stream/track.ts'
import { box, fullBox, u16, u32 } from './box.ts'
import { MOVIE_TIMESCALE, movieHeader, trackBox } from './movie-boxes.ts'
import type { SampleTable } from './sample-table.ts'

export interface MovieWriterTrack {
  /** The configuration the track begins with. */
  readonly track: Track
  readonly table: SampleTable
  /** When the track's first picture or sound is due, milliseconds after the movie began. */
  readonly delayMs: number
  /** Composition time of what is shown first, ticks: the edit list takes it off. */
  readonly firstComposition: number
}

/** mdat with a 64-bit size: always, so that its size is known before its content. */
const MDAT_HEADER_BYTES = 16

/**
 * What goes before the media data of an MP4 that is not fragmented: `ftyp`, `moov`, and the header of an `mdat` of
 * `dataBytes`. A player may begin before it has all of it. ISO/IEC 14496-12 §6.2.3.
 */
export function movieHead(tracks: readonly MovieWriterTrack[], dataBytes: number): Buffer {
  const fileType = box('ftyp', Buffer.from('isom'), u32(0x200), Buffer.from('isomiso2mp41'))
  // Sizes do not depend on the offsets, but for 32 or 64 bits of them: written once to know the size.
  const size = (long: boolean) => fileType.length + movieBox(tracks, 0, long).length + MDAT_HEADER_BYTES
  const long = size(false) + dataBytes > 0xffffffff
  const movie = movieBox(tracks, size(long), long)
  const mdat = Buffer.from('\0\0\0\x01mdat\0\0\0\0\0\0\0\0', 'latin1')
  mdat.writeBigUInt64BE(BigInt(MDAT_HEADER_BYTES + dataBytes), 8)
  return Buffer.concat([fileType, movie, mdat])
}

function movieBox(tracks: readonly MovieWriterTrack[], dataOffset: number, long: boolean): Buffer {
  const used = tracks.filter(({ table }) => table.samples > 0)
  const lengths = used.map(({ track, table, firstComposition }) =>
    Math.ceil(((table.presentationEnd - firstComposition) * MOVIE_TIMESCALE) / track.clockRate),
  )
  const ends = used.map(({ delayMs }, index) => Math.round(delayMs) + (lengths[index] ?? 0))
  return box(
    'moov',
    movieHeader(used.length + 1, Math.max(0, ...ends)),
    ...used.map(({ track, table, delayMs, firstComposition }, index) =>
      trackBox({
        track,
        trackId: index + 1,
        sampleTable: table.boxes(dataOffset, long),
        durations: { movie: ends[index] ?? 0, media: table.duration },
        edits: edits(Math.round(delayMs), lengths[index] ?? 0, firstComposition),
      }),
    ),
  )
}

/** §8.6.6: an empty edit for the delay, then the media from its first picture on. */
function edits(delayMs: number, length: number, mediaTime: number): Buffer {
  const entry = (duration: number, time: number) => [u32(Math.max(0, duration), time >>> 0), u16(1, 0)]
  const entries = [...(delayMs > 0 ? [entry(delayMs, -1)] : []), entry(length, mediaTime)]
  return box('edts', fullBox('elst', 0, 0, u32(entries.length), ...entries.flat()))
}
