import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { CatalogItem } from '../../link/gb28181.ts'
import type { Db } from '../../storage/database.ts'
import { type DeviceRow, DeviceStore } from '../devices/device-store.ts'
import { DirectoryStore } from '../directories/directory-store.ts'
import { MirroredTree } from '../directories/mirrored-tree.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { entryKind, placesOf } from './catalog-entry.ts'
import { channelText } from './channel.ts'
import { type ChannelRow, ChannelStore } from './channel-store.ts'

/** Rows of one statement: about 30 values each; putting it together and running it takes some milliseconds. */
const CHUNK = 50
/** Channels marked or looked at before others get a turn. */
const SWEEP = 500
/** Channels of one device; a peer that tells more is broken or hostile. */
const MAX_CHANNELS = 200_000
/** Catalogs that arrive at once and are counted; a forgotten one only loses the count. */
const MAX_ARRIVING = 1000

type EventOf<T extends NodeEvent['type']> = Extract<NodeEvent, { type: T }>

/** What of a catalog has arrived so far. */
interface Arriving {
  readonly sync: string
  items: number
  channels: number
  /** A directory came behind channels that may belong into it. */
  late: boolean
}

/** Turns the catalogs that devices tell into channels and mirrored directories. */
export class CatalogEvents implements EventSink {
  readonly #clock: Clock
  readonly #log: Log
  readonly #arriving = new Map<string, Arriving>()

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  async apply(db: Db, _: string, event: NodeEvent): Promise<void> {
    if (event.type === 'device.catalog') await this.#catalog(db, event)
    else if (event.type === 'device.catalog-changed') await this.#changed(db, event)
  }

  async #catalog(db: Db, { device: id, sync, items, end }: EventOf<'device.catalog'>): Promise<void> {
    const device = await new DeviceStore(db).byId(id)
    if (!device) return
    const arriving = this.#arrivingOf(id, sync)
    arriving.items += items.length
    if (arriving.items <= MAX_CHANNELS) await this.#put(db, device, sync, items, arriving)
    else this.#log.warn('catalog is too long, its rest is left out', { device: id, limit: MAX_CHANNELS })
    if (!end) return
    this.#arriving.delete(id)
    const tree = new MirroredTree(db, device, this.#clock)
    if (arriving.late) await this.#placeLate(db, device)
    const places = await new ChannelStore(db).places(id)
    await setImmediate()
    await tree.addReferred(places)
    await setImmediate()
    await tree.connect()
    const nowMs = this.#clock.nowMs()
    if (end.complete) {
      const store = new ChannelStore(db)
      while (await store.markSomeGone(id, sync, nowMs, SWEEP)) await setImmediate()
      await tree.removeOlder(sync, await store.places(id))
    }
    const { promised, received } = end
    const set = { catalog_at: nowMs, catalog_promised: promised, catalog_received: received }
    await new DeviceStore(db).update(id, set)
  }

  /** VLOST and DEFECT: it is there and has no picture. */
  async #changed(db: Db, { device: id, changes, atMs }: EventOf<'device.catalog-changed'>): Promise<void> {
    const device = await new DeviceStore(db).byId(id)
    if (!device) return
    const store = new ChannelStore(db)
    const items: CatalogItem[] = []
    for (const { event, gbId, item } of changes) {
      if (event === 'DEL') await store.setGone(id, [gbId], atMs)
      else if ((event === 'ADD' || event === 'UPDATE') && item) items.push(item)
      else if (event === 'ON' || event === 'OFF' || event === 'VLOST' || event === 'DEFECT') {
        await store.setStatus(id, [gbId], event === 'ON' ? 'on' : 'off')
      }
    }
    if (items.length === 0) return
    await this.#put(db, device, `changed-${atMs}`, items, this.#arrivingOf(id, 'changed'))
    const tree = new MirroredTree(db, device, this.#clock)
    await tree.addReferred(await store.places(id))
    await tree.connect()
  }

  async #put(db: Db, device: DeviceRow, sync: string, items: readonly CatalogItem[], arriving: Arriving) {
    const channels = new Map<string, CatalogItem & { kind: ChannelRow['kind'] }>()
    const tree = new MirroredTree(db, device, this.#clock)
    for (const item of items) {
      const kind = entryKind(item, device)
      if (kind && 'channel' in kind) channels.set(item.gbId, { ...item, kind: kind.channel })
      else if (kind) tree.add(kind.directory, item, sync)
    }
    if (tree.added > 0 && arriving.channels > 0) arriving.late = true
    arriving.channels += channels.size
    await tree.write()
    const all = [...channels.values()]
    for (let at = 0; at < all.length; at += CHUNK) {
      if (at > 0) await setImmediate()
      await this.#putChannels(db, device, sync, all.slice(at, at + CHUNK))
    }
  }

  async #putChannels(
    db: Db,
    device: DeviceRow,
    sync: string,
    items: readonly (CatalogItem & { kind: ChannelRow['kind'] })[],
  ): Promise<void> {
    const { id: device_id, space, gb_id: deviceGbId } = device
    const nowMs = this.#clock.nowMs()
    const store = new ChannelStore(db)
    const codes = items.map(item => item.gbId)
    const named = await store.streamNames(space, codes)
    const others = new Set(named.filter(row => row.device_id !== device_id).map(row => row.stream_name))
    const places = new Map(items.map(item => [item.gbId, placesOf(item, deviceGbId)]))
    const weak = [...new Set([...places.values()].flatMap(place => place.weak))]
    const known = await new DirectoryStore(db).known(device_id, weak)
    const rows = items.map((item): ChannelRow => {
      const { gbId: gb_id, kind, manufacturer, model, address } = item
      const name = item.name === '' ? gb_id : item.name
      const { strong, weak } = places.get(gb_id) ?? { strong: null, weak: [] }
      return {
        ...{ id: newId('ch', nowMs), device_id, space, gb_id, kind, name, manufacturer, model, address },
        stream_name: others.has(gb_id) ? `${deviceGbId}_${gb_id}` : gb_id,
        told_name: item.name,
        given_name: null,
        civil_code: item.civilCode,
        parent_ids: JSON.stringify(item.parentIds),
        business_group_id: item.businessGroupId,
        place: strong ?? weak.find(code => known.has(code)) ?? '',
        parental: item.parental ? 1 : 0,
        ...{ status: item.status, longitude: item.longitude, latitude: item.latitude, ptz_type: item.ptzType },
        more: JSON.stringify(item.more),
        search: channelText(name, gb_id, address),
        ...{ enabled: 1, directory_id: null, sync, gone_at: null, created_at: nowMs, updated_at: nowMs },
      }
    })
    await store.upsert(rows)
  }

  /** Areas and systems that came behind their channels. */
  async #placeLate(db: Db, device: DeviceRow): Promise<void> {
    const directories = await new DirectoryStore(db).of(device.id)
    const known = new Set(directories.map(directory => directory.gb_id))
    const store = new ChannelStore(db)
    for (let after = ''; ; ) {
      const rows = await store.placeless(device.id, after, SWEEP)
      const found = Map.groupBy(rows, row => {
        const parentIds = JSON.parse(row.parent_ids) as string[] // written above
        const ids = { gbId: row.gb_id, parentIds, businessGroupId: row.business_group_id, civilCode: row.civil_code }
        return placesOf(ids, device.gb_id).weak.find(code => known.has(code)) ?? ''
      })
      for (const [place, some] of found) {
        if (place === '') continue
        await store.updateAll(
          some.map(row => row.id),
          { place },
        )
      }
      const last = rows.at(-1)
      if (rows.length < SWEEP || !last) return
      after = last.id
      await setImmediate()
    }
  }

  #arrivingOf(device: string, sync: string): Arriving {
    const known = this.#arriving.get(device)
    if (known?.sync === sync) return known
    const oldest = this.#arriving.keys().next()
    if (this.#arriving.size >= MAX_ARRIVING && !oldest.done) this.#arriving.delete(oldest.value)
    const begun: Arriving = { sync, items: 0, channels: 0, late: false }
    if (sync !== 'changed') this.#arriving.set(device, begun)
    return begun
  }
}
