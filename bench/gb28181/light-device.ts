import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { IncomingCall, OutgoingMedia } from '../../src/protocols/gb28181/client-side/lower-host.ts'
import type { GbSdp } from '../../src/protocols/gb28181/sdp.ts'
import { ssrcNumber } from '../../src/protocols/gb28181/ssrc.ts'
import { GbDevice, type GbDeviceOptions } from '../../src/simulator/gb-device.ts'
import { monotonicNs } from '../stamp.ts'
import { type MediaScript, SSRC_AT } from './media-script.ts'

/** Steps of the sending clock; frames are due every 40 ms. */
const TICK_MS = 2
/**
 * A process that was held up longer goes on where it was. To send all it has missed would be a burst of hundreds of
 * cameras at once, which no network brings.
 */
const MAX_LATE_MS = 20
/** A connection that is so far behind is not read any more; its frames are left out and counted. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024
const PS_PAYLOAD = { payloadType: 96, encoding: 'PS', clockRate: 90_000 }

/** What all calls have sent. */
export interface SentCounts {
  calls: number
  frames: number
  packets: number
  bytes: number
  /** Frames left out because the receiver does not keep up. */
  dropped: number
  /** Times this process was held up, so that all cameras stood still. */
  heldUpMs: number
}

/** The cameras of one process: one clock sends for all of them. */
export class LightCameras {
  readonly counts: SentCounts = { calls: 0, frames: 0, packets: 0, bytes: 0, dropped: 0, heldUpMs: 0 }
  /** When the newest call of a channel sent its first keyframe, `monotonicNs`. */
  readonly firstSentNs = new Map<string, number>()
  readonly #script: MediaScript
  readonly #calls = new Set<LightCall>()
  readonly #clock: NodeJS.Timeout
  /** Since when nothing is sent, ms of performance.now(); null: it is. */
  #pausedMs: number | null = null
  #tickedMs = performance.now()

  constructor(script: MediaScript) {
    this.#script = script
    this.#clock = setInterval(() => this.#tick(), TICK_MS)
  }

  get script(): MediaScript {
    return this.#script
  }

  add(call: LightCall): void {
    this.#calls.add(call)
    this.counts.calls = this.#calls.size
  }

  delete(call: LightCall): void {
    this.#calls.delete(call)
    this.counts.calls = this.#calls.size
  }

  /** Nothing more is sent; what was sent can be counted at the other end. */
  pause(): void {
    this.#pausedMs ??= performance.now()
  }

  /** Goes on where it was. */
  resume(): void {
    if (this.#pausedMs === null) return
    const ms = performance.now() - this.#pausedMs
    this.#pausedMs = null
    this.#tickedMs = performance.now()
    for (const call of this.#calls) call.shift(ms)
  }

  close(): void {
    clearInterval(this.#clock)
    for (const call of this.#calls) call.end()
  }

  #tick(): void {
    if (this.#pausedMs !== null) return
    const nowMs = performance.now()
    const lateMs = nowMs - this.#tickedMs - TICK_MS
    this.#tickedMs = nowMs
    if (lateMs > MAX_LATE_MS) {
      this.counts.heldUpMs += lateMs
      for (const call of this.#calls) call.shift(lateMs)
    }
    for (const call of this.#calls) call.send(nowMs)
    // what sending itself took is no hold-up
    this.#tickedMs = performance.now()
  }
}

/** A simulated device whose media cost the sender little. */
export class LightDevice extends GbDevice {
  readonly #options: GbDeviceOptions
  readonly #cameras: LightCameras

  constructor(options: GbDeviceOptions, cameras: LightCameras) {
    super(options)
    this.#options = options
    this.#cameras = cameras
  }

  override call({ offer, channelId }: IncomingCall): Promise<OutgoingMedia> {
    return LightCall.open(this.#cameras, offer, channelId, this.#options.localHost)
  }
}

class LightCall implements OutgoingMedia {
  readonly answer: GbSdp
  readonly #cameras: LightCameras
  readonly #offer: GbSdp
  readonly #channelId: string
  readonly #ssrc: number
  readonly #udp: UdpSocket | null
  #tcp: Socket | null = null
  #startMs = 0
  #next = 0

  static async open(cameras: LightCameras, offer: GbSdp, channelId: string, localHost: string): Promise<LightCall> {
    if (offer.transport === 'tcp') return new LightCall(cameras, offer, channelId, localHost, null)
    const udp = createSocket('udp4')
    udp.on('error', () => {}) // what cannot be sent is lost, and counted at the other end
    udp.bind(0, localHost)
    await once(udp, 'listening')
    udp.connect(offer.port, offer.address)
    await once(udp, 'connect')
    return new LightCall(cameras, offer, channelId, localHost, udp)
  }

  private constructor(
    cameras: LightCameras,
    offer: GbSdp,
    channelId: string,
    localHost: string,
    udp: UdpSocket | null,
  ) {
    this.#cameras = cameras
    this.#offer = offer
    this.#channelId = channelId
    this.#ssrc = ssrcNumber(offer.ssrc ?? '') ?? 1
    this.#udp = udp
    this.answer = {
      ownerId: channelId,
      address: localHost,
      sessionName: offer.sessionName,
      media: 'video',
      port: udp?.address().port ?? 9, // RFC 4145: the discard port of one who dials
      transport: offer.transport,
      ...(offer.transport === 'tcp' && { setup: 'active' }),
      direction: 'sendonly',
      payloads: [PS_PAYLOAD],
      start: 0,
      end: 0,
      ssrc: offer.ssrc,
    }
  }

  begin(): void {
    if (this.#udp) {
      this.#start()
      return
    }
    this.#tcp = connect({ host: this.#offer.address, port: this.#offer.port, noDelay: true }, () => this.#start())
    this.#tcp.on('error', () => this.end())
  }

  control(): boolean {
    return false
  }

  end(): void {
    this.#cameras.delete(this)
    this.#udp?.removeAllListeners().close()
    this.#tcp?.destroy()
  }

  shift(ms: number): void {
    this.#startMs += ms
  }

  send(nowMs: number): void {
    const { counts, script } = this.#cameras
    for (;;) {
      const step = script.steps[this.#next]
      if (!step || nowMs - this.#startMs < step.ms) return
      this.#next++
      if (step.keyframe && !this.#cameras.firstSentNs.has(this.#channelId))
        this.#cameras.firstSentNs.set(this.#channelId, monotonicNs())
      if ((this.#tcp?.writableLength ?? 0) > MAX_PENDING_BYTES) {
        counts.dropped++
        continue
      }
      counts.frames++
      counts.packets += step.packets.length
      counts.bytes += step.framed.length - 2 * step.packets.length
      if (this.#tcp) this.#tcp.write(this.#own(step.framed, step.packets))
      else for (const packet of step.packets) this.#udp?.send(this.#own(packet, null))
    }
  }

  #start(): void {
    this.#startMs = performance.now()
    this.#cameras.firstSentNs.delete(this.#channelId)
    this.#cameras.add(this)
    this.send(this.#startMs)
  }

  /** A copy with the SSRC of this call, at one place or, framed, at that of each packet. */
  #own(bytes: Buffer, packets: readonly Buffer[] | null): Buffer {
    const own = Buffer.from(bytes)
    if (!packets) own.writeUInt32BE(this.#ssrc, SSRC_AT)
    let at = 0
    for (const packet of packets ?? []) {
      own.writeUInt32BE(this.#ssrc, at + 2 + SSRC_AT)
      at += 2 + packet.length
    }
    return own
  }
}
