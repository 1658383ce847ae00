import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import { addressOf } from '../../base/ip-address.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Publication } from '../../media/stream/publication.ts'
import type { Track } from '../../media/stream/track.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { addressOf as signallingAddress } from '../../protocols/gb28181/device-side/identity.ts'
import type { CallJournalEntry, MediaCall, MediaRequest } from '../../protocols/gb28181/device-side/invite.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import type { CallWay } from '../../protocols/gb28181/route-path.ts'
import { ssrcNumber } from '../../protocols/gb28181/ssrc.ts'
import type { MediaFacts } from '../../protocols/gb28181/verdict.ts'
import { payloadTypesOf } from '../../protocols/rtp/payload-types.ts'
import { PsReceiver } from '../../protocols/rtp/ps-receiver.ts'
import type { Reception } from '../../protocols/rtp/reception.ts'
import type { FailedAttempt } from './gb-attempts.ts'
import { answerTimeoutMs, type GbMediaContext, mediaAddressFor } from './gb-media.ts'

/** What the session is asked to bring. */
export interface GbMediaWish {
  readonly session: DeviceSession
  readonly channelId: string
  readonly name: MediaRequest['name']
  readonly transport: MediaTransport
  readonly range?: { readonly start: number; readonly end: number }
  readonly downloadSpeed?: number
  /** Through platforms below; null: it is a device. */
  readonly way: CallWay | null
}

export interface GbMediaEvents {
  /** Media have come whose tracks are known: gives the place to put them. */
  publish(remote: string): Publication
  /** Told once, at the first keyframe (or sound, where there is no picture). */
  onPicture(firstPictureMs: number): void
  /** A frame is about to be published; what this gives is published. */
  onFrame?(frame: Frame): Frame
  /** NotifyType 121. */
  onFileEnd?(): void
  /** Once. `attempt` where it ended before the first picture: what was tried, and why it failed. */
  onEnd(reason: string, attempt: FailedAttempt | null): void
  onJournal(callId: string, entry: CallJournalEntry | null): void
}

/** UDP: how long a missing packet is waited for. */
const REORDER = { maxPackets: 256, maxDelayMs: 300 }
/** From the first packet to the first keyframe: a GOP of smart codecs is 8 s. */
const KEYFRAME_PATIENCE_MS = 10_000
const WATCH_MS = 500
/** Sound alone is taken for all there is after this. */
const SOUND_ONLY_MS = 3000

/** One call of a device for media: the reception, the frames, and why it failed if it did. */
export class GbMediaSession {
  readonly id: string
  readonly wish: GbMediaWish
  readonly startedAtMs: number
  readonly #context: GbMediaContext
  readonly #events: GbMediaEvents
  readonly #aborter = new AbortController()
  readonly #ssrc: string
  #reception: Reception | null = null
  #receiver: PsReceiver | null = null
  #call: MediaCall | null = null
  #publication: Publication | null = null
  #watch: Timer | null = null
  #beganMs: number
  #firstPacketMs: number | null = null
  /** From the wish. */
  #packetMs: number | null = null
  #pictureMs: number | null = null
  #videoCodec: string | null = null
  /** A paused recording: no packets are no failure. */
  #silent = false
  #ending = false
  #ended = false

  constructor(context: GbMediaContext, wish: GbMediaWish, events: GbMediaEvents) {
    this.#context = context
    this.wish = wish
    this.#events = events
    this.startedAtMs = context.clock.nowMs()
    this.id = newId('ms', this.startedAtMs)
    this.#beganMs = context.clock.monotonicMs()
    this.#ssrc = context.side.ssrcs.take(wish.name === 'Play' ? 'live' : 'history')
  }

  get call(): MediaCall | null {
    return this.#call
  }

  /** Platforms below that it comes through. */
  get route(): readonly string[] {
    return (this.wish.way && this.#call?.route) ?? []
  }

  get publication(): Publication | null {
    return this.#publication
  }

  /** Milliseconds from the wish to the first picture; null before it. */
  get firstPictureMs(): number | null {
    return this.#pictureMs
  }

  /** Whether silence is as it should be: the recording is paused. */
  setSilent(silent: boolean): void {
    this.#silent = silent
    this.#beganMs = this.#context.clock.monotonicMs()
  }

  /** Monotonic milliseconds since the last packet. */
  get quietMs(): number {
    const lastMs = this.#reception?.lastAtMs ?? Number.NEGATIVE_INFINITY
    return this.#context.clock.monotonicMs() - Math.max(lastMs, this.#beganMs)
  }

  counters(): Record<string, number> {
    const receiver = this.#receiver?.counters
    const reception = this.#reception?.counters
    return {
      packets: reception?.packets ?? 0,
      bytes: reception?.bytes ?? 0,
      lost: receiver?.lost ?? 0,
      reordered: receiver?.reordered ?? 0,
      late: receiver?.late ?? 0,
      jitterMs: receiver?.jitterMs ?? 0,
      ssrcMismatches: reception?.ssrcMismatches ?? 0,
      frames: receiver?.frames ?? 0,
      keyframes: receiver?.keyframes ?? 0,
      framesBroken: receiver?.framesBroken ?? 0,
    }
  }

  /** Invites. What goes wrong is told by `onEnd`. */
  async start(): Promise<void> {
    const { clock, settings, side } = this.#context
    const { channelId, name, range, session, transport } = this.wish
    try {
      const port = await this.#openReception()
      const call = await side.invite(
        session.gbId,
        {
          ...{ channelId, name, transport, port, ssrc: this.#ssrc },
          ...(range && { range }),
          ...(this.wish.downloadSpeed !== undefined && { downloadSpeed: this.wish.downloadSpeed }),
          ...this.wish.way,
        },
        {
          signal: this.#aborter.signal,
          timeoutMs: answerTimeoutMs(settings(), session),
          onJournal: (callId, entry) => this.#events.onJournal(callId, entry),
          onEnd: (by, reason) => this.#end(by === 'us' ? reason : `the device ended it: ${reason}`),
          onFileEnd: () => this.#events.onFileEnd?.(),
        },
      )
      this.#call = call
      if (this.#ended) {
        await call.close()
        return
      }
      this.#agreed(call)
      this.#beganMs = clock.monotonicMs()
      this.#watch = this.#context.timers.every(WATCH_MS, () => this.#look())
      if (name === 'Play') session.keyframe(channelId).catch(() => {}) // the next regular one will do
    } catch (error) {
      this.#end(errorText(error), error)
    }
  }

  /** BYE, or CANCEL before the answer. Idempotent. */
  close(reason: string): void {
    this.#end(reason)
  }

  async #openReception(): Promise<{ address: string; port: number }> {
    const { boundPort, mediaPort, portRange, settings } = this.#context
    const { session, transport } = this.wish
    const remote = signallingAddress(session.target).address
    const address = mediaAddressFor(this.#context, remote)
    // one who is dialled by us says where in his answer
    if (transport === 'tcp-active') return { address, port: 9 }
    const expectation = {
      ssrc: ssrcNumber(this.#ssrc),
      transport: transport === 'udp' ? ('udp' as const) : ('tcp' as const),
      remoteAddress: [remote],
      ...this.#receptionEvents(),
    }
    if (portRange) {
      const lease = await portRange.lease(expectation)
      this.#reception = lease.reception
      return { address, port: lease.port }
    }
    this.#reception = mediaPort.expect(expectation)
    return { address, port: settings().mediaPort ?? boundPort() }
  }

  #receptionEvents() {
    return {
      onPacket: (packet: Buffer) => this.#packet(packet),
      onDisconnect: (reason: string) => {
        // A device that dials again within the patience for packets goes on.
        this.#context.log.debug('media connection ended', { channel: this.wish.channelId, reason })
      },
    }
  }

  #agreed({ agreed }: MediaCall): void {
    const { clock, mediaPort, timers } = this.#context
    const { remote, sdp, transport } = agreed
    const ssrc = ssrcNumber(agreed.ssrc)
    const signalling = signallingAddress(this.wish.session.target).address
    if (transport === 'tcp-active') {
      this.#reception?.close()
      const where = { host: remote.address, port: remote.port, ssrc }
      this.#reception = mediaPort.connect({ ...where, ...this.#receptionEvents() })
    } else {
      const remoteAddress = [...new Set([remote.address, addressOf(signalling)])]
      this.#reception?.update({ ssrc, remoteAddress, ...(transport === 'udp' && { remotePort: remote.port }) })
    }
    this.#receiver = new PsReceiver({
      sink: { setTrack: track => this.#setTrack(track), write: frame => this.#write(frame) },
      clock,
      payloadTypes: payloadTypesOf(sdp.payloads),
      reorder: transport === 'udp' ? { timers, ...REORDER } : null,
    })
  }

  #packet(packet: Buffer): void {
    if (this.#firstPacketMs === null) {
      this.#firstPacketMs = this.#context.clock.monotonicMs()
      this.#packetMs = this.#sinceMs()
    }
    this.#receiver?.push(packet)
    this.#publication?.countBytes(packet.length)
  }

  #setTrack(track: Track): void {
    if (this.#ended) return
    if (track.kind === 'video') this.#videoCodec = track.codec
    try {
      this.#publication ??= this.#events.publish(this.#reception?.observed?.remote ?? '')
      this.#publication.setTrack(track)
    } catch (error) {
      this.#end(errorText(error), error) // forbidden, or somebody else publishes there
    }
  }

  #write(frame: Frame): void {
    if (this.#ended) return
    this.#publication?.write(this.#events.onFrame?.(frame) ?? frame)
    if (this.#pictureMs === null && frame.keyframe && frame.track.kind === 'video') this.#picture()
  }

  #picture(): void {
    this.#pictureMs = this.#sinceMs()
    this.#call?.conclude(this.#facts())
    this.#events.onPicture(this.#pictureMs)
  }

  #sinceMs(): number {
    return Math.round(this.#context.clock.nowMs() - this.startedAtMs)
  }

  /** Packets that do not come, or stop coming, and pictures that never begin. */
  #look(): void {
    const { clock, settings } = this.#context
    const now = clock.monotonicMs()
    const { packetTimeoutMs } = settings()
    if (!this.#silent && this.quietMs > packetTimeoutMs) {
      this.#end(this.#firstPacketMs === null ? 'nothing was received' : 'nothing is received any more')
      return
    }
    if (this.#pictureMs !== null || this.#firstPacketMs === null) return
    const sinceMs = now - this.#firstPacketMs
    const frames = this.#receiver?.counters.frames ?? 0
    if (frames > 0 && this.#videoCodec === null && sinceMs > SOUND_ONLY_MS) this.#picture()
    else if (sinceMs > KEYFRAME_PATIENCE_MS) this.#end('no keyframe came')
  }

  #facts(): MediaFacts {
    const receiver = this.#receiver?.counters
    const observed = this.#reception?.observed ?? null
    return {
      packets: this.#reception?.counters.packets ?? 0,
      lost: receiver?.lost ?? 0,
      otherSsrc: observed?.wrongSsrc === true ? observed.ssrc : null,
      refused: 0,
      connected: this.wish.transport === 'udp' ? null : (this.#reception?.counters.bindings ?? 0) > 0,
      firstPacketMs: this.#packetMs,
      // sound alone has none
      firstKeyframeMs: this.#videoCodec === null ? null : this.#pictureMs,
      frames: receiver?.frames ?? 0,
      keyframes: receiver?.keyframes ?? 0,
      unreadable: receiver?.framesBroken ?? 0,
      codec: this.#videoCodec,
      playable: null,
    }
  }

  #end(reason: string, error?: unknown): void {
    if (this.#ending) return
    this.#ending = true
    // what waits for its order is still of the stream
    this.#receiver?.flush()
    this.#ended = true
    this.#watch?.cancel()
    this.#aborter.abort(new AppError('PEER_REFUSED', { peer: this.wish.session.gbId, reason }))
    const failed = this.#pictureMs === null
    if (failed) this.#call?.conclude(this.#facts())
    const { channelId, name, session } = this.wish
    void this.#call?.close()
    this.#reception?.close()
    this.#publication?.end(reason)
    this.#context.side.ssrcs.release(this.#ssrc)
    const attempt = failed ? this.#context.attempts.last(session.gbId, channelId, name) : null
    this.#events.onEnd(error instanceof AppError ? error.message : reason, attempt)
  }
}
