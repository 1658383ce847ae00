import type { BitReader } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'
import { plausibleFps, SAMPLE_ASPECT_RATIOS } from '../nal/rbsp.ts'

export interface H265Vui {
  /** Sample aspect ratio; [0, 1] when unspecified. */
  readonly sampleAspectRatio: readonly [number, number]
  /** Pictures per second; null when absent. A picture is an access unit: with field_seq_flag, one field. */
  readonly pictureRate: number | null
  readonly minSpatialSegmentation: number
}

export const NO_VUI: H265Vui = {
  sampleAspectRatio: [0, 1],
  pictureRate: null,
  minSpatialSegmentation: 0,
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** ITU-T H.265 §E.2.1. Fills `vui` as far as the bits go; throws like BitReader, or BYTES_INVALID. */
export function readVui(r: BitReader, vui: Writable<H265Vui>, maxSubLayersMinus1: number): void {
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
  r.skip(3) // neutral_chroma_indication_flag, field_seq_flag, frame_field_info_present_flag
  if (r.flag()) for (let i = 0; i < 4; i++) r.ue() // default display window: a hint, decoders show the whole picture
  if (r.flag()) {
    vui.pictureRate = readTiming(r)
    if (r.flag()) skipHrd(r, true, maxSubLayersMinus1)
  }
  if (r.flag()) {
    r.skip(3) // tiles_fixed_structure_flag, motion_vectors_over_pic_boundaries_flag, restricted_ref_pic_lists_flag
    const segmentation = r.ue()
    if (segmentation > 4095) throw invalid(`min_spatial_segmentation_idc ${segmentation}`)
    vui.minSpatialSegmentation = segmentation
  }
}

/** num_units_in_tick to num_ticks_poc_diff_one_minus1, the same in VUI and VPS (§E.3.1, §7.4.3.1). */
export function readTiming(r: BitReader): number | null {
  const unitsInTick = r.bits(32)
  const timeScale = r.bits(32)
  if (r.flag()) r.ue()
  return plausibleFps(timeScale, unitsInTick)
}

/** hrd_parameters(), §E.2.2 */
function skipHrd(r: BitReader, commonInf: boolean, maxSubLayersMinus1: number): void {
  let nal = false
  let vcl = false
  let subPic = false
  if (commonInf) {
    nal = r.flag()
    vcl = r.flag()
    if (nal || vcl) {
      subPic = r.flag()
      r.skip(subPic ? 19 : 0)
      r.skip(8)
      r.skip(subPic ? 4 : 0)
      r.skip(15)
    }
  }
  for (let layer = 0; layer <= maxSubLayersMinus1; layer++) {
    const fixedGeneral = r.flag()
    const fixedWithinCvs = fixedGeneral || r.flag()
    let lowDelay = false
    if (fixedWithinCvs) r.ue()
    else lowDelay = r.flag()
    const count = lowDelay ? 1 : r.ue() + 1
    if (count > 32) throw invalid(`cpb_cnt_minus1 ${count - 1}`)
    for (let i = 0; i < count * (Number(nal) + Number(vcl)); i++) {
      for (let n = 0; n < (subPic ? 4 : 2); n++) r.ue()
      r.skip(1)
    }
  }
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'H.265 VUI', reason })
}
