import { AppError } from './errors.ts'

/**
 * Bounds-checked big-endian reader over a view; returned byte ranges are views of the input, never copies.
 * Throws AppError BYTES_TOO_SHORT past the end.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  /** Name of the structure being read, for the error text. */
  readonly what: string
  offset: number
  readonly #view: DataView

  constructor(bytes: Uint8Array, what: string, offset = 0) {
    this.bytes = bytes
    this.what = what
    this.offset = offset
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.bytes.length - this.offset
  }

  #take(count: number): number {
    const at = this.offset
    if (count < 0 || at + count > this.bytes.length) {
      throw new AppError('BYTES_TOO_SHORT', { what: this.what, needed: count, available: this.bytes.length - at })
    }
    this.offset = at + count
    return at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2))
  }
  u24(): number {
    const at = this.#take(3)
    return (this.#view.getUint16(at) << 8) | this.#view.getUint8(at + 2)
  }
  i24(): number {
    return (this.u24() << 8) >> 8
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4))
  }
  u32le(): number {
    return this.#view.getUint32(this.#take(4), true)
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4))
  }
  /** Throws LIMIT_EXCEEDED above 2^53-1. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#take(8))
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new AppError('LIMIT_EXCEEDED', { what: this.what, size: String(value), limit: Number.MAX_SAFE_INTEGER })
    }
    return Number(value)
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8))
  }
  view(count: number): Uint8Array {
    const at = this.#take(count)
    return this.bytes.subarray(at, at + count)
  }
  rest(): Uint8Array {
    return this.view(this.left)
  }
  skip(count: number): void {
    this.#take(count)
  }
  ascii(count: number): string {
    const at = this.#take(count)
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, count).toString('latin1')
  }
}

export function u16be(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

export function u32be(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) * 0x1000000 +
      ((bytes[at + 1] ?? 0) << 16) +
      ((bytes[at + 2] ?? 0) << 8) +
      (bytes[at + 3] ?? 0)) >>>
    0
  )
}

/** A Buffer over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && asBuffer(a).equals(b)
}
