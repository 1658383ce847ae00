import { ByteReader } from '../../../base/bytes.ts'

/** Tags of ISO/IEC 14496-1 Table 1. */
const ES = 3
const DECODER_CONFIG = 4
const DECODER_SPECIFIC_INFO = 5
const SL_CONFIG = 6

/** streamType AudioStream(5), upStream 0, reserved 1. */
const AUDIO_STREAM = 0x15

export interface ElementaryStream {
  /** objectTypeIndication: what codec it is. */
  readonly objectType: number
  /** DecoderSpecificInfo, the AudioSpecificConfig for AAC; empty when there is none. */
  readonly specificInfo: Uint8Array
}

/** Content of an `esds` box behind version and flags: ES_Descriptor, ISO/IEC 14496-1 §7.2.6.5. */
export function writeEsDescriptor({ objectType, specificInfo }: ElementaryStream): Buffer {
  const info = specificInfo.length > 0 ? [descriptor(DECODER_SPECIFIC_INFO, specificInfo)] : []
  // bufferSizeDB(24), maxBitrate(32), avgBitrate(32): unknown for a live stream
  const config = descriptor(DECODER_CONFIG, Buffer.of(objectType, AUDIO_STREAM), Buffer.alloc(11), ...info)
  // ES_ID(16), no dependsOn, URL or OCR; SLConfig predefined 2: as MP4 files have it (ISO/IEC 14496-14 §3.1.2)
  return descriptor(ES, Buffer.alloc(3), config, descriptor(SL_CONFIG, Buffer.of(2)))
}

/** Null when the descriptors are not there. Throws AppError BYTES_TOO_SHORT. */
export function readEsDescriptor(bytes: Uint8Array): ElementaryStream | null {
  const es = find(new ByteReader(bytes, 'ES_Descriptor'), ES)
  if (!es) return null
  es.skip(2) // ES_ID
  const flags = es.u8()
  if (flags & 0x80) es.skip(2) // dependsOn_ES_ID
  if (flags & 0x40) es.skip(es.u8()) // URL
  if (flags & 0x20) es.skip(2) // OCR_ES_ID
  const config = find(es, DECODER_CONFIG)
  if (!config) return null
  const objectType = config.u8()
  config.skip(12)
  return { objectType, specificInfo: find(config, DECODER_SPECIFIC_INFO)?.rest() ?? new Uint8Array() }
}

/** A reader of the first descriptor with this tag. */
function find(reader: ByteReader, tag: number): ByteReader | null {
  while (reader.left > 0) {
    const found = reader.u8()
    const content = reader.view(expandableSize(reader))
    if (found === tag) return new ByteReader(content, reader.what)
  }
  return null
}

/** sizeOfInstance, §8.3.3: 7 bits per byte, at most 4 bytes. */
function expandableSize(reader: ByteReader): number {
  let size = 0
  for (let i = 0; i < 4; i++) {
    const byte = reader.u8()
    size = size * 128 + (byte & 0x7f)
    if (byte < 0x80) break
  }
  return size
}

/** Always with a 4-byte size: some old players expect it. */
function descriptor(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const size = body.length
  const header = Buffer.of(
    tag,
    0x80 | (size >> 21),
    0x80 | ((size >> 14) & 0x7f),
    0x80 | ((size >> 7) & 0x7f),
    size & 0x7f,
  )
  return Buffer.concat([header, body])
}
