import { u16be } from '../../../base/bytes.ts'
import { readTimestamp } from './timestamp.ts'

export interface PesHeader {
  readonly streamId: number
  /** Bytes behind the PES_packet_length field; 0: unbounded, the packet ends where the next one starts. */
  readonly packetLength: number
  /** 33-bit wire values; `dts` is `pts` when only that one is sent. */
  readonly pts: number | null
  readonly dts: number | null
  /** Where the payload starts. */
  readonly payloadAt: number
}

/** Longest header: 6 + 3 + 255 of PES_header_data. */
export const MAX_PES_HEADER_BYTES = 264

/** program_stream_map, padding, private_stream_2, ECM, EMM, directory, DSM-CC, H.222.1 E: no optional header. */
const WITHOUT_HEADER: ReadonlySet<number> = new Set([0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff])

/**
 * Header of a PES packet. ISO/IEC 13818-1 §2.4.3.6.
 * 'more' when the bytes end inside it; null when it is none.
 */
export function readPesHeader(bytes: Uint8Array): PesHeader | 'more' | null {
  if (bytes.length < 6) return 'more'
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 1) return null
  const streamId = bytes[3]!
  const packetLength = u16be(bytes, 4)
  if (WITHOUT_HEADER.has(streamId)) return { streamId, packetLength, pts: null, dts: null, payloadAt: 6 }
  if (bytes.length < 9) return 'more'
  if ((bytes[6]! & 0xc0) !== 0x80) return null // MPEG-1 systems have another header
  const payloadAt = 9 + bytes[8]!
  if (bytes.length < payloadAt) return 'more'
  const flags = bytes[7]! >> 6
  const pts = flags & 2 && payloadAt >= 14 ? readTimestamp(bytes, 9) : null
  const dts = flags === 3 && payloadAt >= 19 ? readTimestamp(bytes, 14) : pts
  return { streamId, packetLength, pts, dts, payloadAt }
}
