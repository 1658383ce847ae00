import { H264_NAL, h264NalType } from '../../codec/h264/nal-unit.ts'
import { H265_NAL, h265NalType } from '../../codec/h265/nal-unit.ts'
import type { NalCodec } from '../../codec/nal/annexb.ts'

/** NAL units of one picture, sorted by what becomes of them: parameter sets go to the track, the rest to the frame. */
export interface AccessUnit {
  readonly units: Uint8Array[]
  readonly vps: Uint8Array[]
  readonly sps: Uint8Array[]
  readonly pps: Uint8Array[]
}

type UnitRole = 'first slice' | 'slice' | 'vps' | 'sps' | 'pps' | 'prefix' | 'suffix' | 'delimiter' | 'dropped'

/**
 * Splits NAL units into access units, where the standards say that a new one starts: a delimiter, a parameter set or
 * prefix SEI after a slice, or the first slice of a picture. ITU-T H.264 §7.4.1.2.3, H.265 §7.4.2.4.4.
 */
export function splitAccessUnits(units: readonly Uint8Array[], codec: NalCodec): AccessUnit[] {
  const role = codec === 'h264' ? h264Role : h265Role
  const found: AccessUnit[] = []
  let current: AccessUnit = { units: [], vps: [], sps: [], pps: [] }
  let hasSlice = false
  for (const unit of units) {
    const kind = role(unit)
    if (kind === 'dropped') continue
    if (hasSlice && kind !== 'slice' && kind !== 'suffix') {
      found.push(current)
      current = { units: [], vps: [], sps: [], pps: [] }
      hasSlice = false
    }
    if (kind === 'delimiter') continue
    if (kind === 'vps' || kind === 'sps' || kind === 'pps') {
      current[kind].push(unit)
      continue
    }
    current.units.push(unit)
    if (kind === 'first slice' || kind === 'slice') hasSlice = true
  }
  if (hasSlice || current.units.length + current.vps.length + current.sps.length + current.pps.length > 0) {
    found.push(current)
  }
  return found
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
      return 'sps'
    case H264_NAL.pps:
      return 'pps'
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
      return 'vps'
    case H265_NAL.sps:
      return 'sps'
    case H265_NAL.pps:
      return 'pps'
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
