import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { z } from 'zod'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import {
  type ByteParts,
  type ByteSpan,
  type GrowingStore,
  type MultipartStore,
  type ObjectPage,
  type ObjectStat,
  type ObjectWriter,
  readAll,
} from './object-store.ts'

export interface SpoolOptions {
  /** Where objects wait. */
  readonly local: GrowingStore
  /** Where they go. */
  readonly remote: MultipartStore
  /** Remembers uploads over restarts. */
  readonly db: DatabaseSync
  /** Bytes that may wait; past it the store is full. */
  readonly maxBytes: number
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** The remote store went away, or is back. */
  readonly onState?: (state: 'ok' | 'unreachable', reason: string) => void
}

/** Parts on their way at the same time; each is held in memory. */
const UPLOADS = 2
/** Open objects are looked at for another whole part this often. */
const LOOK_MS = 1000
const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 60_000

interface Upload {
  readonly key: string
  uploadId: string | null
  tags: string[]
  /** Bytes uploaded: whole parts. */
  sent: number
  /** Bytes in the local object. */
  bytes: number
  finished: boolean
  /** Deleted while a part was on its way. */
  gone: boolean
}

/**
 * Objects are written to a local store and carried to a remote one, those still growing part by part. While the remote
 * store is away they wait; what was begun goes on after a restart. Reading does not care where an object is.
 */
export class SpooledStore implements GrowingStore {
  readonly name: string
  readonly #options: SpoolOptions
  readonly #sql: Record<'save' | 'forget', StatementSync>
  readonly #uploads = new Map<string, Upload>()
  /** By key: two uploads of one key must not overtake each other. */
  readonly #running = new Map<string, Promise<void>>()
  readonly #look: Timer
  #waitingBytes = 0
  #failures = 0
  #retryAtMs = 0
  #open = true

  constructor(options: SpoolOptions) {
    this.#options = options
    this.name = options.remote.name
    const { db, timers } = options
    db.exec(SCHEMA)
    this.#sql = {
      save: db.prepare(`INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
        upload_id = excluded.upload_id, tags = excluded.tags, sent = excluded.sent, bytes = excluded.bytes,
        finished = excluded.finished`),
      forget: db.prepare('DELETE FROM uploads WHERE key = ?'),
    }
    for (const row of db.prepare('SELECT * FROM uploads ORDER BY rowid').all()) this.#restore(row)
    this.#look = timers.every(LOOK_MS, () => this.#next())
  }

  /** Bytes that are only here. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  async put(key: string, body: ByteParts | AsyncIterable<Uint8Array>): Promise<number> {
    this.#checkRoom()
    if (this.#uploads.has(key)) await this.#dropUpload(key)
    const bytes = await this.#options.local.put(key, body)
    this.#add(key, bytes, true)
    this.#next()
    return bytes
  }

  async create(key: string): Promise<ObjectWriter> {
    this.#checkRoom()
    const writer = await this.#options.local.create(key)
    return new SpoolWriter(writer, this.#add(key, 0, false), {
      checkRoom: () => this.#checkRoom(),
      grew: bytes => {
        this.#waitingBytes += bytes
      },
      finished: upload => {
        this.#save(upload)
        this.#next()
      },
      aborted: upload => this.#dropUpload(upload.key),
    })
  }

  async *read(key: string, span?: ByteSpan): AsyncIterable<Uint8Array> {
    const { local, remote } = this.#options
    // An object that is deleted here between the two steps is at the remote store.
    if (await local.stat(key)) {
      let started = false
      try {
        for await (const piece of local.read(key, span)) {
          started = true
          yield piece
        }
        return
      } catch (error) {
        if (started || !(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error
      }
    }
    yield* remote.read(key, span)
  }

  async stat(key: string): Promise<ObjectStat | null> {
    return (await this.#options.local.stat(key)) ?? this.#options.remote.stat(key)
  }

  /** Of the remote store, with those that wait here. */
  async list(prefix: string, after: string | null = null, limit?: number): Promise<ObjectPage> {
    const { local, remote } = this.#options
    const [there, here] = await Promise.all([remote.list(prefix, after, limit), local.list(prefix, after, limit)])
    const found = new Map([...there.objects, ...here.objects].map(object => [object.key, object]))
    const end = [there, here].flatMap(page => (page.next === null ? [] : [page.next])).sort()[0] ?? null
    const objects = [...found.values()]
      .filter(({ key }) => end === null || key <= end)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    return { objects, next: end }
  }

  async delete(key: string): Promise<void> {
    const { local, remote } = this.#options
    const waiting = this.#uploads.has(key)
    await this.#dropUpload(key)
    await local.delete(key)
    if (!waiting) await remote.delete(key)
  }

  async truncate(key: string, bytes: number): Promise<void> {
    const upload = this.#uploads.get(key)
    await this.#options.local.truncate(key, bytes)
    if (!upload) return
    // A power cut may have taken bytes that had been uploaded already: what is here counts.
    if (bytes < upload.sent) await this.#restart(upload)
    this.#waitingBytes += bytes - upload.bytes
    upload.bytes = bytes
    upload.finished = true
    this.#save(upload)
    this.#next()
  }

  async hasRoom(): Promise<boolean> {
    return this.#waitingBytes < this.#options.maxBytes && (await this.#options.local.hasRoom())
  }

  /** Of the disk objects wait on: that is what can be full. */
  space() {
    return this.#options.local.space()
  }

  /** Waits for the parts on their way; the rest goes on after the next start. */
  async close(): Promise<void> {
    this.#open = false
    this.#look.cancel()
    await Promise.all(this.#running.values())
    for (const upload of this.#uploads.values()) this.#save(upload)
    await this.#options.remote.close()
  }

  #restore(row: unknown): void {
    const { key, upload_id, tags, sent, bytes, finished } = Row.parse(row)
    this.#uploads.set(key, {
      key,
      uploadId: upload_id,
      tags: Tags.parse(JSON.parse(tags)),
      sent,
      bytes,
      finished: finished === 1,
      gone: false,
    })
    this.#waitingBytes += bytes
  }

  #checkRoom(): void {
    if (this.#waitingBytes >= this.#options.maxBytes) throw new AppError('STORE_FULL', { store: this.name })
  }

  #add(key: string, bytes: number, finished: boolean): Upload {
    const upload = { key, uploadId: null, tags: [], sent: 0, bytes, finished, gone: false }
    this.#uploads.set(key, upload)
    this.#waitingBytes += bytes
    this.#save(upload)
    return upload
  }

  #save({ key, uploadId, tags, sent, bytes, finished }: Upload): void {
    this.#sql.save.run(key, uploadId, JSON.stringify(tags), sent, bytes, finished ? 1 : 0)
  }

  /** Begins as many steps as there is room for. */
  #next(): void {
    if (!this.#open || this.#options.clock.monotonicMs() < this.#retryAtMs) return
    const { partBytes } = this.#options.remote
    for (const upload of this.#uploads.values()) {
      if (this.#running.size >= UPLOADS) return
      if (this.#running.has(upload.key) || (!upload.finished && upload.bytes - upload.sent < partBytes)) continue
      const step = this.#step(upload).finally(() => {
        this.#running.delete(upload.key)
        this.#next()
      })
      this.#running.set(upload.key, step)
    }
  }

  /** One part, or the end of an object. */
  async #step(upload: Upload): Promise<void> {
    try {
      await this.#carry(upload)
      if (this.#failures > 0) this.#options.onState?.('ok', '')
      this.#failures = 0
    } catch (error) {
      if (upload.gone) return
      if (error instanceof AppError && error.code === 'NOT_FOUND') await this.#lost(upload)
      else this.#failed(error)
    }
  }

  async #carry(upload: Upload): Promise<void> {
    const { local, remote } = this.#options
    const { key } = upload
    const size = Math.min(remote.partBytes, upload.bytes - upload.sent)
    if (upload.uploadId === null && upload.finished && upload.bytes <= remote.partBytes) {
      await remote.put(key, local.read(key))
      await this.#arrived(upload)
      return
    }
    if (upload.uploadId === null) {
      upload.uploadId = await remote.begin(key)
      this.#save(upload)
    }
    if (size > 0) {
      const bytes = await readAll(local.read(key, { start: upload.sent, end: upload.sent + size }), size)
      const tag = await remote.uploadPart(key, upload.uploadId, upload.tags.length + 1, bytes)
      upload.tags.push(tag)
      upload.sent += size
      this.#save(upload)
    }
    if (!upload.finished || upload.sent < upload.bytes || upload.gone) return
    await remote.complete(key, upload.uploadId, upload.tags)
    await this.#arrived(upload)
  }

  /** The object is at the remote store: the local copy goes. */
  async #arrived(upload: Upload): Promise<void> {
    if (upload.gone) {
      if (!this.#uploads.has(upload.key)) await this.#options.remote.delete(upload.key)
      return
    }
    this.#forget(upload)
    await this.#options.local.delete(upload.key)
  }

  /** The local object, or the upload at the remote store, is not there any more. */
  async #lost(upload: Upload): Promise<void> {
    const { local, remote, log } = this.#options
    if (await local.stat(upload.key)) {
      log.warn('an upload was lost, it begins again', { key: upload.key, store: remote.name })
      upload.uploadId = null
      upload.tags = []
      upload.sent = 0
      this.#save(upload)
      return
    }
    log.error('an object is gone before it was uploaded', { key: upload.key })
    this.#forget(upload)
  }

  #failed(error: unknown): void {
    const { clock, log, onState, remote } = this.#options
    if (this.#failures === 0) {
      log.warn('uploads wait', { store: remote.name, reason: errorText(error) })
      onState?.('unreachable', errorText(error))
    }
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 16))
    this.#failures++
    this.#retryAtMs = clock.monotonicMs() + delay
  }

  async #restart(upload: Upload): Promise<void> {
    const { uploadId, key } = upload
    upload.uploadId = null
    upload.tags = []
    upload.sent = 0
    if (uploadId !== null) await this.#abandon(key, uploadId)
  }

  async #dropUpload(key: string): Promise<void> {
    const upload = this.#uploads.get(key)
    if (!upload) return
    upload.gone = true
    this.#forget(upload)
    if (upload.uploadId !== null) await this.#abandon(key, upload.uploadId)
  }

  #forget(upload: Upload): void {
    if (!this.#uploads.delete(upload.key)) return
    this.#waitingBytes -= upload.bytes
    this.#sql.forget.run(upload.key)
  }

  /** Parts that stay behind cost money until the bucket's own rule removes them; nothing else depends on it. */
  async #abandon(key: string, uploadId: string): Promise<void> {
    const { remote, log } = this.#options
    await remote.abandon(key, uploadId).catch((error: unknown) => {
      log.warn('an upload could not be given up', { key, store: remote.name, reason: errorText(error) })
    })
  }
}

interface SpoolWriterEvents {
  checkRoom(): void
  grew(bytes: number): void
  finished(upload: Upload): void
  aborted(upload: Upload): Promise<void>
}

class SpoolWriter implements ObjectWriter {
  readonly #local: ObjectWriter
  readonly #upload: Upload
  readonly #events: SpoolWriterEvents

  constructor(local: ObjectWriter, upload: Upload, events: SpoolWriterEvents) {
    this.#local = local
    this.#upload = upload
    this.#events = events
  }

  get key(): string {
    return this.#local.key
  }

  get bytes(): number {
    return this.#local.bytes
  }

  async append(parts: ByteParts): Promise<void> {
    this.#events.checkRoom()
    await this.#local.append(parts)
    this.#events.grew(this.#local.bytes - this.#upload.bytes)
    this.#upload.bytes = this.#local.bytes
  }

  async finish(): Promise<void> {
    await this.#local.finish()
    this.#upload.finished = true
    this.#events.finished(this.#upload)
  }

  async abort(): Promise<void> {
    await this.#events.aborted(this.#upload)
    await this.#local.abort()
  }
}

const Tags = z.array(z.string())
const Row = z.object({
  key: z.string(),
  upload_id: z.string().nullable(),
  tags: z.string(),
  sent: z.number(),
  bytes: z.number(),
  finished: z.number(),
})

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS uploads (
    key TEXT PRIMARY KEY,
    upload_id TEXT, -- null: nothing of it was sent
    tags TEXT NOT NULL, -- JSON of strings, one for each part
    sent INTEGER NOT NULL, -- bytes
    bytes INTEGER NOT NULL, -- of the local object; of open ones as it was when saved last
    finished INTEGER NOT NULL
  ) STRICT;`
