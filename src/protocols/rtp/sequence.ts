/** How far `to` is ahead of `from`, -32768 to 32767. RFC 1982. */
export function sequenceDelta(from: number, to: number): number {
  return ((to - from) << 16) >> 16
}

/** Continuous value of a counter of `bits` that wraps: the one nearest to the value before. */
export class Unwrapper {
  readonly #modulus: number
  #last: number | null = null

  constructor(bits: 16 | 32) {
    this.#modulus = 2 ** bits
  }

  unwrap(wire: number): number {
    const last = this.#last ?? wire
    this.#last = wire + Math.round((last - wire) / this.#modulus) * this.#modulus
    return this.#last
  }
}
