import { asBuffer } from '../../../base/bytes.ts'
import { PACKET_BYTES, PACKET_PAYLOAD_BYTES, SYNC_BYTE } from './packet.ts'

/** Adaptation field bytes with a PCR: length, flags, PCR. */
const PCR_FIELD_BYTES = 8
const RANDOM_ACCESS = 0x40
const PCR_FLAG = 0x10

export interface UnitOptions {
  readonly pid: number
  /** continuity_counter of the first packet. */
  readonly counter: number
  /** 33-bit PCR base for the first packet, or null. */
  readonly pcr: number | null
  readonly randomAccess: boolean
}

/**
 * Where one payload unit goes in the output: sizes first, so that everything is copied once into one buffer.
 * ISO/IEC 13818-1 §2.4.3.3.
 */
export class UnitLayout {
  readonly packets: number
  /** Adaptation field bytes of the first packet that are not stuffing. */
  readonly #fieldBytes: number
  readonly #firstBytes: number
  /** Stuffing of the last packet. */
  readonly #stuffing: number

  constructor(payloadBytes: number, options: Pick<UnitOptions, 'pcr' | 'randomAccess'>) {
    this.#fieldBytes = options.pcr !== null ? PCR_FIELD_BYTES : options.randomAccess ? 2 : 0
    this.#firstBytes = PACKET_PAYLOAD_BYTES - this.#fieldBytes
    const rest = Math.max(0, payloadBytes - this.#firstBytes)
    this.packets = 1 + Math.ceil(rest / PACKET_PAYLOAD_BYTES)
    this.#stuffing = this.#firstBytes + (this.packets - 1) * PACKET_PAYLOAD_BYTES - payloadBytes
  }

  get bytes(): number {
    return this.packets * PACKET_BYTES
  }

  /** Offset of payload byte `at` from the start of the unit's first packet. */
  offsetOf(at: number): number {
    const packet = at < this.#firstBytes ? 0 : 1 + Math.floor((at - this.#firstBytes) / PACKET_PAYLOAD_BYTES)
    const inPacket = packet === 0 ? at + this.#fieldBytes : (at - this.#firstBytes) % PACKET_PAYLOAD_BYTES
    return packet * PACKET_BYTES + 4 + inPacket + (packet === this.packets - 1 ? this.#stuffing : 0)
  }

  /** Writes the packets at `at`: `head`, then the first `dataBytes` of `data`. */
  write(out: Buffer, at: number, options: UnitOptions, head: Buffer, data: Uint8Array, dataBytes: number): void {
    const source = asBuffer(data)
    let from = 0
    for (let n = 0; n < this.packets; n++) {
      const start = at + n * PACKET_BYTES
      const stuffing = n === this.packets - 1 ? this.#stuffing : 0
      const field = (n === 0 ? this.#fieldBytes : 0) + stuffing
      out[start] = SYNC_BYTE
      out[start + 1] = (n === 0 ? 0x40 : 0) | (options.pid >> 8)
      out[start + 2] = options.pid
      out[start + 3] = (field > 0 ? 0x30 : 0x10) | ((options.counter + n) & 0x0f)
      if (field > 0) writeAdaptationField(out, start + 4, field, n === 0 ? options : null)
      let to = start + 4 + field
      const end = start + PACKET_BYTES
      if (from < head.length) {
        const copied = head.copy(out, to, from, from + end - to)
        to += copied
        from += copied
      }
      if (to < end) from += source.copy(out, to, from - head.length, Math.min(from - head.length + end - to, dataBytes))
    }
  }
}

/** A packet with nothing but a PCR: its counter repeats the one of the last packet (§2.4.3.3). */
export function writePcrPacket(out: Buffer, at: number, pid: number, counter: number, pcr: number): void {
  out[at] = SYNC_BYTE
  out[at + 1] = pid >> 8
  out[at + 2] = pid
  out[at + 3] = 0x20 | counter
  writeAdaptationField(out, at + 4, PACKET_PAYLOAD_BYTES, { pcr, randomAccess: false })
}

/** A packet that holds one whole section of at most 183 bytes. */
export function writeSectionPacket(out: Buffer, at: number, pid: number, counter: number, section: Uint8Array): void {
  out[at] = SYNC_BYTE
  out[at + 1] = 0x40 | (pid >> 8)
  out[at + 2] = pid
  out[at + 3] = 0x10 | counter
  out[at + 4] = 0 // pointer_field
  out.set(section, at + 5)
  out.fill(0xff, at + 5 + section.length, at + PACKET_BYTES)
}

function writeAdaptationField(
  out: Buffer,
  at: number,
  bytes: number,
  options: Pick<UnitOptions, 'pcr' | 'randomAccess'> | null,
): void {
  out[at] = bytes - 1
  if (bytes === 1) return
  const pcr = options?.pcr ?? null
  out[at + 1] = (options?.randomAccess ? RANDOM_ACCESS : 0) | (pcr === null ? 0 : PCR_FLAG)
  let next = at + 2
  if (pcr !== null) {
    out.writeUInt32BE(Math.floor(pcr / 2), next)
    out[next + 4] = ((pcr & 1) << 7) | 0x7e
    out[next + 5] = 0
    next += 6
  }
  out.fill(0xff, next, at + bytes)
}
