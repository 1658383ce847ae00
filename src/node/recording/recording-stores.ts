import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { StoreStatus } from '../../link/recording.ts'
import { DiskStore } from '../../storage/objects/disk-store.ts'
import type { GrowingStore, ObjectStore, StoreSpace } from '../../storage/objects/object-store.ts'
import { S3Store, type S3StoreOptions } from '../../storage/objects/s3-store.ts'
import { SealedGrowingStore, SealedStore, sealMark } from '../../storage/objects/sealed-store.ts'
import { SpooledStore } from '../../storage/objects/spool.ts'
import type { SegmentIndex } from '../recorder/segment-index.ts'

/** What recordings ask for that are to lie on whichever disk has most room. */
export const ANY_DISK = 'disk'
export const S3 = 's3'
/** Behind the name of a store: its objects are encrypted. */
const SEALED = '+aes'
/** What tells the secret of before, in the index. */
const MARK = 'sealMark'

/** Disks are looked at this often; between, the store counts itself. */
const LOOK_MS = 5000
/** A disk that hangs for so long is taken as gone. */
const HUNG_MS = 10_000
/** Who asks how the stores are does not wait for one that hangs. */
const STATUS_MS = 2000

export interface RecordingStoreSettings {
  /** Folders, one per disk. */
  readonly disks: readonly string[]
  /** A disk with less free is full. */
  readonly floorBytes: number
  /** Encrypts what is to be encrypted at rest. */
  readonly secret: string
  readonly s3: (Omit<S3StoreOptions, 'name'> & { readonly spoolFolder: string; readonly spoolBytes: number }) | null
}

export interface RecordingStoresOptions {
  readonly settings: RecordingStoreSettings
  readonly index: SegmentIndex
  /** Remembers uploads over restarts. */
  readonly db: DatabaseSync
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly onState: (store: string, state: StoreStatus['state'], reason: string) => void
}

interface Known {
  readonly store: GrowingStore
  readonly kind: StoreStatus['kind']
  readonly location: string
  readonly spool: SpooledStore | null
  space: StoreSpace | null
  state: StoreStatus['state']
  reason: string
  /** Its state has been told. */
  told: boolean
  /** Being looked at, and since when. */
  look: { readonly done: Promise<void>; readonly sinceMs: number } | null
}

/** The disks and the bucket of a node, and how they are. Each disk is a store of its own: one that dies takes no other along. */
export class RecordingStores implements Closable {
  readonly #options: RecordingStoresOptions
  readonly #stores = new Map<string, Known>()
  readonly #disks: DiskStore[] = []
  readonly #sealed = new Map<string, GrowingStore>()
  readonly #readsSealed: boolean
  #far: ObjectStore | null = null
  #looking: Timer | null = null

  constructor(options: RecordingStoresOptions) {
    this.#options = options
    const { clock, index, settings } = options
    const { disks, floorBytes } = settings
    for (const [folder, name] of namedDisks(index, disks)) {
      const store = new DiskStore({ name, folders: [folder], sync: 'finish', floorBytes, clock })
      this.#disks.push(store)
      this.#add(store, 'disk', folder, null)
    }
    if (settings.s3) this.#addS3(settings.s3, floorBytes)
    const mark = sealMark(settings.secret)
    this.#readsSealed = (index.recall(MARK) ?? mark) === mark
    if (this.#readsSealed) index.remember(MARK, mark)
    else options.log.error('encrypted recordings cannot be read: recording.encryptionKey is another one than before')
  }

  get hasS3(): boolean {
    return this.#stores.has(S3)
  }

  /** A disk with less free is full from now on. */
  setFloor(bytes: number): void {
    for (const disk of this.#disks) disk.setFloor(bytes)
  }

  /** By its name, or the disk with most room for `ANY_DISK`; see `sealedName` for what is encrypted. */
  readonly find = (name: string): GrowingStore | undefined => {
    const plain = plainName(name)
    const store = plain === ANY_DISK ? this.#emptiest() : this.#stores.get(plain)?.store
    if (plain === name || !store) return store
    if (!this.#readsSealed) return undefined
    const known = this.#sealed.get(store.name)
    if (known) return known
    const made = new SealedGrowingStore(store, sealedName(store.name), this.#options.settings.secret)
    this.#sealed.set(store.name, made)
    return made
  }

  /** Looks at all, then again and again. */
  async open(): Promise<void> {
    for (const disk of this.#disks) {
      await disk.removePartial().catch((error: unknown) => {
        this.#options.log.warn('what a crash left cannot be removed', { store: disk.name, reason: errorText(error) })
      })
    }
    await this.#lookAll()
    this.#looking = this.#options.timers.every(LOOK_MS, () => void this.#lookAll())
  }

  /** Where segments of a store move that are to leave the disk, without being spooled; null: nowhere. */
  farOf(name: string): ObjectStore | null {
    const far = this.#far
    if (!far || plainName(name) === name) return far
    return new SealedStore(far, sealedName(far.name), this.#options.settings.secret)
  }

  /** Those that answer, as they were seen last; what is encrypted on them is a store of its own. */
  disks(): { readonly store: string; readonly freeBytes: number }[] {
    return [...this.#stores].flatMap(([store, { kind, space, state }]) =>
      kind === 'disk' && space && state !== 'unreachable'
        ? [store, sealedName(store)].map(name => ({ store: name, freeBytes: space.freeBytes }))
        : [],
    )
  }

  /** `usage`: what lies in a store. */
  async status(usage: (store: string) => { bytes: number; segments: number }): Promise<StoreStatus[]> {
    const late = Promise.withResolvers<void>()
    const timer = this.#options.timers.after(STATUS_MS, late.resolve)
    await Promise.race([this.#lookAll(), late.promise])
    timer.cancel()
    return [...this.#stores].map(([store, { kind, location, state, reason, space, spool }]) => {
      const { bytes: usedBytes, segments } = usage(store)
      const disk = kind === 'disk' ? space : null
      const [totalBytes, freeBytes] = [disk?.totalBytes ?? null, disk?.freeBytes ?? null]
      const spoolBytes = spool?.waitingBytes ?? 0
      return { store, kind, location, state, reason, totalBytes, freeBytes, usedBytes, segments, spoolBytes }
    })
  }

  /** As they were seen last. */
  states(): Pick<StoreStatus, 'store' | 'state' | 'freeBytes' | 'spoolBytes'>[] {
    return [...this.#stores].map(([store, { kind, space, spool, state }]) => ({
      ...{ store, state, spoolBytes: spool?.waitingBytes ?? 0 },
      freeBytes: kind === 'disk' ? (space?.freeBytes ?? null) : null,
    }))
  }

  async close(): Promise<void> {
    this.#looking?.cancel()
    for (const { store } of this.#stores.values()) await store.close()
  }

  #add(store: GrowingStore, kind: Known['kind'], location: string, spool: SpooledStore | null): void {
    this.#stores.set(store.name, {
      store,
      kind,
      location,
      spool,
      space: null,
      state: 'ok',
      reason: '',
      told: false,
      look: null,
    })
  }

  #addS3({ spoolFolder, spoolBytes, ...s3 }: NonNullable<RecordingStoreSettings['s3']>, floorBytes: number): void {
    const { clock, timers, log, db } = this.#options
    const local = new DiskStore({ name: 'spool', folders: [spoolFolder], sync: 'finish', floorBytes, clock })
    const remote = new S3Store({ ...s3, name: S3 })
    this.#far = remote
    const spool = new SpooledStore({
      ...{ local, remote, db, clock, timers, log, maxBytes: spoolBytes },
      onState: (state, reason) => {
        const known = this.#stores.get(S3)
        if (known) this.#set(S3, known, state, reason)
      },
    })
    this.#add(spool, 's3', `${s3.endpoint ?? 'Amazon S3'} ${s3.bucket}/${s3.prefix}`, spool)
  }

  #emptiest(): GrowingStore | undefined {
    let best: Known | null = null
    for (const known of this.#stores.values()) {
      if (known.kind !== 'disk' || known.state === 'unreachable') continue
      if (!best || (known.space?.freeBytes ?? 0) > (best.space?.freeBytes ?? 0)) best = known
    }
    return best?.store
  }

  /** Never throws. */
  async #lookAll(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs()
    const looks: Promise<void>[] = []
    for (const [name, known] of this.#stores) {
      if (known.look && nowMs - known.look.sinceMs > HUNG_MS)
        this.#set(name, known, 'unreachable', 'it does not answer')
      known.look ??= { done: this.#lookAt(name, known), sinceMs: nowMs }
      looks.push(known.look.done)
    }
    await Promise.all(looks)
  }

  async #lookAt(name: string, known: Known): Promise<void> {
    try {
      known.space = await known.store.space()
      const room = await known.store.hasRoom()
      if (!room) this.#set(name, known, 'full', known.spool ? 'the spool is full' : 'less is free than must stay free')
      // Whether the bucket is reached only the spool knows.
      else if (known.kind === 'disk' || known.state === 'full' || !known.told) this.#set(name, known, 'ok', '')
    } catch (error) {
      this.#set(name, known, 'unreachable', errorText(error))
    } finally {
      known.look = null
    }
  }

  #set(name: string, known: Known, state: StoreStatus['state'], reason: string): void {
    if (known.told && known.state === state) return
    known.state = state
    known.reason = reason.slice(0, MAX_REASON_LENGTH)
    known.told = true
    this.#options.onState(name, state, known.reason)
  }
}

/** The name under which a store encrypts. */
export function sealedName(name: string): string {
  return name + SEALED
}

/** The store as people know it. */
export function plainName(name: string): string {
  return name.endsWith(SEALED) ? name.slice(0, -SEALED.length) : name
}

const MAX_REASON_LENGTH = 512

/** Folders with their names, which stay with them whatever their order: segments are found by them. */
function namedDisks(index: SegmentIndex, folders: readonly string[]): Map<string, string> {
  const known = new Map((index.recall('disks') as [string, string][] | undefined) ?? []) // written below
  const named = new Map<string, string>()
  for (const folder of folders.map(folder => resolve(folder))) {
    const name = known.get(folder) ?? `disk${known.size + 1}`
    known.set(folder, name)
    named.set(folder, name)
  }
  index.remember('disks', [...known])
  return named
}
