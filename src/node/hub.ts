import type { Clock, Timers } from '../base/clock.ts'
import { AppError, errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { NodeEvent } from '../link/events.ts'
import type { SpaceState } from '../link/messages.ts'
import type { OutputFormat } from '../media/broadcast/outputs.ts'
import { Outputs } from '../media/broadcast/outputs.ts'
import type { Pace } from '../media/broadcast/pace.ts'
import type { Sink } from '../media/broadcast/packager.ts'
import type { Envelope } from '../media/broadcast/viewer.ts'
import type { Publication, PublisherInfo } from '../media/stream/publication.ts'
import { Stream } from '../media/stream/stream.ts'
import type { Access } from './access.ts'
import type { HubSettings } from './hub-settings.ts'
import { pathOf, type StreamAddress } from './paths.ts'
import { type ViewerInfo, type ViewerSession, Viewers } from './viewers.ts'

export interface HubOptions {
  /** Read anew at each use, so that a reload counts from the next publisher or viewer on. */
  readonly settings: () => HubSettings
  readonly access: Access
  readonly pace: Pace
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly emit: (event: NodeEvent) => void
  /** A stream was made, for outputs that run without viewers. */
  readonly onOpen?: (stream: Stream) => void
}

/** Somebody at the door, with what he showed. */
export interface Visitor {
  readonly address: StreamAddress
  readonly query: URLSearchParams
  /** Path an `auth_key` was made for. */
  readonly uri: string
  readonly protocol: string
  readonly remote: string
  readonly agent: string
}

/** A checked viewer and the stream that is there for him. */
export interface Admission {
  readonly stream: Stream
  readonly viewer: ViewerInfo
}

/** The streams of a node: who publishes, who watches, and what of it is told to the platform. */
export class Hub {
  readonly viewers: Viewers
  readonly #options: HubOptions
  readonly #outputs: Outputs
  readonly #streams = new Map<string, Stream>()
  readonly #spaceOf = new WeakMap<Stream, SpaceState>()
  /** Viewers waiting for a stream to be published, by path. */
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(options: HubOptions) {
    this.#options = options
    const { pace, clock, timers, emit } = options
    this.#outputs = new Outputs({ pace, clock, timers, settings: stream => this.#broadcastSettings(stream) })
    this.viewers = new Viewers(clock, {
      started: ({ id, path, protocol, remote, startedAtMs }) =>
        emit({ type: 'viewer.started', viewer: id, path, protocol, remote, atMs: startedAtMs }),
      stopped: ({ id, path, protocol, remote, bytesSent }, durationMs, reason) =>
        emit({
          type: 'viewer.stopped',
          viewer: id,
          path,
          protocol,
          remote,
          bytes: bytesSent,
          durationMs,
          reason,
          atMs: clock.nowMs(),
        }),
    })
  }

  get streams(): Iterable<Stream> {
    return this.#streams.values()
  }

  find(path: string): Stream | undefined {
    return this.#streams.get(path)
  }

  /** Checks a publisher and gives it the stream. Throws AppError FORBIDDEN or STREAM_BUSY. */
  publish(visitor: Visitor, publisher: PublisherInfo, onKick: (reason: string) => void): Publication {
    const space = this.#admit(visitor, 'publish')
    const path = pathOf(visitor.address)
    const stream = this.#streams.get(path) ?? this.#open(path, space)
    this.#spaceOf.set(stream, space)
    const publication = stream.publish(publisher, onKick)
    for (const wake of this.#waiting.get(path) ?? []) wake()
    return publication
  }

  /**
   * Checks a viewer and waits for the stream while it may still come.
   * Throws AppError FORBIDDEN, VIEWER_LIMIT or STREAM_NOT_FOUND.
   */
  async admit(visitor: Visitor, signal: AbortSignal): Promise<Admission> {
    this.#admit(visitor, 'play')
    const { protocol, remote, agent } = visitor
    const path = pathOf(visitor.address)
    const { maxViewersPerStream } = this.#options.settings()
    if (this.viewers.count(path) >= maxViewersPerStream)
      throw new AppError('VIEWER_LIMIT', { limit: maxViewersPerStream })
    const stream = this.#streams.get(path) ?? (await this.#waitFor(path, signal))
    return { stream, viewer: { path, protocol, remote, agent } }
  }

  /** Joins the shared broadcast of a format. */
  join({ stream, viewer }: Admission, format: OutputFormat, sink: Sink, envelope: Envelope | null): ViewerSession {
    const broadcast = this.#outputs.broadcast(stream, format)
    let session: ViewerSession | null = null
    const seat = broadcast.add(
      {
        write: bytes => sink.write(bytes),
        pendingBytes: () => sink.pendingBytes(),
        end: reason => {
          sink.end(reason)
          session?.end(reason)
        },
      },
      envelope,
    )
    session = this.viewers.add(viewer, {
      counters: () => ({
        bytesSent: seat.bytes,
        bufferedBytes: sink.pendingBytes(),
        framesDropped: seat.droppedFrames,
      }),
      kick: reason => {
        broadcast.remove(seat)
        sink.end(reason)
      },
      left: () => broadcast.remove(seat),
    })
    return session
  }

  /** Ends a publisher (the stream then waits for the next) or one viewer. */
  kick(target: { path: string } | { viewerId: string }, reason: string): boolean {
    if ('path' in target) return this.#streams.get(target.path)?.kickPublisher(reason) ?? false
    const viewer = this.viewers.get(target.viewerId)
    viewer?.kick(reason)
    return viewer !== undefined
  }

  /** Ends every publisher and viewer who is not allowed any more. */
  enforce(isForbidden: (path: string) => boolean): void {
    for (const stream of this.#streams.values()) if (isForbidden(stream.path)) stream.kickPublisher('forbidden')
  }

  close(): void {
    for (const stream of [...this.#streams.values()]) stream.end('the node is stopping')
  }

  #admit(visitor: Visitor, action: 'publish' | 'play'): SpaceState {
    const { access, clock, emit, log } = this.#options
    try {
      return access.check({ action, address: visitor.address, query: visitor.query, uri: visitor.uri })
    } catch (error) {
      const { protocol, remote } = visitor
      const path = pathOf(visitor.address)
      const reason = errorText(error)
      log.warn('refused', { action, path, protocol, remote, reason })
      emit({ type: 'refused', action, path, remote, reason, atMs: clock.nowMs() })
      throw error
    }
  }

  #open(path: string, space: SpaceState): Stream {
    const { clock, timers, log, emit } = this.#options
    const { timestamps, republishGraceMs } = this.#options.settings()
    const stream = new Stream(
      path,
      { timestamps, republishGraceMs, clock, timers },
      {
        onPublish: (_, publisher) => {
          log.info('publishing', { path, ...publisher })
          emit({ type: 'stream.started', path, publisher, atMs: clock.nowMs() })
        },
        onUnpublish: ({ meter }, publisher, reason) => {
          log.info('unpublished', { path, publisher: publisher.id, reason })
          emit({
            type: 'stream.stopped',
            path,
            reason,
            atMs: clock.nowMs(),
            totals: {
              bytesIn: meter.bytes,
              bytesOut: meter.bytesSent,
              framesIn: meter.frames,
              durationMs: clock.nowMs() - meter.startedAtMs,
            },
          })
        },
        onEnd: () => this.#streams.delete(path),
      },
    )
    this.#spaceOf.set(stream, space)
    this.#streams.set(path, stream)
    this.#options.onOpen?.(stream)
    return stream
  }

  #waitFor(path: string, signal: AbortSignal): Promise<Stream> {
    const { timers, settings } = this.#options
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(path) ?? new Set()
      this.#waiting.set(path, waiting)
      const settle = () => {
        timer.cancel()
        signal.removeEventListener('abort', settle)
        waiting.delete(settle)
        if (waiting.size === 0) this.#waiting.delete(path)
        const stream = this.#streams.get(path)
        if (stream && !signal.aborted) resolve(stream)
        else reject(new AppError('STREAM_NOT_FOUND', { path }))
      }
      const timer = timers.after(settings().standbyMs, settle)
      signal.addEventListener('abort', settle)
      waiting.add(settle)
    })
  }

  #broadcastSettings(stream: Stream) {
    const { windowMs, queue } = this.#options.settings()
    const space = this.#spaceOf.get(stream)
    return {
      ceilingMs: windowMs[space?.latency ?? 'normal'],
      gopCache: space?.gopCache ?? true,
      queue,
    }
  }
}
