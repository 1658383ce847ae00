import type { Operation } from '../operations/operation.ts'

/** A file made of a time of a stream. Its id is that of its operation. */
export interface Export {
  readonly id: string
  readonly nodeId: string
  /** Name the node gave it; '' until it has begun. */
  readonly exportId: string
  readonly path: string
  readonly format: 'mp4' | 'flv'
  readonly startMs: number
  readonly endMs: number
  readonly sizeBytes: number | null
  /** Path at the media port of the node; null until it is done. */
  readonly url: string | null
  readonly createdAtMs: number
  readonly userId: string
}

/** An export and how far it is. */
export interface RunningExport {
  readonly export: Export
  readonly operation: Operation
}
