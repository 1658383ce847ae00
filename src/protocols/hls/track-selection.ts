import { TsMuxer } from '../../media/container/mpegts/muxer.ts'
import type { CodecName, Track } from '../../media/stream/track.ts'
import type { SegmentContainer } from './segment.ts'

export type ContainerSetting = 'auto' | SegmentContainer

export interface TrackSelection {
  readonly container: SegmentContainer
  /** What goes into the segments. */
  readonly tracks: readonly Track[]
  /** What no HLS player could play, or the container cannot carry. */
  readonly leftOut: readonly Track[]
}

/** Containers players accept for a codec, the preferred one first. G.711 has none in HLS. */
const CONTAINERS: Record<CodecName, readonly SegmentContainer[]> = {
  h264: ['ts', 'fmp4'],
  h265: ['fmp4', 'ts'], // in TS ffmpeg and VLC only: Apple's rules (1.5) ask for fMP4
  av1: ['fmp4'],
  aac: ['ts', 'fmp4'],
  mp3: ['ts', 'fmp4'],
  opus: ['fmp4', 'ts'],
  pcma: [],
  pcmu: [],
}

/** `auto` is TS when it is the preferred container of every track, else fMP4. */
export function selectTracks(tracks: readonly Track[], setting: ContainerSetting): TrackSelection {
  const playable = tracks.filter(track => CONTAINERS[track.codec].length > 0)
  const preferTs = playable.every(track => CONTAINERS[track.codec][0] === 'ts' && TsMuxer.carries(track))
  const container = setting === 'auto' ? (preferTs ? 'ts' : 'fmp4') : setting
  const carried = playable.filter(
    track => CONTAINERS[track.codec].includes(container) && (container === 'fmp4' || TsMuxer.carries(track)),
  )
  // One picture and one sound: a second track of a kind would need renditions.
  const chosen = (['video', 'audio'] as const).flatMap(kind => carried.find(track => track.kind === kind) ?? [])
  return { container, tracks: chosen, leftOut: tracks.filter(track => !chosen.includes(track)) }
}
