import type { Snapshot as LinkSnapshot } from '../../link/recording.ts'

/** One picture of a stream, as the index knows it. */
export interface Snapshot extends LinkSnapshot {
  readonly nodeId: string
}
