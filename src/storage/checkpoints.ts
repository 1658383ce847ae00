import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { Closable } from '../base/lifecycle.ts'
import type { Log } from '../base/log.ts'

/** What the thread is started with. */
export interface CheckpointJob {
  readonly files: readonly string[]
  readonly everyMs: number
}

const EVERY_MS = 1000
/** Pages of a log at which its writer moves them itself: SQLite's own value, and one for when a thread falls behind. */
const OWN_PAGES = 1000
const LATE_PAGES = 16_000
/** It has a statement for each file. */
const THREAD_MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

/**
 * Moves what was written from the logs of SQLite (WAL) into their files, in a thread: it ends in fsync, which takes half a
 * second where the disk is busy, and in the thread of the media nothing would be received or sent meanwhile. For files of
 * `openThreadedSqliteFile`. Without the thread their writers do it as ever.
 */
export class Checkpoints implements Closable {
  readonly #dbs: readonly DatabaseSync[]
  readonly #worker: Worker
  #closed = false

  constructor({ dbs, everyMs = EVERY_MS, log }: { dbs: readonly DatabaseSync[]; everyMs?: number; log: Log }) {
    this.#dbs = dbs
    const files = dbs.map(db => db.location()).filter(file => file !== null)
    const workerData: CheckpointJob = { files, everyMs }
    const script = new URL('./checkpoint-thread.ts', import.meta.url)
    this.#worker = new Worker(script, { workerData, resourceLimits: THREAD_MEMORY, name: 'checkpoints' })
    this.#worker.on('error', error =>
      log.warn('writers of SQLite wait for the disk themselves', { error: error.message }),
    )
    this.#worker.on('exit', () => this.#limit(OWN_PAGES))
    this.#worker.unref()
    this.#limit(LATE_PAGES)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#worker.terminate()
  }

  #limit(pages: number): void {
    if (this.#closed) return
    for (const db of this.#dbs) if (db.isOpen) db.exec(`PRAGMA wal_autocheckpoint = ${pages}`)
  }
}
