import { AppError } from '../../base/errors.ts'
import type { Parts } from '../../media/broadcast/packager.ts'
import { MAX_MESSAGE_BYTES, type MessageHeader } from './message.ts'

const EXTENDED = 0xffffff

/**
 * One message as chunks: fmt 0, then fmt 3. RTMP 1.0 §5.3. Every message has its full header, so the bytes do not
 * depend on what was sent before and every peer with the same chunk size can be given the same ones.
 *
 * `payload` parts are not copied: the result has views of them between the headers. Chunk stream ids are 2..63.
 * Throws LIMIT_EXCEEDED when the payload does not fit the 24 bits of its length.
 */
export function writeMessage(header: MessageHeader, payload: Parts, chunkBytes: number): Uint8Array[] {
  let length = 0
  for (const part of payload) length += part.length
  if (length > MAX_MESSAGE_BYTES) {
    throw new AppError('LIMIT_EXCEEDED', { what: 'RTMP message', size: length, limit: MAX_MESSAGE_BYTES })
  }
  const timestamp = header.timestamp >>> 0
  const extended = timestamp >= EXTENDED
  const head = Buffer.allocUnsafe(extended ? 16 : 12)
  head[0] = header.chunkStreamId
  head.writeUIntBE(extended ? EXTENDED : timestamp, 1, 3)
  head.writeUIntBE(length, 4, 3)
  head[7] = header.type
  head.writeUInt32LE(header.streamId, 8)
  if (extended) head.writeUInt32BE(timestamp, 12)

  const out: Uint8Array[] = [head]
  let continuation: Uint8Array | null = null
  let left = chunkBytes
  for (const part of payload) {
    let at = 0
    while (at < part.length) {
      if (left === 0) {
        continuation ??= continuationHeader(header.chunkStreamId, extended ? timestamp : null)
        out.push(continuation)
        left = chunkBytes
      }
      const count = Math.min(left, part.length - at)
      out.push(count === part.length ? part : part.subarray(at, at + count))
      at += count
      left -= count
    }
  }
  return out
}

/** fmt 3; the extended timestamp is repeated, §5.3.1.3. */
function continuationHeader(chunkStreamId: number, extended: number | null): Uint8Array {
  if (extended === null) return Uint8Array.of(0xc0 | chunkStreamId)
  const bytes = Buffer.allocUnsafe(5)
  bytes[0] = 0xc0 | chunkStreamId
  bytes.writeUInt32BE(extended, 1)
  return bytes
}
