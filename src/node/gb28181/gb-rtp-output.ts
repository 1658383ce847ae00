import { randomInt } from 'node:crypto'
import { isIP } from 'node:net'
import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { GbSdp, RtpMap } from '../../protocols/gb28181/sdp.ts'
import { ssrcNumber } from '../../protocols/gb28181/ssrc.ts'
import type { MediaSender } from '../../protocols/rtp/media-sender.ts'
import type { PayloadFormat } from '../../protocols/rtp/payload-types.ts'
import { PsSender } from '../../protocols/rtp/ps-sender.ts'
import type { Reception } from '../../protocols/rtp/reception.ts'
import type { Dialog } from '../../protocols/sip/dialog.ts'
import { type GbMediaContext, mediaAddressFor } from './gb-media.ts'
import type { Turnstile } from './turnstile.ts'

export interface RtpOutputOptions {
  readonly context: GbMediaContext
  readonly offer: GbSdp
  /** Code of what is sent. */
  readonly ownerId: string
  /** Address the upper platform calls from. */
  readonly remoteAddress: string
  /** Of receivers that dial us from one address. */
  readonly turnstile: Turnstile
  /** The first packet went out. */
  onStarted(): void
  /** The connection could not be made, or ended. `connected`: whether there was one. */
  onLost(reason: string, connected: boolean): void
}

/** Packets that wait for the network: a keyframe of 4K and what follows it while it goes out. */
const MAX_QUEUE_BYTES = 4 * 1024 * 1024
/** What a GOP is sent with when somebody joins: 100 Mbit/s, which a receiver's buffer of 200 kB follows. */
const BYTES_PER_MS = 12_500
/** At once, without a look at the clock. */
const BURST_BYTES = 128 * 1024
const TICK_MS = 10
/** A receiver that was to dial us and did not. */
const DIAL_PATIENCE_MS = 15_000
/** RFC 4145 §4.1: the port of one who dials. */
const DISCARD_PORT = 9

/** Frames to one upper platform, as its offer asks for: PS over UDP, or over TCP dialled by either side. */
export class RtpOutput {
  readonly #options: RtpOutputOptions
  readonly #payload: RtpMap
  readonly #ssrc: string
  readonly #ownSsrc: boolean
  readonly #ps: PsSender
  #sender: MediaSender | null = null
  #reception: Reception | null = null
  #port = DISCARD_PORT
  #tracks = new Map<number, Track>()
  #queue: Buffer[] = []
  /** First of the queue that was not sent. */
  #head = 0
  #queuedBytes = 0
  #budget = BURST_BYTES
  #lookedMs: number
  #tick: Timer | null = null
  #dial: Timer | null = null
  #passDoor: (() => void) | null = null
  #keyframeNeeded = true
  #started = false
  #connected = false
  #ready = false
  #closed = false
  #whenEmpty: (() => void) | null = null
  framesDropped = 0

  /** Ready to send; over TCP `begin` dials. Throws AppError BYTES_INVALID for an offer that cannot be served. */
  static async open(options: RtpOutputOptions): Promise<RtpOutput> {
    const output = new RtpOutput(options)
    try {
      await output.#open()
    } catch (error) {
      output.close()
      throw error
    }
    return output
  }

  private constructor(options: RtpOutputOptions) {
    const { context, offer } = options
    this.#options = options
    if (!isIP(offer.address) || offer.port === 0)
      throw new AppError('BYTES_INVALID', { what: 'SDP', reason: 'it does not say where media are to go' })
    const { format, payload } = payloadOf(offer.payloads)
    this.#payload = payload
    const asked = ssrcNumber(offer.ssrc ?? '')
    this.#ownSsrc = asked === null
    const kind = offer.sessionName === 'Play' ? 'live' : 'history'
    this.#ssrc = asked === null ? context.side.ssrcs.take(kind) : (offer.ssrc ?? '')
    this.#ps = new PsSender({
      format,
      payloadType: payload.payloadType,
      ssrc: ssrcNumber(this.#ssrc) ?? 0,
      firstSequence: randomInt(0x10000),
      firstTimestamp: randomInt(2 ** 31),
    })
    this.#lookedMs = context.clock.monotonicMs()
  }

  /** Also of what was dropped. */
  get counters(): { readonly bytesSent: number; readonly bufferedBytes: number; readonly framesDropped: number } {
    const bytesSent = this.#sender?.counters.bytes ?? 0
    return { bytesSent, bufferedBytes: this.#queuedBytes, framesDropped: this.framesDropped }
  }

  carries(track: Track): boolean {
    return this.#ps.carries(track)
  }

  answer(fileSize?: number): GbSdp {
    const { context, offer, ownerId, remoteAddress } = this.#options
    const tcp = offer.transport === 'tcp'
    return {
      ...{ ownerId, sessionName: offer.sessionName, media: 'video', direction: 'sendonly', port: this.#port },
      address: mediaAddressFor(context, remoteAddress),
      transport: offer.transport,
      ...(tcp && { setup: this.#dials ? ('active' as const) : ('passive' as const) }),
      payloads: [this.#payload],
      ...{ start: offer.start, end: offer.end, ssrc: this.#ssrc },
      ...(fileSize !== undefined && { fileSize }),
    }
  }

  /** The call is up: dials, where that is ours to do. Over UDP nothing goes before the caller has acknowledged. */
  begin(dialog: Dialog): void {
    const { context, offer } = this.#options
    if (this.#closed) return
    if (offer.transport === 'udp') {
      dialog.onConfirmed(() => {
        this.#ready = true
        this.#pump()
      })
      return
    }
    if (this.#dials) {
      const reception = context.mediaPort.connect({
        ...{ host: offer.address, port: offer.port, ssrc: null },
        ...this.#connectionEvents(),
      })
      this.#reception = reception
      this.#sender = context.mediaPort.openSender({ transport: 'tcp', over: reception })
    } else {
      this.#dial = context.timers.after(DIAL_PATIENCE_MS, () => {
        if (!this.#connected) this.#lost('nobody came for the media')
      })
    }
  }

  /** The tracks from now on. */
  setTracks(tracks: readonly Track[]): void {
    this.#tracks = new Map(tracks.map(track => [track.id, track]))
    this.#ps.setTracks(tracks)
  }

  /** Never blocks and never throws: what the receiver does not take is dropped up to the next keyframe. */
  frame(frame: Frame): void {
    if (this.#closed || !this.#ps.carries(frame.track)) return
    if (this.#queuedBytes > MAX_QUEUE_BYTES) this.#drop()
    if (this.#keyframeNeeded && this.#hasVideo) {
      if (frame.track.kind !== 'video' || !frame.keyframe) {
        this.framesDropped++
        return
      }
      this.#keyframeNeeded = false
    }
    try {
      this.#know(frame.track)
      for (const packet of this.#ps.frame(frame)) {
        this.#queue.push(packet)
        this.#queuedBytes += packet.length
      }
    } catch (error) {
      this.framesDropped++
      this.#options.context.log.debug('a frame is not sent upward', { reason: errorText(error) })
    }
    this.#pump()
  }

  /** Once all that was given is on its way; at once where nothing waits. */
  drained(run: () => void): void {
    if (this.#queuedBytes === 0) run()
    else this.#whenEmpty = run
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#tick?.cancel()
    this.#dial?.cancel()
    this.#passDoor?.()
    this.#sender?.close()
    this.#reception?.close()
    this.#queue = []
    this.#queuedBytes = 0
    if (this.#ownSsrc) this.#options.context.side.ssrcs.release(this.#ssrc)
  }

  /** A receiver that does not say waits to be dialled, as §9.2 has it. */
  get #dials(): boolean {
    return this.#options.offer.setup !== 'active'
  }

  get #hasVideo(): boolean {
    for (const track of this.#tracks.values()) if (track.kind === 'video' && this.#ps.carries(track)) return true
    return false
  }

  async #open(): Promise<void> {
    const { context, offer, remoteAddress, turnstile } = this.#options
    const { boundPort, mediaPort, portRange, settings } = context
    const { address: host, port } = offer
    if (offer.transport === 'udp') {
      this.#port = settings().mediaPort ?? boundPort()
      this.#sender = mediaPort.openSender({ transport: 'udp', host, port })
      return
    }
    if (this.#dials) return
    const expectation = {
      ...{ ssrc: null, transport: 'tcp' as const, remoteAddress: [host, remoteAddress] },
      ...this.#connectionEvents(),
    }
    if (portRange) {
      const lease = await portRange.lease(expectation)
      this.#reception = lease.reception
      this.#port = lease.port
    } else {
      // a receiver says nothing: of two that dial from one address nobody could say which is which
      this.#passDoor = await turnstile.enter(host)
      this.#reception = mediaPort.expect(expectation)
      this.#port = settings().mediaPort ?? boundPort()
    }
    this.#sender = mediaPort.openSender({ transport: 'tcp', over: this.#reception })
  }

  #connectionEvents() {
    return {
      onPacket: () => {}, // RTCP, which says nothing we act on
      onConnection: () => {
        this.#connected = true
        this.#ready = true
        this.#dial?.cancel()
        this.#passDoor?.()
        this.#passDoor = null
        this.#pump()
      },
      onDisconnect: (reason: string) => this.#lost(reason),
    }
  }

  #lost(reason: string): void {
    if (!this.#closed) this.#options.onLost(reason, this.#connected)
  }

  /** A frame may be of a configuration that was announced and taken back since. */
  #know(track: Track): void {
    if (this.#tracks.get(track.id) === track) return
    this.#tracks.set(track.id, track)
    this.#ps.setTracks([...this.#tracks.values()])
  }

  #drop(): void {
    // the last packet of a frame has the marker
    for (const packet of this.#queue.slice(this.#head)) if ((packet[1] ?? 0) & 0x80) this.framesDropped++
    this.#queue = []
    this.#head = 0
    this.#queuedBytes = 0
    this.#keyframeNeeded = true
  }

  #pump(): void {
    if (this.#closed || !this.#sender) return
    const { clock, timers } = this.#options.context
    const nowMs = clock.monotonicMs()
    this.#budget = Math.min(BURST_BYTES, this.#budget + (nowMs - this.#lookedMs) * BYTES_PER_MS)
    this.#lookedMs = nowMs
    while (this.#budget > 0) {
      const packet = this.#queue[this.#head]
      if (!packet || !this.#ready || !this.#sender.send(packet)) break
      this.#head++
      this.#budget -= packet.length
      this.#queuedBytes -= packet.length
      if (!this.#started) {
        this.#started = true
        this.#options.onStarted()
      }
    }
    if (this.#head === this.#queue.length) {
      this.#queue = []
      this.#head = 0
      const done = this.#whenEmpty
      this.#whenEmpty = null
      done?.()
      return
    }
    if (this.#ready)
      this.#tick ??= timers.after(TICK_MS, () => {
        this.#tick = null
        this.#pump()
      })
  }
}

/** Formats in our order, with their names in SDP. */
const PAYLOADS: readonly (readonly [PayloadFormat, ...string[]])[] = [
  ['ps', 'PS', 'MP2P'],
  ['h264', 'H264'],
  ['h265', 'H265', 'HEVC'],
]

/** PS where it is offered, else H.264, H.265 by itself. */
function payloadOf(offered: readonly RtpMap[]): { readonly format: PayloadFormat; readonly payload: RtpMap } {
  for (const [format, ...names] of PAYLOADS) {
    const payload = offered.find(({ encoding }) => names.includes(encoding.toUpperCase()))
    if (payload) return { format, payload }
  }
  throw new AppError('BYTES_INVALID', { what: 'SDP', reason: 'it offers neither PS nor a codec we send' })
}
