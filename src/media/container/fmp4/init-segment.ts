import type { Track } from '../../stream/track.ts'
import { box, fullBox, u32 } from './box.ts'
import { movieHeader, trackBox } from './movie-boxes.ts'
import { sampleEntry } from './sample-entry.ts'

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
      ...tracks.map((track, index) => trackBox({ track, trackId: index + 1, sampleTable: emptyTable(track) })),
      box('mvex', ...tracks.map((_, index) => fullBox('trex', 0, 0, u32(index + 1, 1, 0, 0, 0)))),
    ),
  ])
}

/** §8.5: empty but for the description, as §8.8 asks of a movie in fragments. */
function emptyTable(track: Track): Buffer[] {
  return [
    fullBox('stsd', 0, 0, u32(1), sampleEntry(track)),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  ]
}
