import { AppError } from './errors.ts'

/** Most-significant-bit-first reader. Throws AppError BYTES_TOO_SHORT past the end. */
export class BitReader {
  readonly #bytes: Uint8Array
  readonly #what: string
  /** Position in bits from the start. */
  position = 0

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  get left(): number {
    return this.#bytes.length * 8 - this.position
  }

  bit(): number {
    const byte = this.#bytes[this.position >> 3]
    if (byte === undefined) throw new AppError('BYTES_TOO_SHORT', { what: this.#what, needed: 1, available: 0 })
    const value = (byte >> (7 - (this.position & 7))) & 1
    this.position++
    return value
  }

  flag(): boolean {
    return this.bit() === 1
  }

  /** Unsigned value of `count` bits, 0 to 32. */
  bits(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) value = value * 2 + this.bit()
    return value
  }

  skip(count: number): void {
    if (count > this.left) {
      throw new AppError('BYTES_TOO_SHORT', { what: this.#what, needed: count, available: this.left })
    }
    this.position += count
  }

  /** Exp-Golomb ue(v): ITU-T H.264 §9.1. At most 32 leading zeros, or BYTES_INVALID. */
  ue(): number {
    let zeros = 0
    while (this.bit() === 0) {
      if (++zeros > 32) throw new AppError('BYTES_INVALID', { what: this.#what, reason: 'Exp-Golomb code too long' })
    }
    return 2 ** zeros - 1 + this.bits(zeros)
  }

  /** Exp-Golomb se(v): ITU-T H.264 §9.1.1. */
  se(): number {
    const code = this.ue()
    return code % 2 === 0 ? -(code / 2) : (code + 1) / 2
  }
}

/** Most-significant-bit-first writer for headers of a few bytes. */
export class BitWriter {
  readonly #bytes: number[] = []
  #used = 0

  /** The low `count` bits of `value`, 0 to 32. */
  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#used % 8 === 0) this.#bytes.push(0)
      const bit = (value >>> i) & 1
      this.#bytes[this.#bytes.length - 1]! |= bit << (7 - (this.#used % 8)) // pushed above
      this.#used++
    }
  }

  /** What was written, the last byte filled with zero bits. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}
