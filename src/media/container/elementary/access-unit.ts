import { H264_NAL, h264NalType } from '../../codec/h264/nal-unit.ts'
import { H265_NAL, h265NalType } from '../../codec/h265/nal-unit.ts'
import type { NalCodec } from '../../codec/nal/annexb.ts'

/** What a NAL unit is to the access unit it belongs to. */
export type UnitRole = 'first slice' | 'slice' | 'parameter set' | 'prefix' | 'suffix' | 'delimiter' | 'dropped'

/** Bytes of a NAL unit that `unitRole` looks at. */
export const ROLE_BYTES = 3

/** The role of a NAL unit, from its first bytes. */
export function unitRole(unit: Uint8Array, codec: NalCodec): UnitRole {
  return codec === 'h264' ? h264Role(unit) : h265Role(unit)
}

/** The unit has a part of the picture. */
export function isSlice(role: UnitRole): boolean {
  return role === 'slice' || role === 'first slice'
}

/**
 * Whether a unit that follows a slice starts a new access unit: a delimiter, a parameter set, a prefix SEI, or the first
 * slice of a picture. ITU-T H.264 §7.4.1.2.3, H.265 §7.4.2.4.4.
 */
export function startsAccessUnit(role: UnitRole): boolean {
  return role !== 'slice' && role !== 'suffix' && role !== 'dropped'
}

/** The unit goes into `Frame.data`; parameter sets go to the track. */
export function belongsToFrame(role: UnitRole): boolean {
  return isSlice(role) || role === 'prefix' || role === 'suffix'
}

/** nal_unit_type, ITU-T H.264 Table 7-1. */
function h264Role(unit: Uint8Array): UnitRole {
  const type = h264NalType(unit)
  switch (type) {
    case H264_NAL.slice:
    case 2: // data partition A
    case H264_NAL.idr:
      // first_mb_in_slice is ue(v) at the start of the header: a set bit is 0
      return (unit[1] ?? 0) & 0x80 ? 'first slice' : 'slice'
    case H264_NAL.sps:
    case H264_NAL.pps:
      return 'parameter set'
    case 9:
      return 'delimiter'
    case 10: // end of sequence, end of stream, filler data
    case 11:
    case 12:
      return 'dropped'
    case H264_NAL.sei:
    case H264_NAL.spsExtension:
    case 15: // subset SPS, and reserved
    case 16:
    case 17:
    case 18:
      return 'prefix'
    default: // data partitions B and C, auxiliary pictures, and what other layers put around every slice
      return 'suffix'
  }
}

/** nal_unit_type, ITU-T H.265 Table 7-1. */
function h265Role(unit: Uint8Array): UnitRole {
  const type = h265NalType(unit)
  // first_slice_segment_in_pic_flag
  if (type < 32) return (unit[2] ?? 0) & 0x80 ? 'first slice' : 'slice'
  switch (type) {
    case H265_NAL.vps:
    case H265_NAL.sps:
    case H265_NAL.pps:
      return 'parameter set'
    case 35:
      return 'delimiter'
    case 36: // end of sequence, end of bitstream, filler data
    case 37:
    case 38:
      return 'dropped'
    case 40: // suffix SEI
      return 'suffix'
    default:
      return type === 39 || (type >= 41 && type <= 44) || (type >= 48 && type <= 55) ? 'prefix' : 'suffix'
  }
}
