import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import type { CatalogItem } from '../../link/gb28181.ts'
import type { Db } from '../../storage/database.ts'
import { placesOf, referredKind } from '../channels/catalog-entry.ts'
import type { DeviceRow } from '../devices/device-store.ts'
import type { DirectoryRow } from './directory-store.ts'
import { DirectoryStore } from './directory-store.ts'

/** Directories of one catalog; a province has fewer. */
const MAX_DIRECTORIES = 20_000
/** Directories connected before others get a turn. */
const TURN = 200

/** The directories that the catalog of one device has, as they arrive and as a tree in the end. */
export class MirroredTree {
  readonly #store: DirectoryStore
  readonly #device: Pick<DeviceRow, 'id' | 'space' | 'gb_id'>
  readonly #clock: Clock
  readonly #waiting = new Map<string, DirectoryRow>()

  constructor(db: Db, device: Pick<DeviceRow, 'id' | 'space' | 'gb_id'>, clock: Clock) {
    this.#store = new DirectoryStore(db)
    this.#device = device
    this.#clock = clock
  }

  get added(): number {
    return this.#waiting.size
  }

  add(kind: DirectoryRow['kind'], item: CatalogItem, sync: string): void {
    const { strong, weak } = placesOf(item, this.#device.gb_id)
    const above = strong ?? weak[0] ?? ''
    this.#waiting.set(item.gbId, this.#row(kind, item.gbId, item.name, above, sync))
  }

  /** Writes what was added, as far as there is room. */
  async write(): Promise<void> {
    if (this.#waiting.size === 0) return
    const rows = [...this.#waiting.values()]
    this.#waiting.clear()
    const codes = rows.flatMap(row => row.gb_id ?? [])
    const known = await this.#store.known(this.#device.id, codes)
    const room = MAX_DIRECTORIES - (await this.#store.countOf(this.#device.id))
    let added = 0
    await this.#store.upsert(rows.filter(({ gb_id }) => known.has(gb_id ?? '') || ++added <= room))
  }

  /** Makes what channels refer to and the catalog does not have, named by its code. */
  async addReferred(places: readonly string[]): Promise<void> {
    const wanted = places.filter(place => place !== '')
    const known = new Set((await this.#store.of(this.#device.id)).map(directory => directory.gb_id))
    for (const gbId of wanted) {
      if (!known.has(gbId)) this.#waiting.set(gbId, this.#row(referredKind(gbId), gbId, gbId, '', ''))
    }
    await this.write()
  }

  /** Hangs each directory below the one it names, or below the area around it; at the top where neither is there. */
  async connect(): Promise<void> {
    const all = await this.#store.of(this.#device.id)
    const byCode = new Map(all.map(directory => [directory.gb_id, directory]))
    const parents = new Map(all.map(directory => [directory.id, above(directory, byCode)]))
    for (const [index, { id, parent_id }] of all.entries()) {
      if (index % TURN === TURN - 1) await setImmediate()
      const parent = inCircle(id, parents) ? null : (parents.get(id) ?? null)
      if (parent === null) parents.set(id, null)
      if (parent !== parent_id) await this.#store.update(id, { parent_id: parent })
    }
  }

  /** Removes those that a whole catalog no longer had; of those only referred to, the ones nothing refers to. */
  async removeOlder(sync: string, places: readonly string[]): Promise<void> {
    const referred = new Set(places)
    const all = await this.#store.of(this.#device.id)
    const old = all.filter(row => row.sync !== sync && !referred.has(row.gb_id ?? ''))
    if (old.length === 0) return
    await this.#store.delete(old.map(row => row.id))
    await this.connect()
  }

  #row(kind: DirectoryRow['kind'], gbId: string, name: string, above: string, sync: string): DirectoryRow {
    const { id: device_id, space } = this.#device
    const now = this.#clock.nowMs()
    const facts = { description: '', gb_id: gbId, parent_gb_id: above, sync, created_at: now }
    return { id: newId('dr', now), space, parent_id: null, kind, name: name === '' ? gbId : name, device_id, ...facts }
  }
}

/** Areas are around each other by their first digits: 34, 3402, 340201. */
function above(
  { gb_id, kind, parent_gb_id }: DirectoryRow,
  byCode: ReadonlyMap<string | null, DirectoryRow>,
): string | null {
  const named = byCode.get(parent_gb_id)
  if (named && parent_gb_id !== gb_id) return named.id
  if (kind !== 'area') return null
  for (let length = (gb_id ?? '').length - 2; length >= 2; length -= 2) {
    const around = byCode.get((gb_id ?? '').slice(0, length))
    if (around) return around.id
  }
  return null
}

function inCircle(id: string, parents: ReadonlyMap<string, string | null>): boolean {
  const seen = new Set<string>()
  for (let at: string | null = id; at !== null; at = parents.get(at) ?? null) {
    if (seen.has(at)) return true
    seen.add(at)
  }
  return false
}
