/** One frame found in a byte stream; both are views. */
export interface ScannedFrame<H> {
  readonly header: H
  readonly bytes: Uint8Array
}

export interface Scan<H> {
  readonly frames: readonly ScannedFrame<H>[]
  /** Bytes that need not be given again: frames, and garbage before and between them. */
  readonly consumed: number
  /** Bytes of garbage among them. */
  readonly skipped: number
}

/**
 * Cuts a byte stream into frames whose header tells their size, and finds the next one after garbage. A header counts
 * when it stands right behind a frame, a second one follows its frame, or the frame ends the buffer: sync words also
 * occur inside frames. One whose frame is longer than the buffer waits for more, unless a frame is found behind it.
 * `parse` returns null where no header is; it may look at `headerBytes` bytes.
 */
export function scanFrames<H extends { readonly frameBytes: number }>(
  bytes: Uint8Array,
  headerBytes: number,
  parse: (bytes: Uint8Array, at: number) => H | null,
): Scan<H> {
  const frames: ScannedFrame<H>[] = []
  let consumed = 0
  let framedBytes = 0
  let inSync = false
  let waiting = false
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const header = parse(bytes, at)
    const end = header ? at + header.frameBytes : at
    if (header && end > bytes.length) {
      if (inSync) break
      waiting = true
    } else if (header && (parse(bytes, end) || (!waiting && (inSync || end + headerBytes > bytes.length)))) {
      frames.push({ header, bytes: bytes.subarray(at, end) })
      framedBytes += header.frameBytes
      at = consumed = end
      inSync = true
      waiting = false
      continue
    }
    at++
    inSync = false
    if (!waiting) consumed = at
  }
  return { frames, consumed, skipped: consumed - framedBytes }
}
