import type { Clock, Timers } from '../../../base/clock.ts'
import { AppError, errorText } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import type { SipRequest } from '../../sip/message.ts'
import type { Notifier } from '../../sip/notifier.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import { readUri } from '../../sip/uri.ts'
import type { GbCharset } from '../charset.ts'
import { type GbVersion, OUR_VERSION } from '../gb-version.ts'
import { isAnswered } from '../manscdp/device-control.ts'
import { END_OF_FILE } from '../manscdp/media-notify.ts'
import { MANSCDP_CONTENT_TYPE, type Message, type MessageValue, parseEnvelope, writeBody } from '../manscdp/message.ts'
import { type AnyMessage, MESSAGES, type MessageName, readMessage } from '../manscdp/messages.ts'
import { MANSRTSP_CONTENT_TYPE, parseMansRtsp, writeMansRtspResponse } from '../mansrtsp.ts'
import { parseSdp, writeSdp } from '../sdp.ts'
import type { LowerHost, OutgoingMedia, SubscriptionKind } from './lower-host.ts'
import { Registration, type RegistrationState, type UpperPlatform } from './registration.ts'

export interface LowerSideOptions {
  readonly endpoint: SipEndpoint
  readonly upper: UpperPlatform
  readonly localId: string
  readonly username: string
  readonly password: string
  readonly expiresS: number
  readonly keepaliveS: number
  readonly charset: GbCharset
  readonly version?: GbVersion
  readonly host: LowerHost
  /** Channels that do not work, told with each keepalive. */
  readonly faulty?: () => readonly string[]
  readonly onState?: (state: RegistrationState, reason: string) => void
  readonly onDate?: (date: string) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly retryMs?: readonly [number, number]
}

const SDP_CONTENT_TYPE = 'application/sdp'
/** Calls at once at one upper platform; a larger one needs several. */
const MAX_CALLS = 4096
/** Seconds of a subscription: the standard's default, and what upper platforms ask for at most. */
const SUBSCRIPTION_S = { min: 10, max: 7 * 24 * 3600, byDefault: 600 }

const SUBSCRIBED_TO: Readonly<Partial<Record<MessageName, SubscriptionKind>>> = {
  alarmQuery: 'Alarm',
  catalogQuery: 'Catalog',
  mobilePositionQuery: 'MobilePosition',
  ptzPositionQuery: 'PTZPosition',
}

/** One device or lower platform at one upper platform: registered, asked, called and subscribed to. */
export class LowerSide {
  readonly registration: Registration
  readonly #options: LowerSideOptions
  readonly #notifiers = new Map<SubscriptionKind, Notifier>()
  readonly #calls = new Set<OutgoingMedia>()
  #sn = 0

  constructor(options: LowerSideOptions) {
    this.#options = options
    const { clock, endpoint, expiresS, keepaliveS, localId, onDate, password, retryMs, timers, upper, username } =
      options
    this.registration = new Registration({
      ...{ clock, endpoint, expiresS, keepaliveS, localId, password, timers, upper, username },
      ...(onDate && { onDate }),
      ...(retryMs && { retryMs }),
      version: options.version ?? OUR_VERSION,
      keepalive: () =>
        this.#content(MESSAGES.keepaliveNotify, {
          sn: this.nextSn(),
          deviceId: localId,
          status: 'OK',
          faulty: [...(options.faulty?.() ?? [])],
        }),
      onState: (state, reason) => options.onState?.(state, reason),
    })
  }

  get localId(): string {
    return this.#options.localId
  }

  get upper(): UpperPlatform {
    return this.#options.upper
  }

  /** Calls that are up. */
  get calls(): number {
    return this.#calls.size
  }

  nextSn(): number {
    this.#sn = (this.#sn % 0x7fffffff) + 1
    return this.#sn
  }

  isSubscribed(kind: SubscriptionKind): boolean {
    return this.#notifiers.get(kind)?.dialog.ended === null
  }

  /** A message of our own: an alarm, a finished upgrade. Throws AppError PEER_TIMEOUT or PEER_REFUSED. */
  async tell<T>(kind: Message<T>, value: T): Promise<void> {
    const { endpoint, localId, upper } = this.#options
    const response = await endpoint.request(this.registration.target, {
      method: 'MESSAGE',
      uri: `sip:${upper.serverId}@${upper.domain}`,
      from: `sip:${localId}@${upper.domain}`,
      to: `sip:${upper.serverId}@${upper.domain}`,
      ...this.#content(kind, value),
    })
    if (response.status >= 300)
      throw new AppError('PEER_REFUSED', { peer: upper.serverId, reason: `${response.status} ${response.reason}` })
  }

  /** Tells those who subscribed; false when nobody has. */
  async notify<T>(kind: SubscriptionKind, message: Message<T>, value: T): Promise<boolean> {
    const notifier = this.#notifiers.get(kind)
    if (!notifier || notifier.dialog.ended !== null) return false
    await notifier.notify(this.#content(message, value))
    return true
  }

  /** A request of the upper platform that belongs to no dialog. */
  async receive(request: SipRequest, context: RequestContext): Promise<void> {
    switch (request.method) {
      case 'MESSAGE':
        return this.#message(request, context)
      case 'SUBSCRIBE':
        return this.#subscribe(request, context)
      case 'INVITE':
        return this.#invite(request, context)
      default:
        context.respond(405)
    }
  }

  async close(): Promise<void> {
    for (const call of [...this.#calls]) call.end('we are stopping')
    for (const notifier of this.#notifiers.values()) notifier.dialog.end('we are stopping')
    await this.registration.stop()
  }

  #content<T>(kind: Message<T>, value: T) {
    return { body: writeBody(kind, value, this.#options.charset), contentType: MANSCDP_CONTENT_TYPE }
  }

  async #message(request: SipRequest, context: RequestContext): Promise<void> {
    const message = this.#read(request, context)
    if (!message) return
    context.respond(200)
    const { host, log } = this.#options
    try {
      if (message.name === 'broadcastNotify') await this.#broadcast(message.value)
      else if (message.name === 'deviceControl' || message.name === 'deviceConfig') await this.#order(message)
      else if (message.name in ANSWERABLE)
        for (const part of (await host.answer(message)) ?? []) await this.#answer(part)
    } catch (error) {
      log.warn('an order of the upper platform failed', {
        upper: this.upper.serverId,
        message: message.name,
        reason: errorText(error),
      })
    }
  }

  /** Serially: the next part when the one before was taken. Annex M. */
  #answer({ name, value }: AnyMessage): Promise<void> {
    const kind = MESSAGES[name] as Message<unknown>
    return this.tell(kind, value) // name and value are one pair
  }

  async #order(message: AnyMessage): Promise<void> {
    const result = await this.#options.host.order(message)
    const { sn, deviceId } = message.value as MessageValue<typeof MESSAGES.deviceControl>
    if (message.name === 'deviceConfig')
      await this.tell(MESSAGES.deviceConfigResponse, { sn, deviceId, result: result ?? 'ERROR' })
    else if (message.name === 'deviceControl' && isAnswered(message.value))
      await this.tell(MESSAGES.deviceControlResponse, { sn, deviceId, result: result ?? 'ERROR' })
  }

  async #broadcast({ sn, sourceId, targetId }: MessageValue<typeof MESSAGES.broadcastNotify>): Promise<void> {
    const takes = (await this.#options.host.broadcast?.(sourceId, targetId)) ?? false
    await this.tell(MESSAGES.broadcastResponse, { sn, deviceId: targetId, result: takes ? 'OK' : 'ERROR' })
  }

  #read(request: SipRequest, context: RequestContext): AnyMessage | null {
    try {
      const message = readMessage(parseEnvelope(request.body))
      if (!message) context.respond(400, { reason: 'CmdType is unknown' })
      return message
    } catch (error) {
      context.respond(400, { reason: error instanceof AppError ? error.message.slice(0, 80) : 'Bad body' })
      return null
    }
  }

  #subscribe(request: SipRequest, context: RequestContext): void {
    const query = this.#read(request, context)
    const kind = query && SUBSCRIBED_TO[query.name]
    if (!query) return
    if (!kind) {
      context.respond(489)
      return
    }
    const { host } = this.#options
    this.#notifiers.get(kind)?.dialog.end('subscribed anew')
    const notifier = context.acceptSubscription({
      expiresS: SUBSCRIPTION_S,
      onRenew: renewal => {
        if (renewal.body.length > 0) host.subscribed?.(kind, readMessage(parseEnvelope(renewal.body)))
      },
      onEnd: () => {
        if (this.#notifiers.get(kind) !== notifier) return
        this.#notifiers.delete(kind)
        host.subscribed?.(kind, null)
      },
    })
    this.#notifiers.set(kind, notifier)
    host.subscribed?.(kind, query)
  }

  async #invite(request: SipRequest, context: RequestContext): Promise<void> {
    const { host, log, upper } = this.#options
    const channelId = readUri(request.uri)?.user ?? ''
    let media: OutgoingMedia
    try {
      if (this.#calls.size >= MAX_CALLS) throw new AppError('LIMIT_REACHED', { what: 'calls', limit: MAX_CALLS })
      const offer = parseSdp(request.body.toString('latin1'))
      const { address, port, transport } = context.remote
      const remote = `${transport}:${address}:${port}`
      media = await host.call({ offer, channelId, upperId: upper.serverId, remote, cancelled: context.cancelled })
    } catch (error) {
      log.warn('a call of the upper platform was refused', {
        upper: upper.serverId,
        channelId,
        reason: errorText(error),
      })
      context.respond(refusalOf(error), { reason: error instanceof AppError ? error.message.slice(0, 80) : 'Failed' })
      return
    }
    if (context.answered) {
      media.end('the caller gave up')
      return
    }
    this.#calls.add(media)
    const dialog = context.accept({ body: writeSdp(media.answer), contentType: SDP_CONTENT_TYPE })
    dialog.on('INFO', (info, answer) => this.#info(media, info, answer))
    dialog.onEnd(reason => {
      this.#calls.delete(media)
      media.end(reason)
    })
    const endOfFile = async () => {
      const value = { sn: this.nextSn(), deviceId: channelId, notifyType: END_OF_FILE }
      await dialog.request('MESSAGE', this.#content(MESSAGES.mediaStatusNotify, value))
    }
    media.begin(dialog, { endOfFile })
  }

  async #info(media: OutgoingMedia, info: SipRequest, answer: RequestContext): Promise<void> {
    let cseq = 0
    let done = false
    try {
      const request = parseMansRtsp(info.body.toString('latin1'))
      cseq = request.cseq
      done = await media.control(request.command)
    } catch (error) {
      this.#options.log.debug('an INFO of the upper platform is not understood', { reason: errorText(error) })
    }
    const status = done ? 200 : 451
    const body = writeMansRtspResponse({ status, cseq, sequenceNumber: null, rtpTime: null })
    answer.respond(200, { body, contentType: MANSRTSP_CONTENT_TYPE })
  }
}

/** Queries of the upper platform. */
const ANSWERABLE = {
  catalogQuery: true,
  configDownloadQuery: true,
  cruiseTrackListQuery: true,
  cruiseTrackQuery: true,
  deviceInfoQuery: true,
  deviceStatusQuery: true,
  homePositionQuery: true,
  presetQuery: true,
  ptzPositionQuery: true,
  recordInfoQuery: true,
  sdCardStatusQuery: true,
} as const satisfies Partial<Record<MessageName, true>>

function refusalOf(error: unknown): number {
  if (!(error instanceof AppError)) return 500
  switch (error.code) {
    case 'NOT_FOUND':
    case 'STREAM_NOT_FOUND':
      return 404
    case 'LIMIT_REACHED':
      return 486
    case 'FORBIDDEN':
      return 403
    case 'PEER_TIMEOUT':
      return 408
    default:
      return error.fault === 'peer' ? 488 : 500
  }
}
