import { asBuffer } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { lengthPrefixed, MAX_NAL_UNITS, nalUnits } from './length-prefixed.ts'

export type NalCodec = 'h264' | 'h265'

const START_CODE = Buffer.from([0, 0, 1])

/**
 * The NAL units of a byte stream as views, without start codes and the zero bytes around them
 * (ITU-T H.264 and H.265 Annex B). Bytes before the first start code are dropped.
 * Throws LIMIT_EXCEEDED past 2048 units.
 */
export function splitAnnexB(bytes: Uint8Array): Uint8Array[] {
  const buffer = asBuffer(bytes)
  const units: Uint8Array[] = []
  let code = buffer.indexOf(START_CODE)
  while (code >= 0) {
    const start = code + 3
    code = buffer.indexOf(START_CODE, start)
    let end = code < 0 ? bytes.length : code
    // trailing_zero_8bits and the zero_byte of the next start code; a NAL unit itself never ends in zero (§7.4.1)
    while (end > start && bytes[end - 1] === 0) end--
    if (end > start) units.push(bytes.subarray(start, end))
    if (units.length > MAX_NAL_UNITS) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'NAL unit count', size: units.length, limit: MAX_NAL_UNITS })
    }
  }
  return units
}

/** One access unit of a byte stream in the form frames carry: 4-byte lengths, no access unit delimiter; one copy. */
export function annexBToLengthPrefixed(bytes: Uint8Array, codec: NalCodec): Uint8Array {
  return lengthPrefixed(splitAnnexB(bytes).filter(unit => !isAccessUnitDelimiter(unit, codec)))
}

/** nal_unit_type 9 of H.264 (§7.3.2.4), 35 of H.265 (§7.3.2.5). */
export function isAccessUnitDelimiter(unit: Uint8Array, codec: NalCodec): boolean {
  const header = unit[0] ?? 0
  return codec === 'h264' ? (header & 0x1f) === 9 : ((header >> 1) & 0x3f) === 35
}

/** A sample with 4-byte lengths as a byte stream with 4-byte start codes: same size, one copy. Throws like `nalUnits`. */
export function lengthPrefixedToAnnexB(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data)
  for (const unit of nalUnits(bytes)) {
    const start = unit.byteOffset - bytes.byteOffset
    bytes.set([0, 0, 0, 1], start - 4)
  }
  return bytes
}
