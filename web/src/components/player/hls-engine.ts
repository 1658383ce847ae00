import Hls from 'hls.js/light'
import type { StartEngine } from './engine.ts'

/** HLS by hls.js (without subtitles, alternate audio and DRM: the light build). */
export const startHls: StartEngine = async (video, attempt, events) => {
  let over = false
  /** Goes with the next playlist that is asked for: Common Media Client Data, CTA-5004-A. */
  let report = ''
  const hls = new Hls({
    lowLatencyMode: true,
    liveSyncDurationCount: 2,
    maxLiveSyncPlaybackRate: 1.1,
    backBufferLength: 10,
    xhrSetup: (xhr, url) => {
      if (report === '' || !url.includes('/hls/media.m3u8?')) return
      xhr.open('GET', `${url}&CMCD=${encodeURIComponent(report)}`, true)
      report = ''
    },
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
    report: ({ delayMs, droppedFrames }) => {
      report = `dfa=${droppedFrames},ltc=${Math.round(delayMs)},v=2`
    },
    destroy() {
      over = true
      hls.destroy()
    },
  }
}
