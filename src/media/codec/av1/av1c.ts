import { AppError } from '../../../base/errors.ts'
import { OBU, obus, toSizedObus } from './obu.ts'
import { type Av1SequenceHeader, parseAv1SequenceHeader } from './sequence-header.ts'

/** AV1CodecConfigurationRecord, AV1 in ISOBMFF §2.3. */
export interface Av1C {
  readonly sequenceHeader: Av1SequenceHeader
  /** The sequence header OBU with obu_size, and metadata OBUs if any; a view. */
  readonly configObus: Uint8Array
}

/** Parses the record. Throws BYTES_TOO_SHORT, or BYTES_INVALID for another version or without a sequence header. */
export function parseAv1C(record: Uint8Array): Av1C {
  const first = record[0]
  if (first === undefined || record.length < 4) {
    throw new AppError('BYTES_TOO_SHORT', { what: 'av1C', needed: 4, available: record.length })
  }
  if (first !== 0x81) throw invalid(`marker and version ${first}`)
  const configObus = record.subarray(4)
  const sequenceHeader = findSequenceHeader(configObus)
  if (!sequenceHeader) throw invalid('no sequence header OBU')
  return { sequenceHeader: parseAv1SequenceHeader(sequenceHeader.payload), configObus }
}

/** The record for the first sequence header OBU in `data` (a temporal unit). Throws BYTES_INVALID when there is none. */
export function writeAv1C(data: Uint8Array): Uint8Array {
  const unit = findSequenceHeader(data)
  if (!unit) throw invalid('no sequence header OBU')
  const h = parseAv1SequenceHeader(unit.payload)
  const bits =
    (Number(h.highTier) << 7) |
    (Number(h.bitDepth > 8) << 6) |
    (Number(h.bitDepth === 12) << 5) |
    (Number(h.monochrome) << 4) |
    (h.subsamplingX << 3) |
    (h.subsamplingY << 2) |
    h.chromaSamplePosition
  return Buffer.concat([Uint8Array.of(0x81, (h.profile << 5) | h.level, bits, 0), toSizedObus(unit.bytes)])
}

function findSequenceHeader(data: Uint8Array) {
  return obus(data).find(unit => unit.type === OBU.sequenceHeader)
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'av1C', reason })
}
