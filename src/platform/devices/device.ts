import type { GbDevice, Quirks } from '../../link/gb28181.ts'
import type { DeviceTable } from '../../storage/device-tables.ts'

/** new: never registered. suspect: late. failed: wrong credentials, refused until it is unlocked. */
export type DeviceState = DeviceTable['state']

/** What people set of a device. */
export interface DeviceFacts extends Pick<GbDevice, 'media' | 'charset' | 'subscribe' | 'redirect' | 'quirks'> {
  readonly type: DeviceTable['type']
  readonly gbId: string
  readonly name: string
  /** Null: that of its space. */
  readonly password: string | null
  /** False: registrations are refused. */
  readonly enabled: boolean
  readonly directoryId: string | null
  readonly description: string
  readonly vendor: string
  /** Degrees, WGS-84. */
  readonly longitude: number | null
  readonly latitude: number | null
  /** Its channels run whenever it is there. */
  readonly autoStart: boolean
  /** Free text for programs. */
  readonly params: string
}

export type DeviceChange = Partial<DeviceFacts>

/** A camera, recorder or lower platform: what people set of it and what it told. */
export interface Device extends Omit<DeviceFacts, 'password'> {
  readonly id: string
  readonly space: string
  readonly protocol: 'gb28181'
  readonly passwordSet: boolean
  readonly learntQuirks: Quirks
  readonly createdAtMs: number
  readonly state: DeviceState
  readonly reason: string
  readonly stateAtMs: number | null
  readonly registeredAtMs: number | null
  readonly registeredUntilMs: number | null
  readonly lastSeenAtMs: number | null
  readonly nodeId: string | null
  readonly remote: string
  readonly transport: string
  readonly gbVersion: string
  readonly userAgent: string
  readonly manufacturer: string
  readonly model: string
  readonly firmware: string
  /** Of the last catalog; null: there was none. */
  readonly catalog: { readonly atMs: number; readonly promised: number; readonly received: number } | null
  /** Null: not stopped. */
  readonly stopped: { readonly untilMs: number | null } | null
  readonly stats: DeviceStats
}

export interface DeviceStats {
  readonly channels: number
  /** Of those, on by the last catalog of a device that is there. */
  readonly online: number
}

/** A device that can be reached: its channels are as its catalog says. */
export function isThere(state: DeviceState): boolean {
  return state === 'on' || state === 'suspect'
}

export const NEW_DEVICE: Omit<DeviceFacts, 'gbId' | 'type'> = {
  name: '',
  password: null,
  enabled: true,
  media: 'auto',
  charset: 'auto',
  subscribe: { catalog: true, alarm: true, positionS: null },
  redirect: null,
  quirks: {},
  directoryId: null,
  description: '',
  vendor: '',
  longitude: null,
  latitude: null,
  autoStart: false,
  params: '',
}
