import { u16be, u32be } from '../../base/bytes.ts'
import { ByteQueue } from '../../media/container/byte-queue.ts'

/** RFC 4571: a 16-bit length in front of each packet. */
const LENGTH_BYTES = 2
/** RFC 2326 §10.12, and old GB/T 28181 devices: '$', channel, 16-bit length. */
const INTERLEAVED_BYTES = 4
const DOLLAR = 0x24
const MIN_PACKET_BYTES = 8 // a receiver report without blocks
/** What is looked at: the longer header and a packet up to its SSRC. */
const LOOK_BYTES = INTERLEAVED_BYTES + 12

/** SSRCs of one connection that are known again: pictures and sound, and one that changed. */
const MAX_SSRCS = 4
/** Largest first packet of a further SSRC; usual ones have 1400 bytes. */
const MAX_UNPROVEN_BYTES = 4096

export type RtpFraming = 'rfc4571' | 'interleaved'

/**
 * RTP packets out of a TCP connection. Which framing the sender uses is seen at the first packet. When the bytes do not
 * fit any more the next packet of the same SSRC is looked for.
 */
export class RtpStreamFramer {
  readonly #queue = new ByteQueue()
  readonly #onPacket: (packet: Uint8Array) => void
  #framing: RtpFraming | null = null
  /** SSRCs of the last packets, the newest first. */
  #ssrcs: number[] = []
  #inSync = true
  /** Bytes that belonged to no packet. */
  skipped = 0
  /** Times the framing was lost. */
  resyncs = 0

  /** `onPacket` gets RTP and RTCP packets, views of what was pushed. */
  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket
  }

  /** How the sender frames; null before the first packet. */
  get framing(): RtpFraming | null {
    return this.#framing
  }

  /** Bytes are kept: the caller must not use them again. */
  push(bytes: Uint8Array): void {
    this.#queue.push(bytes)
    while (this.#queue.length >= LENGTH_BYTES + 12 || this.#hasShort()) {
      const head = this.#queue.peek(Math.min(this.#queue.length, LOOK_BYTES))
      const framing = this.#framingAt(head, 0)
      if (framing === null) {
        if (!this.#resync()) return
        continue
      }
      const headerBytes = framing === 'interleaved' ? INTERLEAVED_BYTES : LENGTH_BYTES
      const size = u16be(head, headerBytes - LENGTH_BYTES)
      if (this.#queue.length < Math.min(LOOK_BYTES, headerBytes + size)) return
      const proof = this.#proof(head, headerBytes, size)
      if (proof === 'none') {
        if (!this.#resync()) return
        continue
      }
      if (proof === 'later' || this.#queue.length < headerBytes + size) return
      this.#framing = framing
      this.#inSync = true
      this.#queue.skip(headerBytes)
      const packet = this.#queue.take(size)
      if (!looksLikeRtcp(packet, 0)) this.#remember(u32be(packet, 8))
      this.#onPacket(packet)
    }
  }

  /** A packet of another SSRC must have a packet behind it: after lost bytes much looks like a length and a version. */
  #proof(head: Uint8Array, headerBytes: number, size: number): 'given' | 'later' | 'none' {
    if (this.#ssrcs.length === 0 || looksLikeRtcp(head, headerBytes)) return 'given'
    if (this.#ssrcs.includes(u32be(head, headerBytes + 8))) return 'given'
    if (size > MAX_UNPROVEN_BYTES) return 'none'
    const next = headerBytes + size
    if (this.#queue.length < next + LOOK_BYTES) return 'later'
    return this.#framingAt(this.#queue.peek(next + LOOK_BYTES), next) === null ? 'none' : 'given'
  }

  #remember(ssrc: number): void {
    if (this.#ssrcs[0] === ssrc) return
    this.#ssrcs = [ssrc, ...this.#ssrcs.filter(known => known !== ssrc)].slice(0, MAX_SSRCS)
  }

  /** The end of what came so far may be a packet shorter than what is usually looked at: an RTCP packet. */
  #hasShort(): boolean {
    if (this.#queue.length < LENGTH_BYTES + MIN_PACKET_BYTES) return false
    const head = this.#queue.peek(this.#queue.length)
    const headerBytes = head[0] === DOLLAR && (head[2] ?? 0) < 0x80 ? INTERLEAVED_BYTES : LENGTH_BYTES
    return looksLikeRtcp(head, headerBytes) && head.length >= headerBytes + u16be(head, headerBytes - LENGTH_BYTES)
  }

  /** Framing of the packet at `at`; null when none begins there. In '$' framing the byte of the RTP version is a length. */
  #framingAt(bytes: Uint8Array, at: number): RtpFraming | null {
    if (bytes[at] === DOLLAR && isPacket(bytes, at + INTERLEAVED_BYTES, u16be(bytes, at + 2))) return 'interleaved'
    return isPacket(bytes, at + LENGTH_BYTES, u16be(bytes, at)) ? 'rfc4571' : null
  }

  /** Goes on at the next packet of the same sender; false when it has not come yet. */
  #resync(): boolean {
    if (this.#inSync) this.resyncs++
    this.#inSync = false
    const bytes = this.#queue.peek(this.#queue.length)
    const last = bytes.length - LOOK_BYTES
    let at = 1
    while (at <= last && !this.#isOurs(bytes, at)) at++
    this.skipped += this.#queue.skip(at)
    return at <= last
  }

  #isOurs(bytes: Uint8Array, at: number): boolean {
    const framing = this.#framingAt(bytes, at)
    if (framing === null) return false
    const packetAt = at + (framing === 'interleaved' ? INTERLEAVED_BYTES : LENGTH_BYTES)
    return this.#ssrcs.length === 0 || this.#ssrcs.includes(u32be(bytes, packetAt + 8))
  }
}

function isPacket(bytes: Uint8Array, at: number, size: number): boolean {
  return (bytes[at] ?? 0) >> 6 === 2 && (size >= 12 || (size >= MIN_PACKET_BYTES && looksLikeRtcp(bytes, at)))
}

function looksLikeRtcp(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at + 1] ?? 0
  return type >= 192 && type <= 223
}

/** The packet with its header for the wire; `framing` as the peer does it, RFC 4571 unless known. */
export function frameForTcp(packet: Uint8Array, framing: RtpFraming): Buffer {
  const headerBytes = framing === 'interleaved' ? INTERLEAVED_BYTES : LENGTH_BYTES
  const out = Buffer.allocUnsafe(headerBytes + packet.length)
  if (framing === 'interleaved') {
    out[0] = DOLLAR
    out[1] = 0
  }
  out.writeUInt16BE(packet.length, headerBytes - LENGTH_BYTES)
  out.set(packet, headerBytes)
  return out
}
