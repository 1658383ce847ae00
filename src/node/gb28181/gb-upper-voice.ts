import { randomInt } from 'node:crypto'
import { AppError, errorText } from '../../base/errors.ts'
import { addressOf } from '../../base/ip-address.ts'
import type { GbDevice, SharedChannel } from '../../link/gb28181.ts'
import { g711Track } from '../../media/stream/track-builders.ts'
import type { IncomingCall, OutgoingMedia } from '../../protocols/gb28181/client-side/lower-host.ts'
import type { LowerSide } from '../../protocols/gb28181/client-side/lower-side.ts'
import { hangUp } from '../../protocols/gb28181/client-side/upper-calls.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { addressOf as signallingAddress } from '../../protocols/gb28181/device-side/identity.ts'
import { G711_FORMAT } from '../../protocols/gb28181/media-format.ts'
import { AUDIO_PAYLOADS, type GbSdp, parseSdp, type RtpMap, type Setup, writeSdp } from '../../protocols/gb28181/sdp.ts'
import { ssrcNumber } from '../../protocols/gb28181/ssrc.ts'
import type { MediaSender } from '../../protocols/rtp/media-sender.ts'
import { payloadTypesOf } from '../../protocols/rtp/payload-types.ts'
import { PsReceiver } from '../../protocols/rtp/ps-receiver.ts'
import { PsSender } from '../../protocols/rtp/ps-sender.ts'
import type { Reception } from '../../protocols/rtp/reception.ts'
import type { Dialog } from '../../protocols/sip/dialog.ts'
import { type GbMediaContext, mediaAddressFor } from './gb-media.ts'
import type { GbTalk, TalkSource } from './gb-talk.ts'
import type { GbTalks } from './gb-talks.ts'

export interface UpperVoiceOptions {
  readonly context: GbMediaContext
  readonly talks: GbTalks
  readonly device: GbDevice
  readonly session: DeviceSession
  readonly shared: SharedChannel
}

/** What both sides agreed on. */
interface Line {
  readonly remoteAddress: string
  readonly peer: Pick<GbSdp, 'address' | 'port' | 'transport' | 'setup'>
  readonly payload: RtpMap
  readonly ssrc: string
  /** SSRC the upper platform sends with; null: it does not say. */
  readonly theirs: string | null
}

const TRACK = g711Track({ id: 1, clockRate: 8000, codec: 'pcma' })
const REORDER = { maxPackets: 16, maxDelayMs: 60 }
/** RFC 4145 §4.1: the port of one who dials. */
const DISCARD_PORT = 9
const SDP_CONTENT_TYPE = 'application/sdp'
const INVITE_TIMEOUT_MS = 10_000

/** A voice from above on its way to a device, and with `s=Talk` the device's voice on its way up. */
export class UpperVoice implements OutgoingMedia, TalkSource {
  readonly answer: GbSdp
  readonly #options: UpperVoiceOptions
  #line: Line
  readonly #talk: GbTalk
  readonly #packets: PsSender
  readonly #receiver: PsReceiver
  #reception: Reception | null = null
  #sender: MediaSender | null = null
  #dialog: Dialog | null = null
  #time = 0
  #ended = false

  /** The upper platform called for a talk. Throws what `GbTalks.open` throws, and BYTES_INVALID. */
  static async answer(options: UpperVoiceOptions, call: IncomingCall): Promise<UpperVoice> {
    const { context } = options
    const { offer } = call
    const payload = payloadOf(offer)
    const { talks, device, session, shared } = options
    const opened = await talks.open(device, session, shared.channelGbId, 'two-way')
    const ssrc = offer.ssrc ?? context.side.ssrcs.take('live')
    const remoteAddress = addressOf(call.remote.replace(/^\w+:/, ''))
    const dials = offer.setup !== 'active'
    const { boundPort, settings } = context
    const answer: GbSdp = {
      ...{ ownerId: call.channelId, sessionName: offer.sessionName, media: 'audio', transport: offer.transport },
      address: mediaAddressFor(context, remoteAddress),
      port: offer.transport === 'tcp' && dials ? DISCARD_PORT : (settings().mediaPort ?? boundPort()),
      ...(offer.transport === 'tcp' && { setup: dials ? ('active' as const) : ('passive' as const) }),
      direction: offer.direction === 'sendonly' ? 'recvonly' : 'sendrecv',
      payloads: [payload],
      ...{ start: 0, end: 0, ssrc, format: G711_FORMAT },
    }
    const line = { remoteAddress, payload, ssrc, peer: offer, theirs: offer.ssrc ?? null }
    const voice = new UpperVoice(options, line, answer, opened)
    if (offer.transport === 'udp' || !dials) voice.expect(offer.transport)
    return voice
  }

  /** The upper platform asked us to call for its voice (§9.12): resolves when the device listens, then calls. */
  static async dial(options: UpperVoiceOptions, side: LowerSide, sourceId: string): Promise<void> {
    const { context, device, session, shared, talks } = options
    const opened = await talks.open(device, session, shared.channelGbId, 'auto')
    const begin = () => {
      call(options, side, sourceId, opened).catch((error: unknown) => {
        talks.stop(opened.session)
        context.log.warn('the upper platform does not give its voice', { reason: errorText(error) })
      })
    }
    setImmediate(begin) // our Response goes first
  }

  /** For `answer` and `dial`. */
  constructor(options: UpperVoiceOptions, line: Line, answer: GbSdp, opened: { session: string; token: string }) {
    const { context, talks } = options
    const { clock, timers } = context
    this.#options = options
    this.#line = line
    this.answer = answer
    this.#receiver = new PsReceiver({
      sink: { setTrack: () => {}, write: ({ data, track }) => track.codec === 'pcma' && this.#talk.push(data) },
      clock,
      payloadTypes: payloadTypesOf([line.payload]),
      reorder: line.peer.transport === 'udp' ? { timers, ...REORDER } : null,
    })
    this.#packets = new PsSender({
      format: line.payload.encoding.toUpperCase() === 'PS' ? 'ps' : 'pcma',
      payloadType: line.payload.payloadType,
      ssrc: ssrcNumber(line.ssrc) ?? 1,
      firstSequence: randomInt(0x10000),
      firstTimestamp: randomInt(2 ** 31),
    })
    this.#packets.setTracks([TRACK])
    this.#talk = talks.attach(opened.session, opened.token, this)
  }

  begin(dialog: Dialog): void {
    const { mediaPort } = this.#options.context
    const { peer } = this.#line
    this.#dialog = dialog
    if (this.#ended) {
      void hangUp(dialog)
      return
    }
    if (peer.transport === 'tcp' && peer.setup !== 'active') {
      this.#reception = mediaPort.connect({ host: peer.address, port: peer.port, ssrc: null, ...this.#events() })
    }
    const over = this.#reception
    const udp = { transport: 'udp', host: peer.address, port: peer.port } as const
    if (peer.transport === 'udp') this.#sender = mediaPort.openSender({ ...udp, ...(over && { over }) })
    else if (over) this.#sender = mediaPort.openSender({ transport: 'tcp', over })
  }

  control(): boolean {
    return false
  }

  /** The device's own voice. */
  send(samples: Uint8Array): void {
    const frame = { track: TRACK, dts: this.#time, pts: this.#time, keyframe: true, data: samples }
    this.#time += samples.length
    for (const packet of this.#packets.frame(frame)) this.#sender?.send(packet)
  }

  /** Of the talk: the device ended it. */
  close(): void {
    if (this.#dialog) void hangUp(this.#dialog)
    else this.end('the device ended it')
  }

  end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#sender?.close()
    this.#reception?.close()
    this.#talk.end(reason)
    if (this.#line.theirs === null) this.#options.context.side.ssrcs.release(this.#line.ssrc)
  }

  /** Our call was answered. */
  called(peer: GbSdp, dialog: Dialog): void {
    this.#line = { ...this.#line, peer }
    this.begin(dialog)
  }

  /** Before the upper platform is told: its voice may be faster than its ACK. */
  expect(transport: 'udp' | 'tcp'): void {
    const { peer, remoteAddress, theirs } = this.#line
    this.#reception = this.#options.context.mediaPort.expect({
      ...{ transport, ssrc: ssrcNumber(theirs ?? ''), remoteAddress: [...new Set([peer.address, remoteAddress])] },
      ...this.#events(),
    })
  }

  #events() {
    return {
      onPacket: (packet: Buffer) => this.#receiver.push(packet),
      onDisconnect: (reason: string) => this.#options.context.log.info('the voice from above ended', { reason }),
    }
  }
}

/** INVITE for the voice of the upper platform; throws why there is none. */
async function call(
  options: UpperVoiceOptions,
  side: LowerSide,
  sourceId: string,
  opened: { session: string; token: string },
): Promise<void> {
  const { context, shared } = options
  const { boundPort, endpoint, settings } = context
  const { registration, upper } = side
  const transport = upper.transport === 'udp' ? 'udp' : 'tcp'
  const remoteAddress = signallingAddress(registration.target).address
  const ssrc = context.side.ssrcs.take('live')
  const setup: Setup = 'active'
  const offer: GbSdp = {
    ...{ ownerId: shared.sharedId, address: mediaAddressFor(context, remoteAddress), transport, sessionName: 'Play' },
    port: transport === 'tcp' ? DISCARD_PORT : (settings().mediaPort ?? boundPort()),
    ...(transport === 'tcp' && { setup }),
    ...({ media: 'audio', direction: 'recvonly', payloads: AUDIO_PAYLOADS } as const),
    ...{ start: 0, end: 0, ssrc, format: G711_FORMAT },
  }
  const expected = { remoteAddress, payload: payloadOf(offer), ssrc, theirs: ssrc }
  const waiting = new UpperVoice(options, { ...expected, peer: { ...offer, address: remoteAddress } }, offer, opened)
  if (transport === 'udp') waiting.expect('udp')
  try {
    const invite = endpoint.invite(registration.target, {
      uri: `sip:${sourceId}@${upper.domain}`,
      from: `sip:${shared.sharedId}@${upper.domain}`,
      to: `sip:${sourceId}@${upper.domain}`,
      headers: { Subject: `${sourceId}:${ssrc},${shared.sharedId}:0` },
      ...{ body: writeSdp(offer), contentType: SDP_CONTENT_TYPE, timeoutMs: INVITE_TIMEOUT_MS },
    })
    const response = await invite.response
    const { dialog } = invite
    if (!dialog)
      throw new AppError('PEER_REFUSED', { peer: upper.serverId, reason: `${response.status} ${response.reason}` })
    invite.ack()
    dialog.onEnd(reason => {
      waiting.end(reason)
      context.side.ssrcs.release(ssrc)
    })
    waiting.called(parseSdp(response.body.toString('latin1')), dialog)
  } catch (error) {
    waiting.end(errorText(error))
    context.side.ssrcs.release(ssrc)
    throw error
  }
}

/** A-law, or a program stream around it. */
function payloadOf({ payloads }: GbSdp): RtpMap {
  const found = ['PCMA', 'PS'].map(name => payloads.find(({ encoding }) => encoding.toUpperCase() === name))
  const payload = found.find(one => one !== undefined) ?? (payloads.length === 0 ? AUDIO_PAYLOADS[0] : undefined)
  if (!payload) throw new AppError('BYTES_INVALID', { what: 'SDP', reason: 'it offers no A-law' })
  return payload
}
