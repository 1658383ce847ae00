import { ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { H265_NAL, h265NalType } from './nal-unit.ts'
import { parseH265Sps } from './sps.ts'

/** HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 §8.3.3.1. The NAL units are views of the record. */
export interface HvcC {
  /** Bytes of the length before each NAL unit of the samples: 1, 2 or 4. */
  readonly lengthSize: number
  readonly vps: readonly Uint8Array[]
  readonly sps: readonly Uint8Array[]
  readonly pps: readonly Uint8Array[]
}

/** Parameter sets and SEI of one record; real ones have three to five. */
const MAX_SETS = 256

/**
 * Parses the record. The general fields before the arrays are not used: the SPS says the same, and some encoders leave
 * them 0. Throws BYTES_TOO_SHORT, LIMIT_EXCEEDED, or BYTES_INVALID without one VPS, SPS and PPS.
 */
export function parseHvcC(record: Uint8Array): HvcC {
  const r = new ByteReader(record, 'hvcC')
  const version = r.u8()
  // 0 was written by encoders that follow a draft of the standard
  if (version > 1) throw invalid(`configurationVersion ${version}`)
  r.skip(20)
  const lengthSize = (r.u8() & 3) + 1
  const sets: Uint8Array[] = []
  for (let arrays = r.u8(); arrays > 0; arrays--) {
    r.skip(1) // array_completeness, NAL_unit_type: the NAL units say it themselves
    for (let count = r.u16(); count > 0; count--) {
      sets.push(r.view(r.u16()))
      if (sets.length > MAX_SETS) {
        throw new AppError('LIMIT_EXCEEDED', { what: 'hvcC NAL unit count', size: sets.length, limit: MAX_SETS })
      }
    }
  }
  const ofType = (type: number) => sets.filter(unit => unit.length > 2 && h265NalType(unit) === type)
  const [vps, sps, pps] = [ofType(H265_NAL.vps), ofType(H265_NAL.sps), ofType(H265_NAL.pps)]
  if (vps.length === 0 || sps.length === 0 || pps.length === 0) throw invalid('a VPS, SPS or PPS is missing')
  return { lengthSize, vps, sps, pps }
}

/**
 * The record for samples with 4-byte lengths and sample entry hvc1 (array_completeness 1).
 * Throws BYTES_INVALID when a kind of parameter set is missing or the first SPS does not parse.
 */
export function writeHvcC(
  vps: readonly Uint8Array[],
  sps: readonly Uint8Array[],
  pps: readonly Uint8Array[],
): Uint8Array {
  const first = sps[0]
  if (!first || vps.length === 0 || pps.length === 0) throw invalid('a VPS, SPS or PPS is missing')
  const { ptl, maxSubLayers, temporalIdNesting, ...fields } = parseH265Sps(first)
  const general = Buffer.from([
    1,
    (ptl.profileSpace << 6) | (Number(ptl.highTier) << 5) | ptl.profileIdc,
    ...[24, 16, 8, 0].map(shift => (ptl.compatibility >>> shift) & 0xff),
    ...ptl.constraints,
    ptl.levelIdc,
    0xf0 | (fields.minSpatialSegmentation >> 8),
    fields.minSpatialSegmentation & 0xff,
    0xfc, // parallelismType 0: unknown
    0xfc | fields.chromaFormatIdc,
    0xf8 | (fields.bitDepthLuma - 8),
    0xf8 | (fields.bitDepthChroma - 8),
    0, // avgFrameRate 0: unspecified
    0,
    (maxSubLayers << 3) | (Number(temporalIdNesting) << 2) | 3, // constantFrameRate 0: unknown
    3, // numOfArrays
  ])
  const array = (type: number, units: readonly Uint8Array[]) => [
    Uint8Array.of(0x80 | type, units.length >> 8, units.length),
    ...units.flatMap(unit => [Uint8Array.of(unit.length >> 8, unit.length), unit]),
  ]
  for (const unit of [...vps, ...sps, ...pps]) {
    if (unit.length > 0xffff) throw invalid(`parameter set of ${unit.length} bytes`)
  }
  return Buffer.concat([general, ...array(H265_NAL.vps, vps), ...array(H265_NAL.sps, sps), ...array(H265_NAL.pps, pps)])
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'hvcC', reason })
}
