import { AppError } from '../base/errors.ts'
import type { OutgoingMedia } from '../protocols/gb28181/client-side/lower-host.ts'
import type { UpperPlatform } from '../protocols/gb28181/client-side/registration.ts'
import { G711_FORMAT } from '../protocols/gb28181/media-format.ts'
import { AUDIO_PAYLOADS, type GbSdp, parseSdp, type Setup, writeSdp } from '../protocols/gb28181/sdp.ts'
import { RtpHeader, readRtpHeader } from '../protocols/rtp/packet.ts'
import type { SipEndpoint } from '../protocols/sip/endpoint.ts'
import type { Flow, Target } from '../protocols/sip/transport/flow.ts'
import { MediaOut } from './media-out.ts'

export interface TalkCall {
  readonly endpoint: SipEndpoint
  readonly target: Flow | Target
  readonly upper: UpperPlatform
  readonly sourceId: string
  readonly targetId: string
  readonly localHost: string
}

type Heard = (bytes: number) => void

/** The loudspeaker of a simulated device: counts the sound that comes. */
export class GbTalk implements OutgoingMedia {
  readonly answer: GbSdp
  readonly #out: MediaOut

  private constructor(answer: GbSdp, out: MediaOut, heard: Heard) {
    this.answer = answer
    this.#out = out
    listen(out, heard)
  }

  /** The platform called with `s=Talk`. */
  static async answer(offer: GbSdp, ownerId: string, localHost: string, heard: Heard): Promise<GbTalk> {
    const setup: Setup = offer.setup === 'active' ? 'passive' : 'active'
    const { address: host, port, transport } = offer
    const out = await MediaOut.open({ transport, setup, host, port, localHost }, new Set())
    const where = { ownerId, address: localHost, port: out.port || 9, transport, ...(transport === 'tcp' && { setup }) }
    const what = { sessionName: 'Talk', media: 'audio', direction: 'sendrecv', payloads: AUDIO_PAYLOADS } as const
    return new GbTalk({ ...where, ...what, start: 0, end: 0, ssrc: offer.ssrc, format: G711_FORMAT }, out, heard)
  }

  /** After Broadcast: the device calls, and the platform sends. Throws AppError PEER_REFUSED. */
  static async dial({ endpoint, target, upper, sourceId, targetId, localHost }: TalkCall, heard: Heard): Promise<void> {
    const out = await MediaOut.open(
      { transport: 'udp', setup: 'active', host: localHost, port: 9, localHost },
      new Set(),
    )
    listen(out, heard)
    const offer: GbSdp = {
      ...{ ownerId: targetId, address: localHost, port: out.port, transport: 'udp', start: 0, end: 0 },
      ...({ sessionName: 'Play', media: 'audio', direction: 'recvonly', payloads: AUDIO_PAYLOADS } as const),
      ssrc: '0200009999',
      format: G711_FORMAT,
    }
    const call = endpoint.invite(target, {
      uri: `sip:${sourceId}@${upper.domain}`,
      from: `sip:${targetId}@${upper.domain}`,
      to: `sip:${sourceId}@${upper.domain}`,
      headers: { Subject: `${sourceId}:0200009999,${targetId}:0` },
      body: writeSdp(offer),
      contentType: 'application/sdp',
    })
    const response = await call.response
    if (response.status >= 300 || !call.dialog) {
      out.close()
      throw new AppError('PEER_REFUSED', { peer: upper.serverId, reason: `${response.status} ${response.reason}` })
    }
    parseSdp(response.body.toString('latin1'))
    call.dialog.onEnd(() => out.close())
    call.ack()
  }

  begin(): void {
    this.#out.begin()
  }

  control(): boolean {
    return false
  }

  end(): void {
    this.#out.close()
  }
}

function listen(out: MediaOut, heard: Heard): void {
  const header = new RtpHeader()
  out.onPacket = packet => {
    if (readRtpHeader(packet, header)) heard(header.payloadEnd - header.payloadStart)
  }
}
