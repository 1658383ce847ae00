import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { GbDevice, Quirks } from '../../link/gb28181.ts'
import type { DeviceEvent } from '../../protocols/gb28181/device-side/device-event.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { addressOf } from '../../protocols/gb28181/device-side/identity.ts'

type Session = Pick<DeviceSession, 'gbId' | 'lastSeenMs' | 'policy' | 'state' | 'target'>

export interface NatLifetimesOptions<S extends Session> {
  readonly sessions: Iterable<S>
  /** A question to the device. */
  readonly ask: (session: S) => Promise<unknown>
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly onLearnt: (device: string, quirks: Quirks) => void
}

/** Silence shorter than this does not end the entry of any NAT: RFC 4787 §4.3 wants two minutes, the worst keep 20 s. */
const SHORTEST_MS = 15_000
/** Longer than any keepalive: the device was switched off meanwhile. */
const LONGEST_MS = 10 * 60_000
/** Devices that moved once. */
const MAX_SUSPECTS = 10_000
const LOOK_MS = 5000

/**
 * NATs that forget a device between two of its packets: learnt from ports that changed after silence, and kept awake
 * by questions, whose answers go out through them. Only of UDP; a connection is kept by its own packets.
 */
export class NatLifetimes<S extends Session = DeviceSession> {
  readonly #options: NatLifetimesOptions<S>
  /** Shortest silence after which a device came from another port once, ms. A router that restarts does so once. */
  readonly #suspects = new Map<string, number>()
  readonly #asking = new Set<string>()
  readonly #looking: Timer

  constructor(options: NatLifetimesOptions<S>) {
    this.#options = options
    this.#looking = options.timers.every(LOOK_MS, () => this.look())
  }

  /** The device was heard from another address; `lastSeenMs` is still that of the packet before. */
  moved(
    device: Pick<GbDevice, 'id' | 'gbId'>,
    session: S,
    { by, from, to }: Extract<DeviceEvent, { type: 'moved' }>,
  ): void {
    const { clock, onLearnt } = this.#options
    const silentMs = clock.nowMs() - session.lastSeenMs
    const known = session.policy.quirks.natLifetimeMs ?? LONGEST_MS
    // a device that starts again has another port, too: it registers
    if (by === 'register' || session.target.transport !== 'udp' || from.address !== to.address) return
    if (silentMs < SHORTEST_MS || silentMs >= known) return
    const before = this.#suspects.get(device.gbId)
    if (this.#suspects.size >= MAX_SUSPECTS) this.#suspects.clear()
    this.#suspects.set(device.gbId, silentMs)
    if (before === undefined) return
    this.#suspects.delete(device.gbId)
    // somewhere below the shorter one
    onLearnt(device.id, { natLifetimeMs: Math.max(SHORTEST_MS, Math.floor(Math.min(before, silentMs) / 1000) * 1000) })
  }

  /** Asks those whose NAT is about to forget them. */
  look(): void {
    const nowMs = this.#options.clock.nowMs()
    for (const session of this.#options.sessions) {
      const lifetimeMs = session.policy.quirks.natLifetimeMs
      if (lifetimeMs === undefined || session.target.transport !== 'udp') continue
      if (session.state !== 'on' || nowMs - session.lastSeenMs < lifetimeMs / 2) continue
      if (!this.#asking.has(session.gbId)) void this.#ask(session)
    }
  }

  close(): void {
    this.#looking.cancel()
  }

  async #ask(session: S): Promise<void> {
    const { gbId } = session
    this.#asking.add(gbId)
    try {
      await this.#options.ask(session)
    } catch (error) {
      const { address, port } = addressOf(session.target)
      this.#options.log.debug('a NAT is not kept awake', { device: gbId, address, port, reason: errorText(error) })
    } finally {
      this.#asking.delete(gbId)
    }
  }
}
