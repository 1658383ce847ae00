import type { NodeEvent } from '../../link/events.ts'
import type { SharedChannel } from '../../link/gb28181.ts'
import type { IncomingCall, OutgoingMedia } from '../../protocols/gb28181/client-side/lower-host.ts'
import type { LowerSide } from '../../protocols/gb28181/client-side/lower-side.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { CallWay } from '../../protocols/gb28181/route-path.ts'
import type { Hub } from '../hub.ts'
import type { Leases } from '../leases.ts'
import type { GbMediaContext } from './gb-media.ts'
import type { GbParentSide } from './gb-parent.ts'
import type { SharedView } from './gb-shared-tree.ts'
import type { Turnstile } from './turnstile.ts'

/** What the sides towards upper platforms have in common. */
export interface CascadeContext {
  readonly media: GbMediaContext
  readonly hub: Hub
  readonly leases: Leases
  readonly view: SharedView
  readonly turnstile: Turnstile
  /** Ours, as devices know us. */
  readonly serverId: string
  readonly retryMs?: readonly [number, number]
  readonly emit: (event: NodeEvent) => void
  /** IANA zone of a space. */
  zoneOf(space: string): string
  /** The device of a channel. Throws AppError NOT_FOUND or DEVICE_OFFLINE. */
  session(shared: SharedChannel): DeviceSession
  /** Where the stream of a channel is at the hub. */
  pathOf(shared: SharedChannel): string
  /** A recording of the device. Throws why it cannot be played. */
  history(call: IncomingCall, shared: SharedChannel, way: Required<CallWay>): Promise<OutgoingMedia>
  /** A voice for a channel. Throws why it cannot be heard there. */
  talk(call: IncomingCall, shared: SharedChannel): Promise<OutgoingMedia>
  /** Has the platform be called for its voice, once the device listens. Throws why it does not. */
  broadcast(side: LowerSide, sourceId: string, shared: SharedChannel): Promise<void>
  /** A call for the path came along these platforms, and is to go along those; what it gives ends that. */
  onWay(path: string, way: Required<CallWay>): () => void
  /** Platforms below that bring a path now. */
  readonly routeBelow: (path: string) => readonly string[]
  /** What it wants devices to tell has changed. */
  onWanted(side: GbParentSide): void
}
