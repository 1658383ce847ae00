import type { Clock, Timers } from '../../../base/clock.ts'
import { AppError } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import { DigestAuthority } from '../../sip/digest-authority.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import type { SipRequest } from '../../sip/message.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import type { AttemptLog } from '../attempt.ts'
import { SsrcPool } from '../ssrc.ts'
import { type BroadcastCall, type BroadcastOptions, type BroadcastRequest, Broadcasts } from './broadcast.ts'
import type { DeviceEvent } from './device-event.ts'
import type { DeviceSession, DeviceSnapshot } from './device-session.ts'
import { DeviceSessions } from './device-sessions.ts'
import type { Directory, DirectoryEntry } from './directory.ts'
import type { Identity } from './identity.ts'
import {
  type CallContext,
  type CallJournalEntry,
  MediaCall,
  type MediaCallOptions,
  type MediaRequest,
  settle,
} from './invite.ts'
import { type RefusalReason, Registrar } from './registrar.ts'
import { Subscriptions, type Wanted } from './subscriptions.ts'

export interface DeviceSideEvents {
  device(session: DeviceSession, event: DeviceEvent): void
  refused(gbId: string, reason: RefusalReason, flow: Flow): void
  locked(gbId: string, flow: Flow): void
}

export interface DeviceSideOptions {
  readonly endpoint: SipEndpoint
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly identity: Identity
  readonly directory: Directory
  readonly events: DeviceSideEvents
  /** Its `tap` must be the endpoint's. */
  readonly attempts?: AttemptLog
  /** 0 to 1; Math.random where it does not matter. */
  readonly random: () => number
  readonly authority?: DigestAuthority
}

/** For BYE when we stop; what a device that is gone was not told stays in the journal for the next start. */
const GOODBYE_MS = 2000

/** What devices ask of a platform. */
export const DEVICE_METHODS = ['REGISTER', 'MESSAGE', 'NOTIFY', 'INVITE'] as const

/** The platform of the standard, as devices see it: who registers, what they say, and calls to them. */
export class DeviceSide {
  readonly sessions: DeviceSessions
  readonly registrar: Registrar
  readonly ssrcs: SsrcPool
  readonly #options: DeviceSideOptions
  readonly #calls = new Map<string, MediaCall>()
  /** Call-IDs of broadcasts. */
  readonly #voices = new Set<string>()
  readonly #fileEnds = new Map<string, () => void>()
  readonly #subscriptions = new Map<string, Subscriptions>()
  readonly #broadcasts: Broadcasts

  constructor(options: DeviceSideOptions) {
    this.#options = options
    const { endpoint, clock, timers, log, identity, directory, events, attempts, random } = options
    const recorded = attempts ? { attempts } : {}
    this.sessions = new DeviceSessions({
      ...{ endpoint, clock, timers, log, identity, random, ...recorded },
      onEvent: (session, event) => this.#onEvent(session, event),
    })
    this.registrar = new Registrar({
      ...{ clock, timers, directory, ...recorded },
      domain: identity.domain,
      authority: options.authority ?? new DigestAuthority({ clock }),
      addressOf: gbId => this.sessions.addressOf(gbId),
      events: {
        registered: registration => void this.sessions.registered(registration),
        unregistered: gbId => this.sessions.unregistered(gbId),
        refused: (gbId, reason, flow) => events.refused(gbId, reason, flow),
        locked: (gbId, flow) => {
          this.sessions.locked(gbId)
          events.locked(gbId, flow)
        },
      },
    })
    this.ssrcs = new SsrcPool(identity.serverId, clock, Math.floor(random() * 10_000))
    this.#broadcasts = new Broadcasts(this.#callContext)
  }

  /** A request outside of any dialog. Whoever owns the endpoint hands over those of `DEVICE_METHODS` that are for us. */
  receive(request: SipRequest, context: RequestContext): void | Promise<void> {
    switch (request.method) {
      case 'REGISTER':
        return this.registrar.handle(request, context)
      case 'MESSAGE':
      case 'NOTIFY':
        return this.sessions.receive(request, context)
      case 'INVITE':
        return this.#broadcasts.invited(request, context)
      default:
        context.respond(405)
    }
  }

  /** Calls that stand, by Call-ID. */
  get calls(): ReadonlyMap<string, MediaCall> {
    return this.#calls
  }

  /** Throws AppError NOT_FOUND. */
  session(gbId: string): DeviceSession {
    const session = this.sessions.get(gbId)
    if (!session) throw new AppError('NOT_FOUND', { what: 'registered device', id: gbId })
    return session
  }

  /** Whether a call, or a broadcast, of this Call-ID is up. */
  isUp(callId: string): boolean {
    return this.#calls.has(callId) || this.#voices.has(callId)
  }

  /** An INVITE to a channel of a device. Errors as `MediaCall.open`, and NOT_FOUND. */
  async invite(gbId: string, request: MediaRequest, options: MediaCallOptions): Promise<MediaCall> {
    const call = await MediaCall.open(this.#callContext, this.session(gbId), request, {
      ...options,
      onEnd: (by, reason) => {
        this.#calls.delete(call.callId)
        this.#fileEnds.delete(call.callId)
        options.onEnd(by, reason)
      },
    })
    this.#calls.set(call.callId, call)
    if (options.onFileEnd) this.#fileEnds.set(call.callId, options.onFileEnd)
    return call
  }

  /** Voice to a device by broadcast. Errors as `Broadcasts.start`, and NOT_FOUND. */
  async broadcast(gbId: string, request: BroadcastRequest, options: BroadcastOptions): Promise<BroadcastCall> {
    let ended = false
    const call: BroadcastCall = await this.#broadcasts.start(this.session(gbId), request, {
      ...options,
      onEnd: (by, reason) => {
        ended = true
        this.#voices.delete(call.callId)
        options.onEnd(by, reason)
      },
    })
    if (!ended) this.#voices.add(call.callId)
    return call
  }

  /** What a device is to tell by itself, from now on and whenever it comes back. */
  subscribe(gbId: string, wanted: Wanted): void {
    let subscriptions = this.#subscriptions.get(gbId)
    if (!subscriptions) {
      const { endpoint, timers, log, identity } = this.#options
      subscriptions = new Subscriptions({ endpoint, timers, log, identity, session: this.session(gbId) })
      this.#subscriptions.set(gbId, subscriptions)
    }
    subscriptions.want(wanted)
  }

  /** Topics a device is subscribed to. */
  subscribed(gbId: string): readonly string[] {
    return this.#subscriptions.get(gbId)?.active ?? []
  }

  /** The devices as they are; write it down now and then, and at the end. */
  snapshot(): DeviceSnapshot[] {
    return this.sessions.snapshot()
  }

  restore(snapshots: readonly DeviceSnapshot[], entryOf: (gbId: string) => DirectoryEntry | null): void {
    this.sessions.restore(snapshots, entryOf)
  }

  /** Ends calls of before a restart. Gives the Call-IDs that are settled; the others are tried again later. */
  async settle(entries: readonly CallJournalEntry[]): Promise<string[]> {
    for (const entry of entries) this.ssrcs.reserve(entry.ssrc)
    const done = await Promise.all(
      entries.map(async entry => {
        const settled = await settle(this.#callContext, this.sessions.get(entry.gbId) ?? null, entry)
        if (settled) this.ssrcs.release(entry.ssrc)
        return settled ? [entry.dialog.callId] : []
      }),
    )
    return done.flat()
  }

  /** A device was deleted. */
  remove(gbId: string): void {
    this.#subscriptions.get(gbId)?.close()
    this.#subscriptions.delete(gbId)
    this.sessions.remove(gbId)
  }

  /** BYE to all that send, then forgets the devices; they stay registered, the next start knows them. */
  async close(): Promise<void> {
    const patience = Promise.withResolvers<void>()
    const timer = this.#options.timers.after(GOODBYE_MS, patience.resolve)
    await Promise.race([Promise.all([...this.#calls.values()].map(call => call.close())), patience.promise])
    timer.cancel()
    for (const subscriptions of this.#subscriptions.values()) subscriptions.close()
    this.sessions.close()
  }

  get #callContext(): CallContext & { readonly clock: Clock; readonly timers: Timers } {
    const { endpoint, identity, log, clock, timers } = this.#options
    return { endpoint, identity, log, clock, timers }
  }

  #onEvent(session: DeviceSession, event: DeviceEvent): void {
    if (event.type === 'registered') this.#subscriptions.get(session.gbId)?.refresh()
    if (event.type === 'mediaEnded' && !this.#calls.has(event.callId)) this.#fileEnded(session.gbId, event.channelId)
    this.#options.events.device(session, event)
  }

  /** MediaStatus outside of its dialog: meant is a recording of that channel. */
  #fileEnded(gbId: string, channelId: string): void {
    for (const call of this.#calls.values()) {
      const history = call.request.name === 'Playback' || call.request.name === 'Download'
      if (history && call.gbId === gbId && (call.request.channelId === channelId || channelId === gbId)) {
        this.#fileEnds.get(call.callId)?.()
      }
    }
  }
}
