import { someNalUnit } from '../nal/length-prefixed.ts'

/** nal_unit_type, ITU-T H.265 Table 7-1. */
export const H265_NAL = { vps: 32, sps: 33, pps: 34 } as const

export function h265NalType(unit: Uint8Array): number {
  return ((unit[0] ?? 0) >> 1) & 0x3f
}

/** nuh_layer_id: above 0 belongs to the extensions for scalability and multiple views (§F.7.4.2.2). */
export function h265LayerId(unit: Uint8Array): number {
  return (((unit[0] ?? 0) & 1) << 5) | ((unit[1] ?? 0) >> 3)
}

/**
 * Whether decoding may start at this access unit (4-byte lengths): its first slice is of an IRAP picture, nal_unit_type
 * 16 to 23 (BLA, IDR, CRA; §7.4.2.2). After a CRA the decoder itself leaves out the RASL pictures. Broken data is not.
 */
export function isH265Keyframe(data: Uint8Array): boolean {
  let irap = false
  someNalUnit(data, unit => {
    const type = h265NalType(unit)
    irap = type >= 16 && type <= 23
    return type < 32
  })
  return irap
}
