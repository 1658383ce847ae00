import { AppError } from '../../../base/errors.ts'

/**
 * NAL units per access unit. Level 6.2 of H.264 and H.265 allows 600 slices; the rest is room for parameter sets and
 * SEI. Past it the sender is broken, and one tiny view per byte would cost more memory than the frame.
 */
export const MAX_NAL_UNITS = 2048

/**
 * The NAL units of one sample, as views, without their lengths (ISO/IEC 14496-15 §5.3.2). Empty units are left out.
 * `lengthSize` is 1 to 4 bytes. Throws BYTES_TOO_SHORT when a length points past the end, LIMIT_EXCEEDED past 2048 units.
 */
export function nalUnits(data: Uint8Array, lengthSize = 4): Uint8Array[] {
  const units: Uint8Array[] = []
  for (let at = 0; at < data.length; ) {
    const start = at + lengthSize
    const size = start <= data.length ? readLength(data, at, lengthSize) : 0
    if (start + size > data.length) {
      throw new AppError('BYTES_TOO_SHORT', {
        what: 'NAL unit',
        needed: lengthSize + size,
        available: data.length - at,
      })
    }
    if (size > 0) units.push(data.subarray(start, start + size))
    if (units.length > MAX_NAL_UNITS) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'NAL unit count', size: units.length, limit: MAX_NAL_UNITS })
    }
    at = start + size
  }
  return units
}

/** Whether a NAL unit satisfies `test`; looks no further than the first one, and stops quietly at a broken length. */
export function someNalUnit(data: Uint8Array, test: (unit: Uint8Array) => boolean): boolean {
  for (let at = 0; at + 4 < data.length; ) {
    const end = at + 4 + readLength(data, at, 4)
    if (end > data.length) return false
    if (end > at + 4 && test(data.subarray(at + 4, end))) return true
    at = end
  }
  return false
}

/** The units behind 4-byte lengths, in one copy. */
export function lengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const unit of units) size += 4 + unit.length
  const data = new Uint8Array(size)
  let at = 0
  for (const unit of units) {
    writeLength(data, at, unit.length)
    data.set(unit, at + 4)
    at += 4 + unit.length
  }
  return data
}

/**
 * The sample with 4-byte lengths, for configuration records whose lengthSizeMinusOne is not 3; `data` itself when it
 * already has them. Throws like `nalUnits`.
 */
export function toFourByteLengths(data: Uint8Array, lengthSize: number): Uint8Array {
  return lengthSize === 4 ? data : lengthPrefixed(nalUnits(data, lengthSize))
}

function readLength(data: Uint8Array, at: number, lengthSize: number): number {
  let size = 0
  for (let i = 0; i < lengthSize; i++) size = size * 256 + (data[at + i] ?? 0)
  return size
}

function writeLength(data: Uint8Array, at: number, size: number): void {
  data[at] = size >>> 24
  data[at + 1] = size >>> 16
  data[at + 2] = size >>> 8
  data[at + 3] = size
}
