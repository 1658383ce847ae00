import type { Clock, Timers } from '../../base/clock.ts'
import { HlsChannel, type HlsStream } from './hls-channel.ts'
import { type FileSettings, SegmentFiles } from './segment-files.ts'
import type { Numbering, SegmenterSettings } from './segmenter.ts'

export interface HlsSettings extends SegmenterSettings {
  /** Length of the playlist. */
  readonly windowSeconds: number
  /** always: streams are cut from their start; on-demand: while somebody watches. */
  readonly mode: 'always' | 'on-demand'
  /** How long an unwatched stream is still cut, or an ended one kept. */
  readonly keepAliveSeconds: number
  /** Segments are written there too; then streams are always cut from their start. */
  readonly files: FileSettings | null
}

export interface ChannelsOptions {
  /** Read for every new channel. */
  readonly settings: () => HlsSettings
  /** Something could not be written or removed. */
  readonly onFileError: (error: unknown) => void
  readonly clock: Clock
  readonly timers: Timers
}

/** Paths whose numbers are remembered after their segments are gone; a name takes 200 bytes, all of them 20 MB. */
const MAX_NUMBERINGS = 100_000

/** The channels of a node, by path; and the sequence numbers that go on after each of them. */
export class HlsChannels {
  readonly #options: ChannelsOptions
  readonly #byPath = new Map<string, { channel: HlsChannel; usedAtMs: number }>()
  readonly #numberings = new Map<string, Numbering>()

  constructor(options: ChannelsOptions) {
    this.#options = options
  }

  /** The channel of a stream, begun if there is none. Throws STREAM_NOT_FOUND when the stream is over. */
  open(stream: HlsStream): HlsChannel {
    const known = this.#byPath.get(stream.path)
    // A live channel also serves those who came for an earlier stream of the path: their playlists go on.
    if (known && (known.channel.stream === stream || !known.channel.ended)) {
      known.usedAtMs = this.#options.clock.monotonicMs()
      return known.channel
    }
    void known?.channel.close()
    const { clock, timers, onFileError } = this.#options
    const settings = this.#options.settings()
    const files = settings.files && new SegmentFiles(stream.path, settings.files, onFileError)
    const numbering = this.#numbering(stream.path)
    const channel = new HlsChannel({ stream, settings, numbering, files, clock, timers })
    this.#byPath.set(stream.path, { channel, usedAtMs: clock.monotonicMs() })
    return channel
  }

  find(path: string): HlsChannel | undefined {
    return this.#byPath.get(path)?.channel
  }

  /** Whether streams are cut though nobody watches. */
  get always(): boolean {
    const { mode, files } = this.#options.settings()
    return mode === 'always' || files !== null
  }

  /** Closes the channels nobody has asked for lately. */
  sweep(): void {
    const { keepAliveSeconds } = this.#options.settings()
    const { always } = this
    const before = this.#options.clock.monotonicMs() - keepAliveSeconds * 1000
    for (const [path, { channel, usedAtMs }] of this.#byPath) {
      if (Math.max(usedAtMs, channel.endedAtMs ?? 0) > before || (always && !channel.ended)) continue
      void channel.close()
      this.#byPath.delete(path)
    }
  }

  async close(): Promise<void> {
    const closed = [...this.#byPath.values()].map(({ channel }) => channel.close())
    this.#byPath.clear()
    await Promise.all(closed)
  }

  #numbering(path: string): Numbering {
    const numbering = this.#numberings.get(path) ?? { nextSequence: 0, discontinuities: 0, nextInit: 0 }
    this.#numberings.delete(path)
    this.#numberings.set(path, numbering) // behind the others: the first ones are forgotten first
    if (this.#numberings.size > MAX_NUMBERINGS) {
      const [oldest] = this.#numberings.keys()
      if (oldest !== undefined) this.#numberings.delete(oldest)
    }
    return numbering
  }
}
