/** Half a second of 1 Mbit/s; as long as one of its messages is in a GOP cache, all of it is. */
const SLAB_BYTES = 64 * 1024
/** A larger message gets memory of its own: what is left of the slab would be lost. */
const MAX_SLICE_BYTES = SLAB_BYTES / 4

/**
 * Memory for the messages of one publisher, many to an ArrayBuffer: each costs the collector about as much as the frame
 * in it. Slices are never used again; a slab goes when all of them are forgotten.
 */
export class PayloadSlab {
  #slab = Buffer.alloc(0)
  #used = 0

  /** Uninitialised memory. */
  allocate(length: number): Buffer {
    if (length > MAX_SLICE_BYTES) return Buffer.allocUnsafeSlow(length)
    if (this.#used + length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.#used = 0
    }
    const slice = this.#slab.subarray(this.#used, this.#used + length)
    this.#used += length
    return slice
  }
}
