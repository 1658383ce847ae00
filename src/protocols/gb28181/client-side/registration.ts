import type { Clock, Timer, Timers } from '../../../base/clock.ts'
import { errorText } from '../../../base/errors.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import type { SipResponse } from '../../sip/message.ts'
import { parseNameAddress } from '../../sip/name-address.ts'
import { newCallId, newTag } from '../../sip/tokens.ts'
import type { Flow, SipTransport, Target } from '../../sip/transport/flow.ts'
import { readUri } from '../../sip/uri.ts'
import { type GbVersion, X_GB_VER } from '../gb-version.ts'

/** The platform above us. */
export interface UpperPlatform {
  readonly serverId: string
  readonly domain: string
  readonly host: string
  readonly port: number
  readonly transport: SipTransport
}

/**
 * Our place at the upper platform. GB/T 28181-2022 §9.1.
 *
 * off         -> registering  start
 * registering -> on           200
 *             -> failed       401 and 403 to our credentials, after which it is tried again
 *             -> off          no answer, refused, connection broken
 * on          -> registering  time to refresh, keepalives without an answer, connection broken
 * any         -> stopped      stop
 */
export type RegistrationState = 'off' | 'registering' | 'on' | 'failed' | 'stopped'

export interface RegistrationOptions {
  readonly endpoint: SipEndpoint
  readonly upper: UpperPlatform
  /** Our code there. */
  readonly localId: string
  readonly username: string
  readonly password: string
  readonly expiresS: number
  readonly keepaliveS: number
  readonly version: GbVersion
  /** Body of the keepalive with the next sequence number. */
  readonly keepalive: () => { readonly body: Buffer; readonly contentType: string }
  /** `status`: of the answer that decided, where there was one. */
  readonly onState: (state: RegistrationState, reason: string, status: number | null) => void
  /** The time of the upper platform, as its 200 says it. */
  readonly onDate?: (date: string) => void
  readonly clock: Clock
  readonly timers: Timers
  /** Shortest and longest wait before another try, ms; the standard wants 60 s at least. */
  readonly retryMs?: readonly [number, number]
  readonly random?: () => number
}

const RETRY_MS = [60_000, 600_000] as const
/** §9.6: three keepalives without an answer. */
const KEEPALIVES_MISSED = 3
/** A keepalive that is not answered within this time is missed; the next one is not yet due. */
const KEEPALIVE_PATIENCE_MS = 10_000
const REGISTER_PATIENCE_MS = 20_000
/** How soon a broken TCP connection is noticed. */
const FLOW_CHECK_MS = 2000
/** Registrations are refreshed after this part of their life. */
const REFRESH_AFTER = 0.8

/** Answers to a keepalive by which a platform says that it does not know us any more. */
export const FORGOTTEN: ReadonlySet<number> = new Set([403, 404])

/** Registers, keeps alive and registers again for ever, until it is stopped. */
export class Registration {
  readonly #options: RegistrationOptions
  readonly #random: () => number
  #callId = newCallId()
  #fromTag = newTag()
  #cseq = 0
  #state: RegistrationState = 'off'
  #failures = 0
  #missed = 0
  #timer: Timer | null = null
  #keepalives: Timer | null = null
  #flowCheck: Timer | null = null
  #flow: Flow | null = null
  /** Where a 302 sent us; null: to the platform itself. */
  #redirected: Target | null = null
  /** Counts tries, so that the answer to an older one changes nothing. */
  #round = 0

  constructor(options: RegistrationOptions) {
    this.#options = options
    this.#random = options.random ?? Math.random
  }

  get state(): RegistrationState {
    return this.#state
  }

  /** Of the REGISTERs of this registration. */
  get callId(): string {
    return this.#callId
  }

  /** Where the upper platform is, for requests of our own. */
  get target(): Flow | Target {
    if (this.#flow && !this.#flow.closed) return this.#flow
    const { host, port, transport } = this.#options.upper
    return this.#redirected ?? { host, port, transport }
  }

  start(): void {
    if (this.#state === 'off') void this.#register()
  }

  /** Registers anew at once. */
  again(reason: string, status: number | null = null): void {
    if (this.#state === 'stopped') return
    this.#quiet()
    this.#set('off', reason, status)
    void this.#register()
  }

  /** Unregisters. Resolves when the upper platform has answered, or will not. */
  async stop(): Promise<void> {
    const was = this.#state
    this.#quiet()
    this.#round++
    this.#set('stopped', 'stopped')
    if (was !== 'on') return
    await this.#send(0).catch(() => {}) // we are leaving either way
  }

  /** Ends without a word, as a device without power does. */
  drop(): void {
    this.#quiet()
    this.#round++
    this.#set('stopped', 'dropped')
  }

  async #register(): Promise<void> {
    const round = ++this.#round
    this.#set('registering', '')
    try {
      await this.#connect()
      const response = await this.#send(this.#options.expiresS)
      if (round === this.#round) this.#answered(response)
    } catch (error) {
      if (round === this.#round) this.#failed('off', errorText(error))
    }
  }

  /** Over TCP a connection of our own, which the platform uses for its requests too. */
  async #connect(): Promise<void> {
    const { endpoint, upper } = this.#options
    const target = this.#redirected ?? { host: upper.host, port: upper.port, transport: upper.transport }
    if (this.#flow && !this.#flow.closed) return
    this.#flow = await endpoint.connect(target)
  }

  #send(expiresS: number): Promise<SipResponse> {
    const { endpoint, localId, password, upper, username, version } = this.#options
    const own = `sip:${localId}@${upper.domain}`
    this.#cseq += 1
    const cseq = this.#cseq
    this.#cseq += 2 // of the tries after a challenge
    return endpoint.request(this.target, {
      method: 'REGISTER',
      uri: `sip:${upper.serverId}@${upper.domain}`,
      from: own,
      to: own,
      callId: this.#callId,
      fromTag: this.#fromTag,
      cseq,
      authorization: { username, password },
      headers: { Expires: expiresS, [X_GB_VER]: version },
      timeoutMs: REGISTER_PATIENCE_MS,
    })
  }

  #answered(response: SipResponse): void {
    const { status, reason } = response
    if (status >= 200 && status < 300) {
      this.#on(response)
      return
    }
    if (status === 302) {
      const contact = readUri(parseNameAddress(response.headers.get('contact') ?? '').uri)
      if (contact && !this.#redirected) {
        const { transport } = this.#options.upper
        this.#redirected = { host: contact.host, port: contact.port ?? this.#options.upper.port, transport }
        this.#flow = null
        void this.#register()
        return
      }
    }
    const refused = status === 401 || status === 403 || status === 407
    this.#failed(refused ? 'failed' : 'off', `REGISTER was answered ${status} ${reason}`, status)
  }

  #on(response: SipResponse): void {
    const { expiresS, keepaliveS, onDate, timers } = this.#options
    const date = response.headers.get('date')
    if (date) onDate?.(date)
    this.#failures = 0
    this.#missed = 0
    const granted = Number(response.headers.get('expires') ?? expiresS)
    const lifeS = granted > 0 ? Math.min(granted, expiresS) : expiresS
    this.#quiet()
    this.#set('on', '', response.status)
    this.#timer = timers.after(lifeS * REFRESH_AFTER * 1000, () => void this.#register())
    this.#keepalives = timers.every(keepaliveS * 1000, () => void this.#keepalive())
    if (!this.#flow?.reliable) return
    this.#flowCheck = timers.every(FLOW_CHECK_MS, () => {
      if (this.#flow?.closed && this.#state === 'on') this.again('the connection ended')
    })
  }

  async #keepalive(): Promise<void> {
    const round = this.#round
    const { endpoint, keepalive, localId, upper } = this.#options
    let problem: string
    let status: number | null = null
    try {
      const response = await endpoint.request(this.target, {
        method: 'MESSAGE',
        uri: `sip:${upper.serverId}@${upper.domain}`,
        from: `sip:${localId}@${upper.domain}`,
        to: `sip:${upper.serverId}@${upper.domain}`,
        timeoutMs: KEEPALIVE_PATIENCE_MS,
        ...keepalive(),
      })
      if (response.status < 300) {
        this.#missed = 0
        return
      }
      status = response.status
      problem = `a keepalive was answered ${status}`
      // the platform has forgotten us
      if (FORGOTTEN.has(status)) this.#missed = KEEPALIVES_MISSED
    } catch (error) {
      problem = errorText(error)
    }
    this.#missed++
    if (round === this.#round && this.#state === 'on' && this.#missed >= KEEPALIVES_MISSED) this.again(problem, status)
  }

  #failed(state: 'off' | 'failed', reason: string, status: number | null = null): void {
    const [first, longest] = this.#options.retryMs ?? RETRY_MS
    this.#redirected = null // back to the platform that redirected us
    this.#flow = null
    this.#callId = newCallId()
    this.#fromTag = newTag()
    this.#quiet()
    this.#set(state, reason, status)
    const wait = Math.min(longest, first * 2 ** Math.min(this.#failures++, 10))
    this.#timer = this.#options.timers.after(wait * (1 + this.#random() * 0.2), () => void this.#register())
  }

  #quiet(): void {
    this.#timer?.cancel()
    this.#keepalives?.cancel()
    this.#flowCheck?.cancel()
    this.#timer = null
    this.#keepalives = null
    this.#flowCheck = null
  }

  #set(state: RegistrationState, reason: string, status: number | null = null): void {
    if (this.#state === 'stopped' || (this.#state === state && reason === '')) return
    this.#state = state
    this.#options.onState(state, reason, status)
  }
}
