import { AppError } from '../../../base/errors.ts'
import { MAX_PES_HEADER_BYTES, type PesHeader, readPesHeader } from '../elementary/pes.ts'

/** A PES packet holds one picture: 8 MB are two frames of an intra-only 8K stream at 800 Mbit/s. */
export const MAX_PES_BYTES = 8 * 1024 * 1024
const FIRST_BUFFER_BYTES = 64 * 1024

/** Collects the PES packets of one PID. ISO/IEC 13818-1 §2.4.3.6, §2.4.3.7. */
export class PesAssembler {
  readonly #onPes: (header: PesHeader, payload: Uint8Array) => void
  #buffer = Buffer.alloc(0)
  #bytes = 0
  #state: 'waiting' | 'collecting' = 'waiting'
  /** Whole size when PES_packet_length gives it, else 0. */
  #size = 0
  /** PES packets given up because of a lost packet, a broken header or their size. */
  damaged = 0

  /** `onPes` gets a view that is only good during the call. */
  constructor(onPes: (header: PesHeader, payload: Uint8Array) => void) {
    this.#onPes = onPes
  }

  push(payload: Uint8Array, unitStart: boolean): void {
    if (unitStart) {
      this.flush()
      this.#state = 'collecting'
      this.#bytes = 0
      this.#size = 0
    }
    if (this.#state === 'waiting') return
    if (this.#bytes + payload.length > MAX_PES_BYTES) {
      this.damage()
      return
    }
    this.#append(payload)
    if (this.#size === 0 && this.#bytes >= 6) {
      const length = this.#buffer.readUInt16BE(4)
      this.#size = length === 0 ? Number.POSITIVE_INFINITY : 6 + length
    }
    if (this.#size > 0 && this.#bytes >= this.#size) this.flush()
  }

  /** Part of the packet in work is missing: it is dropped. */
  damage(): void {
    if (this.#state === 'collecting') this.damaged++
    this.#state = 'waiting'
  }

  /** Hands out the packet in work: the next one starts, or the input has ended. */
  flush(): void {
    if (this.#state === 'waiting') return
    this.#state = 'waiting'
    const complete = this.#size === Number.POSITIVE_INFINITY || (this.#size > 0 && this.#bytes >= this.#size)
    const end = Math.min(this.#bytes, this.#size)
    const header = complete ? readPesHeader(this.#buffer.subarray(0, Math.min(end, MAX_PES_HEADER_BYTES))) : null
    if (header === null || header === 'more') {
      this.damaged++
      return
    }
    try {
      this.#onPes(header, this.#buffer.subarray(header.payloadAt, end))
    } catch (error) {
      // What is inside is broken: this packet is lost, the next one may be good.
      if (!(error instanceof AppError)) throw error
      this.damaged++
    }
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#bytes + bytes.length
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_BUFFER_BYTES, needed, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, this.#bytes)
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#bytes)
    this.#bytes = needed
  }
}
