import { unwrap33 } from './timestamp.ts'

/** Unwraps the timestamps of a program: all its streams share one, so they wrap together. */
export class Timebase {
  #reference: number | null = null

  /** Continuous 90 kHz time of a 33-bit decoding time; may go back where the sender's clock does. */
  unwrap(wire: number): number {
    this.#reference = this.near(wire)
    return this.#reference
  }

  /** The same for a time that goes with the last decoding time. */
  near(wire: number): number {
    return unwrap33(wire, this.#reference ?? wire)
  }
}
