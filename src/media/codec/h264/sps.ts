import { BitReader } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'
import { MAX_PICTURE_SIDE, plausibleFps, SAMPLE_ASPECT_RATIOS, unescapeRbsp } from '../nal/rbsp.ts'
import { H264_NAL, h264NalType } from './nal-unit.ts'

/** ITU-T H.264 §7.3.2.1.1, with the values containers, players and the console ask for. */
export interface H264Sps {
  readonly id: number
  readonly profileIdc: number
  /** constraint_set0_flag (bit 7) to constraint_set5_flag (bit 2). */
  readonly constraints: number
  /** Ten times the level; 9 is level 1b. */
  readonly levelIdc: number
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number
  readonly bitDepthLuma: number
  readonly bitDepthChroma: number
  readonly maxNumRefFrames: number
  /** frame_mbs_only_flag is 0: fields or MBAFF may occur. */
  readonly interlaced: boolean
  /** Samples after cropping. */
  readonly width: number
  readonly height: number
  /** Sample aspect ratio; [0, 1] when unspecified. */
  readonly sampleAspectRatio: readonly [number, number]
  /** Frames (not fields) per second; null when absent or not meant as one. */
  readonly fps: number | null
  /** Pictures that may come between decoding and output; null when the VUI does not say. */
  readonly maxNumReorderFrames: number | null
}

interface Vui {
  sampleAspectRatio: readonly [number, number]
  fps: number | null
  maxNumReorderFrames: number | null
}

/** Profiles with chroma_format_idc and scaling lists (§7.3.2.1.1). */
const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])

/**
 * Parses a seq_parameter_set NAL unit, header included, with or without emulation prevention bytes.
 * A VUI that ends early is used as far as it goes: cameras cut it, and size and profile stand before it.
 * Throws BYTES_TOO_SHORT, BYTES_INVALID, or LIMIT_EXCEEDED for sizes over level 6.2.
 */
export function parseH264Sps(unit: Uint8Array): H264Sps {
  if (h264NalType(unit) !== H264_NAL.sps) throw invalid(`nal_unit_type ${h264NalType(unit)}`)
  const r = new BitReader(unescapeRbsp(unit), 'H.264 SPS')
  r.skip(8)
  const profileIdc = r.bits(8)
  const constraints = r.bits(8)
  const levelIdc = r.bits(8)
  const id = upTo(r.ue(), 31, 'seq_parameter_set_id')

  let chromaFormatIdc = 1
  let separateColourPlanes = false
  let bitDepthLuma = 8
  let bitDepthChroma = 8
  if (HIGH_PROFILES.has(profileIdc)) {
    chromaFormatIdc = upTo(r.ue(), 3, 'chroma_format_idc')
    if (chromaFormatIdc === 3) separateColourPlanes = r.flag()
    bitDepthLuma = 8 + upTo(r.ue(), 6, 'bit_depth_luma_minus8')
    bitDepthChroma = 8 + upTo(r.ue(), 6, 'bit_depth_chroma_minus8')
    r.skip(1) // qpprime_y_zero_transform_bypass_flag
    if (r.flag()) {
      for (let i = 0; i < (chromaFormatIdc === 3 ? 12 : 8); i++) if (r.flag()) skipScalingList(r, i < 6 ? 16 : 64)
    }
  }

  upTo(r.ue(), 12, 'log2_max_frame_num_minus4')
  const picOrderCntType = upTo(r.ue(), 2, 'pic_order_cnt_type')
  if (picOrderCntType === 0) upTo(r.ue(), 12, 'log2_max_pic_order_cnt_lsb_minus4')
  else if (picOrderCntType === 1) {
    r.skip(1)
    r.se()
    r.se()
    const cycle = upTo(r.ue(), 255, 'num_ref_frames_in_pic_order_cnt_cycle')
    for (let i = 0; i < cycle; i++) r.se()
  }
  const maxNumRefFrames = upTo(r.ue(), 16, 'max_num_ref_frames')
  r.skip(1) // gaps_in_frame_num_value_allowed_flag

  const codedWidth = (r.ue() + 1) * 16
  const mapUnits = r.ue() + 1
  const frameMbsOnly = r.flag()
  const codedHeight = mapUnits * 16 * (frameMbsOnly ? 1 : 2)
  if (!frameMbsOnly) r.skip(1) // mb_adaptive_frame_field_flag
  r.skip(1) // direct_8x8_inference_flag

  // Table 6-1 and §7.4.2.1.1: CropUnitX and CropUnitY
  const subsampled = separateColourPlanes ? 0 : chromaFormatIdc
  const cropUnitX = subsampled === 1 || subsampled === 2 ? 2 : 1
  const cropUnitY = (subsampled === 1 ? 2 : 1) * (frameMbsOnly ? 1 : 2)
  let width = codedWidth
  let height = codedHeight
  if (r.flag()) {
    width -= cropUnitX * (r.ue() + r.ue())
    height -= cropUnitY * (r.ue() + r.ue())
  }
  if (width <= 0 || height <= 0) throw invalid('cropping leaves no picture')
  const side = Math.max(codedWidth, codedHeight)
  if (side > MAX_PICTURE_SIDE) {
    throw new AppError('LIMIT_EXCEEDED', { what: 'H.264 picture side', size: side, limit: MAX_PICTURE_SIDE })
  }

  const vui: Vui = { sampleAspectRatio: [0, 1], fps: null, maxNumReorderFrames: null }
  try {
    if (r.flag()) readVui(r, vui)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
  return {
    id,
    profileIdc,
    constraints,
    levelIdc,
    chromaFormatIdc,
    bitDepthLuma,
    bitDepthChroma,
    maxNumRefFrames,
    interlaced: !frameMbsOnly,
    width,
    height,
    ...vui,
  }
}

/** §E.1.1 */
function readVui(r: BitReader, vui: Vui): void {
  if (r.flag()) {
    const idc = r.bits(8)
    vui.sampleAspectRatio = idc === 255 ? [r.bits(16), r.bits(16)] : (SAMPLE_ASPECT_RATIOS[idc] ?? [0, 1])
  }
  if (r.flag()) r.skip(1) // overscan_appropriate_flag
  if (r.flag()) {
    r.skip(4) // video_format, video_full_range_flag
    if (r.flag()) r.skip(24) // colour description
  }
  if (r.flag()) {
    r.ue()
    r.ue()
  }
  if (r.flag()) {
    const unitsInTick = r.bits(32)
    const timeScale = r.bits(32)
    r.skip(1) // fixed_frame_rate_flag: 0 from nearly every live encoder, whose rate is right all the same
    vui.fps = plausibleFps(timeScale, 2 * unitsInTick) // a tick is a field
  }
  const nalHrd = r.flag()
  if (nalHrd) skipHrd(r)
  const vclHrd = r.flag()
  if (vclHrd) skipHrd(r)
  if (nalHrd || vclHrd) r.skip(1) // low_delay_hrd_flag
  r.skip(1) // pic_struct_present_flag
  if (r.flag()) {
    r.skip(1)
    for (let i = 0; i < 4; i++) r.ue()
    vui.maxNumReorderFrames = upTo(r.ue(), 16, 'max_num_reorder_frames')
  }
}

/** §E.1.2 */
function skipHrd(r: BitReader): void {
  const count = upTo(r.ue(), 31, 'cpb_cnt_minus1') + 1
  r.skip(8)
  for (let i = 0; i < count; i++) {
    r.ue()
    r.ue()
    r.skip(1)
  }
  r.skip(20)
}

/** §7.3.2.1.1.1 */
function skipScalingList(r: BitReader, size: number): void {
  let last = 8
  let next = 8
  for (let i = 0; i < size && next !== 0; i++) {
    next = (last + r.se() + 256) & 0xff
    if (next !== 0) last = next
  }
}

function upTo(value: number, limit: number, field: string): number {
  if (value > limit) throw invalid(`${field} ${value}`)
  return value
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'H.264 SPS', reason })
}
