import type { Coverage } from './coverage.ts'
import type { RecordingCause, SegmentRecord } from './segment.ts'

/** What a recorder tells. */
export type RecorderEvent =
  /** Its first fragment is in its file. */
  | { readonly type: 'segment.opened'; readonly segment: SegmentRecord; readonly atMs: number }
  /** It has grown; at most once in PROGRESS_MS. */
  | { readonly type: 'segment.progress'; readonly segment: SegmentRecord; readonly atMs: number }
  /** It is finished, or was by recovery. Told at least once, also when a crash swallowed it. */
  | { readonly type: 'segment.closed'; readonly segment: SegmentRecord; readonly atMs: number }
  /** The copy in another format is there, or will never be: then `copyAs` is null. */
  | { readonly type: 'segment.copied'; readonly segment: SegmentRecord; readonly atMs: number }
  /** It was opened, and nothing of it is left. */
  | { readonly type: 'segment.gone'; readonly segment: SegmentRecord; readonly atMs: number }
  /** A span that should have been recorded: about every minute, and when a gap opens or closes. */
  | { readonly type: 'coverage'; readonly coverage: Coverage; readonly atMs: number }
  | { readonly type: 'state'; readonly change: RecordingChange; readonly atMs: number }

export interface RecordingChange {
  readonly path: string
  readonly recording: string
  readonly state: 'started' | 'paused' | 'resumed' | 'stopped' | 'error'
  readonly cause: RecordingCause
  readonly template: string | null
  readonly reason: string
}

/** Returns when the event cannot be lost any more. */
export type EmitRecorderEvent = (event: RecorderEvent) => void

/** Growth of a segment is told this often. */
export const PROGRESS_MS = 30_000
