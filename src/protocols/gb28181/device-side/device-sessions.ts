import type { Timer } from '../../../base/clock.ts'
import type { SipRequest } from '../../sip/message.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import type { Flow, SocketAddress } from '../../sip/transport/flow.ts'
import { OUR_VERSION, X_GB_VER } from '../gb-version.ts'
import type { DeviceEvent } from './device-event.ts'
import { DeviceSession, type DeviceSnapshot, type SessionContext } from './device-session.ts'
import type { DirectoryEntry } from './directory.ts'
import { addressOf } from './identity.ts'
import { deviceOf, type Registration } from './registrar.ts'

/** How soon a broken TCP connection is noticed. */
const FLOW_CHECK_MS = 2000
/** Devices of one node: 20 kB each. */
const MAX_SESSIONS = 50_000

/** All registered devices, and which message is whose. */
export class DeviceSessions {
  readonly #context: SessionContext
  readonly #sessions = new Map<string, DeviceSession>()
  /** By `address:port`, for messages that do not name their device. */
  readonly #byAddress = new Map<string, DeviceSession>()
  readonly #onEventOutside: SessionContext['onEvent']
  readonly #check: Timer

  constructor(context: SessionContext) {
    this.#context = { ...context, onEvent: (session, event) => this.#onEvent(session, event) }
    this.#onEventOutside = context.onEvent
    this.#check = context.timers.every(FLOW_CHECK_MS, () => {
      for (const session of this.#sessions.values()) session.checkFlow()
    })
  }

  get size(): number {
    return this.#sessions.size
  }

  get(gbId: string): DeviceSession | undefined {
    return this.#sessions.get(gbId)
  }

  [Symbol.iterator](): Iterator<DeviceSession> {
    return this.#sessions.values()
  }

  /** Where a device that is on was heard last; null for others. */
  addressOf(gbId: string): string | null {
    const session = this.#sessions.get(gbId)
    return session && (session.state === 'on' || session.state === 'suspect') ? addressOf(session.target).address : null
  }

  registered({ gbId, entry, flow, version, expiresS }: Registration): DeviceSession | null {
    let session = this.#sessions.get(gbId)
    if (!session) {
      if (this.#sessions.size >= MAX_SESSIONS) {
        this.#context.log.warn('gb28181 device is left out: too many', { gbId, limit: MAX_SESSIONS })
        return null
      }
      session = new DeviceSession(this.#context, gbId, entry, flow)
      this.#sessions.set(gbId, session)
    }
    session.registered(entry, flow, version, expiresS)
    return session
  }

  unregistered(gbId: string): void {
    this.#sessions.get(gbId)?.unregistered()
  }

  /** Wrong credentials too often; a device that was never here has no session to lock. */
  locked(gbId: string): void {
    this.#sessions.get(gbId)?.liveness.lock()
  }

  unlocked(gbId: string): void {
    this.#sessions.get(gbId)?.liveness.unlock()
  }

  /** Of a device that was deleted. */
  remove(gbId: string): void {
    const session = this.#sessions.get(gbId)
    if (!session) return
    session.close()
    this.#sessions.delete(gbId)
    this.#forget(session, addressOf(session.target))
  }

  snapshot(): DeviceSnapshot[] {
    return [...this.#sessions.values()].map(session => session.snapshot())
  }

  /** The sessions of before a restart; devices that are there already keep what they have. */
  restore(snapshots: readonly DeviceSnapshot[], entryOf: (gbId: string) => DirectoryEntry | null): void {
    for (const snapshot of snapshots) {
      const entry = entryOf(snapshot.gbId)
      if (entry === null || this.#sessions.has(snapshot.gbId) || this.#sessions.size >= MAX_SESSIONS) continue
      this.#sessions.set(snapshot.gbId, DeviceSession.restore(this.#context, entry, snapshot))
    }
  }

  /** MESSAGE or NOTIFY outside of any dialog, or within one that has no handler for it. */
  receive(request: SipRequest, context: RequestContext): void {
    const session = this.#sessionOf(request, context.flow)
    // 403 makes a device register again, where 404 makes some give up
    if (session) session.receive(request, context)
    else context.respond(403, { headers: { [X_GB_VER]: OUR_VERSION } })
  }

  close(): void {
    this.#check.cancel()
    for (const session of this.#sessions.values()) session.close()
    this.#sessions.clear()
    this.#byAddress.clear()
  }

  /** By the id in From; some recorders write the channel's there, then by the way it came. */
  #sessionOf(request: SipRequest, flow: Flow): DeviceSession | undefined {
    return this.#sessions.get(deviceOf(request) ?? '') ?? this.#byAddress.get(keyOf(flow.remote))
  }

  #onEvent(session: DeviceSession, event: DeviceEvent): void {
    if (event.type === 'moved') this.#forget(session, event.from)
    if (event.type === 'moved' || event.type === 'registered') {
      this.#byAddress.set(keyOf(addressOf(session.target)), session)
    }
    this.#onEventOutside(session, event)
  }

  #forget(session: DeviceSession, address: SocketAddress): void {
    const key = keyOf(address)
    if (this.#byAddress.get(key) === session) this.#byAddress.delete(key)
  }
}

const keyOf = ({ address, port }: SocketAddress): string => `${address}:${port}`
