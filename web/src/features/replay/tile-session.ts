import type { ReplayEngine } from './engine.ts'
import { flvUrl, hlsUrl, type ReplayUrls } from './replay-urls.ts'
import { type Way, wayOf } from './speed.ts'
import { playableUntil, type Span, spanAt, type Track, UNKNOWN_TRACK } from './track.ts'

/** Of a playlist: so much before what is played, so that a step back needs no new one ... */
const BACK_MS = 5 * 60_000
/** ... and so much after it. Longer ones take longer to write, send and read. */
const AHEAD_MS = 55 * 60_000
/** Nearer to now than this a playlist still grows. */
const EDGE_MS = 15_000
/** Farther from the clock than this a picture jumps; nearer it runs a little faster or slower. */
const JUMP_MS = 900
const NEAR_MS = 60
const NUDGE = 0.06
/** A picture that is not there by then holds nobody up any more. */
const PATIENCE_MS = 12_000
/** Tries of one time before it is given up; the next jump tries anew. */
const MAX_TRIES = 2
/** A recording of which so little is left is over: times of files and of frames are not the same to the millisecond. */
const REST_MS = 3000
/** Between two pictures when going backwards. */
const STEP_PAUSE_MS = 120

export type TileState = 'gap' | 'loading' | 'playing' | 'failed'

export interface TileSnapshot {
  readonly state: TileState
  /** Technical text, of `failed`. */
  readonly error: string
  readonly way: Way['kind'] | null
}

export interface Beat {
  readonly positionMs: number
  readonly speed: number
  readonly running: boolean
  readonly pictures: number
}

interface Loaded extends Span {
  readonly way: Way
  readonly key: string
}

/** One picture of the page: keeps what it shows at the time of the clock. */
export class TileSession {
  readonly stream: string
  readonly #urls: ReplayUrls
  readonly #onChange: () => void
  #track: Track = UNKNOWN_TRACK
  #video: HTMLVideoElement | null = null
  #engine: ReplayEngine | null = null
  #loaded: Loaded | null = null
  #generation = 0
  #loadingSinceMs = 0
  #tries = 0
  #steppedAtMs = 0
  /** Another time was chosen, and the picture has not gone there yet: what it shows says nothing. */
  #jumping = false
  /** All of a recording was shown up to this, its end. */
  #overUntilMs = 0
  /** The browser says that HLS cannot be played here, or the stream's codec not that way. */
  #hls = true
  /** A proxy between us lets no WebSocket through. */
  #socket = true
  #snapshot: TileSnapshot = { state: 'loading', error: '', way: null }

  constructor(stream: string, urls: ReplayUrls, onChange: () => void) {
    this.stream = stream
    this.#urls = urls
    this.#onChange = onChange
  }

  get snapshot(): TileSnapshot {
    return this.#snapshot
  }

  get track(): Track {
    return this.#track
  }

  /** It was told what is recorded. */
  get known(): boolean {
    return this.#track !== UNKNOWN_TRACK
  }

  setTrack(track: Track): void {
    this.#track = track
  }

  setVideo(video: HTMLVideoElement | null): void {
    if (video === this.#video) return
    this.#release()
    this.#video = video
  }

  close(): void {
    this.#release()
    this.#video = null
  }

  /** Nothing of what was loaded counts any more: another time was chosen. */
  jumped(): void {
    this.#tries = 0
    this.#jumping = true
    this.#overUntilMs = 0
    if (this.#snapshot.state === 'failed') this.#set({ state: 'loading', error: '' })
  }

  /** When the picture that is shown was recorded; null: none is, or it is being fetched. */
  positionMs(): number | null {
    const video = this.#video
    if (this.#engine === null || video === null || this.#jumping || video.seeking) return null
    return video.readyState < video.HAVE_CURRENT_DATA ? null : this.#engine.positionMs()
  }

  /** The picture is there and goes on. */
  get leads(): boolean {
    const video = this.#video
    return (
      this.#snapshot.state === 'playing' &&
      video !== null &&
      !video.paused &&
      video.readyState >= video.HAVE_FUTURE_DATA &&
      this.positionMs() !== null
    )
  }

  /** The others wait for it: something was recorded at this time, and it is not shown yet. */
  awaited(nowMs: number): boolean {
    if (this.#snapshot.state === 'failed' || this.#snapshot.state === 'gap') return false
    const video = this.#video
    if (video === null) return false
    const there = this.positionMs() !== null && video.readyState >= video.HAVE_FUTURE_DATA
    if (there) {
      this.#loadingSinceMs = nowMs
      return false
    }
    return nowMs - this.#loadingSinceMs < PATIENCE_MS
  }

  /** Called some times a second. */
  sync(beat: Beat, nowMs: number): void {
    const video = this.#video
    if (video === null || !this.known) return
    const span = spanAt(this.#track.spans, beat.positionMs)
    if (span === null || (span.toMs === this.#overUntilMs && span.toMs - beat.positionMs < REST_MS)) {
      if (!video.paused) video.pause()
      this.#set({ state: 'gap', error: '' })
      return
    }
    if (this.#snapshot.state === 'failed') return
    const way = wayOf(beat.speed, beat.pictures, this.#hls)
    if (!this.#covers(beat.positionMs, way)) return void this.#load(span, beat.positionMs, way, nowMs)
    if (this.#engine === null) return
    if (this.#jumping) {
      this.#jumping = false
      this.#loadingSinceMs = nowMs
      // FLV goes only forward.
      if (!this.#engine.seek(beat.positionMs)) this.#release()
      return
    }
    if (way.kind === 'steps') this.#step(beat.positionMs, nowMs)
    else this.#keepUp(video, this.#engine, beat, span)
  }

  #keepUp(video: HTMLVideoElement, engine: ReplayEngine, { positionMs, speed, running }: Beat, span: Span): void {
    const shown = this.positionMs()
    if (running === video.paused) {
      if (running) void video.play().catch(() => {})
      else video.pause()
    }
    if (shown === null) return
    const off = (shown - positionMs) / Math.max(1, speed)
    if (Math.abs(off) > JUMP_MS) {
      // Behind the end of its recording the picture waits for the clock; else it goes where the clock is.
      if (spanAt([span], shown) === null) video.pause()
      else if (!engine.seek(positionMs)) this.#release()
      return
    }
    const nudge = Math.abs(off) < NEAR_MS ? 1 : off > 0 ? 1 - NUDGE : 1 + NUDGE
    const rate = engine.rateOf(speed) * nudge
    if (Math.abs(video.playbackRate - rate) > 0.001) video.playbackRate = rate
    this.#tries = 0
    this.#set({ state: 'playing', error: '' })
  }

  /** Backwards, or while a time is being searched for by hand: one picture after the other. */
  #step(positionMs: number, nowMs: number): void {
    const video = this.#video
    if (video === null || video.seeking || nowMs - this.#steppedAtMs < STEP_PAUSE_MS) return
    if (!video.paused) video.pause()
    this.#steppedAtMs = nowMs
    this.#engine?.seek(playableUntil(this.#track.spans, positionMs) ?? positionMs)
    this.#set({ state: 'playing', error: '' })
  }

  /** What is loaded shows that time in that way. */
  #covers(positionMs: number, way: Way): boolean {
    const loaded = this.#loaded
    if (loaded === null || positionMs < loaded.fromMs || positionMs >= loaded.toMs) return false
    return loaded.key === keyOf(way)
  }

  async #load(span: Span, positionMs: number, way: Way, nowMs: number): Promise<void> {
    const video = this.#video
    if (video === null) return
    this.#release()
    this.#tries++
    const generation = this.#generation
    const current = () => generation === this.#generation
    this.#loadingSinceMs = nowMs
    this.#set({ state: 'loading', error: '', way: way.kind })
    const wall = Date.now()
    const growing = positionMs + AHEAD_MS > wall - EDGE_MS
    const window =
      way.kind === 'flv'
        ? { fromMs: positionMs, toMs: span.toMs }
        : { fromMs: positionMs - BACK_MS, toMs: growing ? Number.POSITIVE_INFINITY : positionMs + AHEAD_MS }
    this.#loaded = { ...window, way, key: keyOf(way) }
    const events = {
      onError: (message: string) => {
        if (current()) this.#failed(message, way)
      },
      onEnd: () => {
        if (!current()) return
        // The clock goes on: what comes next is loaded then.
        this.#overUntilMs = span.toMs
        this.#loaded = null
      },
    }
    try {
      // The index is told of an open file now and then: what lies before is known.
      const asked = { fromMs: positionMs - BACK_MS, toMs: Math.min(window.toMs, wall) }
      const urls = await this.#urls.of(this.stream, asked)
      if (!current()) return
      const source = { fromMs: positionMs, atMs: positionMs }
      const engine =
        way.kind === 'flv'
          ? await (await import('./flv-replay.ts')).startFlvReplay(
              video,
              {
                ...source,
                url: flvUrl(this.#socket ? urls.wsFlv : urls.flv, { fromMs: positionMs, toMs: span.toMs }, way.speed),
              },
              way.speed,
              // Sound goes along at its own pace only, and what HLS could not play is most often the sound.
              way.speed === 1 && this.#hls,
              events,
            )
          : await (await import('./hls-replay.ts')).startHlsReplay(
              video,
              { ...source, url: hlsUrl(urls, { fromMs: window.fromMs, toMs: growing ? null : window.toMs }) },
              events,
            )
      if (!current()) return engine.destroy()
      this.#engine = engine
      this.#jumping = false
    } catch (error) {
      if (current()) this.#failed(error instanceof Error ? error.message : String(error), way)
    }
  }

  #failed(message: string, way: Way): void {
    this.#release()
    // What HLS cannot show, FLV may: the codec is asked of another part of the browser.
    if (way.kind === 'hls' && this.#hls && /bufferAddCodec|manifestIncompatible|NotSupported/i.test(message)) {
      this.#hls = false
      return
    }
    if (way.kind === 'flv' && this.#socket) {
      this.#socket = false
      this.#tries = 0
      return
    }
    if (this.#tries < MAX_TRIES) return
    this.#set({ state: 'failed', error: message })
  }

  #release(): void {
    this.#generation++
    this.#engine?.destroy()
    this.#engine = null
    this.#loaded = null
  }

  #set(change: Partial<TileSnapshot>): void {
    const next = { ...this.#snapshot, ...change }
    if (next.state === this.#snapshot.state && next.error === this.#snapshot.error && next.way === this.#snapshot.way)
      return
    this.#snapshot = next
    this.#onChange()
  }
}

/** Ways that share what was loaded have the same one. */
const keyOf = (way: Way): string => (way.kind === 'flv' ? `flv ${way.speed}` : 'hls')
