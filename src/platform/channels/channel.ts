import type { StreamStatus } from '../../link/status.ts'
import type { ChannelTable } from '../../storage/device-tables.ts'
import type { DeviceState } from '../devices/device.ts'

/** One source of a device: a lens, a microphone, an alarm contact. */
export interface Channel {
  readonly id: string
  readonly deviceId: string
  readonly deviceGbId: string
  readonly deviceName: string
  readonly deviceState: DeviceState
  readonly space: string
  readonly gbId: string
  readonly kind: ChannelTable['kind']
  /** The given one, else the told one, else its code. */
  readonly name: string
  readonly toldName: string
  readonly givenName: string | null
  readonly manufacturer: string
  readonly model: string
  readonly civilCode: string
  readonly address: string
  readonly parentIds: readonly string[]
  readonly businessGroupId: string | null
  readonly parental: boolean
  /** As its catalog says. */
  readonly status: ChannelTable['status']
  readonly longitude: number | null
  readonly latitude: number | null
  readonly ptzType: number
  /** The other fields of its catalog entry, by their names in the standard. */
  readonly more: Readonly<Record<string, string>>
  readonly enabled: boolean
  readonly directoryId: string | null
  /** `space/live/name`. */
  readonly path: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** off: its device is not there, its catalog says so, or it is disabled; `reason` says which. */
  readonly state: 'on' | 'off'
  readonly reason: string
  readonly live: { readonly nodeId: string; readonly status: StreamStatus } | null
}

export interface ChannelChange {
  /** Null: as its catalog says. */
  readonly givenName?: string | null
  readonly directoryId?: string | null
  readonly enabled?: boolean
}

/** App of the streams of channels. */
export const CHANNEL_APP = 'live'

export function channelPath({ space, stream_name }: Pick<ChannelTable, 'space' | 'stream_name'>): string {
  return `${space}/${CHANNEL_APP}/${stream_name}`
}

/** What a channel is found by. */
export function channelText(name: string, gbId: string, address: string): string {
  return [name, gbId, address].join('\n').toLowerCase()
}
