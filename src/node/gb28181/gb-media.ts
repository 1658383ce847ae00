import type { Clock, Timers } from '../../base/clock.ts'
import { isPrivateAddress } from '../../base/ip-address.ts'
import type { Log } from '../../base/log.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { DeviceSide } from '../../protocols/gb28181/device-side/device-side.ts'
import type { MediaPort } from '../../protocols/rtp/media-port.ts'
import type { PortRange } from '../../protocols/rtp/port-range.ts'
import type { SipEndpoint } from '../../protocols/sip/endpoint.ts'
import type { GbAttempts } from './gb-attempts.ts'

/** What an operator may tune; read at each use. */
export interface GbSettings {
  /** Where devices on the internet send media; null: nobody has said. */
  readonly publicHost: string | null
  /** Said to all devices, whatever else is known; null: by the device's address. */
  readonly mediaHost: string | null
  /** Port devices send to, as they see it; null: the one that is listened on. */
  readonly mediaPort: number | null
  readonly inviteTimeoutMs: number
  readonly packetTimeoutMs: number
}

/** What media sessions share. */
export interface GbMediaContext {
  readonly side: DeviceSide
  readonly endpoint: SipEndpoint
  readonly attempts: GbAttempts
  readonly mediaPort: MediaPort
  /** Port the media port listens on. */
  readonly boundPort: () => number
  /** One port for each stream, where devices need it. */
  readonly portRange: PortRange | null
  readonly settings: () => GbSettings
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** Twice what it has taken, so that it is not cut off again; nobody waits longer than a minute. */
const SLOW_FACTOR = 2
const LONGEST_ANSWER_MS = 60_000

/** How long a device has for its answer to INVITE: as set, or longer where it was seen to be slow. */
export function answerTimeoutMs({ inviteTimeoutMs }: GbSettings, { policy: { quirks } }: DeviceSession): number {
  const { slowAnswerMs = 0 } = quirks
  return Math.max(inviteTimeoutMs, Math.min(LONGEST_ANSWER_MS, SLOW_FACTOR * slowAnswerMs))
}

/** The address a device is told to send to: what was set, our own in its network, or the public one. */
export function mediaAddressFor(context: GbMediaContext, deviceAddress: string): string {
  const { mediaHost, publicHost } = context.settings()
  if (mediaHost !== null) return mediaHost
  const near = context.endpoint.localAddressTowards(deviceAddress)
  return publicHost === null || isPrivateAddress(deviceAddress) ? near : publicHost
}
