import { AppError } from '../../base/errors.ts'
import { configBody } from '../../media/container/flv/body-writer.ts'
import { FlvDemuxer } from '../../media/container/flv/demuxer.ts'
import { AUDIO_TAG, fileHeader, tag, VIDEO_TAG } from '../../media/container/flv/tag.ts'
import type { Track } from '../../media/stream/track.ts'
import type { ByteSpan } from '../../storage/objects/object-store.ts'

/** Metadata with a keyframe index, and the first frames: the configurations are in it. */
const MAX_HEAD_BYTES = 4 * 1024 * 1024

/** A part of an FLV that plays alone. */
export interface FlvFrom {
  readonly bytes: number
  pieces(): AsyncGenerator<Uint8Array, void>
}

/** The byte offset of a pseudo-streaming player, from its query; null: it has none. Throws AppError INVALID. */
export function flvOffset(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new AppError('INVALID', { field: 'start', reason: 'not a byte offset' })
}

/**
 * An FLV from a byte offset on, as players ask for that jump by the file's keyframe index: a file header, the
 * configurations of the codecs, and the tags from there. Throws AppError INVALID for an offset beyond the file.
 */
export async function flvFrom(
  size: number,
  offset: number,
  read: (span: ByteSpan) => AsyncIterable<Uint8Array>,
): Promise<FlvFrom> {
  if (offset >= size) throw new AppError('INVALID', { field: 'start', reason: `the file has ${size} bytes` })
  const span = { start: offset, end: size }
  const head = offset === 0 ? Buffer.alloc(0) : await opening(read({ start: 0, end: Math.min(size, MAX_HEAD_BYTES) }))
  return {
    bytes: head.length + size - offset,
    async *pieces() {
      if (head.length > 0) yield head
      yield* read(span)
    },
  }
}

/** Header and configurations, of what stands first in the file. */
async function opening(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const tracks = new Map<Track['kind'], Track>()
  let frames = 0
  const demuxer = new FlvDemuxer({ track: track => tracks.set(track.kind, track), frame: () => frames++ })
  let wanted: number | null = null
  for await (const piece of pieces) {
    wanted ??= kinds(piece[4] ?? 0)
    demuxer.push(piece)
    if (tracks.size >= wanted && frames > 0) break
  }
  const head: Uint8Array[] = [fileHeader(tracks.has('audio'), tracks.has('video'))]
  for (const [kind, track] of tracks) {
    const config = configBody(track)
    if (config) head.push(...tag(kind === 'video' ? VIDEO_TAG : AUDIO_TAG, 0, [config]))
  }
  return Buffer.concat(head)
}

/** How many the flags of a file header promise. */
function kinds(flags: number): number {
  return (flags & 4 ? 1 : 0) + (flags & 1)
}
