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

/** Finished exports whose files are there. In the file of the node's segments. */
export class ExportIndex {
  readonly #sql: Record<'put' | 'get' | 'remove' | 'expired', StatementSync>

  constructor(db: DatabaseSync) {
    db.exec(SCHEMA)
    this.#sql = {
      put: db.prepare('INSERT INTO exports VALUES (?, ?, ?, ?, ?, ?)'),
      get: db.prepare('SELECT * FROM exports WHERE id = ?'),
      remove: db.prepare('DELETE FROM exports WHERE id = ?'),
      expired: db.prepare('SELECT * FROM exports WHERE expires_ms <= ? ORDER BY expires_ms LIMIT 100'),
    }
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
  CREATE INDEX IF NOT EXISTS exports_by_end ON exports (expires_ms);`
