import { AppError } from '../../../base/errors.ts'
import { type Scan, scanFrames } from '../frame-scan.ts'
import { AAC_SAMPLE_RATES, type AudioSpecificConfig, writeAudioSpecificConfig } from './audio-specific-config.ts'

/** adts_fixed_header() and adts_variable_header(), ISO/IEC 14496-3 §1.A.3.2. */
export interface AdtsHeader {
  /** Audio object type: profile_ObjectType + 1. */
  readonly objectType: number
  readonly sampleRate: number
  /** 0 when the channels are in a program config element of the payload. */
  readonly channelConfig: number
  /** 7, or 9 with a CRC. */
  readonly headerBytes: number
  /** Header and payload. */
  readonly frameBytes: number
  /** Raw data blocks of 1024 samples in the frame, 1 to 4. */
  readonly rawDataBlocks: number
}

const HEADER_BYTES = 7
/** frame_length has 13 bits. */
const MAX_FRAME_BYTES = 0x1fff

/** The header at `at`, or null where there is none. */
export function parseAdtsHeader(bytes: Uint8Array, at = 0): AdtsHeader | null {
  if (at + HEADER_BYTES > bytes.length) return null
  const b = (i: number) => bytes[at + i] ?? 0
  if (b(0) !== 0xff || (b(1) & 0xf6) !== 0xf0) return null // syncword, layer 0
  const sampleRate = AAC_SAMPLE_RATES[(b(2) >> 2) & 15]
  const headerBytes = b(1) & 1 ? 7 : 9
  const frameBytes = ((b(3) & 3) << 11) | (b(4) << 3) | (b(5) >> 5)
  if (sampleRate === undefined || frameBytes <= headerBytes) return null
  return {
    objectType: (b(2) >> 6) + 1,
    sampleRate,
    channelConfig: ((b(2) & 1) << 2) | (b(3) >> 6),
    headerBytes,
    frameBytes,
    rawDataBlocks: (b(6) & 3) + 1,
  }
}

/** ADTS frames of a byte stream; the payload of each starts at its `header.headerBytes`. */
export function scanAdts(bytes: Uint8Array): Scan<AdtsHeader> {
  return scanFrames(bytes, HEADER_BYTES, parseAdtsHeader)
}

/**
 * The 7-byte header for a raw data block of `length` bytes. ADTS knows the object types 1 to 4 and the listed sample
 * rates: others throw CODEC_UNSUPPORTED. Throws LIMIT_EXCEEDED when the length does not fit 13 bits.
 */
export function adtsHeader(config: AudioSpecificConfig, length: number): Uint8Array {
  const rate = AAC_SAMPLE_RATES.indexOf(config.sampleRate)
  if (config.objectType > 4 || rate < 0 || config.channelConfig > 7) {
    throw new AppError('CODEC_UNSUPPORTED', { codec: `AAC object type ${config.objectType}`, container: 'ADTS' })
  }
  const size = HEADER_BYTES + length
  if (size > MAX_FRAME_BYTES) {
    throw new AppError('LIMIT_EXCEEDED', { what: 'ADTS frame', size, limit: MAX_FRAME_BYTES })
  }
  const { channelConfig } = config
  return Uint8Array.of(
    0xff,
    0xf1, // MPEG-4, no CRC
    ((config.objectType - 1) << 6) | (rate << 2) | (channelConfig >> 2),
    ((channelConfig & 3) << 6) | (size >> 11),
    (size >> 3) & 0xff,
    ((size & 7) << 5) | 0x1f, // adts_buffer_fullness 0x7ff: variable rate
    0xfc,
  )
}

/** The AudioSpecificConfig that says what the header says. Throws BYTES_INVALID when the channels are in the payload. */
export function configFromAdts(header: AdtsHeader): Uint8Array {
  return writeAudioSpecificConfig(header)
}
