/** What `/api/v1` answers: the platform's own contract, types only, under the console's names. */
import type { z } from 'zod'
import type { CreateApiKey, NewApiKey } from '../../../../src/http/contract/api-key.ts'
import type { NodeChange } from '../../../../src/http/contract/node.ts'
import type { BulkRequest } from '../../../../src/http/contract/operation.ts'
import type { CreateSpace, SpaceChange } from '../../../../src/http/contract/space.ts'
import type { ConfigurationValue, LogLine, ReloadResult } from '../../../../src/http/contract/system.ts'
import type { CreateUser, UserChange } from '../../../../src/http/contract/user.ts'

export type { ApiKey } from '../../../../src/http/contract/api-key.ts'
export type { AuditEntry } from '../../../../src/http/contract/audit.ts'
export type { Overview, PlatformMetrics, StreamMetrics, StreamRun } from '../../../../src/http/contract/history.ts'
export type { Node } from '../../../../src/http/contract/node.ts'
export type { Operation } from '../../../../src/http/contract/operation.ts'
export type { Me, Role, Session, SessionEntry } from '../../../../src/http/contract/session.ts'
export type { Space, SpaceKeys } from '../../../../src/http/contract/space.ts'
export type {
  CreateStream,
  Live,
  LiveVideo,
  PlayUrls,
  PublishUrls,
  Stream,
  TraceEntry,
  Viewer,
} from '../../../../src/http/contract/stream.ts'
export type { Health, System } from '../../../../src/http/contract/system.ts'
export type { Account } from '../../../../src/http/contract/user.ts'
export type Setting = z.infer<typeof ConfigurationValue>
export type NodeEdit = z.input<typeof NodeChange>
export type Line = z.infer<typeof LogLine>
export type Reload = ReloadResult
export type BulkAction = z.infer<typeof BulkRequest>['action']
export type NewSpace = z.input<typeof CreateSpace>
export type SpaceEdit = z.input<typeof SpaceChange>
export type NewUser = z.input<typeof CreateUser>
export type UserEdit = z.input<typeof UserChange>
export type KeyWish = z.input<typeof CreateApiKey>
export type FreshKey = z.infer<typeof NewApiKey>

/** A list, or one page of it. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Absent or null on the last page. */
  readonly nextCursor?: string | null
}
