import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  truncate,
  unlink,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import {
  type ByteParts,
  type ByteSpan,
  checkedKey,
  type GrowingStore,
  MAX_LIST,
  type ObjectPage,
  type ObjectStat,
  type ObjectWriter,
  type StoreSpace,
} from './object-store.ts'
import { codeOf, diskError } from './store-error.ts'

/**
 * When bytes are forced onto the disk. append: after each append, so that a power cut loses at most the append in work.
 * finish: once per object. never: when the kernel likes. A killed process loses nothing either way.
 */
export type SyncPolicy = 'append' | 'finish' | 'never'

export interface DiskStoreOptions {
  readonly name: string
  /** One folder per disk; a new object goes to the emptiest. */
  readonly folders: readonly string[]
  readonly sync: SyncPolicy
  /** A disk with less free is full to us: the rest of the machine needs some. */
  readonly floorBytes: number
  readonly clock: Clock
}

/** Objects that are not complete yet; a key cannot begin with a dot. */
const PARTIAL = '.partial'
const READ_BYTES = 256 * 1024
/** Free space is asked for this often; between, what we write is counted. */
const SPACE_MS = 2000
/** A folder may go between mkdir and open, when the last object in it is deleted. */
const OPEN_ATTEMPTS = 3

/** Objects as files: the key is the path below one of the folders. */
export class DiskStore implements GrowingStore {
  readonly name: string
  readonly #disks: readonly Disk[]
  readonly #sync: SyncPolicy

  constructor({ name, folders, sync, floorBytes, clock }: DiskStoreOptions) {
    this.name = name
    this.#sync = sync
    this.#disks = folders.map(folder => new Disk(folder, name, floorBytes, clock))
  }

  async put(key: string, body: ByteParts | AsyncIterable<Uint8Array>): Promise<number> {
    checkedKey(key)
    const disk = await this.#emptiest()
    const partial = join(disk.folder, PARTIAL, randomUUID())
    return this.#attempt(key, async () => {
      await mkdir(dirname(partial), { recursive: true })
      const writer = new DiskWriter(key, disk, partial, await open(partial, 'wx'), 'finish')
      try {
        if (Symbol.asyncIterator in body) for await (const piece of body) await writer.append([piece])
        else await writer.append(body)
        await (this.#sync === 'never' ? writer.close() : writer.finish())
        const old = await this.#find(key)
        await inFolder(join(disk.folder, key), path => rename(partial, path))
        if (old && old.disk !== disk) await unlink(join(old.disk.folder, key))
        await this.#syncFolder(join(disk.folder, key))
      } catch (error) {
        await writer.abort()
        throw error
      }
      return writer.bytes
    })
  }

  async create(key: string): Promise<ObjectWriter> {
    checkedKey(key)
    if (await this.#find(key)) throw new AppError('CONFLICT', { what: 'object', id: key })
    const disk = await this.#emptiest()
    return this.#attempt(key, async () => {
      const path = join(disk.folder, key)
      const handle = await inFolder(path, () => open(path, 'wx'))
      await this.#syncFolder(path)
      return new DiskWriter(key, disk, path, handle, this.#sync)
    })
  }

  async *read(key: string, span?: ByteSpan): AsyncIterable<Uint8Array> {
    const found = await this.#find(checkedKey(key))
    if (!found) throw new AppError('NOT_FOUND', { what: 'object', id: key })
    const handle = await this.#attempt(key, () =>
      open(join(found.disk.folder, key), constants.O_RDONLY | constants.O_NOFOLLOW),
    )
    try {
      let at = span?.start ?? 0
      const end = span?.end ?? Number.POSITIVE_INFINITY
      while (at < end) {
        const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - at))
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
        if (bytesRead === 0) return
        at += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } catch (error) {
      throw diskError(error, this.name, key)
    } finally {
      await handle.close()
    }
  }

  async stat(key: string): Promise<ObjectStat | null> {
    return (await this.#find(checkedKey(key)))?.stat ?? null
  }

  list(prefix: string, after: string | null = null, limit = MAX_LIST): Promise<ObjectPage> {
    return this.#attempt(prefix, () => this.#list(prefix, after, limit))
  }

  async #list(prefix: string, after: string | null, limit: number): Promise<ObjectPage> {
    const walks = this.#disks.map(({ folder }) => walk(folder, '', prefix, after))
    const heads = await Promise.all(walks.map(async walk => ({ walk, next: await walk.next() })))
    const objects: ObjectStat[] = []
    while (objects.length < limit) {
      let first: (typeof heads)[number] | null = null
      for (const head of heads) {
        if (!head.next.done && (!first || first.next.done || head.next.value < first.next.value)) first = head
      }
      if (!first || first.next.done) return { objects, next: null }
      const found = await this.#find(first.next.value)
      if (found) objects.push(found.stat) // gone meanwhile otherwise
      first.next = await first.walk.next()
    }
    return { objects, next: objects.at(-1)?.key ?? null }
  }

  async delete(key: string): Promise<void> {
    const found = await this.#find(checkedKey(key))
    if (!found) return
    await this.#attempt(key, async () => {
      let path = join(found.disk.folder, key)
      await ignoring(['ENOENT'], unlink(path))
      for (let level = dirname(key); level !== '.'; level = dirname(level)) {
        path = dirname(path)
        if (!(await ignoring(['ENOTEMPTY', 'EEXIST', 'ENOENT'], rmdir(path)))) return
      }
    })
  }

  /** Cuts an object down to `bytes`: what a crash left behind the last whole append. Throws NOT_FOUND. */
  async truncate(key: string, bytes: number): Promise<void> {
    const found = await this.#find(checkedKey(key))
    if (!found) throw new AppError('NOT_FOUND', { what: 'object', id: key })
    await this.#attempt(key, () => truncate(join(found.disk.folder, key), bytes))
  }

  async space(): Promise<StoreSpace> {
    let totalBytes = 0
    let freeBytes = 0
    for (const disk of this.#disks) {
      const space = await this.#attempt('', () => disk.space())
      totalBytes += space.totalBytes
      freeBytes += space.freeBytes
    }
    return { totalBytes, freeBytes }
  }

  /** Whether a new object would be taken: some disk has more free than the floor. */
  async hasRoom(): Promise<boolean> {
    try {
      await this.#emptiest()
      return true
    } catch (error) {
      if (error instanceof AppError && error.code === 'STORE_FULL') return false
      throw error
    }
  }

  /** A disk with less free is full from now on. */
  setFloor(bytes: number): void {
    for (const disk of this.#disks) disk.floorBytes = bytes
  }

  /** Removes what a crash left of objects that were being put. Only while nothing is put. */
  async removePartial(): Promise<void> {
    for (const { folder } of this.#disks) {
      await this.#attempt('', () => rm(join(folder, PARTIAL), { recursive: true, force: true }))
    }
  }

  close(): void {
    // every object in work has its own writer
  }

  async #emptiest(): Promise<Disk> {
    let best: Disk | null = null
    for (const disk of this.#disks) {
      await this.#attempt('', () => disk.space())
      if (!best || disk.freeBytes > best.freeBytes) best = disk
    }
    if (!best || best.full) throw new AppError('STORE_FULL', { store: this.name })
    return best
  }

  async #find(key: string): Promise<{ disk: Disk; stat: ObjectStat } | null> {
    for (const disk of this.#disks) {
      const found = await this.#attempt(key, () => statOrNull(join(disk.folder, key)))
      if (found?.isFile()) return { disk, stat: { key, bytes: found.size, modifiedMs: Math.floor(found.mtimeMs) } }
    }
    return null
  }

  /** The name of a new file is on the disk only when its folder is. */
  async #syncFolder(path: string): Promise<void> {
    if (this.#sync === 'never') return
    const handle = await open(dirname(path), 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async #attempt<T>(key: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw diskError(error, this.name, key)
    }
  }
}

/** One folder, and how much is free where it lies. */
class Disk {
  readonly folder: string
  readonly store: string
  freeBytes = 0
  floorBytes: number
  readonly #clock: Clock
  #askedAtMs = Number.NEGATIVE_INFINITY

  constructor(folder: string, store: string, floorBytes: number, clock: Clock) {
    this.folder = folder
    this.store = store
    this.floorBytes = floorBytes
    this.#clock = clock
  }

  get full(): boolean {
    return this.freeBytes < this.floorBytes
  }

  async space(): Promise<StoreSpace> {
    await mkdir(this.folder, { recursive: true })
    const { bsize, blocks, bavail } = await statfs(this.folder)
    this.freeBytes = bavail * bsize
    this.#askedAtMs = this.#clock.monotonicMs()
    return { totalBytes: blocks * bsize, freeBytes: this.freeBytes }
  }

  /** Throws STORE_FULL when so many bytes would leave less than the floor. */
  async take(bytes: number): Promise<void> {
    if (this.#clock.monotonicMs() - this.#askedAtMs > SPACE_MS) await this.space()
    this.freeBytes -= bytes
    if (!this.full) return
    this.freeBytes += bytes
    throw new AppError('STORE_FULL', { store: this.store })
  }
}

class DiskWriter implements ObjectWriter {
  readonly key: string
  bytes = 0
  readonly #disk: Disk
  readonly #path: string
  readonly #handle: FileHandle
  readonly #sync: SyncPolicy
  /** Something of a failed append may lie behind `bytes`. */
  #torn = false
  #open = true

  constructor(key: string, disk: Disk, path: string, handle: FileHandle, sync: SyncPolicy) {
    this.key = key
    this.#disk = disk
    this.#path = path
    this.#handle = handle
    this.#sync = sync
  }

  async append(parts: ByteParts): Promise<void> {
    let left = parts.filter(part => part.length > 0)
    const size = left.reduce((sum, part) => sum + part.length, 0)
    try {
      await this.#disk.take(size)
      if (this.#torn) await this.#cut()
      this.#torn = true
      let at = this.bytes
      while (left.length > 0) {
        const { bytesWritten } = await this.#handle.writev(left, at)
        at += bytesWritten
        left = behind(left, bytesWritten)
      }
      if (this.#sync === 'append') await this.#handle.datasync()
      this.#torn = false
      this.bytes += size
    } catch (error) {
      if (this.#torn) await this.#cut().catch(() => {}) // tried again before the next append, or by recovery
      throw diskError(error, this.#disk.store, this.key)
    }
  }

  async finish(): Promise<void> {
    if (!this.#open) return
    try {
      if (this.#torn) await this.#cut()
      if (this.#sync !== 'never') await this.#handle.sync()
    } catch (error) {
      throw diskError(error, this.#disk.store, this.key)
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    await this.#handle.close()
  }

  async abort(): Promise<void> {
    await this.close()
    await ignoring(['ENOENT'], unlink(this.#path))
  }

  async #cut(): Promise<void> {
    await this.#handle.truncate(this.bytes)
    this.#torn = false
  }
}

/** What is left of `parts` when `bytes` of them are written. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  const left: Uint8Array[] = []
  for (const part of parts) {
    if (skip >= part.length) skip -= part.length
    else {
      left.push(skip === 0 ? part : part.subarray(skip))
      skip = 0
    }
  }
  return left
}

/** Runs what makes a file at `path`, with its folder there. */
async function inFolder<T>(path: string, run: (path: string) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(dirname(path), { recursive: true })
    try {
      return await run(path)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt === OPEN_ATTEMPTS) throw error
    }
  }
}

async function statOrNull(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    throw error
  }
}

/** False when it failed in one of the ways that are no failure. */
async function ignoring(codes: readonly string[], run: Promise<unknown>): Promise<boolean> {
  try {
    await run
    return true
  } catch (error) {
    if (codes.includes(codeOf(error))) return false
    throw error
  }
}

/** Keys below `level` in order. `/` sorts before letters and behind `-` and `.`, so folders are compared with it. */
async function* walk(
  folder: string,
  level: string,
  prefix: string,
  after: string | null,
): AsyncGenerator<string, void> {
  const entries = await readdir(join(folder, level), { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [] // gone meanwhile
    throw error
  })
  const names = entries
    .filter(entry => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isFile()))
    .map(entry => level + entry.name + (entry.isDirectory() ? '/' : ''))
    .sort()
  for (const name of names) {
    if (name.endsWith('/')) {
      if (!name.startsWith(prefix) && !prefix.startsWith(name)) continue
      if (after !== null && name < after && !after.startsWith(name)) continue
      yield* walk(folder, name, prefix, after)
    } else if (name.startsWith(prefix) && (after === null || name > after)) yield name
  }
}
