import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { GbSession, Quirks } from '../../link/gb28181.ts'
import type { Publication } from '../../media/stream/publication.ts'
import type { Track } from '../../media/stream/track.ts'
import type { CallJournalEntry } from '../../protocols/gb28181/device-side/invite.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import type { GbMediaContext } from './gb-media.ts'
import { type FeedSpan, PlaybackFeed } from './playback-feed.ts'

/** What somebody wants to see of a recording. */
export interface PlaybackWish extends FeedSpan {
  readonly deviceId: string
  readonly path: string
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
const MIN_SPEED = 0.25
const MAX_SPEED = 16

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
  readonly #feed: PlaybackFeed
  readonly #aborter = new AbortController()
  readonly #ignored = new Set<string>()
  #state: GbSession['state'] = 'starting'
  #reason: string | undefined
  #publication: Publication | null = null
  #looks: Timer | null = null
  /** Orders one after the other. */
  #orders: Promise<unknown> = Promise.resolve()

  constructor(host: PlaybackHost, wish: PlaybackWish) {
    const { clock } = host.context
    this.#host = host
    this.wish = wish
    this.startedAtMs = clock.nowMs()
    this.id = newId('pb', this.startedAtMs)
    const events = {
      onTrack: (track: Track) => this.#setTrack(track),
      onFrame: (frame: Parameters<Publication['write']>[0]) => this.#publication?.write(frame),
      onBytes: (bytes: number) => this.#publication?.countBytes(bytes),
      onEnd: (reason: string | null) => this.end(reason ?? 'the recording is at its end'),
      onIgnored: (speed: number) => this.#orderOwn(() => this.#didNotTakeSpeed(speed)),
      onJournal: (callId: string, entry: CallJournalEntry | null) => host.onJournal(callId, entry),
      onTransport: (transports: string) => host.onLearnt({ transports }),
      order: (run: () => Promise<void>) => this.#orderOwn(run),
    }
    this.#feed = new PlaybackFeed(host.context, wish, events, () => host.transports(), this.#aborter.signal)
  }

  view(): GbSession {
    const { channelId, deviceId, path } = this.wish
    return {
      ...{ id: this.id, kind: 'playback', device: deviceId, channel: channelId, path, state: this.#state },
      transport: this.#feed.transport,
      startedAtMs: this.startedAtMs,
      atMs: this.#feed.positionMs,
      speed: this.#feed.speed,
      progress: null,
      ignored: [...this.#ignored],
      counters: this.#feed.counters(),
      ...(this.#reason !== undefined && { reason: this.#reason.slice(0, 512) }),
    }
  }

  /** Resolves when the first picture is there. Throws AppError as `GbHistoryCall.open`; then it has ended. */
  async open(speed: number): Promise<void> {
    try {
      await this.#feed.play(this.wish.startMs)
      this.#state = 'on'
      this.#looks = this.#host.context.timers.every(LOOK_MS, () => this.#feed.look())
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
        if (!this.#feed.call && !this.#feed.queued && this.#state === 'on') this.end(errorText(error))
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
    this.#feed.close(reason)
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
    this.#feed.hold(true)
    const { call, queued } = this.#feed
    if (queued || !call) {
      await this.#feed.hangUp('paused')
      return
    }
    if (this.#ignored.has('pause') || !(await call.control({ method: 'pause' }))) {
      await this.#pauseIgnored()
      return
    }
    const { timers } = this.#host.context
    const same = () => this.#feed.call === call && this.#state === 'paused'
    timers.after(PAUSE_SETTLE_MS, () => {
      const before = this.#feed.packets
      timers.after(PAUSE_WATCH_MS, () => {
        if (!same() || this.#feed.packets - before < PAUSED_PACKETS) return
        this.#orderOwn(async () => {
          if (same()) await this.#pauseIgnored()
        })
      })
    })
  }

  async #pauseIgnored(): Promise<void> {
    this.#ignored.add('pause')
    await this.#feed.hangUp('paused')
  }

  /** At speed 1, as §9.8 has it. */
  async #resume(): Promise<void> {
    if (this.#state !== 'paused') return
    this.#state = 'on'
    const { call, positionMs, queued, speed } = this.#feed
    if (queued || !call) {
      await this.#feed.play(positionMs)
      return
    }
    this.#feed.hold(false)
    const went = await call.control({ method: 'resume' })
    const normal = speed === 1 || (await call.control({ method: 'scale', scale: 1 }))
    if (!went || !normal) await this.#feed.play(positionMs)
    else if (speed !== 1) this.#feed.takeSpeed(1)
  }

  async #seek(toMs: number): Promise<void> {
    const { endMs, startMs } = this.wish
    if (toMs < startMs || toMs >= endMs) {
      throw new AppError('INVALID', { field: 'value', reason: 'is not within the recording that is played' })
    }
    const { call, queued, speed } = this.#feed
    // a paused device that is told a place stays there
    if (!queued && this.#state === 'paused') await call?.control({ method: 'resume' })
    this.#state = 'on'
    if (queued) await this.#feed.fetch(toMs, speed)
    else if (!(await this.#seekByDevice(toMs))) {
      await this.#feed.play(toMs)
      if (speed !== 1) await this.#speedByDevice(speed)
    }
  }

  async #seekByDevice(toMs: number): Promise<boolean> {
    const feed = this.#feed
    const { call } = feed
    // before the start of the call is nowhere for the device
    if (!call || toMs < call.startMs || this.#quirks.seek === false) return false
    const farMs = Math.abs(toMs - feed.positionMs)
    feed.hold(false)
    if (await call.control({ method: 'seek', seconds: (toMs - call.startMs) / 1000 })) {
      feed.seek(toMs)
      if (farMs < NEAR_SEEK_MS) feed.arrive()
      const { clock } = this.#host.context
      const lastMs = clock.monotonicMs() + SEEK_PATIENCE_MS
      while (feed.seeking && clock.monotonicMs() < lastMs && feed.call === call) await this.#wait(SEEK_LOOK_MS)
      if (!feed.seeking) return true
    }
    this.#ignored.add('seek')
    this.#host.onLearnt({ seek: false })
    return false
  }

  async #setSpeed(speed: number): Promise<void> {
    const times = Math.abs(speed)
    if (!(times >= MIN_SPEED && times <= MAX_SPEED)) {
      const reason = `must be ${MIN_SPEED} to ${MAX_SPEED}, or the same below 0`
      throw new AppError('INVALID', { field: 'value', reason })
    }
    if (this.#state === 'paused') await this.#resume()
    const feed = this.#feed
    if (speed === feed.speed) return
    if (speed > 0 && speed !== 1 && (this.#quirks.speed === false || this.#ignored.has('speed'))) {
      this.#ignored.add('speed')
      await this.#speedByUs(speed)
      return
    }
    // the way back to what the device does itself
    if (feed.queued) await feed.play(feed.positionMs)
    if (speed !== feed.speed) await this.#speedByDevice(speed)
  }

  async #speedByDevice(speed: number): Promise<void> {
    const feed = this.#feed
    if (feed.call && (await feed.call.control({ method: 'scale', scale: speed }))) {
      feed.takeSpeed(speed)
      return
    }
    if (speed < 0) {
      const reason = 'it does not play recordings backwards'
      throw new AppError('PEER_REFUSED', { peer: this.wish.session.gbId, reason })
    }
    this.#speedIgnored()
    if (speed === 1) await feed.play(feed.positionMs)
    else await this.#speedByUs(speed)
  }

  #speedIgnored(): void {
    this.#ignored.add('speed')
    this.#host.onLearnt({ speed: false })
  }

  /** Faster by a download, slower out of what comes at speed 1. */
  async #speedByUs(speed: number): Promise<void> {
    const feed = this.#feed
    const { positionMs } = feed
    try {
      await feed.fetch(positionMs, speed)
    } catch (error) {
      if (this.#aborter.signal.aborted) throw error
      this.#host.context.log.info('a recording cannot be played at another speed', {
        device: this.wish.session.gbId,
        speed,
        reason: errorText(error),
      })
      await feed.play(positionMs)
      throw error
    }
  }

  /** The device said yes and plays on as before. */
  async #didNotTakeSpeed(speed: number): Promise<void> {
    const feed = this.#feed
    if (feed.queued || feed.speed !== speed) return
    feed.takeSpeed(1)
    if (speed < 0) {
      this.#ignored.add('reverse')
      return
    }
    this.#speedIgnored()
    await this.#speedByUs(speed).catch((error: unknown) => {
      if (!feed.call) throw error // otherwise it plays on at speed 1
    })
  }

  #setTrack(track: Track): void {
    const { channelId, session } = this.wish
    try {
      this.#publication ??= this.#host.publish(`${session.gbId} ${channelId}`, reason => this.end(reason))
      this.#publication.setTrack(track)
    } catch (error) {
      this.end(errorText(error)) // forbidden, or somebody else publishes there
    }
  }

  get #quirks() {
    return this.wish.session.policy.quirks
  }

  #wait(ms: number): Promise<void> {
    return new Promise(resolve => this.#host.context.timers.after(ms, resolve))
  }
}
