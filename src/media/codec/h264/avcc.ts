import { ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { parseH264Sps } from './sps.ts'

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 §5.3.3.1. The NAL units are views of the record. */
export interface AvcC {
  /** Bytes of the length before each NAL unit of the samples: 1, 2 or 4; 3 is reserved, and read as it says. */
  readonly lengthSize: number
  readonly sps: readonly Uint8Array[]
  readonly pps: readonly Uint8Array[]
}

/**
 * Parses the record. Bytes after the PPS (the chroma and bit depth extension, often missing or wrong) are not needed:
 * the SPS says the same. Throws BYTES_TOO_SHORT, or BYTES_INVALID for another version or without an SPS and a PPS.
 */
export function parseAvcC(record: Uint8Array): AvcC {
  const r = new ByteReader(record, 'avcC')
  const version = r.u8()
  if (version !== 1) throw invalid(`version ${version}`)
  r.skip(3) // profile and level: the SPS says them too
  const lengthSize = (r.u8() & 3) + 1
  const sps = readSets(r, r.u8() & 0x1f)
  const pps = readSets(r, r.u8())
  if (sps.length === 0) throw invalid('no SPS')
  if (pps.length === 0) throw invalid('no PPS')
  return { lengthSize, sps, pps }
}

/**
 * The record for samples with 4-byte lengths, with the chroma and bit depth extension where the profile has one.
 * Throws BYTES_INVALID when the first SPS does not parse, or for more sets than the counters hold (31 SPS, 255 PPS).
 */
export function writeAvcC(sps: readonly Uint8Array[], pps: readonly Uint8Array[]): Uint8Array {
  const first = sps[0]
  if (!first || sps.length > 31) throw invalid(`${sps.length} SPS`)
  if (pps.length === 0 || pps.length > 255) throw invalid(`${pps.length} PPS`)
  const { profileIdc, constraints, levelIdc, chromaFormatIdc, bitDepthLuma, bitDepthChroma } = parseH264Sps(first)
  const hasExtension = profileIdc !== 66 && profileIdc !== 77 && profileIdc !== 88
  const extension = [0xfc | chromaFormatIdc, 0xf8 | (bitDepthLuma - 8), 0xf8 | (bitDepthChroma - 8), 0]
  return Buffer.concat([
    Uint8Array.of(1, profileIdc, constraints, levelIdc, 0xff, 0xe0 | sps.length),
    ...sps.flatMap(withLength16),
    Uint8Array.of(pps.length),
    ...pps.flatMap(withLength16),
    Uint8Array.from(hasExtension ? extension : []),
  ])
}

function readSets(r: ByteReader, count: number): Uint8Array[] {
  const sets: Uint8Array[] = []
  for (let i = 0; i < count; i++) sets.push(r.view(r.u16()))
  return sets.filter(unit => unit.length > 0)
}

function withLength16(unit: Uint8Array): Uint8Array[] {
  if (unit.length > 0xffff) throw invalid(`parameter set of ${unit.length} bytes`)
  return [Uint8Array.of(unit.length >> 8, unit.length), unit]
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'avcC', reason })
}
