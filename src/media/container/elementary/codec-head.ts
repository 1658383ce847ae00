import { asBuffer, u32be } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { adtsHeader } from '../../codec/aac/adts.ts'
import { type AudioSpecificConfig, parseAudioSpecificConfig } from '../../codec/aac/audio-specific-config.ts'
import { parseAvcC } from '../../codec/h264/avcc.ts'
import { H264_NAL, h264NalType } from '../../codec/h264/nal-unit.ts'
import { parseHvcC } from '../../codec/h265/hvcc.ts'
import { H265_NAL, h265NalType } from '../../codec/h265/nal-unit.ts'
import { someNalUnit } from '../../codec/nal/length-prefixed.ts'
import type { Frame } from '../../stream/frame.ts'
import type { CodecName, Track } from '../../stream/track.ts'
import { opusControlHeader } from './opus-packets.ts'

const START_CODE = Buffer.from([0, 0, 0, 1])
/** Access unit delimiters for any slice type: H.264 §7.3.2.4, H.265 §7.3.2.5. */
const H264_AUD = Buffer.from([0, 0, 0, 1, 9, 0xf0])
const H265_AUD = Buffer.from([0, 0, 0, 1, 0x46, 1, 0x50])
const NOTHING = Buffer.alloc(0)

/** NAL units are behind 4-byte lengths, which become start codes of the same size. */
export function isLengthPrefixed(codec: CodecName): boolean {
  return codec === 'h264' || codec === 'h265'
}

/** Where the 4-byte lengths are, up to the first that points past the end: what follows is not written. */
export function nalOffsets(data: Uint8Array): { starts: number[]; end: number } {
  const starts: number[] = []
  let at = 0
  while (at + 4 < data.length) {
    const next = at + 4 + u32be(data, at)
    if (next > data.length) break
    starts.push(at)
    at = next
  }
  return { starts, end: at }
}

/** What fits the 13-bit frame_length of ADTS; more than eight channels at the standard's most bits need. */
export const MAX_ADTS_PAYLOAD_BYTES = 0x1fff - 7

/** ADTS knows the object types 1 to 4 and the listed sample rates only. */
export function fitsAdts(track: Track): boolean {
  const [first = 0, second = 0] = track.config
  // audioObjectType and samplingFrequencyIndex: asked for every frame, so the usual case is not parsed
  if (first >> 3 >= 1 && first >> 3 <= 4 && (((first & 7) << 1) | (second >> 7)) < 13) return true
  try {
    return adtsHeader(parseAudioSpecificConfig(track.config), 0).length > 0
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

/**
 * What goes in front of a frame's data inside its PES packet: parameter sets before keyframes (§2.14.1 of H.222.0 for
 * H.264, §2.17.1 for H.265) with an access unit delimiter if `delimiters`, ADTS header, Opus control header.
 */
export class CodecHead {
  readonly #track: Track
  readonly #delimiter: Buffer
  /** Parameter sets of the configuration record with start codes, behind the delimiter. */
  readonly #parameterSets: Buffer
  readonly #audioConfig: AudioSpecificConfig | null

  constructor(track: Track, options: { readonly delimiters: boolean }) {
    const delimiter = track.codec === 'h264' ? H264_AUD : track.codec === 'h265' ? H265_AUD : NOTHING
    this.#track = track
    this.#delimiter = options.delimiters ? delimiter : NOTHING
    this.#parameterSets = Buffer.concat([this.#delimiter, parameterSets(track)])
    this.#audioConfig = track.codec === 'aac' ? parseAudioSpecificConfig(track.config) : null
  }

  /** `dataBytes` of the frame follow. */
  bytes(frame: Frame, dataBytes: number): Buffer {
    const track = this.#track
    switch (track.codec) {
      case 'h264':
      case 'h265':
        return frame.keyframe && !hasParameterSets(frame.data, track.codec) ? this.#parameterSets : this.#delimiter
      case 'aac':
        return this.#audioConfig ? asBuffer(adtsHeader(this.#audioConfig, dataBytes)) : NOTHING
      case 'opus':
        return opusControlHeader(dataBytes)
      default:
        return NOTHING
    }
  }
}

function parameterSets(track: Track): Buffer {
  if (track.codec === 'h264') {
    const { sps, pps } = parseAvcC(track.config)
    return annexB([...sps, ...pps])
  }
  if (track.codec === 'h265') {
    const { vps, sps, pps } = parseHvcC(track.config)
    return annexB([...vps, ...sps, ...pps])
  }
  return NOTHING
}

function annexB(units: readonly Uint8Array[]): Buffer {
  return Buffer.concat(units.flatMap(unit => [START_CODE, unit]))
}

function hasParameterSets(data: Uint8Array, codec: 'h264' | 'h265'): boolean {
  return codec === 'h264'
    ? someNalUnit(data, unit => h264NalType(unit) === H264_NAL.sps)
    : someNalUnit(data, unit => h265NalType(unit) === H265_NAL.sps)
}
