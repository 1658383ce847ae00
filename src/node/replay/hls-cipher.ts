import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { asBuffer } from '../../base/bytes.ts'

const KEY_BYTES = 16

/**
 * AES-128 of HLS: whole segments in CBC mode with PKCS #7 padding (RFC 8216 §5.2). Each recorded file has its own key,
 * which is derived and so is nowhere kept; each part its own initialization vector.
 */
export class HlsCipher {
  readonly #secret: string

  /** `secret`: at least 16 letters that nobody knows; with another one, keys given out before do not fit any more. */
  constructor(secret: string) {
    this.#secret = secret
  }

  key(segmentId: string): Buffer {
    return createHmac('sha256', this.#secret).update(`hls-key:${segmentId}`).digest().subarray(0, KEY_BYTES)
  }

  iv(segmentId: string, offset: number): Buffer {
    return createHash('sha256').update(`${segmentId}:${offset}`).digest().subarray(0, KEY_BYTES)
  }

  /** Bytes of what `encrypt` gives for so many. */
  static encryptedBytes(bytes: number): number {
    return bytes - (bytes % KEY_BYTES) + KEY_BYTES
  }

  async *encrypt(segmentId: string, offset: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
    const cipher = createCipheriv('aes-128-cbc', this.key(segmentId), this.iv(segmentId, offset))
    for await (const piece of pieces) yield cipher.update(asBuffer(piece))
    yield cipher.final()
  }
}
