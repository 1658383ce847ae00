import type { SocketAddress } from '../../sip/transport/flow.ts'
import type { Quirks } from '../quirks.ts'

/** How we treat a device; its space decides. */
export interface DevicePolicy {
  /** IANA zone its clock shows. */
  readonly timeZone: string
  /** Whether the answer to REGISTER sets its clock. */
  readonly sendDate: boolean
  /** Longest registration granted, seconds. */
  readonly maxExpiresS: number
  readonly keepaliveMs: number
  readonly keepaliveCount: number
  /** Wrong credentials in a row until it is locked; 0 never. */
  readonly maxWrong: number
  /** A device alarm (method 2) is not told again before it is reset: whether we do that at once. */
  readonly resetAlarms: boolean
  /** Where it is sent to instead, by 302. */
  readonly redirect: { readonly serverId: string; readonly host: string; readonly port: number } | null
  readonly quirks: Quirks
}

export interface DirectoryEntry {
  /** Our id of the device; null until it is known, where a space takes whoever has its password. */
  readonly id: string | null
  readonly space: string
  /** Null: taken without one. */
  readonly password: string | null
  /** waiting: nobody has approved it yet. */
  readonly admission: 'admitted' | 'waiting' | 'locked' | 'disabled'
  readonly policy: DevicePolicy
}

/** Who may register. The node answers it from what the platform told it. */
export interface Directory {
  /** unavailable: ask again in a moment; the device is told to do the same. */
  lookup(gbId: string, remote: SocketAddress): Promise<DirectoryEntry | 'unknown' | 'unavailable'>
}

/** GB/T 28181-2022 §9.1: 86 400 s, and the time zone of Beijing. */
export const DEFAULT_POLICY: DevicePolicy = {
  timeZone: 'Asia/Shanghai',
  sendDate: true,
  maxExpiresS: 86_400,
  keepaliveMs: 60_000,
  keepaliveCount: 3,
  maxWrong: 5,
  resetAlarms: true,
  redirect: null,
  quirks: {},
}
