import type { Segment } from '../../link/recording.ts'
import type { SegmentRecord } from '../recorder/segment.ts'
import { plainName } from './recording-stores.ts'

/** A recorded file as the platform is told of it. One that waits for its copy in another format is not complete yet. */
export function segmentView(segment: SegmentRecord): Segment {
  const { copy, copyAs, tracks, id, path, template, recording, cause, startMs, endMs, fragments, held } = segment
  const video = tracks.find(({ kind }) => kind === 'video')
  const audio = tracks.find(({ kind }) => kind === 'audio')
  return {
    ...{ id, path, template, recording, cause, startMs, endMs, fragments, held },
    store: plainName(segment.store),
    format: copy?.format ?? 'fmp4',
    object: copy?.object ?? segment.object,
    state: copyAs !== null && copy === null ? 'open' : segment.state,
    sizeBytes: segment.sizeBytes + (copy?.sizeBytes ?? 0),
    video: video ? { codec: video.codec, width: video.width, height: video.height } : null,
    audio: audio ? { codec: audio.codec, sampleRate: audio.sampleRate, channels: audio.channels } : null,
    sha256: copy ? null : segment.sha256,
    thinned: segment.thinned,
  }
}
