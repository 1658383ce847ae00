import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'

export interface KeptExport {
  readonly id: string
  /** `space/app/name`. */
  readonly path: string
  readonly format: 'mp4' | 'flv'
  readonly startMs: number
  readonly sizeBytes: number
  /** The file is removed then. */
  readonly expiresMs: number
}

const Row = z.object({
  id: z.string(),
  path: z.string(),
  format: z.enum(['mp4', 'flv']),
  start_ms: z.number(),
  bytes: z.number(),
  expires_ms: z.number(),
})

export interface PendingExport extends Pick<KeptExport, 'id' | 'path' | 'format' | 'startMs'> {
  readonly endMs: number
}

const PendingRow = Row.pick({ id: true, path: true, format: true, start_ms: true }).extend({
  end_ms: z.number(),
  starts: z.number(),
})

/** Exports being made, and those whose files are there. In the file of the node's segments. */
export class ExportIndex {
  readonly #sql: Record<'put' | 'get' | 'remove' | 'expired' | 'begin' | 'started' | 'pending' | 'ended', StatementSync>

  constructor(db: DatabaseSync) {
    db.exec(SCHEMA)
    this.#sql = {
      put: db.prepare('INSERT OR REPLACE INTO exports VALUES (?, ?, ?, ?, ?, ?)'),
      get: db.prepare('SELECT * FROM exports WHERE id = ?'),
      remove: db.prepare('DELETE FROM exports WHERE id = ?'),
      begin: db.prepare('INSERT INTO exports_in_work VALUES (?, ?, ?, ?, ?, 0)'),
      started: db.prepare('UPDATE exports_in_work SET starts = starts + 1 WHERE id = ?'),
      pending: db.prepare('SELECT * FROM exports_in_work ORDER BY id'),
      ended: db.prepare('DELETE FROM exports_in_work WHERE id = ?'),
      expired: db.prepare('SELECT * FROM exports WHERE expires_ms <= ? ORDER BY expires_ms LIMIT 100'),
    }
  }

  /** Asked for: known over restarts until it is `ended`. */
  begin({ id, path, format, startMs, endMs }: PendingExport): void {
    this.#sql.begin.run(id, path, format, startMs, endMs)
  }

  /** Its work begins, perhaps again. */
  started(id: string): void {
    this.#sql.started.run(id)
  }

  ended(id: string): void {
    this.#sql.ended.run(id)
  }

  /** Those that have not ended, oldest first, with how often their work has begun. */
  pending(): (PendingExport & { readonly starts: number })[] {
    return this.#sql.pending.all().map(row => {
      const { start_ms: startMs, end_ms: endMs, ...rest } = PendingRow.parse(row)
      return { ...rest, startMs, endMs }
    })
  }

  put({ id, path, format, startMs, sizeBytes, expiresMs }: KeptExport): void {
    this.#sql.put.run(id, path, format, startMs, sizeBytes, expiresMs)
  }

  get(id: string): KeptExport | null {
    const row = this.#sql.get.get(id)
    return row === undefined ? null : exportOf(row)
  }

  remove(id: string): void {
    this.#sql.remove.run(id)
  }

  /** At most 100. */
  expired(nowMs: number): KeptExport[] {
    return this.#sql.expired.all(nowMs).map(exportOf)
  }
}

function exportOf(row: unknown): KeptExport {
  const { start_ms: startMs, bytes: sizeBytes, expires_ms: expiresMs, ...rest } = Row.parse(row)
  return { ...rest, startMs, sizeBytes, expiresMs }
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS exports (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    format TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS exports_in_work (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    format TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    starts INTEGER NOT NULL -- how often its work began: what ends the node each time is not tried for ever
  ) STRICT;
  CREATE INDEX IF NOT EXISTS exports_by_end ON exports (expires_ms);`
