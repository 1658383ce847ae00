import type { Clock, Timers } from '../../base/clock.ts'
import type { Reader } from '../stream/reader.ts'
import type { Stream } from '../stream/stream.ts'
import { Broadcast, type BroadcastSettings } from './broadcast.ts'
import type { Pace } from './pace.ts'
import type { Packager } from './packager.ts'

/** A way to package a stream. Viewers who ask for the same key share the bytes. */
export interface OutputFormat {
  /** 'flv', 'rtmp', 'ts' ... */
  readonly key: string
  /** aac: for players that cannot decode G.711, whose sound is then transcoded once for all of them. */
  readonly sound?: 'aac'
  create(): Packager
}

/** Where frames come from: a stream, or its twin with other sound. */
export interface FrameSource {
  attach(reader: Reader): () => void
}

export interface OutputsOptions {
  readonly pace: Pace
  readonly clock: Clock
  readonly timers: Timers
  /** Settings for a stream's broadcasts, read when the first viewer of a format comes. */
  readonly settings: (stream: Stream) => BroadcastSettings
  /** The twin of a stream with AAC in place of G.711; the stream itself where nothing has to be done. */
  readonly withAac: (stream: Stream) => FrameSource
}

/** The broadcasts of all streams: one per stream and format, from its first viewer to its last. */
export class Outputs {
  readonly #options: OutputsOptions
  readonly #byStream = new Map<Stream, Map<string, Broadcast>>()

  constructor(options: OutputsOptions) {
    this.#options = options
  }

  /** Call `add` on the result at once: a broadcast without viewers is dropped when its last viewer leaves. */
  broadcast(stream: Stream, format: OutputFormat): Broadcast {
    const formats = this.#byStream.get(stream) ?? new Map<string, Broadcast>()
    this.#byStream.set(stream, formats)
    return formats.get(format.key) ?? this.#open(stream, formats, format)
  }

  #open(stream: Stream, formats: Map<string, Broadcast>, format: OutputFormat): Broadcast {
    const { pace, clock, timers, settings, withAac } = this.#options
    let detach = () => {}
    const broadcast = new Broadcast(format.create(), {
      settings: settings(stream),
      pace,
      clock,
      timers,
      onIdle: () => {
        detach()
        this.#forget(stream, format.key)
      },
      onEnd: () => this.#forget(stream, format.key),
      onSent: (bytes, droppedFrames) => {
        stream.meter.bytesSent += bytes
        stream.meter.framesDropped += droppedFrames
      },
    })
    detach = (format.sound === 'aac' ? withAac(stream) : stream).attach(broadcast)
    formats.set(format.key, broadcast)
    return broadcast
  }

  #forget(stream: Stream, key: string): void {
    const formats = this.#byStream.get(stream)
    formats?.delete(key)
    if (formats?.size === 0) this.#byStream.delete(stream)
  }
}
