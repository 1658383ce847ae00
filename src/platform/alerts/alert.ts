import type { AlertTable } from '../../storage/tables.ts'

/** What can be wrong: noun.adjective. */
export const ALERT_KINDS = ['recording.missing', 'storage.full', 'storage.unreachable', 'callback.failing'] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** Something is wrong, or was. */
export interface Alert {
  readonly id: string
  readonly kind: AlertKind
  /** Path of a stream, node and store, or id of a callback. */
  readonly object: string
  readonly path: string | null
  readonly nodeId: string
  readonly reason: string
  readonly raisedAtMs: number
  /** Null: still wrong. */
  readonly clearedAtMs: number | null
}

export function toAlert(row: AlertTable): Alert {
  const { id, kind, object, path, node_id, reason, raised_at, cleared_at } = row
  return {
    ...{ id, object, path, reason, nodeId: node_id, raisedAtMs: raised_at, clearedAtMs: cleared_at },
    kind: kind as AlertKind, // only these are raised
  }
}
