import type { Clock, Timer, Timers } from '../../../base/clock.ts'
import { parseCredentials } from '../../sip/digest.ts'
import type { DigestAuthority } from '../../sip/digest-authority.ts'
import type { HeaderInit } from '../../sip/headers.ts'
import type { SipRequest } from '../../sip/message.ts'
import { parseNameAddress } from '../../sip/name-address.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import { formatHostPort, readUri } from '../../sip/uri.ts'
import type { Attempt, AttemptLog } from '../attempt.ts'
import { isDeviceId } from '../device-id.ts'
import { formatDateHeader } from '../gb-time.ts'
import { type GbVersion, OUR_VERSION, parseGbVersion, X_GB_VER } from '../gb-version.ts'
import type { AttemptFacts } from '../verdict.ts'
import type { Directory, DirectoryEntry } from './directory.ts'

/** Shorter registrations are a flood; the standard wants 3600 s, devices with 60 s are met. */
const MIN_EXPIRES_S = 60
/** GB/T 28181-2022 §9.1. */
const DEFAULT_EXPIRES_S = 86_400
/** A device that was challenged answers at once; one that does not is told so after this. */
const CHALLENGE_WAIT_MS = 32_000
/** Exchanges that wait for credentials and are recorded; more are answered and not recorded. */
const MAX_WAITING = 1000
/** Pairs of device and address with wrong credentials that are remembered. */
const MAX_WRONG_SOURCES = 10_000
/** How long an address that guesses at the password of a device which is on is not listened to. */
const SOURCE_BAN_MS = 10 * 60_000
/** While the directory cannot be asked. */
const RETRY_AFTER_S = 10

export interface Registration {
  readonly gbId: string
  readonly entry: DirectoryEntry
  readonly flow: Flow
  /** Null: the device does not say. */
  readonly version: GbVersion | null
  readonly expiresS: number
  readonly userAgent: string | null
}

export type RefusalReason = 'unknown' | 'waiting' | 'locked' | 'disabled' | 'wrongPassword' | 'malformed'

export interface RegistrarEvents {
  registered(registration: Registration): void
  unregistered(gbId: string): void
  /** Refused; `waiting` is somebody to be approved. */
  refused(gbId: string, reason: RefusalReason, flow: Flow): void
  /** Too many wrong credentials: nothing more is tried until the directory says otherwise. */
  locked(gbId: string, flow: Flow): void
}

export interface RegistrarOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** Our SIP domain, the realm of challenges. */
  readonly domain: string
  readonly directory: Directory
  readonly authority: DigestAuthority
  readonly events: RegistrarEvents
  readonly attempts?: AttemptLog
  /** Where a device that is on was heard last; guesses from elsewhere must not lock it. */
  readonly addressOf: (gbId: string) => string | null
}

/** Answers REGISTER. GB/T 28181-2022 §9.1. */
export class Registrar {
  readonly #options: RegistrarOptions
  /** Wrong credentials in a row by device and address, oldest first. */
  readonly #wrong = new Map<string, { count: number; bannedUntilMs: number }>()
  readonly #waiting = new Map<string, { readonly attempt: Attempt; readonly timer: Timer; challenges: number }>()

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  /** Handler for `SipEndpoint.on('REGISTER')`. */
  readonly handle = async (request: SipRequest, context: RequestContext): Promise<void> => {
    const gbId = deviceOf(request)
    if (gbId === null) {
      context.respond(400, { headers: this.#headers(), reason: 'No device id of 20 digits in From' })
      this.#options.events.refused('', 'malformed', context.flow)
      return
    }
    this.#record(gbId, request, context)
    const entry = await this.#options.directory.lookup(gbId, context.flow.remote)
    if (entry === 'unavailable') {
      context.respond(503, { headers: { ...this.#headers(), 'Retry-After': String(RETRY_AFTER_S) } })
      this.#finish(request, { status: 503 })
    } else if (entry === 'unknown') this.#refuse(gbId, 'unknown', request, context)
    else if (entry.admission !== 'admitted') this.#refuse(gbId, entry.admission, request, context)
    else if (this.#authenticate(gbId, entry, request, context)) this.#register(gbId, entry, request, context)
  }

  /** A device was unlocked, or its password changed: what was wrong before counts no more. */
  forgive(gbId: string): void {
    for (const key of [...this.#wrong.keys()]) if (key.startsWith(`${gbId} `)) this.#wrong.delete(key)
  }

  #headers(): HeaderInit {
    return { [X_GB_VER]: OUR_VERSION }
  }

  #refuse(gbId: string, reason: RefusalReason, request: SipRequest, context: RequestContext): void {
    context.respond(403, { headers: this.#headers() })
    const facts: Partial<AttemptFacts> =
      reason === 'locked' ? { deviceState: 'failed' } : reason === 'wrongPassword' ? { wrongCredentials: 1 } : {}
    this.#finish(request, { ...facts, status: 403 })
    this.#options.events.refused(gbId, reason, context.flow)
  }

  /** Whether to go on; otherwise it has been answered. */
  #authenticate(gbId: string, entry: DirectoryEntry, request: SipRequest, context: RequestContext): boolean {
    const { password } = entry
    if (password === null) return true
    const { authority, domain, clock } = this.#options
    const source = `${gbId} ${context.flow.remote.address}`
    if ((this.#wrong.get(source)?.bannedUntilMs ?? 0) > clock.monotonicMs()) {
      this.#refuse(gbId, 'wrongPassword', request, context)
      return false
    }
    const credentials = parseCredentials(request.headers.get('authorization') ?? '')
    // The URI is not compared: devices write their own idea of our address into it.
    const verdict = credentials
      ? authority.verify(credentials, { method: 'REGISTER', realm: domain, password: { plain: password } })
      : 'mismatch'
    if (verdict === 'ok') {
      this.#wrong.delete(source)
      return true
    }
    if (verdict === 'wrong') this.#wrongCredentials(gbId, source, entry, request, context)
    else this.#challenge(verdict === 'stale', request, context)
    return false
  }

  #challenge(stale: boolean, request: SipRequest, context: RequestContext): void {
    const challenge = this.#options.authority.challenge(this.#options.domain, { stale })
    context.respond(401, { headers: { ...this.#headers(), 'WWW-Authenticate': challenge } })
    const waiting = this.#waiting.get(request.headers.get('call-id') ?? '')
    if (!waiting) return
    waiting.challenges++
    waiting.attempt.learn({ status: 401, challenges: waiting.challenges })
  }

  #wrongCredentials(
    gbId: string,
    source: string,
    entry: DirectoryEntry,
    request: SipRequest,
    context: RequestContext,
  ): void {
    const { clock, addressOf, events } = this.#options
    const wrong = this.#wrong.get(source) ?? { count: 0, bannedUntilMs: 0 }
    wrong.count++
    this.#wrong.delete(source)
    this.#wrong.set(source, wrong)
    if (this.#wrong.size > MAX_WRONG_SOURCES) {
      const [oldest] = this.#wrong.keys()
      if (oldest !== undefined) this.#wrong.delete(oldest)
    }
    const { maxWrong } = entry.policy
    if (maxWrong === 0 || wrong.count < maxWrong) {
      this.#refuse(gbId, 'wrongPassword', request, context)
      return
    }
    const known = addressOf(gbId)
    if (known !== null && known !== context.flow.remote.address) {
      wrong.bannedUntilMs = clock.monotonicMs() + SOURCE_BAN_MS
      this.#refuse(gbId, 'wrongPassword', request, context)
      return
    }
    this.#refuse(gbId, 'locked', request, context)
    events.locked(gbId, context.flow)
  }

  #register(gbId: string, entry: DirectoryEntry, request: SipRequest, context: RequestContext): void {
    const { events, clock } = this.#options
    const { policy } = entry
    const asked = expiresOf(request)
    const headers: Record<string, string> = { [X_GB_VER]: OUR_VERSION }
    if (policy.sendDate) headers['Date'] = formatDateHeader(clock.nowMs(), policy.timeZone)
    if (asked === 0) {
      context.respond(200, { headers: { ...headers, Expires: '0' } })
      this.#finish(request, { status: 200 })
      events.unregistered(gbId)
      return
    }
    if (asked < MIN_EXPIRES_S) {
      context.respond(423, { headers: { ...headers, 'Min-Expires': String(MIN_EXPIRES_S) } })
      this.#finish(request, { status: 423 })
      return
    }
    const expiresS = Math.max(MIN_EXPIRES_S, Math.min(asked, policy.maxExpiresS))
    if (policy.redirect) {
      const { serverId, host, port } = policy.redirect
      const contact = `<sip:${serverId}@${formatHostPort(host, port)}>`
      context.respond(302, { headers: { ...headers, Contact: contact, Expires: String(expiresS) } })
      this.#finish(request, { status: 302 })
      return
    }
    const contact = request.headers.get('contact')
    if (contact !== undefined) headers['Contact'] = contact
    context.respond(200, { headers: { ...headers, Expires: String(expiresS) } })
    this.#finish(request, { status: 200 })
    events.registered({
      gbId,
      entry,
      flow: context.flow,
      version: parseGbVersion(request.headers.get(X_GB_VER)),
      expiresS,
      userAgent: request.headers.get('user-agent') ?? null,
    })
  }

  /** Keeps the exchange from its first REGISTER on, until it is decided or nothing follows a challenge. */
  #record(gbId: string, request: SipRequest, { flow }: RequestContext): void {
    const { attempts, clock, timers } = this.#options
    const callId = request.headers.get('call-id') ?? ''
    if (!attempts || this.#waiting.has(callId) || this.#waiting.size >= MAX_WAITING) return
    const attempt = attempts.begin('register', gbId)
    if (!attempt) return
    const { transport, local, remote } = flow
    attempt.note(request, { direction: 'in', atMs: clock.nowMs(), transport, local, remote })
    attempt.follow(callId)
    attempt.learn({ sent: true })
    const timer = timers.after(CHALLENGE_WAIT_MS, () => this.#finish(request, {}))
    this.#waiting.set(callId, { attempt, timer, challenges: 0 })
  }

  #finish(request: SipRequest, facts: Partial<AttemptFacts>): void {
    const callId = request.headers.get('call-id') ?? ''
    const waiting = this.#waiting.get(callId)
    if (!waiting) return
    this.#waiting.delete(callId)
    waiting.timer.cancel()
    waiting.attempt.end(facts)
  }
}

/** The device a request is from: user of From, or of To, which REGISTER has the same. */
export function deviceOf(request: SipRequest): string | null {
  for (const name of ['from', 'to']) {
    const user = readUri(parseNameAddress(request.headers.get(name) ?? '').uri)?.user ?? ''
    if (isDeviceId(user)) return user
  }
  return null
}

/** Seconds asked for: of Contact, of Expires, or the default. What makes no sense counts as the default. */
function expiresOf(request: SipRequest): number {
  const contact = request.headers.list('contact')[0]
  const written = contact === undefined ? undefined : parseNameAddress(contact).parameters.get('expires')
  for (const text of [written, request.headers.get('expires')]) {
    if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text)
  }
  return DEFAULT_EXPIRES_S
}
