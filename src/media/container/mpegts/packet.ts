/** Size of a transport stream packet. ISO/IEC 13818-1 §2.4.3.2. */
export const PACKET_BYTES = 188
export const SYNC_BYTE = 0x47
export const NULL_PID = 0x1fff
/** Bytes of a packet behind its 4-byte header. */
export const PACKET_PAYLOAD_BYTES = PACKET_BYTES - 4

export interface PacketHeader {
  readonly pid: number
  readonly unitStart: boolean
  readonly error: boolean
  readonly scrambled: boolean
  readonly continuityCounter: number
  readonly discontinuity: boolean
  readonly randomAccess: boolean
  /** Program clock reference in 90 kHz ticks, without the 27 MHz extension; null when absent. */
  readonly pcr: number | null
  /** Where the payload starts; the packet's end when there is none. */
  readonly payloadAt: number
}

/**
 * Reads the header and adaptation field of the packet at `at`, whose sync byte has been checked and whose 188 bytes
 * are there. Null when the adaptation field does not fit the packet. ISO/IEC 13818-1 §2.4.3.2, §2.4.3.4.
 */
export function readPacketHeader(bytes: Uint8Array, at: number): PacketHeader | null {
  const b1 = bytes[at + 1]!
  const b3 = bytes[at + 3]!
  const end = at + PACKET_BYTES
  let payloadAt = at + 4
  let discontinuity = false
  let randomAccess = false
  let pcr: number | null = null
  if (b3 & 0x20) {
    const length = bytes[at + 4]!
    payloadAt = at + 5 + length
    if (payloadAt > end) return null
    if (length > 0) {
      const flags = bytes[at + 5]!
      discontinuity = (flags & 0x80) !== 0
      randomAccess = (flags & 0x40) !== 0
      if (flags & 0x10 && length >= 7) {
        const base = bytes[at + 6]! * 0x1000000 + (bytes[at + 7]! << 16) + (bytes[at + 8]! << 8) + bytes[at + 9]!
        pcr = base * 2 + (bytes[at + 10]! >> 7)
      }
    }
  }
  return {
    pid: ((b1 & 0x1f) << 8) | bytes[at + 2]!,
    unitStart: (b1 & 0x40) !== 0,
    error: (b1 & 0x80) !== 0,
    scrambled: (b3 & 0xc0) !== 0,
    continuityCounter: b3 & 0x0f,
    discontinuity,
    randomAccess,
    pcr,
    payloadAt: b3 & 0x10 ? payloadAt : end,
  }
}
