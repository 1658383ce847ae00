import { ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'

/** Identification header, RFC 7845 §5.1. */
export interface OpusHead {
  readonly channels: number
  /** Samples at 48 kHz to drop at the start. */
  readonly preSkip: number
  /** Of the encoder's input, for information; decoding is always at 48 kHz. 0 when unknown. */
  readonly inputSampleRate: number
  /** Q7.8 dB. */
  readonly outputGain: number
  readonly mappingFamily: number
  /** Stream count, coupled count and one byte per channel (§5.1.1) when the family is not 0, else empty; a view. */
  readonly mapping: Uint8Array
}

/** Samples per second of every Opus clock (RFC 6716 §2, RFC 7587 §4.1). */
export const OPUS_CLOCK_RATE = 48_000

const MAGIC = 'OpusHead'

/** Throws BYTES_TOO_SHORT, or BYTES_INVALID for another magic, major version or channel count. */
export function parseOpusHead(bytes: Uint8Array): OpusHead {
  const r = new ByteReader(bytes, MAGIC)
  if (r.ascii(8) !== MAGIC) throw invalid('magic')
  const version = r.u8()
  if (version >> 4 !== 0) throw invalid(`version ${version}`)
  const channels = r.u8()
  const preSkip = r.u8() | (r.u8() << 8)
  const inputSampleRate = r.u32le()
  const outputGain = ((r.u8() | (r.u8() << 8)) << 16) >> 16
  const mappingFamily = r.u8()
  if (channels === 0 || (mappingFamily === 0 && channels > 2)) throw invalid(`${channels} channels`)
  const mapping = mappingFamily === 0 ? new Uint8Array() : r.view(2 + channels)
  return { channels, preSkip, inputSampleRate, outputGain, mappingFamily, mapping }
}

/** Writes version 1. */
export function writeOpusHead(head: OpusHead): Uint8Array {
  const bytes = Buffer.alloc(19 + head.mapping.length)
  bytes.write(MAGIC, 'latin1')
  bytes.writeUInt8(1, 8)
  bytes.writeUInt8(head.channels, 9)
  bytes.writeUInt16LE(head.preSkip, 10)
  bytes.writeUInt32LE(head.inputSampleRate, 12)
  bytes.writeInt16LE(head.outputGain, 16)
  bytes.writeUInt8(head.mappingFamily, 18)
  bytes.set(head.mapping, 19)
  return bytes
}

/** The header for a source that sends none (RTP, bare RTMP): family 0, nothing to skip. `channels` is 1 or 2. */
export function defaultOpusHead(channels: number): Uint8Array {
  const mapping = new Uint8Array()
  return writeOpusHead({
    channels,
    preSkip: 0,
    inputSampleRate: OPUS_CLOCK_RATE,
    outputGain: 0,
    mappingFamily: 0,
    mapping,
  })
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: MAGIC, reason })
}
