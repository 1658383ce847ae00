/** What became of one step. */
export interface OperationRow {
  /** What the step was about: id of a stream, name of a file. */
  readonly name: string
  readonly ok: boolean
  /** Null: it worked. */
  readonly error: OperationError | null
}

export interface OperationError {
  readonly code: string
  readonly message: string
}

export type OperationState = 'running' | 'done' | 'failed' | 'cancelled'

/** A command that takes longer than a request. It goes on when whoever started it leaves. */
export interface Operation {
  readonly id: string
  /** noun.verb */
  readonly kind: string
  readonly state: OperationState
  readonly userId: string
  readonly userName: string
  readonly createdAtMs: number
  readonly finishedAtMs: number | null
  readonly done: number
  /** Null: not known. */
  readonly total: number | null
  readonly rows: readonly OperationRow[]
  readonly error: OperationError | null
  /** Name of the file it made, to be downloaded. */
  readonly file: string | null
}
