/**
 * Bytes that arrived and were not read yet, of a demuxer that is fed in pieces of any size. Pushed buffers are kept,
 * not copied: whoever pushes must not reuse them. The owner bounds what it waits for before calling `take`.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#chunks.push(bytes)
    this.#length += bytes.length
  }

  /** The first `count` bytes, which stay in the queue; `count` must not be over `length`. */
  peek(count: number): Uint8Array {
    const first = this.#chunks[0]
    if (first && first.length >= count) return first.subarray(0, count)
    this.#gather(count)
    return (this.#chunks[0] ?? new Uint8Array()).subarray(0, count)
  }

  /** Removes the first `count` bytes: a view of a pushed buffer when they lie in one, otherwise one copy. */
  take(count: number): Uint8Array {
    const bytes = this.peek(count)
    this.skip(count)
    return bytes
  }

  /** Drops the first `count` bytes, or all there are; returns how many. */
  skip(count: number): number {
    let left = Math.min(count, this.#length)
    const skipped = left
    this.#length -= left
    let whole = 0
    while (left > 0) {
      const chunk = this.#chunks[whole]
      if (!chunk) break
      if (chunk.length > left) {
        this.#chunks[whole] = chunk.subarray(left)
        break
      }
      left -= chunk.length
      whole++
    }
    if (whole > 0) this.#chunks.splice(0, whole)
    return skipped
  }

  /** Makes the first chunk hold `count` bytes: whole chunks are joined, so no byte is copied twice for one `take`. */
  #gather(count: number): void {
    let size = 0
    let whole = 0
    while (size < count && whole < this.#chunks.length) size += this.#chunks[whole++]?.length ?? 0
    this.#chunks.splice(0, whole, Buffer.concat(this.#chunks.slice(0, whole), size))
  }
}
