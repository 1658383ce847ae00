import type { RecordedFragment } from './recordings.ts'
import { joins } from './stitched.ts'

/** Fragments of one file that lie one behind the other, beginning with a keyframe: a media segment of the playlist. */
export interface PlaylistPart {
  readonly first: RecordedFragment
  /** Bytes from the first fragment on. */
  readonly bytes: number
  readonly durationUs: number
  /** It does not join the part before, in time or in configuration. */
  readonly discontinuity: boolean
  /** It needs another initialization segment than the part before. */
  readonly newInit: boolean
}

/** Wanted length of a part: few enough for a day's playlist, short enough for a quick start. */
const PART_US = 6_000_000
/** EXT-X-TARGETDURATION must not change while a playlist grows; groups of pictures are seldom longer. */
const MIN_TARGET_S = 10

/**
 * Puts fragments together. The same fragments give the same parts whatever follows them, so that a playlist can grow;
 * with `open` the last part is left out while it may still become longer.
 */
export function playlistParts(fragments: readonly RecordedFragment[], open: boolean): PlaylistPart[] {
  const parts: PlaylistPart[] = []
  let before: RecordedFragment | null = null
  for (const fragment of fragments) {
    const last = parts.at(-1)
    const sameFile = before?.segment.id === fragment.segment.id
    const full = (last?.durationUs ?? 0) >= PART_US && fragment.entry.keyframe
    if (last && before && sameFile && joins(before, fragment) && !full) {
      const { bytes, durationUs } = fragment.entry
      parts[parts.length - 1] = { ...last, bytes: last.bytes + bytes, durationUs: last.durationUs + durationUs }
    } else {
      const newInit = before?.segment.initHash !== fragment.segment.initHash
      parts.push({
        first: fragment,
        bytes: fragment.entry.bytes,
        durationUs: fragment.entry.durationUs,
        discontinuity: before !== null && (newInit || !joins(before, fragment)),
        newInit,
      })
    }
    before = fragment
  }
  const last = parts.at(-1)
  return open && last?.first.segment.state === 'open' ? parts.slice(0, -1) : parts
}

/** How the parts of a playlist are asked for. */
export interface PlaylistUris {
  /** The whole file of a segment. */
  segment(part: PlaylistPart): string
  /** One part, encrypted, and its key; null: nothing is encrypted. */
  readonly encrypted: {
    part(part: PlaylistPart): string
    key(part: PlaylistPart): string
    iv(part: PlaylistPart): Buffer
  } | null
}

/** A media playlist over recorded files. RFC 8216 §4.3. */
export function writeReplayPlaylist(parts: readonly PlaylistPart[], ended: boolean, uris: PlaylistUris): string {
  const longest = Math.max(MIN_TARGET_S, ...parts.map(({ durationUs }) => Math.round(durationUs / 1e6)))
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${longest}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${ended ? 'VOD' : 'EVENT'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ]
  parts.forEach((part, i) => {
    const { segment, entry } = part.first
    if (part.discontinuity) lines.push('#EXT-X-DISCONTINUITY')
    if (part.newInit) {
      // In front of the key: initialization segments are not encrypted.
      if (uris.encrypted && i > 0) lines.push('#EXT-X-KEY:METHOD=NONE')
      lines.push(`#EXT-X-MAP:URI="${uris.segment(part)}",BYTERANGE="${segment.initBytes}@0"`)
    }
    if (uris.encrypted) {
      const iv = uris.encrypted.iv(part).toString('hex')
      lines.push(`#EXT-X-KEY:METHOD=AES-128,URI="${uris.encrypted.key(part)}",IV=0x${iv}`)
    }
    if (i === 0 || part.discontinuity) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(entry.wallMs).toISOString()}`)
    lines.push(`#EXTINF:${(part.durationUs / 1e6).toFixed(6)},`)
    if (uris.encrypted) lines.push(uris.encrypted.part(part))
    else lines.push(`#EXT-X-BYTERANGE:${part.bytes}@${entry.offset}`, uris.segment(part))
  })
  if (ended) lines.push('#EXT-X-ENDLIST')
  return `${lines.join('\n')}\n`
}
