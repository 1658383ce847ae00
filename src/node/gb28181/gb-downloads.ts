import { z } from 'zod'
import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import { type GbDevice, GbSession, type Quirks } from '../../link/gb28181.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import { DownloadFile } from './download-file.ts'
import type { GbDevices } from './gb-devices.ts'
import { GbDownload } from './gb-download.ts'
import type { GbMediaContext } from './gb-media.ts'
import type { RecordedSpan } from './gb-playbacks.ts'
import type { GbStore } from './gb-store.ts'
import { transportsOf } from './gb-transports.ts'

export interface GbDownloadsOptions {
  readonly context: GbMediaContext
  readonly devices: GbDevices
  readonly store: GbStore | null
  /** Where the files lie; null: none are made here. */
  readonly files: GrowingStore | null
  readonly onLearnt: (device: string, quirks: Quirks) => void
}

/** At the same time: each is up to 16 times a stream. */
const MAX_DOWNLOADS = 32
/** Of all files: a day of one camera of 2 Mbit/s. The oldest make room. */
const MAX_BYTES = 20 * 1024 ** 3
/** Time to fetch a file. */
const KEEP_MS = 24 * 3_600_000
const SWEEP_MS = 600_000
/** Downloads without a file that are still told of. */
const MAX_FAILED = 100

/** A download that is done, as it is kept beside its file. */
const Done = z.object({ session: GbSession, bytes: z.number(), endedAtMs: z.number() })
type Done = z.infer<typeof Done>

/** Recordings of devices as files: being fetched, and kept for a while. */
export class GbDownloads {
  readonly #options: GbDownloadsOptions
  readonly #running = new Map<string, GbDownload>()
  readonly #done = new Map<string, Done>()
  readonly #failed: GbSession[] = []
  readonly #ready: Promise<void>
  readonly #sweeps: Timer

  constructor(options: GbDownloadsOptions) {
    this.#options = options
    const { log, timers } = options.context
    this.#ready = this.#restore().catch((error: unknown) => {
      log.warn('files of downloads are not read', { reason: errorText(error) })
    })
    this.#sweeps = timers.every(SWEEP_MS, () => void this.#sweep(0))
  }

  /** Resolves at the first picture. Throws AppError LIMIT_REACHED, NOT_READY, and what `GbDownload.open` throws. */
  async fetch(device: GbDevice, session: DeviceSession, span: RecordedSpan, speed: number): Promise<GbSession> {
    const { context, devices, files, onLearnt, store } = this.#options
    if (!files) throw new AppError('NOT_READY', { what: 'the folder for downloads' })
    if (this.#running.size >= MAX_DOWNLOADS)
      throw new AppError('LIMIT_REACHED', { what: 'downloads', limit: MAX_DOWNLOADS })
    await this.#ready
    await this.#sweep(MAX_BYTES / 4)
    const id = newId('dl', context.clock.nowMs())
    const { channel: channelId, endMs, path, startMs } = span
    const file = await DownloadFile.create(files, keyOf(id))
    const download: GbDownload = new GbDownload(
      {
        context,
        transports: transportsOf(devices, device.id),
        maxBytes: Math.max(0, MAX_BYTES - this.#bytes),
        onLearnt: quirks => onLearnt(device.id, quirks),
        onJournal: (callId, entry) => store?.noteCall(callId, entry),
        onEnd: made => this.#ended(download, made?.bytes ?? null),
      },
      { id, deviceId: device.id, session, channelId, path, startMs, endMs, speed: Math.max(1, Math.round(speed)) },
      file,
    )
    this.#running.set(id, download)
    await download.open()
    return download.view()
  }

  /** Ends a download, or throws away its file. Null: it is none of these. */
  async stop(id: string): Promise<GbSession | null> {
    const download = this.#running.get(id)
    await download?.end('stopped', false)
    const done = this.#done.get(id)
    if (done) await this.#remove(id)
    return download?.view() ?? done?.session ?? null
  }

  sessions(): GbSession[] {
    const done = [...this.#done.values()].map(({ session }) => session)
    return [...[...this.#running.values()].map(download => download.view()), ...done, ...this.#failed]
  }

  /** A finished file: its place, and the path of the stream it is of. */
  file(id: string) {
    const done = this.#done.get(id)
    const { files } = this.#options
    return done && files ? { store: files, key: keyOf(id), bytes: done.bytes, session: done.session } : null
  }

  stopOf(device: string): void {
    for (const download of this.#running.values())
      if (download.wish.deviceId === device) void download.end('the device is switched off', true)
  }

  async close(): Promise<void> {
    this.#sweeps.cancel()
    await Promise.all([...this.#running.values()].map(download => download.end('the node is stopping', false)))
  }

  get #bytes(): number {
    return [...this.#done.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #ended(download: GbDownload, bytes: number | null): void {
    const { context, files } = this.#options
    const { id } = download.wish
    this.#running.delete(id)
    const session = download.view()
    if (bytes === null || !files) {
      this.#failed.unshift(session)
      this.#failed.length = Math.min(this.#failed.length, MAX_FAILED)
      return
    }
    const done: Done = {
      session: { ...session, file: `/downloads/${keyOf(id)}` },
      bytes,
      endedAtMs: context.clock.nowMs(),
    }
    this.#done.set(id, done)
    files.put(noteOf(id), [Buffer.from(JSON.stringify(done))]).catch((error: unknown) => {
      context.log.warn('a download will not be known after a restart', { id, reason: errorText(error) })
    })
  }

  /** What is too old goes, and the oldest where `room` is missing. Never throws. */
  async #sweep(room: number): Promise<void> {
    const { clock, log } = this.#options.context
    const oldest = clock.nowMs() - KEEP_MS
    let bytes = this.#bytes
    for (const [id, done] of [...this.#done].toSorted(([, a], [, b]) => a.endedAtMs - b.endedAtMs)) {
      if (done.endedAtMs >= oldest && bytes + room <= MAX_BYTES) return
      bytes -= done.bytes
      await this.#remove(id).catch((error: unknown) => {
        log.warn('an old download is not removed', { id, reason: errorText(error) })
      })
    }
  }

  async #remove(id: string): Promise<void> {
    this.#done.delete(id)
    await this.#options.files?.delete(keyOf(id))
    await this.#options.files?.delete(noteOf(id))
  }

  /** Files of before a restart; what was not finished is of no use. */
  async #restore(): Promise<void> {
    const { files } = this.#options
    if (!files) return
    const { objects } = await files.list('')
    for (const { key } of objects) {
      const [, id = '', kind] = NAME.exec(key) ?? []
      if (kind === 'json') await this.#read(files, id, key)
    }
    for (const { key } of objects) if (!this.#done.has(NAME.exec(key)?.[1] ?? '')) await files.delete(key)
    await this.#sweep(0)
  }

  async #read(files: GrowingStore, id: string, key: string): Promise<void> {
    const parts: Uint8Array[] = []
    for await (const part of files.read(key)) parts.push(part)
    const done = Done.safeParse(JSON.parse(Buffer.concat(parts).toString()))
    if (done.success && (await files.stat(keyOf(id)))) this.#done.set(id, done.data)
  }
}

const NAME = /^(dl_[0-9a-z]{20})\.(mp4|mp4\.part|json)$/
const keyOf = (id: string): string => `${id}.mp4`
const noteOf = (id: string): string => `${id}.json`
