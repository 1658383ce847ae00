import { AppError } from '../../../base/errors.ts'
import type { Sink } from '../../../media/broadcast/packager.ts'
import type { Frame } from '../../../media/stream/frame.ts'
import type { Publication } from '../../../media/stream/publication.ts'
import type { Track } from '../../../media/stream/track.ts'
import type { RtmpHost, RtmpRequest, RtmpViewer, RtmpViewerSink } from '../host.ts'
import { RtmpPackager } from '../rtmp-packager.ts'

interface MemoryStream {
  readonly request: RtmpRequest
  readonly tracks: Map<number, Track>
  readonly frames: Frame[]
  readonly packager: RtmpPackager
  readonly kick: (reason: string) => void
  bytes: number
  agent: string
  ended: string | null
}

/** A node in a test: keeps every frame, gives viewers the newest GOP and then each frame as it comes. */
export class MemoryHost implements RtmpHost {
  readonly #chunkBytes: number
  readonly streams = new Map<string, MemoryStream>()
  readonly viewers = new Map<Sink, string>()
  readonly left: string[] = []
  /** Sinks of players who paused. */
  readonly paused = new Set<Sink>()
  moved: string | null = null
  /** Chunk size of players where it is not the server's. */
  playChunkBytes: number | null = null
  /** Runs before every permission; throws to refuse. */
  permit: (action: 'publish' | 'play', request: RtmpRequest) => Promise<void> = async () => {}

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes
  }

  stream(path: string): MemoryStream {
    const stream = this.streams.get(path)
    if (!stream) throw new AppError('STREAM_NOT_FOUND', { path })
    return stream
  }

  async publish(request: RtmpRequest, kick: (reason: string) => void): Promise<Publication> {
    await this.permit('publish', request)
    const path = `${request.vhost}/${request.app}/${request.stream}`
    const busy = this.streams.get(path)
    if (busy && busy.ended === null) throw new AppError('STREAM_BUSY', { path, by: busy.request.remote })
    const stream: MemoryStream = {
      request,
      tracks: new Map(),
      frames: [],
      packager: new RtmpPackager(this.#chunkBytes),
      kick,
      bytes: 0,
      agent: request.flashVer,
      ended: null,
    }
    this.streams.set(path, stream)
    return {
      setTrack: track => stream.tracks.set(track.id, track),
      agent: name => {
        stream.agent = name
      },
      countBytes: bytes => {
        stream.bytes += bytes
      },
      write: frame => {
        stream.frames.push(frame)
        const bytes = Buffer.concat(stream.packager.frame(frame))
        for (const [sink, watched] of this.viewers) if (watched === path) sink.write(bytes)
      },
      end: reason => {
        if (stream.ended !== null) return
        stream.ended = reason
        for (const [sink, watched] of this.viewers) {
          if (watched !== path) continue
          this.viewers.delete(sink)
          sink.end(reason)
        }
      },
    }
  }

  elsewhere(): string | null {
    return this.moved
  }

  async play(request: RtmpRequest, sink: RtmpViewerSink, _signal: AbortSignal): Promise<RtmpViewer> {
    await this.permit('play', request)
    const path = `${request.vhost}/${request.app}/${request.stream}`
    const stream = this.stream(path)
    if (stream.ended !== null) throw new AppError('STREAM_NOT_FOUND', { path })
    const start = stream.frames.findLastIndex(frame => frame.track.kind === 'video' && frame.keyframe)
    if (this.playChunkBytes !== null) sink.useChunks(this.playChunkBytes)
    const packager = new RtmpPackager(this.playChunkBytes ?? this.#chunkBytes)
    const first = stream.frames[Math.max(0, start)]
    if (first) {
      const startMs = Math.floor((first.dts * 1000) / first.track.clockRate)
      sink.write(Buffer.concat(packager.header([...stream.tracks.values()], startMs)))
      for (const frame of stream.frames.slice(Math.max(0, start))) sink.write(Buffer.concat(packager.frame(frame)))
    }
    this.viewers.set(sink, path)
    return {
      pause: paused => void (paused ? this.paused.add(sink) : this.paused.delete(sink)),
      close: reason => {
        this.viewers.delete(sink)
        this.left.push(reason)
      },
    }
  }
}
