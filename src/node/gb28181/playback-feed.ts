import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { CallJournalEntry } from '../../protocols/gb28181/device-side/invite.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import { GbHistoryCall, type HistoryEvents } from './gb-history-call.ts'
import type { GbMediaContext } from './gb-media.ts'
import { preferring } from './gb-transports.ts'
import { PacedFrames } from './paced-frames.ts'
import { PlaybackTimeline } from './playback-timeline.ts'
import { RecordingEnd } from './recording-end.ts'
import { SpeedMeter } from './speed-meter.ts'

/** What a feed brings. */
export interface FeedSpan {
  readonly session: DeviceSession
  readonly channelId: string
  readonly startMs: number
  readonly endMs: number
}

export interface FeedEvents {
  onTrack(track: Track): void
  /** A frame that is due, with its time on the timeline of the stream. */
  onFrame(frame: Frame): void
  onBytes(bytes: number): void
  /** Nothing more comes. Null: the recording is at its end. */
  onEnd(reason: string | null): void
  /** The device said that it takes a speed, and goes on as before. */
  onIgnored(speed: number): void
  onJournal(callId: string, entry: CallJournalEntry | null): void
  /** Ways of transport failed before this one worked. */
  onTransport(transports: string): void
  /** Runs when no other order does. */
  order(run: () => Promise<void>): void
}

/** Positions are known as well as the first keyframe: a GOP of smart codecs is 8 s. */
const PAST_END_MS = 10_000
/** From call to call: 25 frames per second. */
const JOINT_MS = 40
/** Times that a fetch that was cut off, and brought nothing to show, is begun again. */
const MAX_REFETCHES = 3

/**
 * The frames of a recording: straight from a call at the device's pace, or out of a queue that one call after the other
 * fills. Knows where it is, and when the recording is at its end.
 */
export class PlaybackFeed {
  readonly #context: GbMediaContext
  readonly #span: FeedSpan
  readonly #events: FeedEvents
  readonly #transports: () => readonly MediaTransport[]
  readonly #signal: AbortSignal
  readonly #timeline: PlaybackTimeline
  readonly #meter = new SpeedMeter()
  #speed = 1
  #call: GbHistoryCall | null = null
  #paced: PacedFrames | null = null
  #end: RecordingEnd
  /** The source of the queue has sent all there is. */
  #fetched = false
  #refetches = 0
  /** Where a call begins, and the first of its times. */
  #from: { positionMs: number; inMs: number | null } = { positionMs: 0, inMs: null }
  /** In the queue, recording time of the newest picture. */
  #queuedMs = Number.NEGATIVE_INFINITY
  /** Frames up to the next keyframe are not taken, and that one follows the newest in the queue. */
  #joining = false
  /** Frames of a call are not wanted now. */
  #held = false
  #counters: Record<string, number> = {}
  #transport = ''
  /** Packets of all calls. */
  packets = 0

  constructor(
    context: GbMediaContext,
    span: FeedSpan,
    events: FeedEvents,
    transports: () => readonly MediaTransport[],
    signal: AbortSignal,
  ) {
    this.#context = context
    this.#span = span
    this.#events = events
    this.#transports = transports
    this.#signal = signal
    this.#timeline = new PlaybackTimeline(context.clock, span.startMs)
    this.#end = new RecordingEnd(span.endMs)
  }

  get speed(): number {
    return this.#speed
  }

  /** The call frames come from now; null: none, for a while or any more. */
  get call(): GbHistoryCall | null {
    return this.#call
  }

  /** Whether frames go through the queue. */
  get queued(): boolean {
    return this.#paced !== null
  }

  get positionMs(): number {
    return Math.min(this.#timeline.positionMs, this.#span.endMs)
  }

  get transport(): string {
    return this.#transport
  }

  counters(): Record<string, number> {
    return this.#call?.counters() ?? this.#counters
  }

  /** A seek by the device; `seeking` until it shows. */
  seek(positionMs: number): void {
    this.#timeline.seek(positionMs)
  }

  /** A seek too near to show. */
  arrive(): void {
    this.#timeline.arrive()
  }

  get seeking(): boolean {
    return this.#timeline.seeking
  }

  /** Frames that still come, or none: nobody is to see them, and silence is no failure. */
  hold(held: boolean): void {
    this.#held = held
    this.#call?.setSilent(held)
    if (held) this.#paced?.pause()
  }

  /** The device says that it plays at this speed from now on. */
  takeSpeed(speed: number): void {
    this.#speed = speed
    this.#timeline.setSpeed(speed)
    this.#meter.begin(speed, this.#context.clock.monotonicMs())
  }

  /** A call at speed 1 from there, at the device's pace. Errors as `GbHistoryCall.open`. */
  async play(fromMs: number): Promise<void> {
    await this.hangUp('another position is wanted')
    this.#paced?.close()
    this.#paced = null
    this.takeSpeed(1)
    this.#timeline.restart(fromMs)
    await this.#open('Playback', fromMs)
  }

  /** A call whose frames are kept and given out at our pace. Errors as `GbHistoryCall.open`. */
  async fetch(fromMs: number, speed: number): Promise<void> {
    await this.hangUp('another position is wanted')
    this.#paced?.close()
    const { clock, timers } = this.#context
    this.#paced = new PacedFrames({ clock, timers, onFrame: frame => this.#show(frame) }, speed)
    this.#speed = speed
    this.#timeline.setSpeed(speed)
    this.#timeline.restart(fromMs)
    this.#queuedMs = Number.NEGATIVE_INFINITY
    this.#joining = false
    this.#refetches = 0
    await this.#open(speed > 1 ? 'Download' : 'Playback', fromMs)
  }

  /** BYE; the queue stays. */
  async hangUp(reason: string): Promise<void> {
    const call = this.#call
    this.#call = null
    if (!call) return
    this.#counters = call.counters()
    await call.close(reason)
  }

  /** Nothing more is given out. */
  close(reason: string): void {
    void this.hangUp(reason)
    this.#paced?.close()
    this.#paced = null
  }

  /** To be called now and then: the end, where the device falls silent, and room for more in the queue. */
  look(): void {
    if (this.#held) return
    if (this.#paced) this.#lookAtQueue(this.#paced)
    else if (this.#call) {
      const { positionMs } = this.#timeline
      const over = this.#end.reached(positionMs, this.#call.quietMs)
      if (over || positionMs > this.#span.endMs + PAST_END_MS) this.#events.onEnd(null)
    }
  }

  async #open(name: 'Playback' | 'Download', fromMs: number): Promise<void> {
    const { channelId, endMs, session } = this.#span
    const from = { positionMs: fromMs, inMs: null }
    this.#from = from
    this.#fetched = false
    this.#held = false
    const end = new RecordingEnd(endMs)
    this.#end = end
    const mine = () => this.#from === from
    const events: HistoryEvents = {
      onTrack: track => mine() && this.#events.onTrack(track),
      onFrame: frame => mine() && this.#frame(frame),
      onBytes: bytes => {
        this.packets++
        if (mine()) this.#events.onBytes(bytes)
      },
      onFileEnd: () => end.tell(),
      onEnd: reason => mine() && this.#ended(reason),
      onJournal: (callId, entry) => this.#events.onJournal(callId, entry),
    }
    const downloadSpeed = Math.ceil(this.#speed)
    const wish = { session, channelId, name, startMs: fromMs, endMs, transports: this.#transports() }
    const call = await GbHistoryCall.open(
      this.#context,
      { ...wish, ...(name === 'Download' && { downloadSpeed }) },
      events,
      this.#signal,
    )
    if (this.#signal.aborted) {
      await call.close('nobody watches')
      this.#signal.throwIfAborted()
    }
    this.#call = call
    this.#transport = call.transport
    if (!call.first) this.#events.onTransport(preferring(call.transport))
  }

  #frame(frame: Frame): void {
    if (this.#paced) {
      this.#queue(this.#paced, frame)
      return
    }
    if (this.#held) return
    this.#show(frame)
    const verdict = this.#meter.push(frame, this.#context.clock.monotonicMs())
    if (verdict === 'rescaled') this.#timeline.setRescaled(true)
    if (verdict === 'ignored') this.#events.onIgnored(this.#speed)
  }

  #show(frame: Frame): void {
    for (const placed of this.#timeline.place(frame)) this.#events.onFrame(placed)
  }

  /** With times of the recording, so that one call follows the other. */
  #queue(paced: PacedFrames, frame: Frame): void {
    const { clockRate, kind } = frame.track
    const inMs = (frame.dts * 1000) / clockRate
    const from = this.#from
    if (this.#joining) {
      // devices begin at the keyframe before: up to a GOP is shown twice, and nothing is left out
      if (kind !== 'video' || !frame.keyframe) return
      this.#joining = false
      from.positionMs = this.#queuedMs + JOINT_MS
      from.inMs = inMs
    }
    from.inMs ??= inMs
    const positionMs = from.positionMs + inMs - from.inMs
    if (kind === 'video') this.#queuedMs = positionMs
    const dts = Math.round((positionMs * clockRate) / 1000)
    paced.push({ ...frame, dts, pts: dts + frame.pts - frame.dts })
    if (paced.full && this.#call) this.#events.order(() => this.hangUp('enough for now'))
  }

  /** The call is over, and not by us. */
  #ended(reason: string): void {
    if (this.#call) this.#counters = this.#call.counters()
    this.#call = null
    if (this.#held) return // whoever goes on calls again
    if (this.#paced) this.#fetched = this.#end.near(this.#queuedMs) || this.#refetches >= MAX_REFETCHES
    else this.#events.onEnd(this.#end.near(this.#timeline.positionMs) ? null : reason)
  }

  #lookAtQueue(paced: PacedFrames): void {
    if (this.#call && this.#end.reached(this.#queuedMs, this.#call.quietMs)) {
      this.#fetched = true
      this.#events.order(() => this.hangUp('the recording is at its end'))
    }
    if (this.#fetched) {
      if (paced.size === 0) this.#events.onEnd(null)
    } else if (!this.#call && paced.hasRoom) this.#events.order(() => this.#refetch(paced))
  }

  /** There is room again, or the call was cut off: on from the newest picture of the queue. */
  async #refetch(paced: PacedFrames): Promise<void> {
    if (this.#paced !== paced || this.#call || this.#fetched || this.#held) return
    const { endMs, startMs } = this.#span
    this.#joining = Number.isFinite(this.#queuedMs)
    this.#refetches = paced.size > 0 ? 0 : this.#refetches + 1
    const fromMs = this.#joining ? Math.min(this.#queuedMs, endMs - 1000) : startMs
    await this.#open(paced.speed > 1 ? 'Download' : 'Playback', Math.max(startMs, fromMs))
  }
}
