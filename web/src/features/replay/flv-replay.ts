import mpegts from 'mpegts.js'
import type { ReplayEngine, ReplayEvents, ReplaySource } from './engine.ts'

mpegts.LoggingControl.applyConfig({ enableAll: false, enableError: true })

/** What is left of the buffer when the server has sent all: then it is over. */
const REST_S = 0.25

/**
 * Recorded time as FLV, sent by the server at `speed`: a second of the video element is so many seconds of the
 * recording, from its begin on. One recording without a break at a time, since the server closes holes.
 */
export async function startFlvReplay(
  video: HTMLVideoElement,
  { url, fromMs }: ReplaySource,
  speed: number,
  sound: boolean,
  events: ReplayEvents,
): Promise<ReplayEngine> {
  let over = false
  let complete = false
  const player = mpegts.createPlayer(
    { type: 'flv', isLive: true, cors: true, url, hasAudio: sound, hasVideo: true },
    {
      isLive: true,
      enableStashBuffer: false,
      lazyLoad: false,
      autoCleanupSourceBuffer: true,
      liveBufferLatencyChasing: false,
      liveSync: false,
    },
  )
  player.on(mpegts.Events.ERROR, (type: string, detail: string, info?: { code?: number; msg?: string }) => {
    if (over) return
    over = true
    const status = info?.code !== undefined && info.code > 0 ? ` ${info.code}` : ''
    events.onError(`${type}: ${detail}${status}${info?.msg ? ` (${info.msg})` : ''}`)
  })
  player.on(mpegts.Events.LOADING_COMPLETE, () => {
    complete = true
    onTime()
  })
  const onTime = () => {
    const { buffered, currentTime } = video
    const end = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1)
    if (over || !complete || end - currentTime > REST_S) return
    over = true
    events.onEnd()
  }
  video.addEventListener('timeupdate', onTime)
  player.attachMediaElement(video)
  player.load()
  return {
    positionMs: () => (video.readyState >= video.HAVE_CURRENT_DATA ? fromMs + video.currentTime * 1000 * speed : null),
    seek: () => false,
    rateOf: () => 1,
    destroy() {
      over = true
      video.removeEventListener('timeupdate', onTime)
      player.destroy()
    },
  }
}
