import type { Packager, Parts } from '../../media/broadcast/packager.ts'
import { encodeAmf0 } from '../../media/container/amf/amf0.ts'
import { configBody, frameHeader, metadataBody } from '../../media/container/flv/body-writer.ts'
import { dtsMs, type Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { writeMessage } from './chunk-writer.ts'
import { CHUNK_STREAM, MESSAGE, MESSAGE_STREAM_ID } from './message.ts'

/**
 * RTMP messages in chunks of a size that all viewers were told before. The same bytes for everybody: the first chunk
 * of a message is always fmt 0, message stream and chunk streams are fixed.
 */
export class RtmpPackager implements Packager {
  readonly #chunkBytes: number
  readonly #dataPrefix: Parts
  /** By track id: whose configuration the viewers have. */
  readonly #tracks = new Map<number, Track>()

  /** `chunkBytes` is what was announced to the receivers; a publisher's metadata asks the server to store it. */
  constructor(chunkBytes: number, receiver: 'viewer' | 'server' = 'viewer') {
    this.#chunkBytes = chunkBytes
    this.#dataPrefix = receiver === 'server' ? [encodeAmf0('@setDataFrame')] : []
  }

  /** FLV, in its classic or enhanced form, has a name for every codec of the hub. */
  carries(_track: Track): boolean {
    return true
  }

  header(tracks: readonly Track[], startMs: number): Parts {
    // At time 0 whatever the start: FFmpeg takes script data of a later time for subtitles.
    const parts = this.#message(MESSAGE.dataAmf0, CHUNK_STREAM.data, 0, [...this.#dataPrefix, metadataBody(tracks)])
    for (const track of tracks) parts.push(...this.#config(track, startMs))
    return parts
  }

  frame(frame: Frame): Parts {
    const { track } = frame
    const timestamp = dtsMs(frame)
    const parts: Uint8Array[] = []
    if (this.#tracks.get(track.id) !== track) {
      // Behind the very first frame's header the configuration would be there twice.
      if (this.#tracks.size > 0) parts.push(...this.#config(track, timestamp))
      this.#tracks.set(track.id, track)
    }
    parts.push(...this.#media(track, timestamp, [frameHeader(frame), frame.data]))
    return parts
  }

  #config(track: Track, timestamp: number): Uint8Array[] {
    const body = configBody(track)
    return body ? this.#media(track, timestamp, [body]) : []
  }

  #media(track: Track, timestamp: number, payload: Parts): Uint8Array[] {
    return track.kind === 'video'
      ? this.#message(MESSAGE.video, CHUNK_STREAM.video, timestamp, payload)
      : this.#message(MESSAGE.audio, CHUNK_STREAM.audio, timestamp, payload)
  }

  #message(type: number, chunkStreamId: number, timestamp: number, payload: Parts): Uint8Array[] {
    return writeMessage({ type, timestamp, streamId: MESSAGE_STREAM_ID, chunkStreamId }, payload, this.#chunkBytes)
  }
}
