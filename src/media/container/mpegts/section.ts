import { u16be } from '../../../base/bytes.ts'
import { crc32Mpeg } from '../elementary/crc32.ts'

/** Largest PSI section: section_length of PAT and PMT is at most 1021. ISO/IEC 13818-1 §2.4.4.4. */
export const MAX_SECTION_BYTES = 1024

export interface Section {
  readonly tableId: number
  /** program_number (PMT) or transport_stream_id (PAT). */
  readonly id: number
  readonly version: number
  /** False: the table is announced and not in force yet. */
  readonly current: boolean
  readonly number: number
  readonly lastNumber: number
  readonly body: Uint8Array
}

/** A section with its header and CRC. ISO/IEC 13818-1 §2.4.4. */
export function writeSection(tableId: number, id: number, version: number, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 12)
  const length = body.length + 9
  out[0] = tableId
  out[1] = 0xb0 | (length >> 8)
  out[2] = length
  out[3] = id >> 8
  out[4] = id
  out[5] = 0xc1 | ((version & 0x1f) << 1)
  out.set(body, 8)
  const crc = crc32Mpeg(out.subarray(0, out.length - 4))
  new DataView(out.buffer).setUint32(out.length - 4, crc)
  return out
}

/** Null when the section is too short or its CRC is wrong. */
export function readSection(bytes: Uint8Array): Section | null {
  if (bytes.length < 12 || crc32Mpeg(bytes) !== 0) return null
  return {
    tableId: bytes[0]!,
    id: u16be(bytes, 3),
    version: (bytes[5]! >> 1) & 0x1f,
    current: (bytes[5]! & 1) !== 0,
    number: bytes[6]!,
    lastNumber: bytes[7]!,
    body: bytes.subarray(8, bytes.length - 4),
  }
}

/** Collects the sections of one PID: several per packet, or one over several packets. ISO/IEC 13818-1 §2.4.4.1. */
export class SectionAssembler {
  readonly #buffer = new Uint8Array(MAX_SECTION_BYTES)
  #bytes = 0
  #active = false
  readonly #onSection: (section: Uint8Array) => void

  /** `onSection` gets a view that is only good during the call. */
  constructor(onSection: (section: Uint8Array) => void) {
    this.#onSection = onSection
  }

  push(payload: Uint8Array, unitStart: boolean): void {
    let at = 0
    if (unitStart) {
      const pointer = payload[0] ?? 0
      if (this.#active) this.#append(payload.subarray(1, 1 + pointer))
      this.reset()
      this.#active = true
      at = 1 + pointer
    }
    if (this.#active) this.#append(payload.subarray(at))
  }

  /** Forgets a section that a lost packet has broken. */
  reset(): void {
    this.#bytes = 0
    this.#active = false
  }

  #append(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#bytes === 0 && bytes[at] === 0xff) break // stuffing up to the end of the packet
      const take = Math.min(bytes.length - at, this.#needed() - this.#bytes)
      this.#buffer.set(bytes.subarray(at, at + take), this.#bytes)
      this.#bytes += take
      at += take
      if (this.#bytes < 3) continue
      const needed = this.#needed()
      if (needed > MAX_SECTION_BYTES) {
        this.reset()
        return
      }
      if (this.#bytes === needed) {
        this.#onSection(this.#buffer.subarray(0, needed))
        this.#bytes = 0
      }
    }
  }

  /** Bytes of the section in work; 3 until its length is known. */
  #needed(): number {
    return this.#bytes < 3 ? 3 : 3 + (u16be(this.#buffer, 1) & 0x0fff)
  }
}
