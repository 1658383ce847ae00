/** A fragment of 2 s at 4 Mbit/s; larger ones are few beside their bytes and are written as they are. */
const BUFFER_BYTES = 1024 * 1024
/** As many writes as the process has threads for; what waits beyond them is written as it is, too. */
const MAX_BUFFERS = 4

/**
 * Buffers in which the frames of a fragment are put behind each other: one piece to write and to hash instead of a
 * hundred, which costs less than half. They are used again, so that nothing is left to the garbage collector.
 */
export class JoinBuffers {
  readonly #free: Buffer[] = []
  #made = 0

  /** `parts` as one piece while `run` runs, where there is a buffer for them. */
  async joined<T>(
    parts: readonly Uint8Array[],
    bytes: number,
    run: (parts: readonly Uint8Array[]) => Promise<T>,
  ): Promise<T> {
    const buffer = bytes <= BUFFER_BYTES ? this.#take() : null
    if (!buffer) return run(parts)
    let at = 0
    for (const part of parts) {
      buffer.set(part, at)
      at += part.length
    }
    try {
      return await run([buffer.subarray(0, at)])
    } finally {
      this.#free.push(buffer)
    }
  }

  #take(): Buffer | null {
    const free = this.#free.pop()
    if (free) return free
    if (this.#made === MAX_BUFFERS) return null
    this.#made++
    return Buffer.allocUnsafeSlow(BUFFER_BYTES)
  }
}
