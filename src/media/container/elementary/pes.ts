import { u16be } from '../../../base/bytes.ts'
import { readTimestamp, writeTimestamp } from './timestamp.ts'

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

/**
 * Bytes of a PES header as we write it: with PTS, and DTS where it differs; without either for the further pieces of an
 * access unit.
 */
export function pesHeaderBytes(pts: number | null, dts: number | null): number {
  return pts === null ? 9 : pts === dts ? 14 : 19
}

/**
 * Writes the header of a PES packet with `payloadBytes` behind it; the length is 0, unbounded, where it does not fit,
 * which only a transport stream allows, for video. Times are 33 bits. Returns where the payload starts.
 */
export function writePesHeader(
  out: Uint8Array,
  at: number,
  streamId: number,
  pts: number | null,
  dts: number | null,
  payloadBytes: number,
): number {
  const headerBytes = pesHeaderBytes(pts, dts)
  const packetLength = headerBytes - 6 + payloadBytes
  const length = packetLength > 0xffff ? 0 : packetLength
  const aligned = pts === null ? 0x80 : 0x84 // data_alignment_indicator: an access unit starts here
  out.set([0, 0, 1, streamId, length >> 8, length & 0xff, aligned], at)
  out[at + 7] = pts === null ? 0 : pts === dts ? 0x80 : 0xc0
  out[at + 8] = headerBytes - 9
  if (pts !== null) writeTimestamp(out, at + 9, pts === dts ? 2 : 3, pts)
  if (pts !== null && dts !== null && pts !== dts) writeTimestamp(out, at + 14, 1, dts)
  return at + headerBytes
}
