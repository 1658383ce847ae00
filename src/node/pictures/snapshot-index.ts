import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { Snapshot } from '../../link/recording.ts'

/** One answer. */
const MAX_ROWS = 1000

/** The pictures of this node that lie in its stores. In the file of its segments. */
export class SnapshotIndex {
  readonly #sql: Record<
    'put' | 'get' | 'remove' | 'ofTemplate' | 'before' | 'ofRecordings' | 'newest' | 'count' | 'object' | 'bytes',
    StatementSync
  >

  constructor(db: DatabaseSync) {
    db.exec(SCHEMA)
    const all = 'SELECT body FROM snapshots'
    this.#sql = {
      put: db.prepare(`INSERT INTO snapshots (id, path, template, cause, taken_ms, bytes, store, object, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET taken_ms = excluded.taken_ms,
        bytes = excluded.bytes, store = excluded.store, object = excluded.object, body = excluded.body`),
      get: db.prepare(`${all} WHERE id = ?`),
      remove: db.prepare('DELETE FROM snapshots WHERE id = ?'),
      ofTemplate: db.prepare(`${all} WHERE path = ? AND template = ? ORDER BY taken_ms DESC, id DESC LIMIT 1`),
      before: db.prepare(`${all} WHERE template = ? AND taken_ms < ? ORDER BY taken_ms, id LIMIT ?`),
      ofRecordings: db.prepare(`${all} WHERE cause IN ('recordingStart', 'recordingEnd') AND id > ?
        ORDER BY id LIMIT ${MAX_ROWS}`),
      newest: db.prepare(`${all} WHERE path = ? ORDER BY taken_ms DESC, id DESC LIMIT 1`),
      count: db.prepare(`INSERT INTO snapshot_counts VALUES (?, 1)
        ON CONFLICT (path) DO UPDATE SET taken = taken + 1 RETURNING taken`),
      object: db.prepare(`${all} WHERE object = ? LIMIT 1`),
      bytes: db.prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM snapshots WHERE store = ?'),
    }
  }

  put(snapshot: Snapshot): void {
    const { id, path, template, cause, takenAtMs, sizeBytes, store, object } = snapshot
    this.#sql.put.run(id, path, template, cause, takenAtMs, sizeBytes, store, object, JSON.stringify(snapshot))
  }

  get(id: string): Snapshot | null {
    return snapshotOf(this.#sql.get.get(id))
  }

  remove(id: string): void {
    this.#sql.remove.run(id)
  }

  /** The newest of a stream by a template. */
  ofTemplate(path: string, template: string): Snapshot | null {
    return snapshotOf(this.#sql.ofTemplate.get(path, template))
  }

  /** The newest of a stream. */
  newest(path: string): Snapshot | null {
    return snapshotOf(this.#sql.newest.get(path))
  }

  /** That lies under a key. */
  ofObject(object: string): Snapshot | null {
    return snapshotOf(this.#sql.object.get(object))
  }

  /** The oldest of a template taken before a time. */
  before(template: string, atMs: number, limit: number): Snapshot[] {
    return this.#sql.before.all(template, atMs, limit).flatMap(row => snapshotOf(row) ?? [])
  }

  /** Those of begins and ends of recordings, by id, behind `id`: '' begins. At most 1000. */
  ofRecordings(id: string): Snapshot[] {
    return this.#sql.ofRecordings.all(id).flatMap(row => snapshotOf(row) ?? [])
  }

  /** Number of the next picture of a stream, from 1. */
  count(path: string): number {
    return Count.parse(this.#sql.count.get(path)).taken
  }

  bytes(store: string): number {
    return Bytes.parse(this.#sql.bytes.get(store)).bytes
  }
}

const Body = z.object({ body: z.string() })
const Count = z.object({ taken: z.number() })
const Bytes = z.object({ bytes: z.number() })

function snapshotOf(row: unknown): Snapshot | null {
  return row === undefined ? null : Snapshot.parse(JSON.parse(Body.parse(row).body))
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS snapshots (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    template TEXT, -- null: none
    cause TEXT NOT NULL,
    taken_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    store TEXT NOT NULL,
    object TEXT NOT NULL,
    body TEXT NOT NULL -- JSON of Snapshot
  ) STRICT;
  CREATE INDEX IF NOT EXISTS snapshots_by_time ON snapshots (path, taken_ms);
  CREATE INDEX IF NOT EXISTS snapshots_by_template ON snapshots (template, taken_ms);
  CREATE INDEX IF NOT EXISTS snapshots_by_store ON snapshots (store, bytes);
  CREATE INDEX IF NOT EXISTS snapshots_by_object ON snapshots (object);
  CREATE TABLE IF NOT EXISTS snapshot_counts (
    path TEXT PRIMARY KEY,
    taken INTEGER NOT NULL -- pictures ever
  ) STRICT;`
