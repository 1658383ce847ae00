import type { Packager, Parts } from '../../media/broadcast/packager.ts'
import { configBody, frameHeader, metadataBody } from '../../media/container/flv/body-writer.ts'
import { FLV_CODECS } from '../../media/container/flv/codecs.ts'
import { AUDIO_TAG, fileHeader, SCRIPT_TAG, tag, VIDEO_TAG } from '../../media/container/flv/tag.ts'
import { dtsMs, type Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { LiveFormat, TrackChoice } from './live-format.ts'

/** Frames as FLV tags; the frame's bytes are referenced, not copied. */
export class FlvPackager implements Packager {
  readonly #choice: TrackChoice
  /** The configuration last written between frames, by track id. */
  readonly #tracks = new Map<number, Track>()

  constructor(choice: TrackChoice) {
    this.#choice = choice
  }

  carries(track: Track): boolean {
    return FLV_CODECS[track.codec] !== null && (this.#choice === 'all' || this.#choice === track.kind)
  }

  header(tracks: readonly Track[], startMs: number): Parts {
    const has = (kind: Track['kind']) => tracks.some(track => track.kind === kind)
    const parts: Uint8Array[] = [fileHeader(has('audio'), has('video'))]
    // At time 0: ffmpeg takes metadata at a later time for a subtitle track.
    parts.push(...tag(SCRIPT_TAG, 0, [metadataBody(tracks)]))
    for (const track of tracks) parts.push(...configTag(track, startMs))
    return parts
  }

  frame(frame: Frame): Parts {
    const { track } = frame
    const ms = dtsMs(frame)
    const body = tag(tagType(track), ms, [frameHeader(frame), frame.data])
    if (this.#tracks.get(track.id) === track) return body
    // New or changed: viewers who came before it have not seen this configuration.
    this.#tracks.set(track.id, track)
    return [...configTag(track, ms), ...body]
  }
}

export const FLV_FORMAT: LiveFormat = {
  extension: 'flv',
  contentType: 'video/x-flv',
  create: choice => new FlvPackager(choice),
}

function configTag(track: Track, ms: number): Uint8Array[] {
  const body = configBody(track)
  return body ? tag(tagType(track), ms, [body]) : []
}

function tagType(track: Track): number {
  return track.kind === 'video' ? VIDEO_TAG : AUDIO_TAG
}
