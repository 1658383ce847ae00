/** One FLV tag, as a file or a player's socket has it. Written apart from src/ on purpose: the bench checks the server. */
export interface FlvTag {
  /** 8 audio, 9 video, 18 script. */
  readonly type: number
  readonly timestampMs: number
  readonly body: Buffer
}

const FILE_HEADER_BYTES = 9 + 4
const TAG_HEADER_BYTES = 11

/** Splits an FLV byte stream into tags, whatever the pieces it arrives in. */
export class FlvTags {
  #pieces: Buffer[] = []
  #held = 0
  #needed = FILE_HEADER_BYTES
  #headerSeen = false
  readonly #onTag: (tag: FlvTag) => void

  constructor(onTag: (tag: FlvTag) => void) {
    this.#onTag = onTag
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#held += piece.length
    if (this.#held < this.#needed) return
    let bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces)
    if (!this.#headerSeen) {
      if (bytes.toString('latin1', 0, 3) !== 'FLV') throw new Error(`not FLV: ${bytes.toString('latin1', 0, 40)}`)
      bytes = bytes.subarray(FILE_HEADER_BYTES)
      this.#headerSeen = true
    }
    this.#needed = TAG_HEADER_BYTES
    while (bytes.length >= TAG_HEADER_BYTES) {
      const size = bytes.readUIntBE(1, 3)
      this.#needed = TAG_HEADER_BYTES + size + 4
      if (bytes.length < this.#needed) break
      const timestampMs = bytes.readUIntBE(4, 3) + bytes.readUInt8(7) * 0x1000000
      const body = bytes.subarray(TAG_HEADER_BYTES, TAG_HEADER_BYTES + size)
      this.#onTag({ type: bytes.readUInt8(0) & 0x1f, timestampMs, body })
      bytes = bytes.subarray(this.#needed)
      this.#needed = TAG_HEADER_BYTES
    }
    this.#pieces = bytes.length > 0 ? [bytes] : []
    this.#held = bytes.length
  }
}

/** An AVC or AAC configuration instead of a frame. */
export function isConfiguration(tag: FlvTag): boolean {
  return (tag.type === 9 || tag.type === 8) && tag.body[1] === 0
}

export function isKeyframe(tag: FlvTag): boolean {
  return tag.type === 9 && ((tag.body[0] ?? 0) & 0x70) === 0x10
}
