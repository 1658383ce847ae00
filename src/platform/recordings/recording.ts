import type { Segment } from '../../link/recording.ts'

/** One recorded file of a stream, as the index knows it. */
export interface Recording extends Segment {
  readonly nodeId: string
  /** Of the interval of the plan it was made in, or written by people. */
  readonly subject: string
  readonly teacher: string
  readonly note: string
  /** Subject and teacher were written by people. */
  readonly filed: boolean
}

/** What people write on a recording. */
export interface RecordingFacts {
  readonly subject: string
  readonly teacher: string
  readonly note: string
}

/** Something that lasted. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
}

export function spaceOf(path: string): string {
  return path.slice(0, path.indexOf('/'))
}
