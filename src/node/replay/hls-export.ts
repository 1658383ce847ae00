import { TsMuxer } from '../../media/container/mpegts/muxer.ts'
import type { Track } from '../../media/stream/track.ts'
import type { FragmentReader } from './fragment-reader.ts'
import type { RecordedFragment, Recordings } from './recordings.ts'
import { type StitchedFragment, stitched } from './stitched.ts'

export interface TsSlice {
  readonly data: Buffer
  readonly durationMs: number
  readonly startMs: number
  readonly discontinuity: boolean
}

/** Wanted length of a slice; it ends at the next keyframe. */
const SLICE_US = 6_000_000

/** MPEG-TS slices of what was recorded, each of which plays alone. Codecs that TS does not carry are left out. */
export async function* tsSlices(
  recordings: Recordings,
  reader: FragmentReader,
  fragments: readonly RecordedFragment[],
): AsyncGenerator<TsSlice, void> {
  const release = recordings.use(fragments.map(({ segment }) => segment))
  try {
    let muxer = new TsMuxer()
    let tracks: readonly Track[] = []
    for (const group of groups(stitched(fragments))) {
      const parts: Buffer[] = []
      for (const fragment of group) {
        const current = [...(await reader.movie(fragment)).tracks.values()].map(({ track }) => track)
        if (!fragment.continuous) muxer = new TsMuxer()
        if (!fragment.continuous || current.some((track, i) => track !== tracks[i])) muxer.setTracks(current)
        tracks = current
        if (parts.length === 0) muxer.repeatTables()
        for (const frame of await reader.frames(fragment)) {
          if (!TsMuxer.carries(frame.track)) continue
          const shift = Math.round((fragment.shiftUs * frame.track.clockRate) / 1e6)
          parts.push(
            muxer.frame({ ...frame, dts: Math.max(0, frame.dts + shift), pts: Math.max(0, frame.pts + shift) }),
          )
        }
      }
      const [first] = group
      if (!first) continue
      yield {
        data: Buffer.concat(parts),
        durationMs: Math.max(1, Math.round(group.reduce((sum, { entry }) => sum + entry.durationUs, 0) / 1000)),
        startMs: first.entry.wallMs,
        discontinuity: !first.continuous,
      }
    }
  } finally {
    release()
  }
}

/** Fragments that make one slice. */
function* groups(fragments: readonly StitchedFragment[]): Generator<StitchedFragment[], void> {
  let group: StitchedFragment[] = []
  let length = 0
  for (const fragment of fragments) {
    if (group.length > 0 && (!fragment.continuous || (fragment.entry.keyframe && length >= SLICE_US))) {
      yield group
      group = []
      length = 0
    }
    group.push(fragment)
    length += fragment.entry.durationUs
  }
  if (group.length > 0) yield group
}

/** The playlist of slices, whose names are relative to it. RFC 8216 §4.3. */
export function slicesPlaylist(slices: readonly (Omit<TsSlice, 'data'> & { readonly name: string })[]): string {
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    `#EXT-X-TARGETDURATION:${Math.max(1, ...slices.map(({ durationMs }) => Math.round(durationMs / 1000)))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ]
  slices.forEach(({ name, durationMs, startMs, discontinuity }, i) => {
    if (discontinuity) lines.push('#EXT-X-DISCONTINUITY')
    if (i === 0 || discontinuity) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(startMs).toISOString()}`)
    lines.push(`#EXTINF:${(durationMs / 1000).toFixed(3)},`, name)
  })
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`
}
