import type { Clock, Timers } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import type { OutgoingMedia } from '../protocols/gb28181/client-side/lower-host.ts'
import type { UpperPlatform } from '../protocols/gb28181/client-side/registration.ts'
import { G711_FORMAT } from '../protocols/gb28181/media-format.ts'
import { AUDIO_PAYLOADS, type GbSdp, parseSdp, type Setup, writeSdp } from '../protocols/gb28181/sdp.ts'
import { ssrcNumber } from '../protocols/gb28181/ssrc.ts'
import { PsReceiver } from '../protocols/rtp/ps-receiver.ts'
import { PsSender } from '../protocols/rtp/ps-sender.ts'
import type { SipEndpoint } from '../protocols/sip/endpoint.ts'
import type { Flow, Target } from '../protocols/sip/transport/flow.ts'
import type { Clip } from './clip.ts'
import { ClipPlayer } from './clip-player.ts'
import { MediaOut } from './media-out.ts'

/** How a device takes voice: its side of TCP, or UDP. */
export type VoiceTransport = 'udp' | 'tcp-active' | 'tcp-passive'

export interface TalkCall {
  readonly endpoint: SipEndpoint
  readonly target: Flow | Target
  readonly upper: UpperPlatform
  readonly sourceId: string
  readonly targetId: string
  readonly localHost: string
  readonly transport: VoiceTransport
  /** Voice is wanted in a program stream. */
  readonly ps: boolean
  readonly clock: Clock
}

/** What is said into the microphone of the device. */
interface Microphone {
  readonly clip: Clip
  readonly clock: Clock
  readonly timers: Timers
}

/** Samples of A-law as they came. */
type Heard = (samples: Uint8Array) => void

const PS_PAYLOADS = [{ payloadType: 96, encoding: 'PS', clockRate: 90_000 }]
const SSRC = '0200009999'

/** The loudspeaker of a simulated device, and for talk its microphone. */
export class GbTalk implements OutgoingMedia {
  readonly answer: GbSdp
  readonly #out: MediaOut
  readonly #microphone: Microphone
  readonly #onEnd: () => void
  #player: ClipPlayer | null = null
  #dialog: Parameters<OutgoingMedia['begin']>[0] | null = null

  private constructor(
    answer: GbSdp,
    out: MediaOut,
    microphone: Microphone & { readonly heard: Heard; readonly onEnd: () => void },
  ) {
    this.answer = answer
    this.#out = out
    this.#microphone = microphone
    this.#onEnd = microphone.onEnd
    listen(out, microphone.clock, microphone.heard)
  }

  /** The platform called with `s=Talk`. */
  static async answer(
    offer: GbSdp,
    ownerId: string,
    localHost: string,
    sound: Microphone & { readonly heard: Heard; readonly onEnd: () => void },
  ): Promise<GbTalk> {
    const setup: Setup = offer.setup === 'active' ? 'passive' : 'active'
    const { address: host, port, transport } = offer
    const out = await MediaOut.open({ transport, setup, host, port, localHost }, new Set())
    const where = { ownerId, address: localHost, port: out.port || 9, transport, ...(transport === 'tcp' && { setup }) }
    const what = { sessionName: 'Talk', media: 'audio', direction: 'sendrecv', payloads: AUDIO_PAYLOADS } as const
    return new GbTalk({ ...where, ...what, start: 0, end: 0, ssrc: offer.ssrc, format: G711_FORMAT }, out, sound)
  }

  /** After Broadcast: the device calls, and the platform sends. Throws AppError PEER_REFUSED. */
  static async dial(call: TalkCall, heard: Heard, onEnd: () => void): Promise<{ hangUp(): Promise<void> }> {
    const { clock, endpoint, localHost, ps, sourceId, target, targetId, transport, upper } = call
    const tcp = transport !== 'udp'
    const setup: Setup = transport === 'tcp-passive' ? 'passive' : 'active'
    const waiting = { transport: tcp ? 'tcp' : 'udp', setup, host: localHost, port: 9, localHost } as const
    // one who dials learns where from the answer
    let out = tcp && setup === 'active' ? null : await MediaOut.open(waiting, new Set())
    const offer: GbSdp = {
      ...{ ownerId: targetId, address: localHost, port: out?.port ?? 9, start: 0, end: 0 },
      ...(tcp ? ({ transport: 'tcp', setup } as const) : ({ transport: 'udp' } as const)),
      ...({ sessionName: 'Play', media: 'audio', direction: 'recvonly' } as const),
      payloads: ps ? PS_PAYLOADS : AUDIO_PAYLOADS,
      ssrc: SSRC,
      format: G711_FORMAT,
    }
    const invite = endpoint.invite(target, {
      uri: `sip:${sourceId}@${upper.domain}`,
      from: `sip:${targetId}@${upper.domain}`,
      to: `sip:${sourceId}@${upper.domain}`,
      headers: { Subject: `${sourceId}:${SSRC},${targetId}:0` },
      body: writeSdp(offer),
      contentType: 'application/sdp',
    })
    const response = await invite.response
    if (response.status >= 300 || !invite.dialog) {
      out?.close()
      throw new AppError('PEER_REFUSED', { peer: upper.serverId, reason: `${response.status} ${response.reason}` })
    }
    const { dialog } = invite
    const { address, port } = parseSdp(response.body.toString('latin1'))
    out ??= await MediaOut.open({ ...waiting, host: address, port }, new Set())
    listen(out, clock, heard)
    const speaker = out
    dialog.onEnd(() => {
      speaker.close()
      onEnd()
    })
    invite.ack()
    out.begin()
    return { hangUp: () => dialog.bye().then(() => {}) }
  }

  begin(dialog: Parameters<OutgoingMedia['begin']>[0]): void {
    this.#dialog = dialog
    this.#out.begin()
    const { clip, clock, timers } = this.#microphone
    const sound = clip.tracks.find(({ codec }) => codec === 'pcma')
    if (!sound) return
    const ssrc = ssrcNumber(this.answer.ssrc ?? '') ?? 1
    const sender = new PsSender({ format: 'pcma', payloadType: 8, ssrc, firstSequence: 1, firstTimestamp: 1 })
    this.#player = new ClipPlayer({
      ...{ clip, clock, timers, startMs: 0, endMs: null },
      onFrame: frame => {
        if (frame.track === sound) for (const packet of sender.frame(frame)) this.#out.send(packet)
      },
    })
  }

  /** BYE of the device. */
  async hangUp(): Promise<void> {
    await this.#dialog?.bye().catch(() => {}) // the caller is gone already
  }

  control(): boolean {
    return false
  }

  end(): void {
    this.#player?.close()
    this.#out.close()
    this.#onEnd()
  }
}

function listen(out: MediaOut, clock: Clock, heard: Heard): void {
  const sink = { setTrack: () => {}, write: ({ data }: { readonly data: Uint8Array }) => heard(data) }
  const receiver = new PsReceiver({ sink, clock, reorder: null })
  out.onPacket = packet => receiver.push(packet)
}
