import Hls from 'hls.js/light'
import type { StartEngine } from './engine.ts'

/** HLS by hls.js (without subtitles, alternate audio and DRM: the light build). */
export const startHls: StartEngine = async (video, attempt, events) => {
  let over = false
  const hls = new Hls({
    lowLatencyMode: true,
    liveSyncDurationCount: 2,
    maxLiveSyncPlaybackRate: 1.1,
    backBufferLength: 10,
    // The console has its own back-off over all protocols; a long one inside would hide the fallback.
    manifestLoadPolicy: {
      default: { maxTimeToFirstByteMs: 8000, maxLoadTimeMs: 8000, timeoutRetry: null, errorRetry: null },
    },
  })
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal || over) return
    over = true
    const status = data.response?.code ? ` ${data.response.code}` : ''
    events.onError(`${data.type}: ${data.details}${status}${data.reason ? ` (${data.reason})` : ''}`)
  })
  hls.loadSource(attempt.url)
  hls.attachMedia(video)
  return {
    networkKbps: () => null,
    distanceToLiveMs: () => (Number.isFinite(hls.latency) && hls.latency > 0 ? hls.latency * 1000 : null),
    destroy() {
      over = true
      hls.destroy()
    },
  }
}
