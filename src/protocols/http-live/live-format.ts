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
function trackChoice(query: URLSearchParams): TrackChoice {
  const only = query.get('only')
  if (only === 'audio' || query.get('onlyAudio') === '1' || query.get('video') === '0') return 'audio'
  if (only === 'video' || query.get('onlyVideo') === '1' || query.get('audio') === '0') return 'video'
  return 'all'
}

/** The broadcast format of a choice: viewers of the same choice share the bytes. `?sound=aac` has no G.711 in it. */
export function outputFormat(format: LiveFormat, query: URLSearchParams): OutputFormat {
  const choice = trackChoice(query)
  const aac = query.get('sound') === 'aac' && choice !== 'video'
  const key = [format.extension, ...(choice === 'all' ? [] : [choice]), ...(aac ? ['aac'] : [])].join('-')
  return { key, ...(aac && { sound: 'aac' }), create: () => format.create(choice) }
}
