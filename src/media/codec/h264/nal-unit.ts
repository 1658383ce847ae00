import { firstUe } from '../nal/first-ue.ts'
import { someNalUnit } from '../nal/length-prefixed.ts'
import { unescapeRbsp } from '../nal/rbsp.ts'

/** nal_unit_type, ITU-T H.264 Table 7-1. */
export const H264_NAL = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, spsExtension: 13 } as const

export function h264NalType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f
}

/** SEI messages looked at per NAL unit, and bytes of it: encoders put the recovery point among the first. */
const MAX_SEI_MESSAGES = 32
const MAX_SEI_BYTES = 1024
const SEI_RECOVERY_POINT = 6

/**
 * Whether decoding may start at this access unit (4-byte lengths):
 * - it is an IDR picture (§7.4.1.2.4), or
 * - a recovery point SEI with recovery_frame_cnt 0 comes with a picture of I slices only: open GOP, as broadcast
 *   encoders and some cameras send it; they may never send a second IDR, or
 * - a recovery point SEI with recovery_frame_cnt > 0 (§D.2.8): gradual intra refresh, where no picture is intra as a
 *   whole. The first pictures are incomplete, but without these starts a viewer would never get one.
 *
 * An I picture without the SEI is no start: later pictures may refer to frames before it. Broken data is never a start.
 */
export function isH264Keyframe(data: Uint8Array): boolean {
  let recovery = -1
  let intra = false
  const decided = someNalUnit(data, unit => {
    const type = h264NalType(unit)
    if (type === H264_NAL.idr) {
      intra = true
      return true
    }
    if (type === H264_NAL.sei && recovery < 0) recovery = recoveryFrameCount(unit)
    if (type < 1 || type > 4) return false
    if (recovery === 0 && isIntraSlice(unit)) {
      intra = true
      return false // every other slice must be intra too
    }
    intra = recovery > 0
    return true
  })
  return decided ? intra : intra && recovery === 0
}

/** recovery_frame_cnt of the recovery point SEI message (§D.1.8), -1 without one. */
function recoveryFrameCount(unit: Uint8Array): number {
  const rbsp = unescapeRbsp(unit, MAX_SEI_BYTES)
  let at = 1
  for (let n = 0; n < MAX_SEI_MESSAGES && at + 2 < rbsp.length; n++) {
    let type = 0
    while (rbsp[at] === 0xff) {
      type += 255
      at++
    }
    type += rbsp[at++] ?? 0
    let size = 0
    while (rbsp[at] === 0xff) {
      size += 255
      at++
    }
    size += rbsp[at++] ?? 0
    if (type === SEI_RECOVERY_POINT) return firstUe(rbsp.subarray(at, at + size), 1)[0] ?? -1
    at += size
  }
  return -1
}

/** slice_type 2 (I), 4 (SI), and 7, 9: the same for all slices of the picture (Table 7-6). */
function isIntraSlice(unit: Uint8Array): boolean {
  const [, sliceType] = firstUe(unescapeRbsp(unit, 16).subarray(1), 2)
  return sliceType !== undefined && (sliceType % 5 === 2 || sliceType % 5 === 4)
}
