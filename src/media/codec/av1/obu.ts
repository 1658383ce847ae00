import { AppError } from '../../../base/errors.ts'

/** obu_type, AV1 bitstream specification §6.2.2. */
export const OBU = { sequenceHeader: 1, temporalDelimiter: 2, frameHeader: 3, frame: 6, padding: 15 } as const

export interface Obu {
  readonly type: number
  /** The whole unit with header and size, as it stood in the input; a view. */
  readonly bytes: Uint8Array
  /** What the unit carries; a view. */
  readonly payload: Uint8Array
  readonly hasSize: boolean
}

/** Units per temporal unit: level 6.3 has at most 128 tiles x 64 tile groups in theory, encoders write below 20. */
const MAX_OBUS = 1024

/**
 * The open bitstream units of a temporal unit (§5.3). One without obu_size reaches to the end.
 * Throws BYTES_TOO_SHORT, BYTES_INVALID with the forbidden bit or a size over 32 bits, LIMIT_EXCEEDED past 1024 units.
 */
export function obus(data: Uint8Array): Obu[] {
  const units: Obu[] = []
  for (let at = 0; at < data.length; ) {
    const header = data[at] ?? 0
    if (header & 0x80) throw new AppError('BYTES_INVALID', { what: 'OBU', reason: 'obu_forbidden_bit is set' })
    const hasSize = (header & 2) !== 0
    let start = at + (header & 4 ? 2 : 1) // obu_extension_flag
    let end = data.length
    if (hasSize) {
      const size = leb128(data, start)
      start += size.bytes
      end = start + size.value
    }
    if (end > data.length || start > end) {
      throw new AppError('BYTES_TOO_SHORT', { what: 'OBU', needed: end - at, available: data.length - at })
    }
    units.push({ type: (header >> 3) & 15, bytes: data.subarray(at, end), payload: data.subarray(start, end), hasSize })
    if (units.length > MAX_OBUS) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'OBU count', size: units.length, limit: MAX_OBUS })
    }
    at = end
  }
  return units
}

/**
 * A temporal unit in the form frames carry: every OBU with obu_size, no temporal delimiter and no padding
 * (AV1 in ISOBMFF §2.4); `data` itself when it is so already. Throws like `obus`.
 */
export function toSizedObus(data: Uint8Array): Uint8Array {
  const units = obus(data)
  const kept = units.filter(unit => unit.type !== OBU.temporalDelimiter && unit.type !== OBU.padding)
  if (kept.length === units.length && units.every(unit => unit.hasSize)) return data
  return Buffer.concat(kept.flatMap(unit => (unit.hasSize ? [unit.bytes] : withSize(unit))))
}

function withSize(unit: Obu): Uint8Array[] {
  const headerBytes = unit.bytes.length - unit.payload.length
  const header = Uint8Array.from(unit.bytes.subarray(0, headerBytes))
  header[0] = (header[0] ?? 0) | 2
  const size: number[] = []
  let left = unit.payload.length
  do {
    size.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0))
    left >>>= 7
  } while (left > 0)
  return [header, Uint8Array.from(size), unit.payload]
}

/** leb128(), §4.10.5: at most 8 bytes, value below 2^32. */
function leb128(data: Uint8Array, at: number): { value: number; bytes: number } {
  let value = 0
  for (let i = 0; i < 8; i++) {
    const byte = data[at + i]
    if (byte === undefined) throw new AppError('BYTES_TOO_SHORT', { what: 'leb128', needed: i + 1, available: i })
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) {
      if (value > 0xffffffff) break
      return { value, bytes: i + 1 }
    }
  }
  throw new AppError('BYTES_INVALID', { what: 'leb128', reason: 'value over 32 bits' })
}
