import { randomInt } from 'node:crypto'
import { AppError } from '../../base/errors.ts'
import { addressOf } from '../../base/ip-address.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { g711Track } from '../../media/stream/track-builders.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { addressOf as signallingAddress } from '../../protocols/gb28181/device-side/identity.ts'
import type { Agreed, CallJournalEntry } from '../../protocols/gb28181/device-side/invite.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import { ssrcNumber } from '../../protocols/gb28181/ssrc.ts'
import { NO_MEDIA } from '../../protocols/gb28181/verdict.ts'
import type { MediaSender } from '../../protocols/rtp/media-sender.ts'
import { payloadTypesOf } from '../../protocols/rtp/payload-types.ts'
import { PsReceiver } from '../../protocols/rtp/ps-receiver.ts'
import { PsSender } from '../../protocols/rtp/ps-sender.ts'
import type { Reception } from '../../protocols/rtp/reception.ts'
import { answerTimeoutMs, type GbMediaContext, mediaAddressFor } from './gb-media.ts'

export interface VoiceWish {
  readonly session: DeviceSession
  /** Channel, or audio output. */
  readonly targetId: string
  readonly signal: AbortSignal
  /** A frame of the device's own voice. */
  readonly onVoice: (frame: Frame) => void
  /** Once, when the device ends it. */
  readonly onEnd: (reason: string) => void
  readonly onJournal: (callId: string, entry: CallJournalEntry | null) => void
}

/** RTP payload type of G.711 A-law, RFC 3551 Table 4. */
const PCMA = 8
const TRACK = g711Track({ id: 1, clockRate: 8000, codec: 'pcma' })
/** GB/T 28181-2022 §9.2: a device dials at least three times, at least a second apart. */
const CONNECT_MS = 5000
/** Voice both ways is sound of one or the other kind; loss is heard, not repaired. */
const REORDER = { maxPackets: 16, maxDelayMs: 60 }

/** A device that hears us, by broadcast or by talk. */
export class VoiceCall {
  readonly mode: 'broadcast' | 'talk'
  readonly transport: MediaTransport
  readonly #media: VoiceMedia
  readonly #sender: MediaSender
  readonly #packets: PsSender
  readonly #hangUp: (counters: VoiceCounters) => Promise<void>

  constructor(
    mode: 'broadcast' | 'talk',
    agreed: Agreed,
    payload: { readonly payloadType: number; readonly ps: boolean },
    media: VoiceMedia,
    hangUp: (counters: VoiceCounters) => Promise<void>,
  ) {
    this.mode = mode
    this.transport = agreed.transport
    this.#media = media
    this.#sender = media.connect(agreed)
    this.#hangUp = hangUp
    this.#packets = new PsSender({
      format: payload.ps ? 'ps' : 'pcma',
      payloadType: payload.payloadType,
      ssrc: ssrcNumber(agreed.ssrc) ?? 1,
      firstSequence: randomInt(0x10000),
      firstTimestamp: randomInt(2 ** 31),
    })
    this.#packets.setTracks([TRACK])
  }

  /** A-law of 8 kHz; `time` in samples. */
  send(samples: Uint8Array, time: number): void {
    const packets = this.#packets.frame({ track: TRACK, dts: time, pts: time, keyframe: true, data: samples })
    for (const packet of packets) this.#sender.send(packet)
  }

  counters(): VoiceCounters {
    const { bytes, dropped, packets } = this.#sender.counters
    return { packets, bytes, dropped, ...this.#media.counters() }
  }

  /** BYE. Never throws. */
  async close(): Promise<void> {
    await this.#hangUp(this.counters())
    this.#sender.close()
    this.#media.close()
  }
}

type VoiceCounters = Record<'packets' | 'bytes' | 'dropped' | 'packetsBack' | 'connections', number>

/** The media of one voice: over the shared port, also where streams have ports of their own. */
class VoiceMedia {
  readonly #context: GbMediaContext
  readonly #wish: VoiceWish
  #reception: Reception | null = null
  /** Hears the device; its payload types are known with the answer. */
  #receiver: PsReceiver | null = null
  readonly #connection = Promise.withResolvers<boolean>()

  constructor(context: GbMediaContext, wish: VoiceWish) {
    this.#context = context
    this.#wish = wish
  }

  /** What a device is told. */
  get port(): { readonly address: string; readonly port: number } {
    const { boundPort, settings } = this.#context
    const address = mediaAddressFor(this.#context, this.#remote)
    return { address, port: settings().mediaPort ?? boundPort() }
  }

  get #remote(): string {
    return signallingAddress(this.#wish.session.target).address
  }

  /** Before the device is told: it may be faster than its answer. */
  expect(transport: MediaTransport, ssrc: string, further: readonly string[] = []): void {
    this.#reception?.close()
    this.#reception = this.#context.mediaPort.expect({
      ssrc: ssrcNumber(ssrc),
      transport: transport === 'udp' ? 'udp' : 'tcp',
      remoteAddress: [...new Set([...further, addressOf(this.#remote)])],
      onPacket: packet => this.#receiver?.push(packet),
      onConnection: () => this.#connection.resolve(true),
    })
  }

  connect({ remote, sdp, ssrc, transport }: Agreed): MediaSender {
    const { clock, mediaPort, timers } = this.#context
    this.#receiver = new PsReceiver({
      sink: { setTrack: () => {}, write: frame => this.#wish.onVoice(frame) },
      clock,
      payloadTypes: payloadTypesOf(sdp.payloads),
      reorder: transport === 'udp' ? { timers, ...REORDER } : null,
    })
    const expected = transport === 'udp' ? 'udp' : 'tcp'
    if (transport === 'tcp-active') {
      this.#reception?.close()
      this.#reception = mediaPort.connect({
        ...{ host: remote.address, port: remote.port, ssrc: ssrcNumber(ssrc) },
        onPacket: packet => this.#receiver?.push(packet),
        onConnection: () => this.#connection.resolve(true),
      })
    } else if (this.#reception?.expectation.transport !== expected) this.expect(transport, ssrc, [remote.address])
    const over = this.#reception
    if (transport !== 'udp' && over) return mediaPort.openSender({ transport: 'tcp', over })
    const where = { transport: 'udp', host: remote.address, port: remote.port } as const
    return mediaPort.openSender({ ...where, ...(over && { over }) })
  }

  /** Over TCP, whether the connection has come about; what is said before is lost. UDP needs none. */
  async connected(transport: MediaTransport): Promise<boolean> {
    if (transport === 'udp') return true
    const timer = this.#context.timers.after(CONNECT_MS, () => this.#connection.resolve(false))
    const come = await this.#connection.promise
    timer.cancel()
    return come
  }

  counters(): Pick<VoiceCounters, 'packetsBack' | 'connections'> {
    const { bindings = 0, packets = 0 } = this.#reception?.counters ?? {}
    return { packetsBack: packets, connections: bindings }
  }

  close(): void {
    this.#reception?.close()
  }
}

/** Tells the device to call us for audio, and sends. §9.12. Errors as `Broadcasts.start`. */
export async function openBroadcast(context: GbMediaContext, wish: VoiceWish): Promise<VoiceCall> {
  const { onEnd, onJournal, session, signal, targetId } = wish
  const { side } = context
  const ssrc = side.ssrcs.take('live')
  const media = new VoiceMedia(context, wish)
  try {
    const call = await side.broadcast(
      session.gbId,
      { targetId, port: media.port, ssrc },
      { signal, onJournal, onEnd: (by, reason) => by === 'device' && onEnd(reason) },
    )
    const { payload, ...agreed } = call.agreed
    const ps = payload.encoding.toUpperCase() === 'PS'
    const sent = { payloadType: payload.payloadType, ps }
    const voice = new VoiceCall('broadcast', { ...agreed, ssrc: agreed.ssrc || ssrc }, sent, media, async () => {
      await call.close()
      side.ssrcs.release(ssrc)
    })
    return await connected(voice, media, session.gbId)
  } catch (error) {
    media.close()
    side.ssrcs.release(ssrc)
    throw error
  }
}

/** One INVITE for both ways. Errors as `DeviceSide.invite`. */
export async function openTalk(
  context: GbMediaContext,
  wish: VoiceWish,
  transport: MediaTransport,
): Promise<VoiceCall> {
  const { onEnd, onJournal, session, signal, targetId } = wish
  const { settings, side } = context
  const ssrc = side.ssrcs.take('live')
  const media = new VoiceMedia(context, wish)
  try {
    if (transport !== 'tcp-active') media.expect(transport, ssrc)
    // one who is dialled by us says where in his answer
    const port = transport === 'tcp-active' ? { ...media.port, port: 9 } : media.port
    const call = await side.invite(
      session.gbId,
      { channelId: targetId, name: 'Talk', transport, port, ssrc },
      {
        ...{ signal, onJournal, timeoutMs: answerTimeoutMs(settings(), session) },
        onEnd: (by, reason) => by === 'device' && onEnd(reason),
      },
    )
    const { agreed } = call
    const sent = { payloadType: PCMA, ps: false }
    const voice = new VoiceCall('talk', agreed, sent, media, async ({ connections, packets, packetsBack }) => {
      const connected = agreed.transport === 'udp' ? null : connections > 0
      // over UDP nobody knows whether a voice is heard that has no answer
      call.conclude({ ...NO_MEDIA, packets: packets + packetsBack, connected })
      await call.close()
      side.ssrcs.release(ssrc)
    })
    return await connected(voice, media, session.gbId)
  } catch (error) {
    media.close()
    side.ssrcs.release(ssrc)
    throw error
  }
}

async function connected(voice: VoiceCall, media: VoiceMedia, gbId: string): Promise<VoiceCall> {
  if (await media.connected(voice.transport)) return voice
  await voice.close()
  throw new AppError('PEER_REFUSED', { peer: gbId, reason: 'the connection for audio did not come about' })
}
