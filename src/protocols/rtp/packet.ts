import { u16be, u32be } from '../../base/bytes.ts'

const FIXED_HEADER_BYTES = 12
const VERSION = 2

/** Fields of one packet at a time: receivers keep one and read every packet into it. */
export class RtpHeader {
  marker = false
  payloadType = 0
  sequence = 0
  timestamp = 0
  ssrc = 0
  payloadStart = 0
  /** Without padding. */
  payloadEnd = 0
}

/**
 * RTP header, RFC 3550 §5.1. False when the bytes are no RTP packet; then the fields mean nothing.
 *
 *   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *   |                           timestamp                           |
 *   |                             SSRC                              |
 *   |                         CSRC * CC                             |
 */
export function readRtpHeader(bytes: Uint8Array, into: RtpHeader): boolean {
  if (bytes.length < FIXED_HEADER_BYTES) return false
  const first = bytes[0]!
  if (first >> 6 !== VERSION) return false
  const second = bytes[1]!
  let start = FIXED_HEADER_BYTES + 4 * (first & 0x0f)
  if (first & 0x10) start += 4 + 4 * u16be(bytes, start + 2) // §5.3.1
  let end = bytes.length
  if (first & 0x20) {
    const padding = bytes[end - 1]!
    if (padding === 0) return false
    end -= padding
  }
  if (start > end) return false
  into.marker = second >= 0x80
  into.payloadType = second & 0x7f
  into.sequence = u16be(bytes, 2)
  into.timestamp = u32be(bytes, 4)
  into.ssrc = u32be(bytes, 8)
  into.payloadStart = start
  into.payloadEnd = end
  return true
}

/** RTCP on the port of RTP: packet types 192 to 223 are no payload types with marker anybody may use (RFC 5761 §4). */
export function isRtcp(bytes: Uint8Array): boolean {
  const type = bytes[1] ?? 0
  return (bytes[0] ?? 0) >> 6 === VERSION && type >= 192 && type <= 223
}

/** The SSRC of an RTP or RTCP packet. */
export function ssrcOf(bytes: Uint8Array): number {
  return u32be(bytes, isRtcp(bytes) ? 4 : 8)
}

/** Bytes of a header we write: no CSRC, no extension. */
export const RTP_HEADER_BYTES = FIXED_HEADER_BYTES

/** The fields that go into a packet we write. */
export type RtpFields = Pick<RtpHeader, 'marker' | 'payloadType' | 'sequence' | 'timestamp' | 'ssrc'>

/** Writes a header of 12 bytes; sequence and timestamp are taken modulo their size. */
export function writeRtpHeader(out: Buffer, at: number, fields: RtpFields): void {
  out[at] = VERSION << 6
  out[at + 1] = (fields.marker ? 0x80 : 0) | fields.payloadType
  out.writeUInt16BE(fields.sequence & 0xffff, at + 2)
  out.writeUInt32BE(fields.timestamp >>> 0, at + 4)
  out.writeUInt32BE(fields.ssrc >>> 0, at + 8)
}
