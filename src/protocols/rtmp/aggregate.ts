import { ByteReader } from '../../base/bytes.ts'
import type { RtmpMessage } from './message.ts'

/** Type, size, timestamp and stream id of an FLV tag header, and the back pointer behind its body. */
const TAG_HEADER_BYTES = 11
const BACK_POINTER_BYTES = 4

/**
 * The messages in an aggregate message, whose payload is a run of FLV tags. RTMP 1.0 §7.1.6: the first one has the
 * time of the aggregate, the others keep their distance to it. Payloads are views. A last tag without back pointer
 * is accepted. Throws AppError BYTES_TOO_SHORT.
 */
export function splitAggregate(message: RtmpMessage): RtmpMessage[] {
  const reader = new ByteReader(message.payload, 'RTMP aggregate message')
  const messages: RtmpMessage[] = []
  let offset: number | null = null
  while (reader.left >= TAG_HEADER_BYTES) {
    const type = reader.u8()
    const size = reader.u24()
    const low = reader.u24()
    const time = (reader.u8() * 0x1000000 + low) >>> 0
    reader.skip(3)
    offset ??= message.timestamp - time
    messages.push({
      type,
      timestamp: (time + offset) >>> 0,
      streamId: message.streamId,
      chunkStreamId: message.chunkStreamId,
      payload: reader.view(size),
    })
    reader.skip(Math.min(BACK_POINTER_BYTES, reader.left))
  }
  return messages
}
