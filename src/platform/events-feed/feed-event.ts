import type { NodeEvent } from '../../link/events.ts'
import type { StreamStatus } from '../../link/status.ts'
import type { Permission } from '../access/permission.ts'

/** What happened, for whoever follows it. */
export interface FeedEvent {
  readonly type: FeedType
  /** When it happened, by the clock of whoever it happened to. */
  readonly atMs: number
  /** What a follower needs to hear of it. */
  readonly permission: Permission
  /** Null: concerns no single stream. */
  readonly path: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** Everything that is told. `changed`: something was written through the API; ask for it again. */
export const FEED_TYPES = [
  'stream.on',
  'stream.off',
  'streams.live',
  'viewer.started',
  'viewer.stopped',
  'refused',
  'node.on',
  'node.lost',
  'device.state',
  'device.asked',
  'device.catalog',
  'device.catalog-part',
  'device.channels',
  'device.alarm',
  'device.finished',
  'attempt.failed',
  'parent.state',
  'recording.state',
  'recording.file',
  'recording.deleted',
  'snapshot.taken',
  'storage.state',
  'alert',
  'operation',
  'changed',
] as const
export type FeedType = (typeof FEED_TYPES)[number]

/** What a node's event is to followers; null for what concerns only the history. */
export function fromNodeEvent(nodeId: string, event: NodeEvent): FeedEvent | null {
  const { type, atMs, ...rest } = event
  const common = { atMs, permission: 'streams.read' as const }
  switch (event.type) {
    case 'stream.started': {
      const { path, publisher } = event
      return { ...common, type: 'stream.on', path, data: { nodeId, path, publisher } }
    }
    case 'stream.stopped': {
      const { path, reason, totals } = event
      return { ...common, type: 'stream.off', path, data: { nodeId, path, reason, totals } }
    }
    case 'viewer.started':
    case 'viewer.stopped':
    case 'refused':
      return { ...common, type: event.type, path: event.path, data: { nodeId, ...rest } }
    default:
      return fromDeviceEvent(event)
  }
}

/** What of a told change is news to whoever looks at the channels of a device. */
const NEWS = {
  ON: 'on',
  OFF: 'off',
  VLOST: 'off',
  DEFECT: 'off',
  ADD: 'changed',
  UPDATE: 'changed',
  DEL: 'gone',
} as const

/** Of catalogs and changes how many, of attempts only those that failed, and of those not their messages. */
function fromDeviceEvent(event: NodeEvent): FeedEvent | null {
  const { type, atMs, ...data } = event
  const common = { atMs, permission: 'devices.read' as const, path: null }
  switch (event.type) {
    case 'device.state':
    case 'device.asked':
    case 'device.alarm':
    case 'device.finished':
    case 'parent.state':
      return { ...common, type: event.type, data }
    case 'device.catalog': {
      const { device, sync, end, sofar } = event
      if (end) return { ...common, type: 'device.catalog', data: { device, sync, ...end } }
      return sofar ? { ...common, type: 'device.catalog-part', data: { device, sync, ...sofar } } : null
    }
    case 'device.catalog-changed': {
      const news = { on: 0, off: 0, changed: 0, gone: 0 }
      for (const { event: told } of event.changes) news[NEWS[told]]++
      return { ...common, type: 'device.channels', data: { device: event.device, ...news } }
    }
    case 'device.attempt': {
      const { ok, messages: _, figures: __, ...attempt } = event.attempt
      return ok ? null : { ...common, type: 'attempt.failed', data: attempt }
    }
    default:
      return null
  }
}

/** The numbers of a stream that move. */
export interface LiveNumbers {
  readonly path: string
  readonly nodeId: string
  readonly waiting: boolean
  readonly bitrateKbps: number
  readonly fps: number
  readonly viewers: number
  readonly gopMs: number | null
}

export function liveNumbers(nodeId: string, status: StreamStatus): LiveNumbers {
  const { path, state, bitrateKbps, fps, viewers, gopMs } = status
  return { path, nodeId, waiting: state === 'waiting', bitrateKbps, fps, viewers, gopMs }
}
