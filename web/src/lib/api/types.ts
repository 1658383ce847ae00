/** What `/api/v1` answers: the platform's own contract, types only, under the console's names. */
import type { z } from 'zod'
import type { ConfigurationValue, ReloadResult } from '../../../../src/http/contract/system.ts'

export type { Node } from '../../../../src/http/contract/node.ts'
export type { Session, User } from '../../../../src/http/contract/session.ts'
export type { Space } from '../../../../src/http/contract/space.ts'
export type {
  CreateStream,
  Live,
  LiveVideo,
  PlayUrls,
  PublishUrls,
  Stream,
  Viewer,
} from '../../../../src/http/contract/stream.ts'
export type { Health, System } from '../../../../src/http/contract/system.ts'
export type Setting = z.infer<typeof ConfigurationValue>
export type Reload = ReloadResult

/** A list, or one page of it. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Absent or null on the last page. */
  readonly nextCursor?: string | null
}
