import { BitReader } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'
import { MAX_PICTURE_SIDE, unescapeRbsp } from '../nal/rbsp.ts'
import { H265_NAL, h265NalType } from './nal-unit.ts'
import { type ProfileTierLevel, readProfileTierLevel } from './profile-tier-level.ts'
import { skipShortTermRefPicSets } from './short-term-ref-pic-set.ts'
import { type H265Vui, NO_VUI, readVui } from './vui.ts'

/** ITU-T H.265 §7.3.2.2, with the values containers, players and the console ask for. */
export interface H265Sps extends H265Vui {
  readonly id: number
  readonly vpsId: number
  readonly ptl: ProfileTierLevel
  readonly maxSubLayers: number
  readonly temporalIdNesting: boolean
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number
  readonly bitDepthLuma: number
  readonly bitDepthChroma: number
  /** Samples inside the conformance window. */
  readonly width: number
  readonly height: number
  /** sps_max_num_reorder_pics of the highest sub-layer. */
  readonly maxNumReorderPics: number
}

/**
 * Parses a seq_parameter_set_rbsp NAL unit, header included, with or without emulation prevention bytes.
 * Throws BYTES_TOO_SHORT, BYTES_INVALID, or LIMIT_EXCEEDED for sizes over level 6.2.
 */
export function parseH265Sps(unit: Uint8Array): H265Sps {
  if (h265NalType(unit) !== H265_NAL.sps) throw invalid(`nal_unit_type ${h265NalType(unit)}`)
  const r = new BitReader(unescapeRbsp(unit), 'H.265 SPS')
  r.skip(16)
  const vpsId = r.bits(4)
  const maxSubLayersMinus1 = upTo(r.bits(3), 6, 'sps_max_sub_layers_minus1')
  const temporalIdNesting = r.flag()
  const ptl = readProfileTierLevel(r, maxSubLayersMinus1)
  const id = upTo(r.ue(), 15, 'sps_seq_parameter_set_id')

  const chromaFormatIdc = upTo(r.ue(), 3, 'chroma_format_idc')
  const separateColourPlanes = chromaFormatIdc === 3 && r.flag()
  const codedWidth = r.ue()
  const codedHeight = r.ue()
  const subsampled = separateColourPlanes ? 0 : chromaFormatIdc
  const unitX = subsampled === 1 || subsampled === 2 ? 2 : 1 // SubWidthC, Table 6-1
  const unitY = subsampled === 1 ? 2 : 1 // SubHeightC
  let width = codedWidth
  let height = codedHeight
  if (r.flag()) {
    width -= unitX * (r.ue() + r.ue())
    height -= unitY * (r.ue() + r.ue())
  }
  if (width <= 0 || height <= 0) throw invalid('the conformance window holds no picture')
  const side = Math.max(codedWidth, codedHeight)
  if (side > MAX_PICTURE_SIDE) {
    throw new AppError('LIMIT_EXCEEDED', { what: 'H.265 picture side', size: side, limit: MAX_PICTURE_SIDE })
  }

  const bitDepthLuma = 8 + upTo(r.ue(), 8, 'bit_depth_luma_minus8')
  const bitDepthChroma = 8 + upTo(r.ue(), 8, 'bit_depth_chroma_minus8')
  const pocBits = 4 + upTo(r.ue(), 12, 'log2_max_pic_order_cnt_lsb_minus4')
  let maxNumReorderPics = 0
  for (let i = r.flag() ? 0 : maxSubLayersMinus1; i <= maxSubLayersMinus1; i++) {
    r.ue() // sps_max_dec_pic_buffering_minus1
    maxNumReorderPics = upTo(r.ue(), 15, 'sps_max_num_reorder_pics')
    r.ue() // sps_max_latency_increase_plus1
  }

  const vui = readTail(r, { maxSubLayersMinus1, pocBits })
  return {
    id,
    vpsId,
    ptl,
    maxSubLayers: maxSubLayersMinus1 + 1,
    temporalIdNesting,
    chromaFormatIdc,
    bitDepthLuma,
    bitDepthChroma,
    width,
    height,
    maxNumReorderPics,
    ...vui,
  }
}

/** Coding tools, then the VUI. What is broken here costs the VUI only: size and profile stand before it. */
function readTail(r: BitReader, sps: { maxSubLayersMinus1: number; pocBits: number }): H265Vui {
  const vui = { ...NO_VUI }
  try {
    for (let i = 0; i < 6; i++) r.ue() // block sizes and transform depths
    if (r.flag() && r.flag()) skipScalingListData(r)
    r.skip(2) // amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if (r.flag()) {
      r.skip(8) // pcm sample bit depths
      r.ue()
      r.ue()
      r.skip(1)
    }
    skipShortTermRefPicSets(r)
    if (r.flag()) {
      const count = upTo(r.ue(), 32, 'num_long_term_ref_pics_sps')
      r.skip(count * (sps.pocBits + 1))
    }
    r.skip(2) // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
    if (r.flag()) readVui(r, vui, sps.maxSubLayersMinus1)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
  return vui
}

/** §7.3.4 */
function skipScalingListData(r: BitReader): void {
  for (let sizeId = 0; sizeId < 4; sizeId++) {
    for (let matrixId = 0; matrixId < 6; matrixId += sizeId === 3 ? 3 : 1) {
      if (!r.flag()) {
        r.ue() // scaling_list_pred_matrix_id_delta
        continue
      }
      if (sizeId > 1) r.se() // scaling_list_dc_coef_minus8
      for (let i = 0; i < Math.min(64, 1 << (4 + (sizeId << 1))); i++) r.se()
    }
  }
}

function upTo(value: number, limit: number, field: string): number {
  if (value > limit) throw invalid(`${field} ${value}`)
  return value
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'H.265 SPS', reason })
}
