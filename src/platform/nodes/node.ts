import type { Endpoints } from '../../link/messages.ts'
import type { NodeReport } from '../../link/status.ts'

/** A process that moves video, as the platform knows it. */
export interface Node {
  readonly id: string
  readonly name: string
  readonly version: string
  /** on: its link is up; lost: it is not, whatever the node is doing. */
  readonly state: 'on' | 'lost'
  readonly lastSeenAtMs: number
  readonly endpoints: Endpoints
  /** Takes no new publishers and viewers. */
  readonly draining: boolean
  readonly load: NodeReport['load'] | null
  readonly streams: number
  readonly viewers: number
}
