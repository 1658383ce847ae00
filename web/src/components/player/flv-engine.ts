import mpegts from 'mpegts.js'
import type { StartEngine } from './engine.ts'
import { socketLoader } from './socket-loader.ts'

mpegts.LoggingControl.applyConfig({ enableAll: false, enableError: true })

/**
 * FLV over WebSocket or HTTP by mpegts.js. Delay is kept down in two ways: slightly faster play while the buffer
 * holds over 0.9 s, and a jump when it holds over 1.5 s (the burst of the GOP cache at the start, a resumed tab).
 */
export const startFlv: StartEngine = async (video, attempt, events) => {
  let kbps: number | null = null
  let over = false
  const fail = (message: string) => {
    if (over) return
    over = true
    events.onError(message)
  }
  const socket = attempt.protocol === 'ws-flv' ? socketLoader() : null
  const player = mpegts.createPlayer(
    {
      type: 'flv',
      isLive: true,
      cors: true,
      url: attempt.url,
      // A track that is promised is waited for.
      ...(attempt.known ? { hasAudio: attempt.audio, hasVideo: attempt.video } : {}),
    },
    {
      isLive: true,
      ...(socket === null ? {} : { customLoader: socket.loader }),
      enableStashBuffer: false,
      lazyLoad: false,
      autoCleanupSourceBuffer: true,
      autoCleanupMaxBackwardDuration: 30,
      autoCleanupMinBackwardDuration: 10,
      liveBufferLatencyChasing: true,
      liveBufferLatencyMaxLatency: 1.5,
      liveBufferLatencyMinRemain: 0.4,
      liveSync: true,
      liveSyncMaxLatency: 0.9,
      liveSyncTargetLatency: 0.6,
      liveSyncPlaybackRate: 1.1,
    },
  )
  player.on(mpegts.Events.ERROR, (type: string, detail: string, info?: { code?: number; msg?: string }) => {
    const status = info?.code !== undefined && info.code > 0 ? ` ${info.code}` : ''
    fail(`${type}: ${detail}${status}${info?.msg ? ` (${info.msg})` : ''}`)
  })
  player.on(mpegts.Events.LOADING_COMPLETE, () => fail('the server ended the stream'))
  player.on(mpegts.Events.STATISTICS_INFO, (info: { speed?: number }) => {
    // mpegts.js counts in KiB/s
    kbps = info.speed === undefined ? null : (info.speed * 1024 * 8) / 1000
  })
  player.attachMediaElement(video)
  player.load()
  return {
    networkKbps: () => kbps,
    distanceToLiveMs: () => null,
    report: report => socket?.send(report),
    destroy() {
      over = true
      player.destroy()
    },
  }
}
