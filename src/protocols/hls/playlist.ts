import type { Track } from '../../media/stream/track.ts'
import type { Segment, SegmentContainer } from './segment.ts'

export interface MediaPlaylist {
  readonly container: SegmentContainer
  /** Seconds. */
  readonly targetDuration: number
  /** Discontinuities before the first segment, since the numbering began. RFC 8216 §4.3.3.3. */
  readonly discontinuitySequence: number
  /** In order; at least one. */
  readonly segments: readonly Segment[]
  /** No more segments will come. */
  readonly ended: boolean
}

/** EXT-X-VERSION: 3 for fractional durations, 7 for EXT-X-MAP in front of ordinary segments. RFC 8216 §7. */
const VERSION = { ts: 3, fmp4: 7 } as const

/** A live media playlist. `query` goes behind every URI, with its `?`. RFC 8216 §4.3.3. */
export function writeMediaPlaylist(playlist: MediaPlaylist, query: string): string {
  const { segments } = playlist
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION[playlist.container]}`,
    `#EXT-X-TARGETDURATION:${playlist.targetDuration}`,
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.sequence ?? 0}`,
  ]
  if (playlist.discontinuitySequence > 0) lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}`)
  if (segments.every(segment => segment.independent)) lines.push('#EXT-X-INDEPENDENT-SEGMENTS')
  let init: string | undefined
  segments.forEach((segment, index) => {
    if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY')
    if (segment.init && segment.init.name !== init) lines.push(`#EXT-X-MAP:URI="${segment.init.name}${query}"`)
    init = segment.init?.name
    if (index === 0 || segment.discontinuity) {
      lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.startedAtMs).toISOString()}`)
    }
    lines.push(`#EXTINF:${(segment.durationMs / 1000).toFixed(3)},`, `${segment.name}${query}`)
  })
  if (playlist.ended) lines.push('#EXT-X-ENDLIST')
  return `${lines.join('\n')}\n`
}

export interface Variant {
  readonly uri: string
  /** Largest and mean bits per second of the segments. RFC 8216 §4.3.4.2. */
  readonly peakBandwidth: number
  readonly averageBandwidth: number
  readonly tracks: readonly Track[]
}

export function writeMasterPlaylist({ uri, peakBandwidth, averageBandwidth, tracks }: Variant): string {
  const video = tracks.find(track => track.kind === 'video')
  const codecs = [...new Set(tracks.map(hlsCodec))]
  const attributes = [
    `BANDWIDTH=${Math.max(1, Math.ceil(peakBandwidth))}`,
    `AVERAGE-BANDWIDTH=${Math.max(1, Math.ceil(averageBandwidth))}`,
    `CODECS="${codecs.join(',')}"`,
  ]
  if (video && video.width > 0 && video.height > 0) attributes.push(`RESOLUTION=${video.width}x${video.height}`)
  if (video?.fps) attributes.push(`FRAME-RATE=${video.fps.toFixed(3)}`)
  return `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-STREAM-INF:${attributes.join(',')}\n${uri}\n`
}

/** RFC 6381 name as players know it: MP3 goes by its MPEG-4 object type. */
function hlsCodec(track: Track): string {
  return track.codec === 'mp3' ? 'mp4a.40.34' : track.codecString
}
