import type { RecordingCause, RecordingSettings } from './segment.ts'
import type { WeekPlan } from './week-plan.ts'

/** What should be recorded. Of several plans of a path the first that wants something now has its way. */
export interface RecordingPlan {
  readonly path: string
  /** event: the stream is listened to, and kept when something happens. */
  readonly cause: RecordingCause
  readonly template: string | null
  readonly settings: RecordingSettings
  /** When; null: always. */
  readonly week: WeekPlan | null
  /** Whether it is a gap when nobody publishes the stream; otherwise it is recorded whenever it is there. */
  readonly expected: boolean
}
