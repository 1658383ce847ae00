import type { Clock, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Meter } from '../../media/stream/meter.ts'
import type { Publication } from '../../media/stream/publication.ts'
import type { Reader } from '../../media/stream/reader.ts'
import { Stream } from '../../media/stream/stream.ts'
import type { Track } from '../../media/stream/track.ts'
import { AacEncoder } from './aac-encoder.ts'

interface Environment {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** A stream or its twin, to whoever reads and counts. */
export interface Readable {
  readonly path: string
  readonly meter: Meter
  attach(reader: Reader): () => void
}

/** Browsers play no G.711 in media source extensions: the twin of a stream has the same video, and AAC for sound. */
export class AacTwins {
  readonly #environment: Environment
  readonly #twins = new WeakMap<Stream, AacTwin>()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** The stream itself where it is known to have no G.711. */
  of(stream: Stream): Readable {
    const { tracks } = stream
    if (tracks.length > 0 && !tracks.some(isG711)) return stream
    const twin = this.#twins.get(stream) ?? new AacTwin(stream, this.#environment)
    this.#twins.set(stream, twin)
    return twin
  }
}

const TRANSCODER = { id: 'aac-twin', protocol: 'transcoder', remote: '', agent: '' }

/** Runs while somebody reads it. */
class AacTwin implements Readable, Reader {
  readonly path: string
  readonly meter: Meter
  readonly #source: Stream
  readonly #environment: Environment
  #running: { readonly stream: Stream; publication: Publication; readonly detach: () => void } | null = null
  #encoder: AacEncoder | null = null

  constructor(source: Stream, environment: Environment) {
    this.path = source.path
    this.meter = source.meter
    this.#source = source
    this.#environment = environment
  }

  attach(reader: Reader): () => void {
    const { stream } = this.#running ?? this.#start()
    const detach = stream.attach(reader)
    return () => {
      detach()
      if (stream.readerCount === 0 && this.#running?.stream === stream) this.#stop('nobody listens')
    }
  }

  onTracks(tracks: readonly Track[]): void {
    const sound = tracks.find(isG711)
    this.#encoder?.close()
    this.#encoder = null
    for (const track of tracks) if (!isG711(track)) this.#running?.publication.setTrack(track)
    if (sound?.kind !== 'audio') return
    const { log } = this.#environment
    const encoder = new AacEncoder(sound, {
      onFrame: frame => this.#running?.publication.write(frame),
      onEnd: error => {
        if (error) log.warn('sound is not transcoded', { path: this.path, reason: errorText(error) })
        if (this.#encoder === encoder) this.#encoder = null
      },
    })
    this.#encoder = encoder
    this.#running?.publication.setTrack(encoder.track)
  }

  onFrame(frame: Frame): void {
    if (isG711(frame.track)) this.#encoder?.push(frame)
    else this.#running?.publication.write(frame)
  }

  onDiscontinuity(): void {
    const running = this.#running
    if (!running) return
    this.#encoder?.close() // it still holds sound from before
    this.#encoder = null
    running.publication.end('discontinuity')
    running.publication = running.stream.publish(TRANSCODER)
  }

  onEnd(reason: string): void {
    this.#stop(reason)
  }

  #start() {
    const { clock, timers } = this.#environment
    const nothing = () => {}
    const events = { onPublish: nothing, onUnpublish: nothing, onEnd: nothing }
    const stream = new Stream(this.path, { timestamps: 'off', republishGraceMs: 1000, clock, timers }, events)
    const publication = stream.publish(TRANSCODER)
    let detach = nothing
    this.#running = { stream, publication, detach: () => detach() }
    detach = this.#source.attach(this)
    return this.#running
  }

  #stop(reason: string): void {
    const running = this.#running
    this.#running = null
    this.#encoder?.close()
    this.#encoder = null
    running?.detach()
    running?.stream.end(reason)
  }
}

function isG711({ codec }: Track): boolean {
  return codec === 'pcma' || codec === 'pcmu'
}
