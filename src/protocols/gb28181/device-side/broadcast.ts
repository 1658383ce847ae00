import type { Clock, Timer, Timers } from '../../../base/clock.ts'
import { AppError, errorText } from '../../../base/errors.ts'
import type { Dialog } from '../../sip/dialog.ts'
import type { SipRequest } from '../../sip/message.ts'
import { parseNameAddress } from '../../sip/name-address.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import { readUri } from '../../sip/uri.ts'
import type { Attempt } from '../attempt.ts'
import { broadcastNotify, broadcastResponse } from '../manscdp/media-notify.ts'
import { G711_FORMAT } from '../media-format.ts'
import { AUDIO_PAYLOADS, type GbSdp, parseSdp, type RtpMap, writeSdp } from '../sdp.ts'
import type { DeviceSession } from './device-session.ts'
import type { Agreed, CallContext, CallJournalEntry, MediaPort } from './invite.ts'
import { deviceOf } from './registrar.ts'

/** Between the Response of a device and its INVITE. */
const INVITE_TIMEOUT_MS = 10_000
/** Voices to devices that wait for their INVITE. */
const MAX_WAITING = 1000

export interface BroadcastRequest {
  /** Audio output (137) of the catalog, or the device itself. */
  readonly targetId: string
  /** Where our audio is sent from, and where a device that dials comes to. */
  readonly port: MediaPort
  /** Used where the device proposes none. */
  readonly ssrc: string
}

export interface BroadcastOptions {
  readonly signal?: AbortSignal
  /** As that of a `MediaCall`. */
  readonly onJournal?: (callId: string, entry: CallJournalEntry | null) => void
  readonly onEnd: (by: 'us' | 'device', reason: string) => void
}

/** A device that plays what we send it. */
export interface BroadcastCall {
  /** `payload` is what it asks for: PCMA, or PS around it. */
  readonly agreed: Agreed & { readonly payload: RtpMap }
  readonly callId: string
  /** BYE. Never throws. */
  close(): Promise<void>
}

interface BroadcastContext extends CallContext {
  readonly clock: Clock
  readonly timers: Timers
}

interface Waiting {
  readonly gbId: string
  readonly request: BroadcastRequest
  readonly options: BroadcastOptions
  readonly attempt: Attempt | null
  resolve(call: BroadcastCall): void
  reject(error: unknown): void
}

/** Voice to a device: we tell it to call, it INVITEs us, we send. GB/T 28181-2022 §9.12. */
export class Broadcasts {
  readonly #context: BroadcastContext
  /** By the id of the target, and by that of its device. */
  readonly #waiting = new Map<string, Waiting>()

  constructor(context: BroadcastContext) {
    this.#context = context
  }

  /**
   * Resolves when the device has called and was answered. Throws AppError PEER_REFUSED when it will not, PEER_TIMEOUT
   * when it does not call, CONFLICT when one is under way.
   */
  async start(session: DeviceSession, request: BroadcastRequest, options: BroadcastOptions): Promise<BroadcastCall> {
    const { gbId } = session
    if (this.#waiting.has(gbId)) throw new AppError('CONFLICT', { what: 'broadcast to', id: gbId })
    if (this.#waiting.size >= MAX_WAITING) {
      throw new AppError('LIMIT_REACHED', { what: 'broadcasts that wait', limit: MAX_WAITING })
    }
    const attempt = session.attempt('broadcast', request.targetId)
    const { promise, resolve, reject } = Promise.withResolvers<BroadcastCall>()
    this.#waiting.set(gbId, { gbId, request, options, attempt, resolve, reject })
    const onAbort = () => reject(options.signal?.reason)
    options.signal?.addEventListener('abort', onAbort)
    const timer: { current: Timer | null } = { current: null }
    try {
      const { serverId } = this.#context.identity
      const question = { sourceId: serverId, targetId: request.targetId }
      // some devices call before they answer
      session.conversation.ask(broadcastNotify, broadcastResponse, question, { attempt }).then(answer => {
        attempt?.learn({ result: answer.result ?? null })
        if (answer.result === 'ERROR') {
          reject(new AppError('PEER_REFUSED', { peer: gbId, reason: 'it does not take audio' }))
        } else {
          const ms = INVITE_TIMEOUT_MS
          timer.current = this.#context.timers.after(ms, () =>
            reject(new AppError('PEER_TIMEOUT', { what: 'INVITE for audio', ms })),
          )
        }
      }, reject)
      const call = await promise
      attempt?.end({ status: 200 })
      return call
    } catch (error) {
      // 200 and nothing more: the device never called
      if (attempt?.facts.status === 200) attempt.learn({ parts: { received: 0, expected: null } })
      attempt?.end({ cancelled: options.signal?.aborted === true })
      throw error
    } finally {
      timer.current?.cancel()
      options.signal?.removeEventListener('abort', onAbort)
      this.#waiting.delete(gbId)
    }
  }

  /** An INVITE of a device: it calls for audio. */
  invited(request: SipRequest, sip: RequestContext): void {
    const waiting = this.#waitingFor(request)
    if (!waiting) {
      sip.respond(403)
      return
    }
    const { transport, local, remote } = sip.flow
    waiting.attempt?.note(request, { direction: 'in', atMs: this.#context.clock.nowMs(), transport, local, remote })
    try {
      const offer = parseSdp(request.body.toString('latin1'))
      const answer = answerTo(offer, waiting.request, this.#context.identity.serverId)
      const dialog = sip.accept({ contentType: 'Application/SDP', body: writeSdp(answer.sdp) })
      const { options, request: asked } = waiting
      options.onJournal?.(dialog.callId, {
        ...{ format: 1, gbId: waiting.gbId, channelId: asked.targetId, name: 'Talk', ssrc: asked.ssrc },
        dialog: dialog.toJournal(),
      })
      waiting.resolve(this.#call(dialog, offer, answer, waiting))
    } catch (error) {
      sip.respond(488)
      waiting.reject(error)
    }
  }

  /** The caller is the device, its audio output, or, with some, us; then the one that waits is meant. */
  #waitingFor(request: SipRequest): Waiting | undefined {
    const caller = deviceOf(request) ?? ''
    const direct = this.#waiting.get(caller)
    if (direct) return direct
    const to = readUri(parseNameAddress(request.headers.get('to') ?? '').uri)?.user
    for (const waiting of this.#waiting.values()) {
      if (waiting.request.targetId === caller || waiting.request.targetId === to) return waiting
    }
    return undefined
  }

  #call(dialog: Dialog, offer: GbSdp, answer: Answer, { options }: Waiting): BroadcastCall {
    let byUs = false
    dialog.onEnd(reason => {
      if (!byUs) options.onJournal?.(dialog.callId, null)
      options.onEnd(byUs ? 'us' : 'device', reason)
    })
    return {
      agreed: {
        transport: answer.transport,
        remote: { address: offer.address, port: offer.port },
        ssrc: answer.sdp.ssrc ?? '',
        sdp: offer,
        payload: answer.payload,
      },
      callId: dialog.callId,
      close: async () => {
        if (dialog.ended !== null) return
        byUs = true
        try {
          await dialog.bye()
          options.onJournal?.(dialog.callId, null)
        } catch (error) {
          this.#context.log.info('gb28181 BYE was not answered', { callId: dialog.callId, error: errorText(error) })
        }
      },
    }
  }
}

interface Answer {
  readonly sdp: GbSdp
  readonly transport: Agreed['transport']
  readonly payload: RtpMap
}

/** PCMA where it is offered, else what comes first: PS around it, with some devices. */
function answerTo(offer: GbSdp, request: BroadcastRequest, serverId: string): Answer {
  const payload =
    offer.payloads.find(map => map.encoding.toUpperCase() === 'PCMA') ?? offer.payloads[0] ?? AUDIO_PAYLOADS[0]
  if (!payload) throw new AppError('BYTES_INVALID', { what: 'SDP', reason: 'it has no payload type' })
  // a device that does not say waits to be dialled, as §9.12 has it for the receiver
  const active = offer.setup !== 'active'
  return {
    payload,
    transport: offer.transport === 'udp' ? 'udp' : active ? 'tcp-active' : 'tcp-passive',
    sdp: {
      ownerId: serverId,
      address: request.port.address,
      sessionName: 'Play',
      media: 'audio',
      port: request.port.port,
      transport: offer.transport,
      ...(offer.transport === 'tcp' ? { setup: active ? ('active' as const) : ('passive' as const) } : {}),
      direction: offer.direction === 'sendrecv' ? 'sendrecv' : 'sendonly',
      payloads: [payload],
      start: 0,
      end: 0,
      ssrc: offer.ssrc ?? request.ssrc,
      format: G711_FORMAT,
    },
  }
}
