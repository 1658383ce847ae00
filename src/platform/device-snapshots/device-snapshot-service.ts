import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { findChannel } from '../channels/channel-service.ts'
import type { DeviceLink } from '../devices/device-link.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { type DeviceSnapshot, DeviceSnapshotStore } from './device-snapshot-store.ts'
import { fileOf, PICTURE_TYPES, pictureKind } from './picture.ts'

/** A picture of 4K in good quality has 4 MB. */
export const MAX_PICTURE_BYTES = 8 * 1024 * 1024
/** Pictures of one wish: the standard has at most ten; some devices send small ones beside them. */
const MAX_FILES = 20
/** The time of a wish, beside that of its pictures: devices on slow networks send for long. */
const GRACE_MS = 10 * 60_000
const KEEP_MS = 30 * 86_400_000
const TIDY_CHUNK = 100
/** 192 bits; the standard wants 32 to 128 letters, digits and hyphens. */
const SESSION_BYTES = 24
const NAME = /^[\w.-]{1,128}$/

/** Notes that a device says it is done. */
export class DeviceSnapshotEvents implements EventSink {
  async apply(db: Db, _: string, event: NodeEvent): Promise<void> {
    if (event.type !== 'device.finished' || event.what !== 'snapshot') return
    await new DeviceSnapshotStore(db).finish(event.session, event.device, event.ok, event.atMs)
  }
}

export interface DeviceSnapshotOptions {
  readonly db: Database
  readonly link: DeviceLink
  readonly audit: AuditLog
  readonly clock: Clock
  /** Where pictures are kept. */
  readonly directory: string
  /** Begin of the address devices send to, as they reach us: `http://192.0.2.1:8000`. */
  readonly uploadOrigin: () => string
}

/** Pictures that devices make themselves (edition of 2022): asked for, sent to us, kept. */
export class DeviceSnapshotService {
  readonly #options: DeviceSnapshotOptions
  readonly #store: DeviceSnapshotStore

  constructor(options: DeviceSnapshotOptions) {
    this.#options = options
    this.#store = new DeviceSnapshotStore(options.db)
  }

  /** Throws NOT_FOUND, and what the device is to blame for. */
  async take(actor: Actor, channelId: string, count: number, intervalS: number): Promise<DeviceSnapshot> {
    permit(actor, 'devices.control')
    const { db, link, audit, clock, uploadOrigin } = this.#options
    const { device_id, gb_id, node_id } = await findChannel(db, channelId)
    const nowMs = clock.nowMs()
    const session = randomBytes(SESSION_BYTES).toString('hex')
    const snapshot: DeviceSnapshot = {
      ...{ id: newId('ds', nowMs), session, deviceId: device_id, channelId, wanted: count },
      ...{ createdAtMs: nowMs, finishedAtMs: null, ok: false, files: [] },
    }
    // the device may send before its answer is here
    await this.#store.insert(snapshot)
    const url = `${uploadOrigin()}/api/v1/device-uploads/${session}`
    const control = { type: 'snapshot' as const, count, intervalS, url, session }
    await link.request(node_id, 'gb.control', { device: device_id, channel: gb_id, control })
    await audit.recordAlone(db, actor, { action: 'channel.control', object: channelId, after: { snapshots: count } })
    return snapshot
  }

  /** The newest first unless asked for otherwise. */
  async list(
    actor: Actor,
    channelId: string | undefined,
    request: PageRequest<'createdAt'>,
  ): Promise<Page<DeviceSnapshot>> {
    permit(actor, 'devices.read')
    const rows = await this.#store.page(channelId, request)
    return pageOf(rows, request.limit, ({ id, createdAtMs }) => ({ value: createdAtMs, name: id }))
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<DeviceSnapshot> {
    permit(actor, 'devices.read')
    const snapshot = await this.#store.byId(id)
    if (!snapshot) throw new AppError('NOT_FOUND', { what: 'device snapshot', id })
    return snapshot
  }

  /** Throws NOT_FOUND. */
  async file(actor: Actor, id: string, name: string): Promise<{ type: string; content: Buffer }> {
    const { files } = await this.get(actor, id)
    const file = files.find(file => file.name === name)
    if (!file) throw new AppError('NOT_FOUND', { what: 'picture', id: name })
    return { type: file.type, content: await readFile(this.#path(id, name)) }
  }

  /** What a device sends; it needs nothing but the address. Throws NOT_FOUND, LIMIT_REACHED, INVALID. */
  async upload(session: string, name: string | null, bytes: Uint8Array, contentType: string): Promise<void> {
    const { db, clock } = this.#options
    const now = clock.nowMs()
    const known = await this.#store.bySession(session)
    if (!known || now - known.createdAtMs > GRACE_MS)
      throw new AppError('NOT_FOUND', { what: 'upload', id: 'of this address' })
    const content = fileOf(bytes, contentType)
    const kind = pictureKind(content)
    if (kind === null) throw new AppError('INVALID', { field: 'body', reason: 'is no picture' })
    await db.transaction().execute(async trx => {
      const store = new DeviceSnapshotStore(trx)
      const { id, files } = (await store.byId(known.id)) ?? known
      if (files.length >= MAX_FILES)
        throw new AppError('LIMIT_REACHED', { what: 'pictures of one wish', limit: MAX_FILES })
      const wished = name !== null && NAME.test(name) && !name.startsWith('.') ? name : `${files.length + 1}.${kind}`
      const free = files.some(file => file.name === wished) ? `${files.length + 1}-${wished}` : wished
      await mkdir(this.#path(id), { recursive: true })
      await writeFile(this.#path(id, free), content)
      const file = { name: free, type: PICTURE_TYPES[kind], sizeBytes: content.length, atMs: now }
      await store.setFiles(id, [...files, file])
    })
  }

  /** Removes what is older than it is kept, and pictures whose device has gone. */
  async tidy(): Promise<void> {
    const before = this.#options.clock.nowMs() - KEEP_MS
    for (;;) {
      const ids = await this.#store.deleteSomeOlderThan(before, TIDY_CHUNK)
      for (const id of ids) await rm(this.#path(id), { recursive: true, force: true })
      if (ids.length < TIDY_CHUNK) break
    }
    const kept = await readdir(this.#options.directory).catch(() => [])
    for (let at = 0; at < kept.length; at += TIDY_CHUNK) {
      const some = kept.slice(at, at + TIDY_CHUNK).filter(name => /^ds_\w+$/.test(name))
      const known = await this.#store.known(some)
      for (const id of some) if (!known.has(id)) await rm(this.#path(id), { recursive: true, force: true })
    }
  }

  #path(...names: string[]): string {
    return join(this.#options.directory, ...names)
  }
}
