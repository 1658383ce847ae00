import type { NodeEvents } from '../platform/nodes/node-events.ts'
import type { NodeLinks } from '../platform/nodes/node-links.ts'
import type { NodeService } from '../platform/nodes/node-service.ts'
import type { SpaceService } from '../platform/spaces/space-service.ts'
import type { StreamService } from '../platform/streams/stream-service.ts'
import type { SystemService } from '../platform/system/system-service.ts'
import type { SessionService } from '../platform/users/session-service.ts'

/** What the routes call. */
export interface Services {
  readonly sessions: SessionService
  readonly spaces: SpaceService
  readonly streams: StreamService
  readonly nodes: NodeService
  readonly links: NodeLinks
  readonly events: NodeEvents
  readonly system: SystemService
}
