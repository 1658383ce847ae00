import type { OutputFormat } from '../../media/broadcast/outputs.ts'
import type { Packager } from '../../media/broadcast/packager.ts'

export type TrackChoice = 'all' | 'audio' | 'video'

/** One container served as an endless HTTP response or as WebSocket messages. */
export interface LiveFormat {
  /** Of the URL: 'flv', 'ts', 'mp3', 'aac'. */
  readonly extension: string
  readonly contentType: string
  create(choice: TrackChoice): Packager
}

/**
 * `?only=audio` and `?only=video` leave the other kind out; players' own spellings `onlyAudio=1`, `onlyVideo=1`,
 * `audio=0` and `video=0` mean the same.
 */
export function trackChoice(query: URLSearchParams): TrackChoice {
  const only = query.get('only')
  if (only === 'audio' || query.get('onlyAudio') === '1' || query.get('video') === '0') return 'audio'
  if (only === 'video' || query.get('onlyVideo') === '1' || query.get('audio') === '0') return 'video'
  return 'all'
}

/** The broadcast format of a choice: viewers of the same choice share the bytes. */
export function outputFormat(format: LiveFormat, choice: TrackChoice): OutputFormat {
  const key = choice === 'all' ? format.extension : `${format.extension}-${choice}`
  return { key, create: () => format.create(choice) }
}
