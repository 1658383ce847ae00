import type { QueueLimits } from '../media/broadcast/viewer.ts'
import type { TimestampMode } from '../media/stream/timeline.ts'

/** What an operator may tune about streams; all of it counts from the next publisher or viewer on. */
export interface HubSettings {
  readonly timestamps: TimestampMode
  readonly republishGraceMs: number
  /** How long a viewer is kept waiting for a stream that nobody publishes yet. */
  readonly standbyMs: number
  readonly maxViewersPerStream: number
  /** Widest write window of each latency class. */
  readonly windowMs: { readonly low: number; readonly normal: number }
  /** Narrowest write window, of every class (MS-033 `send_min_interval`). */
  readonly floorMs: number
  readonly queue: QueueLimits
}
