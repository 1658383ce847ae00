import { BitReader } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'
import { unescapeRbsp } from '../nal/rbsp.ts'
import { H265_NAL, h265NalType } from './nal-unit.ts'
import { readProfileTierLevel } from './profile-tier-level.ts'
import { readTiming } from './vui.ts'

export interface H265Vps {
  readonly id: number
  /** Pictures per second; null when the VPS does not say. */
  readonly pictureRate: number | null
}

/** Parses a video_parameter_set_rbsp NAL unit (ITU-T H.265 §7.3.2.1). Throws BYTES_TOO_SHORT or BYTES_INVALID. */
export function parseH265Vps(unit: Uint8Array): H265Vps {
  if (h265NalType(unit) !== H265_NAL.vps) throw invalid(`nal_unit_type ${h265NalType(unit)}`)
  const r = new BitReader(unescapeRbsp(unit), 'H.265 VPS')
  r.skip(16)
  const id = r.bits(4)
  r.skip(8) // vps_base_layer flags, vps_max_layers_minus1
  const maxSubLayersMinus1 = r.bits(3)
  if (maxSubLayersMinus1 > 6) throw invalid(`vps_max_sub_layers_minus1 ${maxSubLayersMinus1}`)
  r.skip(17) // vps_temporal_id_nesting_flag, vps_reserved_0xffff_16bits
  readProfileTierLevel(r, maxSubLayersMinus1)
  for (let i = r.flag() ? 0 : maxSubLayersMinus1; i <= maxSubLayersMinus1; i++) {
    r.ue()
    r.ue()
    r.ue()
  }
  const maxLayerId = r.bits(6)
  const layerSetsMinus1 = r.ue()
  if (layerSetsMinus1 > 1023) throw invalid(`vps_num_layer_sets_minus1 ${layerSetsMinus1}`)
  r.skip(layerSetsMinus1 * (maxLayerId + 1))
  return { id, pictureRate: r.flag() ? readTiming(r) : null }
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'H.265 VPS', reason })
}
