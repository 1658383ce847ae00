import Hls from 'hls.js/light'
import type { ReplayEngine, ReplayEvents, ReplaySource } from './engine.ts'
import { type Piece, playedAt, recordedAt } from './media-time.ts'

/** Enough ahead for twice the speed over a slow line; recordings are read from disk, not from memory. */
const AHEAD_S = 30
/** One screen of going back is free. */
const BEHIND_S = 60
/** The position is put right when the browser began farther off than a frame or two. */
const NEAR_S = 0.15

/** Recorded time as HLS by hls.js: its program date times say when each picture was recorded. */
export async function startHlsReplay(
  video: HTMLVideoElement,
  { url, atMs }: ReplaySource,
  events: ReplayEvents,
): Promise<ReplayEngine> {
  let over = false
  let pieces: readonly Piece[] = []
  let placed = false
  const hls = new Hls({
    // Where to begin is known only from the playlist.
    startPosition: 0,
    maxBufferLength: AHEAD_S,
    maxMaxBufferLength: AHEAD_S,
    backBufferLength: BEHIND_S,
    // A playlist that still grows is watched from where it was asked for, not from its edge.
    liveSyncDurationCount: 1,
    liveMaxLatencyDurationCount: Number.POSITIVE_INFINITY,
    maxLiveSyncPlaybackRate: 1,
    manifestLoadPolicy: {
      default: { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 15_000, timeoutRetry: null, errorRetry: null },
    },
  })
  const place = () => {
    if (placed) return
    const at = playedAt(pieces, atMs)
    if (at === null) return
    placed = true
    if (Math.abs(video.currentTime - at) > NEAR_S) video.currentTime = at
  }
  hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
    pieces = details.fragments
    place()
  })
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal || over) return
    over = true
    const status = data.response?.code ? ` ${data.response.code}` : ''
    events.onError(`${data.type}: ${data.details}${status}${data.reason ? ` (${data.reason})` : ''}`)
  })
  const onEnded = () => events.onEnd()
  video.addEventListener('ended', onEnded)
  video.addEventListener('loadedmetadata', place)
  hls.loadSource(url)
  hls.attachMedia(video)
  return {
    positionMs: () =>
      placed && video.readyState >= video.HAVE_CURRENT_DATA ? recordedAt(pieces, video.currentTime) : null,
    seek(ms) {
      const at = playedAt(pieces, ms)
      if (at === null || over) return false
      placed = true
      video.currentTime = at
      return true
    },
    rateOf: speed => speed,
    destroy() {
      over = true
      video.removeEventListener('ended', onEnded)
      video.removeEventListener('loadedmetadata', place)
      hls.destroy()
    },
  }
}
