import type { Clock, Timers } from '../../../base/clock.ts'
import { AppError, errorText } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import type { SipRequest } from '../../sip/message.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import type { Attempt, AttemptLog } from '../attempt.ts'
import type { GbCharset } from '../charset.ts'
import { type GbVersion, OUR_VERSION } from '../gb-version.ts'
import { isAnswered } from '../manscdp/device-control.ts'
import { END_OF_FILE } from '../manscdp/media-notify.ts'
import { MANSCDP_CONTENT_TYPE, type Message, type MessageValue, parseEnvelope, writeBody } from '../manscdp/message.ts'
import { type AnyMessage, MESSAGES, type MessageName, readMessage } from '../manscdp/messages.ts'
import type { LowerHost, SubscriptionKind } from './lower-host.ts'
import { Registration, type RegistrationState, type UpperPlatform } from './registration.ts'
import { Subscribers, subscribedTo } from './subscribers.ts'
import { UpperCalls } from './upper-calls.ts'

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
  /** `status`: of the answer that decided, where there was one. */
  readonly onState?: (state: RegistrationState, reason: string, status: number | null) => void
  /** Its `tap` must be the endpoint's. */
  readonly attempts?: AttemptLog
  readonly onDate?: (date: string) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly retryMs?: readonly [number, number]
}

/** One device or lower platform at one upper platform: registered, asked, called and subscribed to. */
export class LowerSide {
  readonly registration: Registration
  readonly #options: LowerSideOptions
  readonly #subscribers = new Subscribers()
  readonly #calls: UpperCalls
  /** Of the registration that is tried now. */
  #attempt: Attempt | null = null
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
      onState: (state, reason, status) => {
        this.#record(state, status)
        options.onState?.(state, reason, status)
      },
    })
    const { attempts, host, log } = options
    this.#calls = new UpperCalls({
      ...{ host, localId, log, upperId: upper.serverId },
      ...(attempts && { attempts }),
      endOfFile: async (dialog, channelId) => {
        const value = { sn: this.nextSn(), deviceId: channelId, notifyType: END_OF_FILE }
        await dialog.request('MESSAGE', this.#content(MESSAGES.mediaStatusNotify, value))
      },
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

  /** What is subscribed to now, as it was asked for. */
  subscriptions(kind: SubscriptionKind): readonly AnyMessage[] {
    return this.#subscribers.queries(kind)
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

  /** Tells those who subscribed, of those who `wants` says; false when there is nobody. Errors as `tell`. */
  notify<T>(
    kind: SubscriptionKind,
    message: Message<T>,
    value: T,
    wants: (query: AnyMessage) => boolean = () => true,
  ): Promise<boolean> {
    return this.#subscribers.notify(kind, this.#content(message, value), wants)
  }

  /** A request of the upper platform that belongs to no dialog. */
  async receive(request: SipRequest, context: RequestContext): Promise<void> {
    switch (request.method) {
      case 'MESSAGE':
        return this.#message(request, context)
      case 'SUBSCRIBE':
        return this.#subscribe(request, context)
      case 'INVITE':
        return this.#calls.invite(request, context)
      default:
        context.respond(405)
    }
  }

  /** BYE to all calls. */
  hangUp(): Promise<void> {
    return this.#calls.end()
  }

  async close(): Promise<void> {
    await this.#calls.end()
    this.#subscribers.close()
    await this.registration.stop()
  }

  /** Each try to register is an attempt. */
  #record(state: RegistrationState, status: number | null): void {
    if (state === 'registering') {
      this.#attempt?.end({ cancelled: true })
      this.#attempt = this.#options.attempts?.begin('cascade', this.upper.serverId) ?? null
      this.#attempt?.learn({ sent: true })
      this.#attempt?.follow(this.registration.callId)
      return
    }
    this.#attempt?.end({ status, cancelled: state === 'stopped' })
    this.#attempt = null
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
    if (!query) return
    const { host } = this.#options
    const kind = subscribedTo(query)
    if (!kind) {
      context.respond(489)
      return
    }
    this.#subscribers.accept(kind, query, context, {
      readBody: body => readMessage(parseEnvelope(body)),
      changed: wanted => host.subscribed?.(kind, wanted),
    })
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
