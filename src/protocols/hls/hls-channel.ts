import type { Clock, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Reader } from '../../media/stream/reader.ts'
import type { Track } from '../../media/stream/track.ts'
import { type MediaPlaylist, writeMasterPlaylist, writeMediaPlaylist } from './playlist.ts'
import type { InitSegment, Segment } from './segment.ts'
import type { SegmentFiles } from './segment-files.ts'
import { SegmentWindow, type WindowLimits } from './segment-window.ts'
import { type Numbering, Segmenter, type SegmenterSettings } from './segmenter.ts'

/** A live stream, as far as HLS needs it. */
export interface HlsStream {
  /** `space/app/name`. */
  readonly path: string
  readonly meter: { bytesSent: number }
  /** Adds a reader; throws STREAM_NOT_FOUND when the stream is over. Returns how to leave. */
  attach(reader: Reader): () => void
}

/** Memory of one stream's segments: twice 20 s at 50 Mbit/s. */
const MAX_CHANNEL_BYTES = 256 * 1024 * 1024

export interface ChannelOptions {
  readonly stream: HlsStream
  readonly settings: SegmenterSettings & Pick<WindowLimits, 'windowSeconds'>
  readonly numbering: Numbering
  /** Where the segments go besides; null: nowhere. */
  readonly files: SegmentFiles | null
  readonly clock: Clock
  readonly timers: Timers
}

/** How long a request waits for the first segment: a GOP of ten seconds, shorter than players' patience. */
const READY_TIMEOUT_MS = 10_000

/** The segments of one stream while somebody watches it, in memory. */
export class HlsChannel {
  readonly stream: HlsStream
  readonly #options: ChannelOptions
  readonly #window: SegmentWindow
  readonly #segmenter: Segmenter
  readonly #detach: () => void
  readonly #waiting = new Set<() => void>()
  /** Monotonic time at which the stream was over; null while it lives. */
  #endedAtMs: number | null = null
  #closed = false

  constructor(options: ChannelOptions) {
    const { stream, settings, numbering, clock } = options
    this.#options = options
    this.stream = stream
    this.#window = new SegmentWindow(
      { windowSeconds: settings.windowSeconds, maxBytes: MAX_CHANNEL_BYTES },
      Math.ceil(settings.segmentSeconds),
      numbering.discontinuities,
    )
    this.#segmenter = new Segmenter({
      settings,
      numbering,
      namePrefix: clock.nowMs().toString(36),
      clock,
      onSegment: segment => {
        this.#window.push(segment)
        options.files?.add(segment, this.#playlist(), name => this.find(name) !== undefined)
        this.#wake()
      },
      onEnd: () => {
        this.#endedAtMs = clock.monotonicMs()
        options.files?.end(this.#playlist())
        this.#wake()
      },
    })
    this.#detach = stream.attach(this.#segmenter)
  }

  /** The stream is over: the playlist says so, and what is left can still be fetched. */
  get ended(): boolean {
    return this.#endedAtMs !== null
  }

  get endedAtMs(): number | null {
    return this.#endedAtMs
  }

  /** Seconds. */
  get targetDuration(): number {
    return this.#window.targetDuration
  }

  /** Names the state of the playlist. */
  get version(): string {
    const last = this.#window.listed.at(-1)
    return `${last?.name ?? ''}${this.ended ? '-end' : ''}`
  }

  /** Tracks that are not in the segments, because no HLS player plays them. */
  get leftOut(): readonly Track[] {
    return this.#segmenter.selection?.leftOut ?? []
  }

  /**
   * Waits for the first segment. Throws NOT_READY when none comes in time, CODEC_UNSUPPORTED when none can,
   * STREAM_NOT_FOUND when the stream ends before or the signal is aborted.
   */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#window.listed.length === 0 && !this.ended) {
      this.#refuseUnplayable()
      await this.#nextChange(signal)
    }
    if (this.#window.listed.length > 0) return
    this.#refuseUnplayable()
    if (this.ended || this.#closed || signal.aborted) throw new AppError('STREAM_NOT_FOUND', { path: this.stream.path })
    throw new AppError('NOT_READY', { what: `the first segment of ${this.stream.path}` })
  }

  masterPlaylist(uri: string): string {
    let bits = 0
    let ms = 0
    let peakBandwidth = 0
    for (const { data, durationMs } of this.#window.listed) {
      bits += data.length * 8
      ms += durationMs
      peakBandwidth = Math.max(peakBandwidth, (data.length * 8000) / durationMs)
    }
    const tracks = this.#segmenter.selection?.tracks ?? []
    return writeMasterPlaylist({ uri, peakBandwidth, averageBandwidth: (bits * 1000) / ms, tracks })
  }

  /** `query` goes behind every URI. */
  mediaPlaylist(query: string): string {
    return writeMediaPlaylist(this.#playlist(), query)
  }

  #playlist(): MediaPlaylist {
    return {
      container: this.#segmenter.selection?.container ?? 'ts',
      targetDuration: this.#window.targetDuration,
      discontinuitySequence: this.#window.discontinuitySequence,
      segments: this.#window.listed,
      ended: this.ended,
    }
  }

  find(name: string): Segment | InitSegment | undefined {
    return this.#window.find(name) ?? this.#window.findInit(name)
  }

  /** Resolves when its files are gone. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#detach()
    this.#wake()
    // The playlist of a later run begins behind everything this one showed.
    const listed = this.#window.listed.filter(segment => segment.discontinuity).length
    this.#options.numbering.discontinuities = this.#window.discontinuitySequence + listed
    await this.#options.files?.clear()
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  #nextChange(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const settle = () => {
        timer.cancel()
        signal.removeEventListener('abort', settle)
        this.#waiting.delete(settle)
        resolve()
      }
      const timer = this.#options.timers.after(READY_TIMEOUT_MS, settle)
      signal.addEventListener('abort', settle)
      this.#waiting.add(settle)
      if (signal.aborted) settle()
    })
  }

  #refuseUnplayable(): void {
    const selection = this.#segmenter.selection
    const [first] = selection?.leftOut ?? []
    if (selection?.tracks.length === 0 && first) {
      throw new AppError('CODEC_UNSUPPORTED', { codec: first.codec, container: 'HLS' })
    }
  }
}
