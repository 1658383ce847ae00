import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Frame } from './frame.ts'
import { dtsMs } from './frame.ts'
import { GopCache } from './gop-cache.ts'
import { Interleaver } from './interleaver.ts'
import { Meter } from './meter.ts'
import type { Publication, PublisherInfo } from './publication.ts'
import type { Reader } from './reader.ts'
import { Timeline, type TimestampMode } from './timeline.ts'
import type { Track } from './track.ts'

export interface StreamOptions {
  readonly timestamps: TimestampMode
  /** How long readers are kept after a publisher went, for the next one. */
  readonly republishGraceMs: number
  readonly clock: Clock
  readonly timers: Timers
}

/** What the owner of the stream (the node's registry) is told. */
export interface StreamEvents {
  onPublish(stream: Stream, publisher: PublisherInfo): void
  onUnpublish(stream: Stream, publisher: PublisherInfo, reason: string): void
  /** Nobody publishes any more and the grace time has passed; readers have been told. */
  onEnd(stream: Stream, reason: string): void
  /** Something worth remembering about the publisher's media; rare, unless its clock runs wild. */
  onMilestone?(stream: Stream, milestone: Milestone): void
}

export type Milestone = 'first frame' | 'first keyframe' | 'discontinuity' | 'timestamp jump'

/**
 * Media time a new publisher has to show its second kind of track before readers get frames. Encoders announce
 * both tracks at once; what is only video or only audio starts this much later, once.
 */
const PROBE_MS = 500
/** Frames held while probing: 500 ms of 60 fps and 100 audio packets per second, and a publisher whose clock stands. */
const MAX_PROBE_FRAMES = 128

/**
 * One live stream: its tracks, the newest GOP and its readers. Knows no protocol and no tenant.
 * It outlives publishers: between two of them readers wait, and the timeline goes on.
 */
export class Stream {
  /** `space/app/name`. */
  readonly path: string
  readonly meter: Meter
  readonly #options: StreamOptions
  readonly #events: StreamEvents
  readonly #timeline: Timeline
  readonly #interleaver = new Interleaver(frame => this.#deliver(frame))
  readonly #cache = new GopCache()
  #readers: readonly Reader[] = []
  #tracks = new Map<number, Track>()
  #publisher: PublisherInfo | null = null
  #publication: LivePublication | null = null
  #grace: Timer | null = null
  /** Frames of a new publisher whose tracks are not all known yet; null once they are. */
  #probing: Frame[] | null = null
  #hadFrames = false
  #firstFrameSeen = false
  /** Video before the publisher's first keyframe cannot be decoded by anybody and is not passed on. */
  #awaitingKeyframe = true
  #ended = false

  constructor(path: string, options: StreamOptions, events: StreamEvents) {
    this.path = path
    this.#options = options
    this.#events = events
    this.#timeline = new Timeline(options.timestamps)
    this.meter = new Meter(options.clock)
  }

  get publisher(): PublisherInfo | null {
    return this.#publisher
  }

  /** The tracks readers know: empty until a publisher's tracks are complete. */
  get tracks(): readonly Track[] {
    return this.#probing ? [] : [...this.#tracks.values()]
  }

  get readerCount(): number {
    return this.#readers.length
  }

  get framesRepaired(): number {
    return this.#timeline.repaired
  }

  /** Ends the current publisher, as its own end would. The stream waits for the next one. */
  kickPublisher(reason: string): boolean {
    const publication = this.#publication
    if (!publication) return false
    publication.kicked?.(reason)
    publication.end(reason)
    return true
  }

  /**
   * Takes the stream for a publisher. `onKick` is called when somebody puts it out.
   * Throws AppError STREAM_BUSY while another publisher holds it.
   */
  publish(info: PublisherInfo, onKick?: (reason: string) => void): Publication {
    if (this.#publisher) throw new AppError('STREAM_BUSY', { path: this.path, by: this.#publisher.remote })
    this.#grace?.cancel()
    this.#grace = null
    this.#publisher = info
    this.#probing = []
    this.#awaitingKeyframe = true
    this.#firstFrameSeen = false
    this.#tracks = new Map()
    this.#cache.clear()
    this.#timeline.resume()
    this.meter.restart()
    const publication = new LivePublication(this, onKick)
    this.#publication = publication
    this.#events.onPublish(this, info)
    return publication
  }

  /** Adds a reader: it learns the tracks and gets the cached GOP at once. Returns how to leave. */
  attach(reader: Reader): () => void {
    if (this.#ended) throw new AppError('STREAM_NOT_FOUND', { path: this.path })
    if (!this.#probing && this.#tracks.size > 0) {
      reader.onTracks?.(this.tracks)
      for (const frame of this.#cache.frames) reader.onFrame(frame)
    }
    this.#readers = [...this.#readers, reader]
    return () => {
      this.#readers = this.#readers.filter(other => other !== reader)
    }
  }

  /** Ends the stream for good: publisher and readers are told. */
  end(reason: string): void {
    if (this.#ended) return
    this.kickPublisher(reason)
    this.#ended = true
    this.#grace?.cancel()
    this.#cache.clear()
    const readers = this.#readers
    this.#readers = []
    for (const reader of readers) reader.onEnd(reason)
    this.#events.onEnd(this, reason)
  }

  /** For LivePublication. */
  setTrack(track: Track): void {
    this.#tracks.set(track.id, track)
    if (!this.#probing) for (const reader of this.#readers) reader.onTracks?.(this.tracks)
  }

  /** For LivePublication. */
  nameAgent(agent: string): void {
    if (this.#publisher) this.#publisher = { ...this.#publisher, agent }
  }

  /** For LivePublication. */
  keepTimes(): void {
    this.#timeline.keep()
  }

  /** For LivePublication. */
  write(source: Frame): void {
    if (this.meter.addSource(source)) this.#milestone('timestamp jump')
    if (!this.#firstFrameSeen) {
      this.#firstFrameSeen = true
      this.#milestone('first frame')
    }
    const frame = this.#timeline.place(source)
    this.meter.addFrame(frame)
    this.#interleaver.push(frame)
  }

  /** For LivePublication. */
  unpublish(reason: string): void {
    this.#interleaver.flush()
    if (this.#probing) this.#endProbe()
    this.meter.stop()
    const info = this.#publisher
    this.#publisher = null
    this.#publication = null
    if (info) this.#events.onUnpublish(this, info, reason)
    if (this.#ended) return
    this.#grace = this.#options.timers.after(this.#options.republishGraceMs, () => this.end('publisher gone'))
  }

  #deliver(frame: Frame): void {
    if (frame.track.kind === 'video' && this.#awaitingKeyframe) {
      if (!frame.keyframe) return
      this.#awaitingKeyframe = false
      this.#milestone('first keyframe')
    }
    if (this.#probing) {
      this.#probing.push(frame)
      if (this.#tracksComplete(frame)) this.#endProbe()
      return
    }
    this.#cache.push(frame)
    for (const reader of this.#readers) reader.onFrame(frame)
  }

  #tracksComplete(frame: Frame): boolean {
    const kinds = new Set<string>()
    for (const track of this.#tracks.values()) kinds.add(track.kind)
    const probing = this.#probing!
    return kinds.size === 2 || probing.length >= MAX_PROBE_FRAMES || dtsMs(frame) - dtsMs(probing[0]!) >= PROBE_MS
  }

  #endProbe(): void {
    const frames = this.#probing ?? []
    this.#probing = null
    if (this.#tracks.size === 0) return
    if (this.#hadFrames) {
      this.#milestone('discontinuity')
      for (const reader of this.#readers) reader.onDiscontinuity?.()
    }
    this.#hadFrames ||= frames.length > 0
    for (const reader of this.#readers) reader.onTracks?.(this.tracks)
    for (const frame of frames) this.#deliver(frame)
  }

  #milestone(milestone: Milestone): void {
    this.#events.onMilestone?.(this, milestone)
  }
}

class LivePublication implements Publication {
  readonly #stream: Stream
  readonly kicked: ((reason: string) => void) | undefined
  #ended = false

  constructor(stream: Stream, kicked: ((reason: string) => void) | undefined) {
    this.#stream = stream
    this.kicked = kicked
  }

  setTrack(track: Track): void {
    if (!this.#ended) this.#stream.setTrack(track)
  }

  agent(name: string): void {
    if (!this.#ended) this.#stream.nameAgent(name)
  }

  absoluteTimes(): void {
    if (!this.#ended) this.#stream.keepTimes()
  }

  write(frame: Frame): void {
    if (!this.#ended) this.#stream.write(frame)
  }

  countBytes(bytes: number): void {
    if (!this.#ended) this.#stream.meter.addBytes(bytes)
  }

  end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#stream.unpublish(reason)
  }
}
