import { PACKET_BYTES, SYNC_BYTE } from './packet.ts'

/** 188; with the 4-byte time code of M2TS and some recorders; with 16 bytes of Reed-Solomon parity (DVB-ASI). */
const SIZES = [PACKET_BYTES, 192, 204] as const
/** Sync bytes in a row that make a packet grid: one in 2^24 of random bytes looks like it. */
const PROOF_PACKETS = 3
const LARGEST_PROOF = (PROOF_PACKETS - 1) * 204 + 1

/**
 * Finds the packets in a byte stream that may start anywhere and lose bytes. ISO/IEC 13818-1 §2.4.3.2; Annex G.1 of
 * H.222.0 on acquiring sync.
 */
export class PacketSync {
  #rest: Uint8Array = new Uint8Array()
  /** Packet size in force; 0 while looking for one. */
  #size = 0
  /** Bytes up to the next packet that have not come yet. */
  #ahead = 0
  /** Bytes that belonged to no packet. */
  skipped = 0

  /** Calls `onPacket` with every whole packet; the bytes are only good during the call. */
  push(input: Uint8Array, onPacket: (bytes: Uint8Array, at: number) => void): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, input]) : input
    let at = Math.min(this.#ahead, bytes.length)
    this.#ahead -= at
    while (this.#ahead === 0) {
      if (this.#size === 0) {
        const found = this.#find(bytes, at)
        this.skipped += found - at
        at = found
        if (this.#size === 0) break
      }
      if (at + PACKET_BYTES > bytes.length) break
      if (bytes[at] !== SYNC_BYTE) {
        this.#size = 0
        continue
      }
      onPacket(bytes, at)
      this.#ahead = Math.max(0, at + this.#size - bytes.length)
      at = Math.min(at + this.#size, bytes.length)
    }
    this.#rest = Uint8Array.from(bytes.subarray(at)) // a copy: the sender may use its buffer again
  }

  /** The end of the input: hands out packets too few to prove a grid. */
  flush(onPacket: (bytes: Uint8Array, at: number) => void): void {
    const bytes = this.#rest
    this.#rest = new Uint8Array()
    this.#ahead = 0
    if (this.#size !== 0) return
    for (let at = 0; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES) {
      if (bytes[at] !== SYNC_BYTE) return
      onPacket(bytes, at)
    }
  }

  /** First place at or after `at` where a grid starts, and sets the size; without one, where to go on looking. */
  #find(bytes: Uint8Array, at: number): number {
    for (; at < bytes.length; at++) {
      if (bytes[at] !== SYNC_BYTE) continue
      for (const size of SIZES) {
        const last = at + (PROOF_PACKETS - 1) * size
        if (last < bytes.length && bytes[at + size] === SYNC_BYTE && bytes[last] === SYNC_BYTE) {
          this.#size = size
          return at
        }
      }
      if (at + LARGEST_PROOF > bytes.length) return at
    }
    return at
  }
}
