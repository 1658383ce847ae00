import type { SocketAddress } from '../../sip/transport/flow.ts'
import type { AlarmNotify } from '../manscdp/alarm.ts'
import type { CatalogItem, CatalogNotify } from '../manscdp/catalog.ts'
import type {
  deviceUpgradeResultNotify,
  uploadSnapShotFinishedNotify,
  videoUploadNotify,
} from '../manscdp/media-notify.ts'
import type { Envelope, MessageValue } from '../manscdp/message.ts'
import type { Position } from '../manscdp/mobile-position.ts'
import type { ptzPositionResponse } from '../manscdp/ptz-query.ts'
import type { DeviceState, LivenessInput } from './liveness.ts'

/** Where a camera looks. [2022] */
export type PtzPosition = MessageValue<typeof ptzPositionResponse>

/** What a device did, by itself or because it was subscribed to. */
export type DeviceEvent =
  | { readonly type: 'state'; readonly state: DeviceState; readonly cause: LivenessInput }
  /** Registered, for the first time or again. */
  | { readonly type: 'registered' }
  /** Heard from another address: behind a NAT, or after it dialled again. */
  | {
      readonly type: 'moved'
      readonly by: 'register' | 'traffic'
      readonly from: SocketAddress
      readonly to: SocketAddress
    }
  | { readonly type: 'keepalive'; readonly status: 'OK' | 'ERROR' | undefined; readonly faulty: readonly string[] }
  /** `name`: what it is about, as 'motion'; null where the standard has no word. */
  | { readonly type: 'alarm'; readonly alarm: AlarmNotify; readonly name: string | null }
  | { readonly type: 'positions'; readonly positions: readonly Position[] }
  /** Of NOTIFY Catalog: ON, OFF, ADD, DEL ... each with its item. */
  | { readonly type: 'catalogChanged'; readonly items: CatalogNotify['items'] }
  /** Items nobody asked for, or long after the question. */
  | { readonly type: 'catalogItems'; readonly items: readonly CatalogItem[] }
  | { readonly type: 'ptzPosition'; readonly position: PtzPosition }
  | { readonly type: 'snapshots'; readonly finished: MessageValue<typeof uploadSnapShotFinishedNotify> }
  | { readonly type: 'upgraded'; readonly result: MessageValue<typeof deviceUpgradeResultNotify> }
  /** The device asks for its live video to be pulled. */
  | { readonly type: 'videoOffered'; readonly offer: MessageValue<typeof videoUploadNotify> }
  /** NotifyType 121: a playback or download is at its end. */
  | { readonly type: 'mediaEnded'; readonly channelId: string; readonly callId: string }
  /** A CmdType we do not know, or an answer nobody waits for. */
  | { readonly type: 'unknown'; readonly envelope: Envelope }
