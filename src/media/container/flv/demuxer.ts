import { ByteReader } from '../../../base/bytes.ts'
import { AppError } from '../../../base/errors.ts'
import { ByteQueue } from '../byte-queue.ts'
import { AUDIO_TAG, SCRIPT_TAG, TAG_HEADER_BYTES, TAG_TRAILER_BYTES, VIDEO_TAG } from './tag.ts'
import { type FlvFrameEvents, FlvFrames } from './to-frames.ts'

/** DataSize has 24 bits; a 16 MiB keyframe is far beyond level 6.2 at live bit rates, so half of it is generous. */
export const MAX_TAG_BYTES = 8 * 1024 * 1024
/** The header is 9 bytes; DataOffset allows later versions to be longer. */
const MAX_HEADER_BYTES = 64
const HEADER_BYTES = 9
/** Filter bit of the first tag byte: the body is encrypted (§E.4.1). */
const FILTER = 0x20

export interface FlvDemuxerEvents extends FlvFrameEvents {
  /** A script tag body: AMF0 values, usually 'onMetaData' and an object. A view. */
  script?(body: Uint8Array): void
}

/**
 * Reads an FLV file or HTTP-FLV stream in pieces of any size. Pushed bytes are kept by reference in frames.
 * Throws AppError BYTES_INVALID when it is no FLV or encrypted, LIMIT_EXCEEDED for a tag over MAX_TAG_BYTES, and what
 * FlvFrames throws; after an error nothing more may be pushed.
 */
export class FlvDemuxer {
  readonly #events: FlvDemuxerEvents
  readonly #frames: FlvFrames
  readonly #queue = new ByteQueue()
  #headerRead = false
  /** Bytes of header or PreviousTagSize to pass over. */
  #toSkip = 0

  constructor(events: FlvDemuxerEvents) {
    this.#events = events
    this.#frames = new FlvFrames(events)
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes)
    while (this.#step()) {
      // one header or tag at a time
    }
  }

  #step(): boolean {
    this.#toSkip -= this.#queue.skip(this.#toSkip)
    if (this.#toSkip > 0) return false
    return this.#headerRead ? this.#tag() : this.#header()
  }

  #header(): boolean {
    if (this.#queue.length < HEADER_BYTES) return false
    const reader = new ByteReader(this.#queue.peek(HEADER_BYTES), 'FLV header')
    if (reader.ascii(3) !== 'FLV') throw new AppError('BYTES_INVALID', { what: 'FLV header', reason: 'no signature' })
    reader.skip(2) // version, and flags that live sources get wrong
    const dataOffset = reader.u32()
    if (dataOffset < HEADER_BYTES || dataOffset > MAX_HEADER_BYTES) {
      throw new AppError('BYTES_INVALID', { what: 'FLV header', reason: `DataOffset ${dataOffset}` })
    }
    this.#headerRead = true
    this.#toSkip = dataOffset + TAG_TRAILER_BYTES
    return true
  }

  #tag(): boolean {
    if (this.#queue.length < TAG_HEADER_BYTES) return false
    const reader = new ByteReader(this.#queue.peek(TAG_HEADER_BYTES), 'FLV tag')
    const type = reader.u8()
    const size = reader.u24()
    if (size > MAX_TAG_BYTES) throw new AppError('LIMIT_EXCEEDED', { what: 'FLV tag', size, limit: MAX_TAG_BYTES })
    if (this.#queue.length < TAG_HEADER_BYTES + size) return false
    if (type & FILTER) throw new AppError('BYTES_INVALID', { what: 'FLV tag', reason: 'encrypted' })
    const timestampMs = reader.u24() + reader.u8() * 0x1000000
    const body = this.#queue.take(TAG_HEADER_BYTES + size).subarray(TAG_HEADER_BYTES)
    this.#toSkip = TAG_TRAILER_BYTES
    if (type === VIDEO_TAG) this.#frames.video(timestampMs, body)
    else if (type === AUDIO_TAG) this.#frames.audio(timestampMs, body)
    else if (type === SCRIPT_TAG) this.#events.script?.(body)
    return true
  }
}
