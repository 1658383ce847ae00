import type { Recording, Span } from '../platform/recordings/recording.ts'
import type * as contract from './contract/recording.ts'
import { mediaLink, time, type ViewContext } from './stream-view.ts'

/** Pixels of the pictures that come with a list. */
const THUMBNAIL_WIDTH = 320

export function recordingView(recording: Recording, context: ViewContext): contract.Recording {
  const { startMs, endMs, template, recording: recordingId, filed: _, ...rest } = recording
  const { path, video } = recording
  const picture = { part: 'replay/thumbnail.jpg', query: { at: startMs, width: THUMBNAIL_WIDTH } }
  return {
    ...rest,
    space: path.slice(0, path.indexOf('/')),
    templateId: template,
    recordingId,
    startedAt: time(startMs),
    endedAt: time(endMs),
    durationS: (endMs - startMs) / 1000,
    thumbnail: video && mediaLink(path, picture, context),
  }
}

/** Null when the space is gone. */
export function replayUrls(path: string, { startMs, endMs }: Span, context: ViewContext): contract.ReplayUrls | null {
  const query = { start: startMs, end: endMs }
  const link = (part: string, more: object = {}) => mediaLink(path, { part, query, ...more }, context)
  const hls = link('replay/index.m3u8')
  const flv = link('replay/stream.flv')
  const wsFlv = link('replay/stream.flv', { webSocket: true })
  const mp4 = link('replay/clip.mp4')
  const thumbnail = link('replay/thumbnail.jpg', { query: { at: startMs, width: THUMBNAIL_WIDTH } })
  if (hls === null || flv === null || wsFlv === null || mp4 === null || thumbnail === null) return null
  const space = context.spaces.state(path.slice(0, path.indexOf('/')))
  return { hls, flv, wsFlv, mp4, thumbnail, expiresAt: space?.play === 'open' ? null : context.expiresAt }
}
