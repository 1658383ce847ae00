import { u32be } from '../../base/bytes.ts'
import { toSizedObus } from '../codec/av1/obu.ts'
import { annexBToLengthPrefixed, isAccessUnitDelimiter } from '../codec/nal/annexb.ts'
import { toFourByteLengths } from '../codec/nal/length-prefixed.ts'
import type { VideoCodec } from '../stream/track.ts'

/** Bytes of the sender's NAL unit lengths, from lengthSizeMinusOne of avcC or hvcC; 4 for AV1, which has none. */
export function nalLengthSize(codec: VideoCodec, config: Uint8Array): number {
  return codec === 'av1' ? 4 : ((config[codec === 'h264' ? 4 : 21] ?? 0) & 3) + 1
}

/**
 * A video sample of a file or message in the form of `Frame.data`: a view when it is so already. Null when the NAL
 * units are cut. Some encoders send a byte stream with start codes where lengths belong; it is taken too.
 * Throws what `toSizedObus` and `splitAnnexB` throw.
 */
export function accessUnit(codec: VideoCodec, sample: Uint8Array, lengthSize: number): Uint8Array | null {
  if (codec === 'av1') return toSizedObus(sample)
  if (!hasWholeUnits(sample, lengthSize)) {
    return u32be(sample, 0) === 1 ? annexBToLengthPrefixed(sample, codec) : null
  }
  const data = toFourByteLengths(sample, lengthSize)
  // An access unit delimiter can only be the first NAL unit, so it is taken off without a copy.
  return isAccessUnitDelimiter(data.subarray(4), codec) ? data.subarray(4 + u32be(data, 0)) : data
}

/** Muxers walk the lengths and rely on them; checked once here instead of in each. */
function hasWholeUnits(data: Uint8Array, lengthSize: number): boolean {
  let at = 0
  while (at + lengthSize <= data.length) {
    let size = 0
    for (let i = 0; i < lengthSize; i++) size = size * 256 + (data[at + i] ?? 0)
    at += lengthSize + size
  }
  return at === data.length
}
