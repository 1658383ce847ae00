import { u16be } from '../../../base/bytes.ts'
import type { PesHeader } from '../elementary/pes.ts'
import { readTimestamp } from '../elementary/timestamp.ts'

/** Stuffing in front of the header, ISO/IEC 11172-1 §2.4.3.3: at most 16. */
const MAX_STUFFING_BYTES = 16

/** Packet header of MPEG-1 systems: ISO/IEC 11172-1 §2.4.3.3. Null when it is none, or is cut. */
export function readMpeg1PesHeader(bytes: Uint8Array): PesHeader | null {
  let at = 6
  while (bytes[at] === 0xff && at < 6 + MAX_STUFFING_BYTES) at++
  if ((bytes[at] ?? 0) >> 6 === 1) at += 2 // STD_buffer_scale and size
  const marker = (bytes[at] ?? 0) >> 4
  const size = marker === 2 ? 5 : marker === 3 ? 10 : bytes[at] === 0x0f ? 1 : 0
  if (size === 0 || at + size > bytes.length) return null
  const pts = size >= 5 ? readTimestamp(bytes, at) : null
  const dts = size === 10 ? readTimestamp(bytes, at + 5) : pts
  return { streamId: bytes[3]!, packetLength: u16be(bytes, 4), pts, dts, payloadAt: at + size }
}
