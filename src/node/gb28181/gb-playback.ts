import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { GbSession, Quirks } from '../../link/gb28181.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Publication } from '../../media/stream/publication.ts'
import type { Track } from '../../media/stream/track.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { CallJournalEntry } from '../../protocols/gb28181/device-side/invite.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import { GbHistoryCall, type HistoryEvents } from './gb-history-call.ts'
import type { GbMediaContext } from './gb-media.ts'
import { preferring } from './gb-transports.ts'
import { PacedFrames } from './paced-frames.ts'
import { PlaybackTimeline } from './playback-timeline.ts'
import { SpeedMeter } from './speed-meter.ts'

/** What somebody wants to see of a recording. */
export interface PlaybackWish {
  readonly deviceId: string
  readonly session: DeviceSession
  readonly channelId: string
  readonly path: string
  readonly startMs: number
  readonly endMs: number
}

export interface PlaybackHost {
  readonly context: GbMediaContext
  /** Gives the place for the frames. Throws what the hub says. */
  publish(agent: string, onKick: (reason: string) => void): Publication
  transports(): readonly MediaTransport[]
  onLearnt(quirks: Quirks): void
  onJournal(callId: string, entry: CallJournalEntry | null): void
  /** Once. */
  onEnd(): void
}

export type PlaybackAction = 'pause' | 'resume' | 'seek' | 'speed'

/** Slowest and fastest. */
export const SPEEDS = { min: 0.25, max: 16 }

const LOOK_MS = 250
/** A seek that the device follows shows after so long at the latest. */
const SEEK_PATIENCE_MS = 1500
const SEEK_LOOK_MS = 50
/** A seek so near is not told apart from playing on. */
const NEAR_SEEK_MS = 2000
/** What is on its way when a device pauses; then, what it sends shows that it does not. */
const PAUSE_SETTLE_MS = 700
const PAUSE_WATCH_MS = 1000
const PAUSED_PACKETS = 3
/** After "end of file" the last packets may still be on their way. */
const END_QUIET_MS = 300
/** So near the end silence is the end, where the device does not say so. */
const NEAR_END_MS = 2500
const SILENT_END_MS = 1500
/** Positions are known as well as the first keyframe: a GOP of smart codecs is 8 s. */
const PAST_END_MS = 10_000
/** Times that a fetch that was cut off is begun again. */
const MAX_REFETCHES = 3

/**
 * A recording of a device as a stream.
 *
 * starting -> on      the first picture
 * on       -> paused  pause
 * paused   -> on      resume, seek, speed
 * any      -> ended   end of the recording, nobody watches, stop, or the device does not go on
 *
 * What the device ignores is done here: a pause by hanging up, a seek by another call, a speed by a download that is
 * kept and played at the wanted pace.
 */
export class GbPlayback {
  readonly id: string
  readonly wish: PlaybackWish
  readonly startedAtMs: number
  readonly #host: PlaybackHost
  readonly #timeline: PlaybackTimeline
  readonly #meter = new SpeedMeter()
  readonly #aborter = new AbortController()
  readonly #ignored = new Set<string>()
  #state: GbSession['state'] = 'starting'
  #reason: string | undefined
  #speed = 1
  #call: GbHistoryCall | null = null
  /** Plays at our own pace; null: at the device's. */
  #paced: PacedFrames | null = null
  /** The source of the paced frames has sent all there is. */
  #fetched = false
  #refetches = 0
  /** Where a call begins, and the first of its times. */
  #callFrom: { readonly positionMs: number; inMs: number | null } = { positionMs: 0, inMs: null }
  /** In the queue of the paced frames, recording time of the newest picture. */
  #queuedMs = Number.NEGATIVE_INFINITY
  /** Frames up to the next keyframe after it are not taken. */
  #joining = false
  #publication: Publication | null = null
  #packetsSince = 0
  #counters: Record<string, number> = {}
  #transport = ''
  #looks: Timer | null = null
  #fileEnded = false
  /** Orders one after the other. */
  #orders: Promise<unknown> = Promise.resolve()

  constructor(host: PlaybackHost, wish: PlaybackWish) {
    const { clock } = host.context
    this.#host = host
    this.wish = wish
    this.startedAtMs = clock.nowMs()
    this.id = newId('pb', this.startedAtMs)
    this.#timeline = new PlaybackTimeline(clock, wish.startMs)
  }

  get state(): GbSession['state'] {
    return this.#state
  }

  view(): GbSession {
    const { channelId, deviceId, path } = this.wish
    return {
      ...{ id: this.id, kind: 'playback', device: deviceId, channel: channelId, path, state: this.#state },
      transport: this.#transport,
      startedAtMs: this.startedAtMs,
      atMs: Math.min(this.#timeline.positionMs, this.wish.endMs),
      speed: this.#speed,
      progress: null,
      ignored: [...this.#ignored],
      counters: this.#call?.counters() ?? this.#counters,
      ...(this.#reason !== undefined && { reason: this.#reason.slice(0, 512) }),
    }
  }

  /** Resolves when the first picture is there. Throws AppError as `GbHistoryCall.open`; then it has ended. */
  async open(speed: number): Promise<void> {
    try {
      await this.#play(this.wish.startMs)
      this.#state = 'on'
      this.#looks = this.#host.context.timers.every(LOOK_MS, () => this.#look())
    } catch (error) {
      this.end(errorText(error))
      throw error
    }
    if (speed === 1) return
    // a recording at speed 1 is better than none
    await this.control('speed', speed).catch((error: unknown) => {
      if (this.#aborter.signal.aborted) throw error
    })
  }

  /** `value` as in `gb.playback.control`. Throws AppError INVALID, NOT_FOUND, PEER_REFUSED. */
  control(action: PlaybackAction, value = 1): Promise<void> {
    return this.#order(async () => {
      if (this.#state === 'ended') throw new AppError('NOT_FOUND', { what: 'playback that runs', id: this.id })
      try {
        if (action === 'pause') await this.#pause()
        else if (action === 'resume') await this.#resume()
        else if (action === 'seek') await this.#seek(value)
        else await this.#setSpeed(value)
      } catch (error) {
        // nothing comes any more, and nothing will
        if (!this.#call && !this.#paced && this.#state === 'on') this.end(errorText(error))
        throw error
      }
    })
  }

  /** Ends it, and the call by BYE. Idempotent. */
  end(reason: string): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#reason = reason
    this.#looks?.cancel()
    this.#aborter.abort(new AppError('NOT_FOUND', { what: 'playback that runs', id: this.id }))
    void this.#hangUp(reason)
    this.#paced?.close()
    this.#paced = null
    this.#publication?.end(reason)
    this.#host.onEnd()
  }

  #order(run: () => Promise<void>): Promise<void> {
    const done = this.#orders.then(run)
    this.#orders = done.catch(() => {}) // told to who ordered it
    return done
  }

  /** Something of our own; what goes wrong ends the playback. */
  #orderOwn(run: () => Promise<void>): void {
    this.#order(async () => {
      if (this.#state !== 'ended') await run()
    }).catch((error: unknown) => this.end(errorText(error)))
  }

  async #pause(): Promise<void> {
    if (this.#state === 'paused') return
    this.#state = 'paused'
    this.#paced?.pause()
    const call = this.#call
    if (this.#paced || !call) {
      await this.#hangUp('paused')
      return
    }
    if (this.#ignored.has('pause') || !(await call.control({ method: 'pause' }))) {
      await this.#pauseIgnored()
      return
    }
    call.setSilent(true)
    this.#host.context.timers.after(PAUSE_SETTLE_MS, () => {
      this.#packetsSince = 0
      this.#host.context.timers.after(PAUSE_WATCH_MS, () => {
        if (this.#call !== call || this.#state !== 'paused' || this.#packetsSince < PAUSED_PACKETS) return
        this.#orderOwn(async () => {
          if (this.#call === call && this.#state === 'paused') await this.#pauseIgnored()
        })
      })
    })
  }

  async #pauseIgnored(): Promise<void> {
    this.#ignored.add('pause')
    await this.#hangUp('paused')
  }

  /** At speed 1, as §9.8 has it. */
  async #resume(): Promise<void> {
    if (this.#state !== 'paused') return
    this.#state = 'on' // frames come before the answer does
    const call = this.#call
    if (this.#paced || !call) {
      await this.#play(this.#timeline.positionMs)
    } else {
      call.setSilent(false)
      const went = await call.control({ method: 'resume' })
      const normal = this.#speed === 1 || (await call.control({ method: 'scale', scale: 1 }))
      if (!went || !normal) await this.#play(this.#timeline.positionMs)
      else if (this.#speed !== 1) this.#takeSpeed(1)
    }
  }

  async #seek(toMs: number): Promise<void> {
    const { endMs, startMs } = this.wish
    if (toMs < startMs || toMs >= endMs) {
      throw new AppError('INVALID', { field: 'value', reason: 'is not within the recording that is played' })
    }
    const paced = this.#paced
    const speed = this.#speed
    // a paused device that is told a place stays there
    if (!paced && this.#state === 'paused') await this.#call?.control({ method: 'resume' })
    this.#state = 'on'
    if (paced) await this.#fetch(toMs, paced.speed)
    else if (!(await this.#seekByDevice(toMs))) {
      await this.#play(toMs)
      if (speed !== 1) await this.#speedByDevice(speed)
    }
  }

  async #seekByDevice(toMs: number): Promise<boolean> {
    const call = this.#call
    // before the start of the call is nowhere for the device
    if (!call || toMs < call.startMs) return false
    if (this.#quirks.seek === false) return false
    const farMs = Math.abs(toMs - this.#timeline.positionMs)
    call.setSilent(false)
    if (await call.control({ method: 'seek', seconds: (toMs - call.startMs) / 1000 })) {
      this.#timeline.seek(toMs)
      if (farMs < NEAR_SEEK_MS) this.#timeline.arrive()
      const { clock } = this.#host.context
      const lastMs = clock.monotonicMs() + SEEK_PATIENCE_MS
      while (this.#timeline.seeking && clock.monotonicMs() < lastMs && this.#call === call)
        await this.#wait(SEEK_LOOK_MS)
      if (!this.#timeline.seeking) return true
    }
    this.#ignored.add('seek')
    this.#host.onLearnt({ seek: false })
    return false
  }

  async #setSpeed(speed: number): Promise<void> {
    const times = Math.abs(speed)
    if (!(times >= SPEEDS.min && times <= SPEEDS.max)) {
      throw new AppError('INVALID', {
        field: 'value',
        reason: `must be ${SPEEDS.min} to ${SPEEDS.max}, or the same below 0`,
      })
    }
    if (this.#state === 'paused') await this.#resume()
    if (speed === this.#speed) return
    if (speed > 0 && speed !== 1 && (this.#quirks.speed === false || this.#ignored.has('speed'))) {
      this.#ignored.add('speed')
      await this.#speedByUs(speed)
      return
    }
    // the way back to what the device does itself
    if (this.#paced) await this.#play(this.#timeline.positionMs)
    if (speed !== this.#speed) await this.#speedByDevice(speed)
  }

  async #speedByDevice(speed: number): Promise<void> {
    const call = this.#call
    const took = call !== null && (await call.control({ method: 'scale', scale: speed }))
    if (took) {
      this.#takeSpeed(speed)
      return
    }
    if (speed < 0) {
      const reason = 'it does not play recordings backwards'
      throw new AppError('PEER_REFUSED', { peer: this.wish.session.gbId, reason })
    }
    this.#speedIgnored()
    if (speed === 1) await this.#play(this.#timeline.positionMs)
    else await this.#speedByUs(speed)
  }

  #takeSpeed(speed: number): void {
    this.#speed = speed
    this.#timeline.setSpeed(speed)
    this.#meter.begin(speed, this.#host.context.clock.monotonicMs())
  }

  #speedIgnored(): void {
    this.#ignored.add('speed')
    this.#host.onLearnt({ speed: false })
  }

  /** Faster by a download, slower out of what comes at speed 1. */
  async #speedByUs(speed: number): Promise<void> {
    const positionMs = this.#timeline.positionMs
    try {
      await this.#fetch(positionMs, speed)
    } catch (error) {
      if (this.#aborter.signal.aborted) throw error
      this.#host.context.log.info('a recording cannot be played at another speed', {
        device: this.wish.session.gbId,
        speed,
        reason: errorText(error),
      })
      await this.#play(positionMs)
      throw error
    }
  }

  /** A call at speed 1 from there; the device keeps the pace. */
  async #play(fromMs: number): Promise<void> {
    await this.#hangUp('another position is wanted')
    this.#paced?.close()
    this.#paced = null
    this.#speed = 1
    this.#timeline.setSpeed(1)
    this.#meter.begin(1, 0)
    this.#timeline.restart(fromMs)
    await this.#open('Playback', fromMs)
  }

  /** A call whose frames are kept and shown at this pace. */
  async #fetch(fromMs: number, speed: number): Promise<void> {
    await this.#hangUp('another position is wanted')
    this.#paced?.close()
    const { clock, timers } = this.#host.context
    this.#paced = new PacedFrames({ clock, timers, onFrame: frame => this.#show(frame) }, speed)
    this.#speed = speed
    this.#timeline.setSpeed(speed)
    this.#timeline.restart(fromMs)
    this.#queuedMs = Number.NEGATIVE_INFINITY
    this.#joining = false
    this.#refetches = 0
    await this.#open(speed > 1 ? 'Download' : 'Playback', fromMs)
  }

  async #open(name: 'Playback' | 'Download', fromMs: number): Promise<void> {
    const { channelId, endMs, session } = this.wish
    const transports = this.#host.transports()
    const from = { positionMs: fromMs, inMs: null }
    this.#callFrom = from
    this.#fetched = false
    this.#fileEnded = false
    const mine = () => this.#callFrom === from
    const events: HistoryEvents = {
      onTrack: track => mine() && this.#setTrack(track),
      onFrame: frame => mine() && this.#frame(frame),
      onBytes: bytes => mine() && this.#bytes(bytes),
      onFileEnd: () => {
        if (mine()) this.#fileEnded = true
      },
      onEnd: reason => mine() && this.#ended(reason),
      onJournal: this.#host.onJournal.bind(this.#host),
    }
    const speed = Math.ceil(this.#speed)
    const call = await GbHistoryCall.open(
      this.#host.context,
      {
        ...{ session, channelId, name, startMs: fromMs, endMs, transports },
        ...(name === 'Download' && { downloadSpeed: speed }),
      },
      events,
      this.#aborter.signal,
    )
    if (this.#aborter.signal.aborted) {
      await call.close('nobody watches')
      throw this.#aborter.signal.reason
    }
    this.#call = call
    this.#transport = call.transport
    if (!call.first) this.#host.onLearnt({ transports: preferring(call.transport) })
  }

  async #hangUp(reason: string): Promise<void> {
    const call = this.#call
    this.#call = null
    if (!call) return
    this.#counters = call.counters()
    await call.close(reason)
  }

  #setTrack(track: Track): void {
    try {
      this.#publication ??= this.#host.publish(`${this.wish.session.gbId} ${this.wish.channelId}`, reason =>
        this.end(reason),
      )
      this.#publication.setTrack(track)
    } catch (error) {
      this.end(errorText(error)) // forbidden, or somebody else publishes there
    }
  }

  #bytes(bytes: number): void {
    this.#packetsSince++
    this.#publication?.countBytes(bytes)
  }

  #frame(frame: Frame): void {
    if (this.#state === 'paused' && !this.#paced) return
    if (this.#paced) {
      this.#queue(this.#paced, frame)
      return
    }
    this.#show(frame)
    const verdict = this.#meter.push(frame, this.#host.context.clock.monotonicMs())
    if (verdict === 'rescaled') this.#timeline.setRescaled(true)
    if (verdict === 'ignored') this.#orderOwn(() => this.#didNotTakeSpeed())
  }

  /** The device said yes and plays on as before. */
  async #didNotTakeSpeed(): Promise<void> {
    const speed = this.#speed
    if (this.#paced || speed === 1) return
    this.#takeSpeed(1)
    if (speed < 0) {
      this.#ignored.add('reverse')
      return
    }
    this.#speedIgnored()
    await this.#speedByUs(speed).catch((error: unknown) => {
      if (this.#aborter.signal.aborted || !this.#call) throw error // otherwise it plays on at speed 1
    })
  }

  #show(frame: Frame): void {
    for (const placed of this.#timeline.place(frame)) this.#publication?.write(placed)
  }

  /** With times of the recording, so that one call follows the other. */
  #queue(paced: PacedFrames, frame: Frame): void {
    const { clockRate, kind } = frame.track
    const inMs = (frame.dts * 1000) / clockRate
    const from = this.#callFrom
    from.inMs ??= inMs
    const positionMs = from.positionMs + inMs - from.inMs
    if (this.#joining) {
      if (kind !== 'video' || !frame.keyframe || positionMs <= this.#queuedMs) return
      this.#joining = false
    }
    if (kind === 'video') this.#queuedMs = positionMs
    const dts = Math.round((positionMs * clockRate) / 1000)
    paced.push({ ...frame, dts, pts: dts + frame.pts - frame.dts })
    if (paced.full && this.#call) this.#orderOwn(() => this.#hangUp('enough for now'))
  }

  /** The call is over, and not by us. */
  #ended(reason: string): void {
    if (this.#call) this.#counters = this.#call.counters()
    this.#call = null
    if (this.#state === 'paused') return // resume calls again
    if (this.#paced)
      this.#fetched = this.#fileEnded || this.#isNearEnd(this.#queuedMs) || this.#refetches >= MAX_REFETCHES
    else
      this.end(this.#fileEnded || this.#isNearEnd(this.#timeline.positionMs) ? 'the recording is at its end' : reason)
  }

  #isNearEnd(positionMs: number): boolean {
    return positionMs >= this.wish.endMs - NEAR_END_MS
  }

  /** The end, where the device says it or falls silent, and room for more in the queue. */
  #look(): void {
    const call = this.#call
    const paced = this.#paced
    if (this.#state !== 'on') return
    if (paced) {
      this.#lookAtQueue(paced, call)
      return
    }
    if (!call) return
    const { positionMs } = this.#timeline
    const silentMs = this.#fileEnded
      ? END_QUIET_MS
      : this.#isNearEnd(positionMs)
        ? SILENT_END_MS
        : Number.POSITIVE_INFINITY
    if (call.quietMs >= silentMs || positionMs > this.wish.endMs + PAST_END_MS) this.end('the recording is at its end')
  }

  #lookAtQueue(paced: PacedFrames, call: GbHistoryCall | null): void {
    const silentMs = this.#fileEnded
      ? END_QUIET_MS
      : this.#isNearEnd(this.#queuedMs)
        ? SILENT_END_MS
        : Number.POSITIVE_INFINITY
    if (call && call.quietMs >= silentMs) {
      this.#fetched = true
      this.#orderOwn(() => this.#hangUp('the recording is at its end'))
    }
    if (this.#fetched) {
      if (paced.size === 0) this.end('the recording is at its end')
    } else if (!call && paced.hasRoom) this.#orderOwn(() => this.#refetch(paced))
  }

  /** There is room again, or the call was cut off: on from the newest picture of the queue. */
  async #refetch(paced: PacedFrames): Promise<void> {
    if (this.#paced !== paced || this.#call || this.#fetched || this.#state !== 'on') return
    const fromMs = Math.max(this.wish.startMs, Math.min(this.#queuedMs, this.wish.endMs - 1000))
    this.#joining = Number.isFinite(this.#queuedMs)
    this.#refetches = paced.size > 0 ? 0 : this.#refetches + 1
    await this.#open(paced.speed > 1 ? 'Download' : 'Playback', Number.isFinite(fromMs) ? fromMs : this.wish.startMs)
  }

  get #quirks() {
    return this.wish.session.policy.quirks
  }

  #wait(ms: number): Promise<void> {
    return new Promise(resolve => this.#host.context.timers.after(ms, resolve))
  }
}
