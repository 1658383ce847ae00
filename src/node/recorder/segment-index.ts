import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { openThreadedSqliteFile } from '../../storage/sqlite-file.ts'
import type { FragmentEntry } from './fragment-entry.ts'
import type { SegmentRecord } from './segment.ts'

/** One answer; more are asked for with another question. */
const MAX_ROWS = 10_000

/**
 * The segments of this node in its own SQLite file: for replay, for what a crash left open, and so that the platform's
 * index can be made again. Synchronous: a statement takes well under a millisecond.
 */
export class SegmentIndex {
  readonly db: DatabaseSync
  readonly #sql: Record<
    | 'put'
    | 'uncopied'
    | 'get'
    | 'remove'
    | 'reported'
    | 'unreported'
    | 'open'
    | 'between'
    | 'last'
    | 'after'
    | 'oldest'
    | 'bytes'
    | 'days'
    | 'has'
    | 'pathBytes'
    | 'oldestOfPath'
    | 'putFact'
    | 'fact',
    StatementSync
  >

  readonly #growing = new Map<string, { segment: SegmentRecord; readonly fragments: FragmentEntry[] }>()

  constructor(file: string) {
    this.db = openThreadedSqliteFile(file)
    this.db.exec(SCHEMA)
    const db = this.db
    this.#sql = {
      put: db.prepare(`INSERT INTO segments (id, path, start_ms, end_ms, bytes, open, held, copy_due, store, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET start_ms = excluded.start_ms,
        end_ms = excluded.end_ms, bytes = excluded.bytes, open = excluded.open, held = excluded.held,
        copy_due = excluded.copy_due, store = excluded.store, body = excluded.body`),
      get: db.prepare('SELECT body FROM segments WHERE id = ?'),
      remove: db.prepare('DELETE FROM segments WHERE id = ?'),
      reported: db.prepare('UPDATE segments SET reported = 1 WHERE id = ?'),
      unreported: db.prepare('SELECT body FROM segments WHERE reported = 0 AND open = 0 ORDER BY id'),
      open: db.prepare('SELECT body FROM segments WHERE open = 1 ORDER BY id'),
      // Segments are hours long at most: what began before cannot reach in, so the index bounds the search on both sides.
      last: db.prepare('SELECT body FROM segments WHERE path = ? AND open = 0 ORDER BY start_ms DESC, id DESC LIMIT 1'),
      between:
        db.prepare(`SELECT body FROM segments WHERE path = ? AND start_ms >= ? AND start_ms < ? AND end_ms > ? AND open = 0
        ORDER BY start_ms, id LIMIT ${MAX_ROWS}`),
      uncopied: db.prepare('SELECT body FROM segments WHERE copy_due = 1 AND open = 0 ORDER BY id LIMIT ?'),
      after: db.prepare('SELECT body FROM segments WHERE id > ? AND open = 0 ORDER BY id LIMIT ?'),
      oldest: db.prepare(
        'SELECT body FROM segments WHERE store = ? AND open = 0 AND held = 0 ORDER BY start_ms, id LIMIT ?',
      ),
      bytes: db.prepare(
        'SELECT coalesce(sum(bytes), 0) AS bytes, coalesce(sum(segments), 0) AS segments FROM usage WHERE store = ?',
      ),
      days: db.prepare(`SELECT DISTINCT (start_ms + ?) / 86400000 AS day FROM segments
        WHERE path = ? AND start_ms >= ? AND start_ms < ? ORDER BY day`),
      pathBytes: db.prepare(
        'SELECT coalesce(sum(bytes), 0) AS bytes, count(*) AS segments FROM segments WHERE path = ?',
      ),
      oldestOfPath: db.prepare(
        'SELECT body FROM segments WHERE path = ? AND open = 0 AND held = 0 ORDER BY start_ms, id LIMIT ?',
      ),
      has: db.prepare('SELECT 1 FROM segments WHERE path = ? LIMIT 1'),
      putFact: db.prepare('INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'),
      fact: db.prepare('SELECT value FROM facts WHERE name = ?'),
    }
  }

  /** New or changed. Those in work are with `grown` once they have a fragment. */
  put(segment: SegmentRecord): void {
    const { id, path, startMs, endMs, sizeBytes, state, held, store, copy, copyAs } = segment
    const open = state === 'open'
    const copyDue = copyAs !== null && copy === null
    const body = JSON.stringify(segment)
    this.#sql.put.run(id, path, startMs, endMs, sizeBytes, flag(open), flag(held), flag(copyDue), store, body)
    if (!open) this.#growing.delete(id)
  }

  /** A segment in work has another fragment; kept in memory, its file has it too. */
  grown(segment: SegmentRecord, entry: FragmentEntry): void {
    const known = this.#growing.get(segment.id)
    if (known) {
      known.segment = segment
      known.fragments.push(entry)
    } else this.#growing.set(segment.id, { segment, fragments: [entry] })
  }

  /** Fragments of a segment in work; null: it is not. */
  fragmentsInWork(id: string): readonly FragmentEntry[] | null {
    return this.#growing.get(id)?.fragments ?? null
  }

  get(id: string): SegmentRecord | null {
    return this.#growing.get(id)?.segment ?? segmentOf(this.#sql.get.get(id))
  }

  remove(id: string): void {
    this.#growing.delete(id)
    this.#sql.remove.run(id)
  }

  /** Its end has been told where it is not forgotten. */
  setReported(id: string): void {
    this.#sql.reported.run(id)
  }

  /** Closed, and not told of yet. */
  unreported(): SegmentRecord[] {
    return segmentsOf(this.#sql.unreported.all())
  }

  /** Left open: by this process, or by one that crashed. */
  open(): SegmentRecord[] {
    return segmentsOf(this.#sql.open.all())
  }

  /** The newest of a stream that is finished. */
  last(path: string): SegmentRecord | null {
    return segmentsOf(this.#sql.last.all(path))[0] ?? null
  }

  /** With something of [fromMs, toMs), in order of their start; those in work with what they have. At most 10 000. */
  between(path: string, fromMs: number, toMs: number): SegmentRecord[] {
    const found = segmentsOf(this.#sql.between.all(path, fromMs - MAX_SEGMENT_MS, toMs, fromMs))
    for (const { segment } of this.#growing.values()) {
      if (segment.path === path && segment.startMs < toMs && segment.endMs > fromMs) found.push(segment)
    }
    return found.sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1))
  }

  /** Finished, and without the copy they are to have. */
  uncopied(limit: number): SegmentRecord[] {
    return segmentsOf(this.#sql.uncopied.all(limit))
  }

  /** Closed ones in order of their ids, behind `id`: '' begins. */
  after(id: string, limit: number): SegmentRecord[] {
    return segmentsOf(this.#sql.after.all(id, Math.min(limit, MAX_ROWS)))
  }

  /** Closed ones of a store that may be deleted. */
  oldest(store: string, limit: number): SegmentRecord[] {
    return segmentsOf(this.#sql.oldest.all(store, Math.min(limit, MAX_ROWS)))
  }

  /** Closed ones of a stream that may be deleted. */
  oldestOfPath(path: string, limit: number): SegmentRecord[] {
    return segmentsOf(this.#sql.oldestOfPath.all(path, Math.min(limit, MAX_ROWS)))
  }

  /** What there is of a stream, but for what grows just now. */
  usageOfPath(path: string): { bytes: number; segments: number } {
    return Usage.parse(this.#sql.pathBytes.get(path))
  }

  /** What lies in a store. */
  usage(store: string): { bytes: number; segments: number } {
    return Usage.parse(this.#sql.bytes.get(store))
  }

  /** Whether anything of a path was recorded. */
  has(path: string): boolean {
    return this.#sql.has.get(path) !== undefined
  }

  /** Days with recordings as days since 1970, of a zone `offsetMs` ahead of UTC. */
  days(path: string, fromMs: number, toMs: number, offsetMs: number): number[] {
    return this.#sql.days.all(offsetMs, path, fromMs, toMs).map(row => Day.parse(row).day)
  }

  /** Something to know after a restart: JSON of it. */
  remember(name: string, value: unknown): void {
    this.#sql.putFact.run(name, JSON.stringify(value))
  }

  /** What was remembered; undefined: nothing. */
  recall(name: string): unknown {
    const row = Fact.parse(this.#sql.fact.get(name))
    return row && (JSON.parse(row.value) as unknown)
  }

  close(): void {
    if (this.db.isOpen) this.db.close()
  }
}

/** The longest setting of a segment is a day, and it ends at a keyframe. */
const MAX_SEGMENT_MS = 90_000_000

const flag = (value: boolean) => (value ? 1 : 0)

const Body = z.object({ body: z.string() })
const Usage = z.object({ bytes: z.number(), segments: z.number() })
const Day = z.object({ day: z.number() })
const Fact = z.object({ value: z.string() }).optional()

function segmentOf(row: unknown): SegmentRecord | null {
  return row === undefined ? null : (JSON.parse(Body.parse(row).body) as SegmentRecord) // written by put
}

function segmentsOf(rows: readonly unknown[]): SegmentRecord[] {
  return rows.flatMap(row => segmentOf(row) ?? [])
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS segments (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    open INTEGER NOT NULL,
    held INTEGER NOT NULL,
    copy_due INTEGER NOT NULL, -- 1: it is to have a copy in another format
    store TEXT NOT NULL,
    reported INTEGER NOT NULL DEFAULT 0, -- 1: its end has been told
    body TEXT NOT NULL -- JSON of SegmentRecord
  ) STRICT;
  CREATE INDEX IF NOT EXISTS segments_by_time ON segments (path, start_ms, end_ms, bytes);
  CREATE INDEX IF NOT EXISTS segments_open ON segments (id) WHERE open = 1;
  CREATE INDEX IF NOT EXISTS segments_unreported ON segments (id) WHERE reported = 0 AND open = 0;
  CREATE INDEX IF NOT EXISTS segments_uncopied ON segments (id) WHERE copy_due = 1 AND open = 0;
  CREATE INDEX IF NOT EXISTS segments_oldest ON segments (store, start_ms, id) WHERE open = 0 AND held = 0;
  CREATE TABLE IF NOT EXISTS usage ( -- kept by the triggers: adding up a million segments takes a second
    store TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    segments INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER IF NOT EXISTS usage_more AFTER INSERT ON segments BEGIN
    INSERT INTO usage VALUES (new.store, new.bytes, 1)
      ON CONFLICT (store) DO UPDATE SET bytes = bytes + new.bytes, segments = segments + 1;
  END;
  CREATE TRIGGER IF NOT EXISTS usage_less AFTER DELETE ON segments BEGIN
    UPDATE usage SET bytes = bytes - old.bytes, segments = segments - 1 WHERE store = old.store;
  END;
  CREATE TRIGGER IF NOT EXISTS usage_changed AFTER UPDATE OF bytes, store ON segments BEGIN
    UPDATE usage SET bytes = bytes - old.bytes, segments = segments - 1 WHERE store = old.store;
    INSERT INTO usage VALUES (new.store, new.bytes, 1)
      ON CONFLICT (store) DO UPDATE SET bytes = bytes + new.bytes, segments = segments + 1;
  END;
  CREATE TABLE IF NOT EXISTS facts (
    name TEXT PRIMARY KEY, -- 'plans', 'aliveMs'
    value TEXT NOT NULL -- JSON
  ) STRICT;`
