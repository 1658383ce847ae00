import type { Engine, StartEngine } from './engine.ts'
import type { Attempt, Plan, PlayProtocol } from './plan.ts'
import { IDLE, next, type Playback, type PlaybackEvent } from './playback.ts'
import { bufferedAheadMs, NO_STATS, type PlayerStats, type Reading, shownFps, withReading } from './stats.ts'

/** A picture that is not there by then is not coming this way: GOPs of 10 s are the longest in use. */
const FIRST_PICTURE_MS = 12_000
/** Playing without progress for that long is a dead connection the browser did not report. */
const STALL_MS = 8000
const STATS_MS = 500
/** The server hears how playing goes this often. */
const REPORT_MS = 5000

/** The libraries are big and load only when their protocol is tried. */
const ENGINES: Readonly<Record<PlayProtocol, () => Promise<StartEngine>>> = {
  'ws-flv': async () => (await import('./flv-engine.ts')).startFlv,
  'http-flv': async () => (await import('./flv-engine.ts')).startFlv,
  hls: async () => (await import('./hls-engine.ts')).startHls,
  'hls-native': async () => (await import('./native-engine.ts')).startNative,
}

export interface PlayerSnapshot {
  readonly playback: Playback
  readonly plan: Plan
  /** The attempt connecting or playing now. */
  readonly attempt: Attempt | null
  readonly stats: PlayerStats
  /** Unix time of the next try while waiting. */
  readonly retryAtMs: number
  /** The browser refused to start by itself; a click will do it. */
  readonly blocked: boolean
}

const EMPTY_PLAN: Plan = { attempts: [], skipped: [], undecodable: [] }

/**
 * Plays one stream into one video element: runs the plan, falls back, retries, measures. An external store for
 * React; `getPlan` is asked at each connect, so signed URLs are fresh then.
 */
export class PlayerSession {
  readonly #getPlan: () => Plan
  readonly #listeners = new Set<() => void>()
  #snapshot: PlayerSnapshot = {
    playback: IDLE,
    plan: EMPTY_PLAN,
    attempt: null,
    stats: NO_STATS,
    retryAtMs: 0,
    blocked: false,
  }
  #video: HTMLVideoElement | null = null
  #engine: Engine | null = null
  /** Counts connects: what an earlier one still reports is not ours any more. */
  #generation = 0
  #timer: number | undefined
  #ticker: number | undefined
  #readings: readonly Reading[] = []
  #progress = { time: 0, atMs: 0 }
  #reportedAtMs = 0

  constructor(getPlan: () => Plan) {
    this.#getPlan = getPlan
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  getSnapshot = (): PlayerSnapshot => this.#snapshot

  start(video: HTMLVideoElement): void {
    this.stop()
    this.#video = video
    video.addEventListener('playing', this.#onPlaying)
    this.#ticker = window.setInterval(() => this.#measure(), STATS_MS)
    const plan = this.#getPlan()
    this.#set({ plan })
    this.#apply({ type: 'start' })
  }

  stop(): void {
    window.clearInterval(this.#ticker)
    this.#video?.removeEventListener('playing', this.#onPlaying)
    this.#apply({ type: 'stop' })
    this.#video = null
  }

  retryNow = (): void => this.#apply({ type: 'retry' })

  /** Starts after a click when the browser refused to start by itself, and catches up after a pause. */
  resume = (): void => {
    const video = this.#video
    if (video === null) return
    const { buffered } = video
    if (buffered.length > 0 && (bufferedAheadMs(video) ?? 0) > 1500)
      video.currentTime = buffered.end(buffered.length - 1) - 0.4
    void this.#play(video)
  }

  #onPlaying = (): void => this.#apply({ type: 'playing' })

  #set(change: Partial<PlayerSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    for (const listener of this.#listeners) listener()
  }

  #apply(event: PlaybackEvent): void {
    const before = this.#snapshot.playback
    if (event.type === 'retry') this.#set({ plan: this.#getPlan() })
    const { plan } = this.#snapshot
    const playback = next(before, event, plan.attempts.length)
    if (playback === before) return
    window.clearTimeout(this.#timer)
    if (playback.phase !== 'playing') this.#release()
    const attempt =
      playback.phase === 'connecting' || playback.phase === 'playing' ? (plan.attempts[playback.attempt] ?? null) : null
    const retryAtMs = playback.phase === 'waiting' ? Date.now() + playback.retryInMs : 0
    this.#set({ playback, attempt, retryAtMs, ...(playback.phase === 'playing' ? {} : { stats: NO_STATS }) })
    if (playback.phase === 'waiting')
      this.#timer = window.setTimeout(() => this.#apply({ type: 'retry' }), playback.retryInMs)
    if (playback.phase === 'connecting' && attempt !== null) void this.#connect(attempt)
  }

  async #connect(attempt: Attempt): Promise<void> {
    const video = this.#video
    if (video === null) return
    const generation = ++this.#generation
    const current = () => generation === this.#generation
    const fail = (message: string) => {
      if (current()) this.#apply({ type: 'error', failure: { protocol: attempt.protocol, message } })
    }
    this.#timer = window.setTimeout(() => fail(`no picture within ${FIRST_PICTURE_MS / 1000} s`), FIRST_PICTURE_MS)
    try {
      const start = await ENGINES[attempt.protocol]()
      if (!current()) return
      const engine = await start(video, attempt, { onError: fail })
      if (!current()) return engine.destroy()
      this.#engine = engine
      await this.#play(video)
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error))
    }
  }

  async #play(video: HTMLVideoElement): Promise<void> {
    try {
      await video.play()
      this.#set({ blocked: false })
    } catch (error) {
      // AbortError: the source changed under the call. Only a refusal to autoplay needs the user.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#set({ blocked: true })
    }
  }

  #release(): void {
    this.#generation++
    this.#engine?.destroy()
    this.#engine = null
    this.#readings = []
  }

  #measure(): void {
    const video = this.#video
    const { playback } = this.#snapshot
    if (video === null || playback.phase !== 'playing') return
    const atMs = performance.now()
    const { totalVideoFrames: totalFrames, droppedVideoFrames: droppedFrames } = video.getVideoPlaybackQuality()
    this.#readings = withReading(this.#readings, { atMs, totalFrames, droppedFrames })
    const delayMs = this.#engine?.distanceToLiveMs() ?? bufferedAheadMs(video)
    if (delayMs !== null && atMs - this.#reportedAtMs >= REPORT_MS) {
      this.#reportedAtMs = atMs
      this.#engine?.report?.({ delayMs, droppedFrames })
    }
    this.#set({
      stats: {
        delayMs,
        width: video.videoWidth,
        height: video.videoHeight,
        fps: shownFps(this.#readings),
        droppedFrames,
        totalFrames,
        networkKbps: this.#engine?.networkKbps() ?? null,
      },
    })
    if (video.currentTime !== this.#progress.time || video.paused || document.hidden)
      this.#progress = { time: video.currentTime, atMs }
    else if (atMs - this.#progress.atMs > STALL_MS) {
      this.#progress = { time: video.currentTime, atMs }
      const protocol = this.#snapshot.attempt?.protocol ?? 'hls'
      this.#apply({ type: 'error', failure: { protocol, message: `no progress for ${STALL_MS / 1000} s` } })
    }
  }
}
