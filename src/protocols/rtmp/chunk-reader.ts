import { asBuffer, u32be } from '../../base/bytes.ts'
import { AppError } from '../../base/errors.ts'
import { MAX_MESSAGE_BYTES, MESSAGE, type RtmpMessage } from './message.ts'
import { PayloadSlab } from './payload-slab.ts'

/** Chunk size before the peer announces another. RTMP 1.0 §5.4.1. */
const DEFAULT_CHUNK_BYTES = 128

/** Basic header 3, message header 11, extended timestamp 4. */
const MAX_HEADER_BYTES = 18

/** Encoders use 3 to 6 chunk streams; each may hold a partial message. */
export const MAX_CHUNK_STREAMS = 64

const EXTENDED = 0xffffff

/** Marks a header of which more bytes are needed. */
const INCOMPLETE = -1

interface ChunkStream {
  readonly id: number
  timestamp: number
  /** What fmt 3 adds when it starts a message: the last delta, or the timestamp of a fmt 0. */
  delta: number
  /** The 24-bit field was 0xffffff, so fmt 3 chunks carry the 32-bit value too. */
  extended: boolean
  /** The 32 bits of the extended timestamp, to tell a repeated one from payload. */
  extendedValue: number
  length: number
  type: number
  streamId: number
  payload: Buffer | null
  received: number
}

/**
 * Puts messages together from chunks. RTMP 1.0 §5.3.
 *
 * Input may be cut anywhere. Payload bytes are copied once, into a buffer of the message's own size; nothing is
 * kept of the input. Set Chunk Size and Abort are obeyed here, as they change how the next byte is read; they and
 * everything else go to `onMessage`, which may stop the reader by throwing.
 *
 * Throws BYTES_INVALID for a header that makes no sense and LIMIT_EXCEEDED for a message, a sum of partial messages
 * or a number of chunk streams over the limit; the connection cannot be continued after either.
 */
export class ChunkReader {
  #maxMessageBytes: number
  /** Of a peer that sends media; few others send enough to fill one. */
  #slab: PayloadSlab | null = null
  readonly #onMessage: (message: RtmpMessage) => void
  readonly #streams = new Map<number, ChunkStream>()
  #chunkBytes = DEFAULT_CHUNK_BYTES
  #partialBytes = 0
  /** The stream of the chunk being read, and how much of the chunk is missing. */
  #current: ChunkStream | null = null
  #chunkLeft = 0
  /** A header cut by the end of the input. */
  readonly #header = Buffer.allocUnsafe(MAX_HEADER_BYTES)
  #headerBytes = 0

  /**
   * `maxMessageBytes` is the largest message accepted. Peers that have not been authorised get a small one, so that
   * announced lengths cost no memory. Partial messages together may take twice as much.
   */
  constructor(onMessage: (message: RtmpMessage) => void, maxMessageBytes = MAX_MESSAGE_BYTES) {
    this.#onMessage = onMessage
    this.#maxMessageBytes = maxMessageBytes
  }

  /** The peer may send media from now on: messages of any size, and many of them. */
  expectMedia(): void {
    this.#maxMessageBytes = MAX_MESSAGE_BYTES
    this.#slab ??= new PayloadSlab()
  }

  /** Bytes allocated for messages that are not complete. */
  get partialBytes(): number {
    return this.#partialBytes
  }

  push(bytes: Uint8Array): void {
    const input = asBuffer(bytes)
    const end = input.length
    let at = 0
    if (this.#headerBytes > 0) {
      // Finish the cut header in our own few bytes, then go on in the input.
      const had = this.#headerBytes
      const taken = Math.min(MAX_HEADER_BYTES - had, end)
      input.copy(this.#header, had, 0, taken)
      const used = this.#readHeader(this.#header, 0, had + taken)
      if (used === INCOMPLETE) {
        this.#headerBytes = had + taken
        return
      }
      this.#headerBytes = 0
      if (used < had) {
        // A fmt 3 without the repeated timestamp: some of what was kept is payload.
        this.push(Buffer.from(this.#header.subarray(used, had)))
        this.push(input)
        return
      }
      at = used - had
    }
    for (;;) {
      if (this.#current !== null) {
        at = this.#readPayload(this.#current, input, at, end)
        if (this.#current !== null) return
      }
      if (at >= end) return
      const next = this.#readHeader(input, at, end)
      if (next === INCOMPLETE) {
        this.#headerBytes = input.copy(this.#header, 0, at, end)
        return
      }
      at = next
    }
  }

  #readPayload(stream: ChunkStream, input: Buffer, at: number, end: number): number {
    const count = Math.min(this.#chunkLeft, end - at)
    const payload = stream.payload!
    if (count > 0) input.copy(payload, stream.received, at, at + count)
    stream.received += count
    this.#chunkLeft -= count
    if (this.#chunkLeft === 0) {
      this.#current = null
      if (stream.received === stream.length) {
        stream.payload = null
        this.#partialBytes -= payload.length
        this.#deliver(stream, payload)
      }
    }
    return at + count
  }

  #deliver(stream: ChunkStream, payload: Buffer): void {
    const { type, timestamp, streamId, id } = stream
    if (type === MESSAGE.setChunkSize) {
      const size = payload.length < 4 ? 0 : u32be(payload, 0)
      if (size < 1 || size > 0x7fffffff) {
        throw new AppError('BYTES_INVALID', { what: 'RTMP chunk size', reason: `${size} is not 1..2147483647` })
      }
      this.#chunkBytes = size
    } else if (type === MESSAGE.abort && payload.length >= 4) {
      const aborted = this.#streams.get(u32be(payload, 0))
      if (aborted) this.#drop(aborted)
    }
    this.#onMessage({ type, timestamp, streamId, chunkStreamId: id, payload })
  }

  #drop(stream: ChunkStream): void {
    if (stream.payload === null) return
    this.#partialBytes -= stream.payload.length
    stream.payload = null
  }

  /** Returns the offset behind the header, or INCOMPLETE without having changed anything. */
  #readHeader(b: Buffer, start: number, end: number): number {
    const first = b[start]!
    const fmt = first >> 6
    let id = first & 0x3f
    let at = start + 1
    if (id === 0) {
      if (at + 1 > end) return INCOMPLETE
      id = b[at]! + 64
      at += 1
    } else if (id === 1) {
      if (at + 2 > end) return INCOMPLETE
      id = b[at]! + b[at + 1]! * 256 + 64
      at += 2
    }
    let stream = this.#streams.get(id)
    if (fmt === 3) {
      if (stream === undefined) throw unknownStream(fmt, id)
      if (stream.extended) {
        if (at + 4 > end) return INCOMPLETE
        // Some encoders do not repeat the extended timestamp although §5.3.1.3 asks for it: look whether it is there.
        if (u32be(b, at) === stream.extendedValue) at += 4
      }
      if (stream.payload === null) {
        stream.timestamp = (stream.timestamp + stream.delta) >>> 0
        this.#begin(stream)
      }
      this.#chunk(stream)
      return at
    }

    const fieldsEnd = at + (fmt === 0 ? 11 : fmt === 1 ? 7 : 3)
    if (fieldsEnd > end) return INCOMPLETE
    const field = (b[at]! << 16) | (b[at + 1]! << 8) | b[at + 2]!
    const extended = field === EXTENDED
    if (extended && fieldsEnd + 4 > end) return INCOMPLETE
    const time = extended ? u32be(b, fieldsEnd) : field

    if (stream === undefined) {
      // fmt 1 as the very first chunk comes from librtmp; it lacks nothing but the message stream id.
      if (fmt === 2) throw unknownStream(fmt, id)
      stream = this.#open(id)
    }
    this.#drop(stream) // a new header ends whatever was not finished
    stream.extended = extended
    stream.extendedValue = time
    stream.delta = time
    stream.timestamp = fmt === 0 ? time : (stream.timestamp + time) >>> 0
    if (fmt <= 1) {
      stream.length = (b[at + 3]! << 16) | (b[at + 4]! << 8) | b[at + 5]!
      stream.type = b[at + 6]!
      if (fmt === 0) stream.streamId = b.readUInt32LE(at + 7)
    }
    this.#begin(stream)
    this.#chunk(stream)
    return extended ? fieldsEnd + 4 : fieldsEnd
  }

  #open(id: number): ChunkStream {
    if (this.#streams.size >= MAX_CHUNK_STREAMS) {
      throw new AppError('LIMIT_EXCEEDED', {
        what: 'number of RTMP chunk streams',
        size: this.#streams.size + 1,
        limit: MAX_CHUNK_STREAMS,
      })
    }
    const stream: ChunkStream = {
      id,
      timestamp: 0,
      delta: 0,
      extended: false,
      extendedValue: 0,
      length: 0,
      type: 0,
      streamId: 0,
      payload: null,
      received: 0,
    }
    this.#streams.set(id, stream)
    return stream
  }

  #begin(stream: ChunkStream): void {
    const { length } = stream
    if (length > this.#maxMessageBytes) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'RTMP message', size: length, limit: this.#maxMessageBytes })
    }
    const limit = this.#maxMessageBytes * 2
    if (this.#partialBytes + length > limit) {
      throw new AppError('LIMIT_EXCEEDED', {
        what: 'unfinished RTMP messages',
        size: this.#partialBytes + length,
        limit,
      })
    }
    stream.payload = this.#slab?.allocate(length) ?? Buffer.allocUnsafe(length)
    stream.received = 0
    this.#partialBytes += length
  }

  #chunk(stream: ChunkStream): void {
    this.#current = stream
    this.#chunkLeft = Math.min(this.#chunkBytes, stream.length - stream.received)
  }
}

function unknownStream(fmt: number, id: number): AppError {
  return new AppError('BYTES_INVALID', {
    what: 'RTMP chunk',
    reason: `fmt ${fmt} on chunk stream ${id}, which had no message yet`,
  })
}
