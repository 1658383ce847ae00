import { BitReader } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'
import { plausibleFps } from '../nal/rbsp.ts'

/** sequence_header_obu(), AV1 bitstream specification §5.5. */
export interface Av1SequenceHeader {
  /** seq_profile: 0 Main, 1 High, 2 Professional. */
  readonly profile: number
  /** seq_level_idx of operating point 0. */
  readonly level: number
  /** seq_tier of operating point 0: true for High. */
  readonly highTier: boolean
  readonly reducedStillPicture: boolean
  readonly width: number
  readonly height: number
  readonly bitDepth: number
  readonly monochrome: boolean
  readonly subsamplingX: number
  readonly subsamplingY: number
  readonly chromaSamplePosition: number
  /** Frames per second when the stream says that pictures come at equal intervals; else null. */
  readonly fps: number | null
}

/** Parses the payload of a sequence header OBU. Throws BYTES_TOO_SHORT, or BYTES_INVALID for a reserved profile. */
export function parseAv1SequenceHeader(payload: Uint8Array): Av1SequenceHeader {
  const r = new BitReader(payload, 'AV1 sequence header')
  const profile = r.bits(3)
  if (profile > 2)
    throw new AppError('BYTES_INVALID', { what: 'AV1 sequence header', reason: `seq_profile ${profile}` })
  r.skip(1) // still_picture
  const reducedStillPicture = r.flag()
  let level = 0
  let highTier = false
  let fps: number | null = null
  if (reducedStillPicture) level = r.bits(5)
  else {
    let delayBits = 0 // buffer_delay_length; 0 without a decoder model
    if (r.flag()) {
      fps = readTimingInfo(r)
      if (r.flag()) {
        delayBits = r.bits(5) + 1
        r.skip(42) // num_units_in_decoding_tick, lengths of removal and presentation times
      }
    }
    const initialDisplayDelay = r.flag()
    const operatingPoints = r.bits(5) + 1
    for (let i = 0; i < operatingPoints; i++) {
      r.skip(12) // operating_point_idc
      const pointLevel = r.bits(5)
      const pointTier = pointLevel > 7 && r.flag()
      if (i === 0) {
        level = pointLevel
        highTier = pointTier
      }
      if (delayBits > 0 && r.flag()) r.skip(2 * delayBits + 1)
      if (initialDisplayDelay && r.flag()) r.skip(4)
    }
  }
  const widthBits = r.bits(4) + 1
  const heightBits = r.bits(4) + 1
  const width = r.bits(widthBits) + 1
  const height = r.bits(heightBits) + 1
  if (!reducedStillPicture && r.flag()) r.skip(7) // delta_frame_id_length, additional_frame_id_length
  r.skip(3) // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  if (!reducedStillPicture) skipTools(r)
  r.skip(3) // enable_superres, enable_cdef, enable_restoration
  const color = readColorConfig(r, profile)
  return { profile, level, highTier, reducedStillPicture, width, height, fps, ...color }
}

/** §5.5.3; null without equal_picture_interval. */
function readTimingInfo(r: BitReader): number | null {
  const unitsInTick = r.bits(32)
  const timeScale = r.bits(32)
  if (!r.flag()) return null
  return plausibleFps(timeScale, unitsInTick * (r.ue() + 1)) // uvlc() of §4.10.3 is ue(v)
}

/** §5.5.1 from enable_interintra_compound to order_hint_bits_minus_1. */
function skipTools(r: BitReader): void {
  r.skip(4)
  const orderHint = r.flag()
  if (orderHint) r.skip(2)
  const SELECT_SCREEN_CONTENT_TOOLS = 2
  const screenContentTools = r.flag() ? SELECT_SCREEN_CONTENT_TOOLS : r.bit()
  if (screenContentTools > 0 && !r.flag()) r.skip(1) // seq_force_integer_mv
  if (orderHint) r.skip(3)
}

type ColorConfig = Pick<
  Av1SequenceHeader,
  'bitDepth' | 'monochrome' | 'subsamplingX' | 'subsamplingY' | 'chromaSamplePosition'
>

/** §5.5.2 */
function readColorConfig(r: BitReader, profile: number): ColorConfig {
  const highBitDepth = r.flag()
  const bitDepth = profile === 2 && highBitDepth ? (r.flag() ? 12 : 10) : highBitDepth ? 10 : 8
  const monochrome = profile !== 1 && r.flag()
  const [primaries, transfer, matrix] = r.flag() ? [r.bits(8), r.bits(8), r.bits(8)] : [2, 2, 2]
  let subsamplingX = 1
  let subsamplingY = 1
  let chromaSamplePosition = 0
  if (monochrome)
    r.skip(1) // color_range
  else if (primaries === 1 && transfer === 13 && matrix === 0) {
    subsamplingX = 0 // sRGB
    subsamplingY = 0
  } else {
    r.skip(1)
    if (profile === 1) subsamplingX = 0
    else if (profile === 2) subsamplingX = bitDepth === 12 ? r.bit() : 1
    if (profile !== 0) subsamplingY = profile === 2 && bitDepth === 12 && subsamplingX === 1 ? r.bit() : 0
    if (subsamplingX === 1 && subsamplingY === 1) chromaSamplePosition = r.bits(2)
  }
  return { bitDepth, monochrome, subsamplingX, subsamplingY, chromaSamplePosition }
}

/** The profile as ffprobe names it. */
export function av1ProfileName(header: Pick<Av1SequenceHeader, 'profile'>): string {
  return ['Main', 'High', 'Professional'][header.profile] ?? String(header.profile)
}

/** AV1 in ISOBMFF §5, short form: 'av01.0.04M.08'. */
export function av1CodecString(header: Pick<Av1SequenceHeader, 'profile' | 'level' | 'highTier' | 'bitDepth'>): string {
  const level = String(header.level).padStart(2, '0')
  const bitDepth = String(header.bitDepth).padStart(2, '0')
  return `av01.${header.profile}.${level}${header.highTier ? 'H' : 'M'}.${bitDepth}`
}
