import { AppError } from '../../../base/errors.ts'
import { OBU, obus } from './obu.ts'

const KEY_FRAME = 0

/**
 * Whether decoding may start at this temporal unit: its first frame is a shown key frame (AV1 bitstream specification
 * §7.6.2; a delayed random access point is none, nor are broken bytes). The sequence header may be in the
 * configuration only. A reduced still picture, whose frame header has no type, is a key frame.
 */
export function isAv1Keyframe(data: Uint8Array): boolean {
  let reducedStillPicture = false
  try {
    for (const { type, payload } of obus(data)) {
      const first = payload[0]
      if (first === undefined) continue
      if (type === OBU.sequenceHeader) reducedStillPicture = (first & 0x08) !== 0
      if (type !== OBU.frame && type !== OBU.frameHeader) continue
      // show_existing_frame, frame_type (2 bits), show_frame: §5.9.2
      return reducedStillPicture || ((first & 0x80) === 0 && ((first >> 5) & 3) === KEY_FRAME && (first & 0x10) !== 0)
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
  return false
}
