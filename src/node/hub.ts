import type { Clock, Timers } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
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
import { BroadcastSeat } from './broadcast-seat.ts'
import { type Action, Chronicle } from './chronicle.ts'
import { AacTwins, type Readable } from './ffmpeg/aac-twin.ts'
import type { HubSettings } from './hub-settings.ts'
import type { Leases } from './leases.ts'
import { pathOf, type StreamAddress } from './paths.ts'
import type { Redirect } from './redirect.ts'
import type { TraceJournal } from './trace-journal.ts'
import { type ViewerInfo, type ViewerSession, Viewers } from './viewers.ts'

export interface HubOptions {
  /** Read anew at each use, so that a reload counts from the next publisher or viewer on. */
  readonly settings: () => HubSettings
  readonly access: Access
  /** Sends visitors elsewhere by throwing MOVED; nowhere without it. */
  readonly redirect?: Pick<Redirect, 'check'>
  readonly leases: Leases
  readonly pace: Pace
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly emit: (event: NodeEvent) => void
  /** A stream was made, for outputs that run without viewers. */
  readonly onOpen?: (stream: Stream) => void
}

/** Between the answer to a viewer and the first byte to him his place is kept for this long. */
const SEAT_KEPT_MS = 1000
/** Longest wait for a stream that has to be brought: a device answers an INVITE within 10 s and needs a keyframe. */
const ON_DEMAND_WAIT_MS = 20_000

/** Somebody at the door, with what he showed. */
export interface Visitor {
  readonly address: StreamAddress
  readonly query: URLSearchParams
  /** Path an `auth_key` was made for. */
  readonly uri: string
  readonly protocol: string
  readonly remote: string
  readonly agent: string
  /** Page the player is in, as it says itself; '' when it does not. */
  readonly pageUrl: string
  /** The same in everything that is told about this request. */
  readonly traceId: string
}

/** Ends a wait for a stream: it is there, or will not come. */
type Wake = (error?: AppError) => void

/** Why a stream is put out. */
export interface Sentence {
  readonly reason: string
  readonly viewersToo: boolean
}

/** What has gone through the node since its start. */
export interface HubTotals {
  readonly bytesIn: number
  readonly bytesOut: number
  readonly framesIn: number
  /** Left out for viewers who were too slow. */
  readonly framesDropped: number
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
  readonly #twins: AacTwins
  readonly #chronicle: Chronicle
  readonly #streams = new Map<string, Stream>()
  readonly #spaceOf = new WeakMap<Stream, SpaceState>()
  /** Of streams that are over. */
  readonly #ended = { bytesIn: 0, bytesOut: 0, framesIn: 0, framesDropped: 0 }
  /** Viewers waiting for a stream to be published, by path. */
  readonly #waiting = new Map<string, Set<Wake>>()
  /** Leases of viewers, by viewer. */
  readonly #held = new Map<string, () => void>()

  constructor(options: HubOptions) {
    this.#options = options
    const { pace, clock, timers, log, emit } = options
    this.#twins = new AacTwins({ clock, timers, log })
    this.#outputs = new Outputs({
      pace,
      clock,
      timers,
      settings: stream => this.#broadcastSettings(stream),
      withAac: stream => this.#twins.of(stream),
    })
    this.#chronicle = new Chronicle({ clock, log, emit })
    this.viewers = new Viewers(clock, {
      started: viewer => {
        // What was recorded calls no camera.
        if (!isReplay(viewer)) this.#held.set(viewer.id, options.leases.hold(viewer.path, 'viewer'))
        this.#chronicle.joined(viewer)
      },
      stopped: (viewer, durationMs, reason) => {
        this.#chronicle.left(viewer, durationMs, reason)
        this.#held.get(viewer.id)?.()
        this.#held.delete(viewer.id)
      },
    })
  }

  get trace(): TraceJournal {
    return this.#chronicle.journal
  }

  get refusals(): Chronicle['refusals'] {
    return this.#chronicle.refusals
  }

  totals(): HubTotals {
    const totals = { ...this.#ended }
    for (const stream of this.#streams.values()) addTotals(totals, stream)
    return totals
  }

  get streams(): Iterable<Stream> {
    return this.#streams.values()
  }

  find(path: string): Stream | undefined {
    return this.#streams.get(path)
  }

  /** Checks a publisher and gives it the stream. Throws AppError FORBIDDEN or STREAM_BUSY. */
  publish(visitor: Visitor, publisher: PublisherInfo, onKick: (reason: string) => void): Publication {
    return this.#admit('publish', visitor, (path, space) => this.#publish(path, space, publisher, onKick))
  }

  /**
   * Gives a stream to what the node itself brings: a device it invited, a source it pulls. No key is asked for, but
   * what is forbidden stays so. Throws AppError FORBIDDEN or STREAM_BUSY.
   */
  publishOwn(address: StreamAddress, publisher: PublisherInfo, onKick: (reason: string) => void): Publication {
    return this.#publish(pathOf(address), this.#options.access.checkOwn(address), publisher, onKick)
  }

  /**
   * The stream for what the node itself does with it, by whoever holds a lease: waits while it may still come. Throws
   * AppError STREAM_NOT_FOUND, or why it cannot be brought.
   */
  async brought(path: string, signal: AbortSignal): Promise<Stream> {
    return this.#streams.get(path) ?? this.#waitFor(path, signal)
  }

  /** What viewers wait for will not come: they are told why. */
  failed(path: string, error: AppError): void {
    for (const wake of [...(this.#waiting.get(path) ?? [])]) wake(error)
  }

  /**
   * Checks a viewer and waits for the stream while it may still come.
   * Throws AppError FORBIDDEN, VIEWER_LIMIT or STREAM_NOT_FOUND.
   */
  async admit(visitor: Visitor, signal: AbortSignal): Promise<Admission> {
    const { protocol, remote, agent, traceId } = visitor
    const path = this.#admit('play', visitor, (path, space) => this.#withinLimits(path, space))
    const release = this.#options.leases.hold(path, 'viewer')
    let stream: Stream
    try {
      stream = this.#streams.get(path) ?? (await this.#waitFor(path, signal))
    } catch (error) {
      release()
      if (!signal.aborted) this.#chronicle.refused('play', { path, protocol, remote, traceId }, error)
      throw error
    }
    this.#options.timers.after(SEAT_KEPT_MS, release)
    return { stream, viewer: { path, protocol, remote, agent, traceId } }
  }

  /**
   * Checks somebody who watches what was recorded here. His protocol begins with `replay-`.
   * Throws AppError FORBIDDEN or VIEWER_LIMIT.
   */
  admitReplay(visitor: Visitor): ViewerInfo {
    const { protocol, remote, agent, traceId } = visitor
    const path = this.#admit('play', visitor, (path, space) => this.#withinLimits(path, space))
    return { path, protocol, remote, agent, traceId }
  }

  /** Joins the shared broadcast of a format. */
  join({ stream, viewer }: Admission, format: OutputFormat, sink: Sink, envelope: Envelope | null): ViewerSession {
    const seat = new BroadcastSeat(this.#outputs.broadcast(stream, format), sink, envelope)
    const session = this.viewers.add(viewer, seat)
    seat.session = session
    return session
  }

  /** The stream with sound that browsers can play. */
  withAac(stream: Stream): Readable {
    return this.#twins.of(stream)
  }

  /** Ends a publisher (the stream then waits for the next) or one viewer. */
  kick(target: { path: string } | { viewerId: string }, reason: string): boolean {
    if ('path' in target) {
      const stream = this.#streams.get(target.path)
      return stream !== undefined && this.#kickPublisher(stream, reason)
    }
    const viewer = this.viewers.get(target.viewerId)
    if (!viewer) return false
    this.#chronicle.viewerKicked(viewer.status(), reason)
    viewer.kick(reason)
    return true
  }

  /** Ends the publishers that `verdict` has a reason against, and the viewers too where it says so. */
  enforce(verdict: (path: string) => Sentence | null): void {
    for (const stream of [...this.#streams.values()]) {
      const sentence = verdict(stream.path)
      if (!sentence) continue
      this.#kickPublisher(stream, sentence.reason)
      if (!sentence.viewersToo) continue
      for (const { id } of this.viewers.ofPath(stream.path)) this.kick({ viewerId: id }, sentence.reason)
    }
  }

  close(): void {
    for (const stream of [...this.#streams.values()]) stream.end('the node is stopping')
  }

  #kickPublisher(stream: Stream, reason: string): boolean {
    this.#chronicle.publisherKicked(stream, reason)
    return stream.kickPublisher(reason)
  }

  /** Checks access and runs `enter`; what either refuses is told. */
  #admit<T>(action: Action, visitor: Visitor, enter: (path: string, space: SpaceState) => T): T {
    const { address, query, uri, pageUrl, protocol, remote, traceId } = visitor
    const path = pathOf(address)
    const asker = { path, protocol, remote, traceId }
    this.#chronicle.asked(action, asker)
    try {
      // Recordings are where they were made.
      if (!isReplay(visitor)) this.#options.redirect?.check(visitor)
      return enter(path, this.#options.access.check({ action, address, query, uri, remote, pageUrl }))
    } catch (error) {
      this.#chronicle.refused(action, asker, error)
      throw error
    }
  }

  /** Throws AppError VIEWER_LIMIT. */
  #withinLimits(path: string, space: SpaceState): string {
    const { maxViewersPerStream } = this.#options.settings()
    const limit = Math.min(maxViewersPerStream, space.maxViewersPerStream ?? maxViewersPerStream)
    if (this.viewers.count(path) >= limit) throw new AppError('VIEWER_LIMIT', { limit })
    const { maxViewers } = space
    if (maxViewers === undefined || this.viewers.countInSpace(space.name) < maxViewers) return path
    throw new AppError('VIEWER_LIMIT', { limit: maxViewers })
  }

  #open(path: string, space: SpaceState): Stream {
    const { clock, timers } = this.#options
    const { timestamps, republishGraceMs } = this.#options.settings()
    const stream = new Stream(
      path,
      { timestamps, republishGraceMs, clock, timers },
      {
        onPublish: (stream, publisher) => this.#chronicle.published(stream, publisher),
        onUnpublish: (stream, publisher, reason) => this.#chronicle.unpublished(stream, publisher, reason),
        onMilestone: (stream, milestone) => this.#chronicle.milestone(stream, milestone),
        onEnd: stream => {
          addTotals(this.#ended, stream)
          this.#streams.delete(path)
        },
      },
    )
    this.#spaceOf.set(stream, space)
    this.#streams.set(path, stream)
    this.#options.onOpen?.(stream)
    return stream
  }

  #publish(path: string, space: SpaceState, publisher: PublisherInfo, onKick: (reason: string) => void): Publication {
    const stream = this.#streams.get(path) ?? this.#open(path, space)
    this.#spaceOf.set(stream, space)
    const publication = stream.publish(publisher, onKick)
    for (const wake of [...(this.#waiting.get(path) ?? [])]) wake()
    return publication
  }

  /** Rejects with STREAM_NOT_FOUND when nobody published in time or the viewer left, or with why it will not come. */
  #waitFor(path: string, signal: AbortSignal): Promise<Stream> {
    const { leases, timers, settings } = this.#options
    const { standbyMs } = settings()
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(path) ?? new Set()
      this.#waiting.set(path, waiting)
      const settle = (error?: AppError) => {
        timer.cancel()
        signal.removeEventListener('abort', leave)
        waiting.delete(settle)
        if (waiting.size === 0) this.#waiting.delete(path)
        const stream = signal.aborted ? undefined : this.#streams.get(path)
        if (stream) resolve(stream)
        else reject(error ?? new AppError('STREAM_NOT_FOUND', { path }))
      }
      const leave = () => settle()
      const waitMs = leases.isOnDemand(path) ? Math.max(standbyMs, ON_DEMAND_WAIT_MS) : standbyMs
      const timer = timers.after(waitMs, leave)
      signal.addEventListener('abort', leave)
      waiting.add(settle)
    })
  }

  #broadcastSettings(stream: Stream) {
    const { windowMs, floorMs, queue } = this.#options.settings()
    const space = this.#spaceOf.get(stream)
    return {
      ceilingMs: windowMs[space?.latency ?? 'normal'],
      floorMs,
      gopCache: space?.gopCache ?? true,
      queue,
    }
  }
}

function isReplay({ protocol }: { readonly protocol: string }): boolean {
  return protocol.startsWith('replay-')
}

function addTotals(totals: { -readonly [K in keyof HubTotals]: number }, { meter }: Stream): void {
  const { bytes, bytesSent, frames } = meter.totals()
  totals.bytesIn += bytes
  totals.bytesOut += bytesSent
  totals.framesIn += frames
  totals.framesDropped += meter.framesDropped
}
