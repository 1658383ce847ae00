import type { Track } from './track.ts'

/**
 * One access unit of a codec, as the hub carries it. Frames are shared by every reader: nobody writes into `data`.
 *
 * | codec      | data                                                                                   |
 * |------------|----------------------------------------------------------------------------------------|
 * | h264, h265 | NAL units, each behind its 4-byte big-endian length; no start codes, no AUD             |
 * | av1        | temporal unit in the low-overhead format (every OBU with obu_size), no temporal delimiter |
 * | aac        | one raw_data_block sequence without ADTS or LATM                                        |
 * | mp3        | one MPEG audio frame with its header                                                    |
 * | pcma, pcmu | samples, one byte each and channel                                                      |
 * | opus       | one Opus packet                                                                         |
 */
export interface Frame {
  /** The track with the codec configuration in force for this frame: a changed configuration is a new Track object. */
  readonly track: Track
  /** Decoding time in ticks of `track.clockRate`; never decreases within a track once it has passed the timeline. */
  readonly dts: number
  /** Presentation time in ticks of `track.clockRate`; the composition time is `pts - dts`. */
  readonly pts: number
  /** A decoder may start here: IDR/IRAP, AV1 key frame. Always true for audio. */
  readonly keyframe: boolean
  readonly data: Uint8Array
}

/** Decoding time in milliseconds, rounded down. */
export function dtsMs(frame: Frame): number {
  return Math.floor((frame.dts * 1000) / frame.track.clockRate)
}
