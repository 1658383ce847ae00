import type { Authenticator } from '../platform/access/authenticator.ts'
import type { ApiKeyService } from '../platform/api-keys/api-key-service.ts'
import type { AuditService } from '../platform/audit/audit-service.ts'
import type { DeviceServices } from '../platform/devices/compose-devices.ts'
import type { EventFeed } from '../platform/events-feed/event-feed.ts'
import type { KeptAnswerService } from '../platform/kept-answers/kept-answer-service.ts'
import type { MetricService } from '../platform/metrics/metric-service.ts'
import type { NodeEvents } from '../platform/nodes/node-events.ts'
import type { NodeLinks } from '../platform/nodes/node-links.ts'
import type { NodeService } from '../platform/nodes/node-service.ts'
import type { OperationService } from '../platform/operations/operation-service.ts'
import type { RecordingServices } from '../platform/recordings/recording-room.ts'
import type { SiteService } from '../platform/site/site-service.ts'
import type { Forbidden, SpaceService } from '../platform/spaces/space-service.ts'
import type { BulkService } from '../platform/streams/bulk-service.ts'
import type { ForbidService } from '../platform/streams/forbid-service.ts'
import type { StreamService } from '../platform/streams/stream-service.ts'
import type { SupportService } from '../platform/system/support-service.ts'
import type { SystemService } from '../platform/system/system-service.ts'
import type { SessionService } from '../platform/users/session-service.ts'
import type { UserService } from '../platform/users/user-service.ts'
import type { ViewerService } from '../platform/viewers/viewer-service.ts'
import type { BULK_ACTIONS } from './contract/operation.ts'

/** What the routes call. */
export interface Services extends RecordingServices {
  readonly authenticator: Authenticator
  readonly users: UserService
  readonly sessions: SessionService
  readonly apiKeys: ApiKeyService
  readonly audit: AuditService
  readonly forbidden: ForbidService
  readonly viewers: ViewerService
  readonly spaces: SpaceService
  readonly streams: StreamService
  readonly nodes: NodeService
  readonly links: NodeLinks
  readonly events: NodeEvents
  readonly site: SiteService
  readonly system: SystemService
  readonly feed: EventFeed
  readonly support: SupportService
  readonly operations: OperationService
  readonly bulk: BulkService<(typeof BULK_ACTIONS)[number], Forbidden>
  readonly keptAnswers: KeptAnswerService
  readonly metrics: MetricService
  readonly gb28181: DeviceServices
}
