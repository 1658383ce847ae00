import type { Clock } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import { type GbDevice, type CatalogItem as LinkItem, MAX_CATALOG_ITEMS } from '../../link/gb28181.ts'
import { classifyId } from '../../protocols/gb28181/device-id.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { CatalogItem, CatalogNotify } from '../../protocols/gb28181/manscdp/catalog.ts'
import type { GbChannels } from './gb-channels.ts'

export interface GbCatalogOptions {
  readonly channels: GbChannels
  readonly emit: (event: NodeEvent) => void
  readonly clock: Clock
  readonly log: Log
}

/** Longest text of a field the platform keeps. */
const MAX_TEXT = 255
const CODE = /^(\d{2}|\d{4}|\d{6}|\d{8}|\d{20})$/

/** Reads the catalogs of devices and tells the platform, in parts as they come. */
export class GbCatalog {
  readonly #options: GbCatalogOptions
  /** Syncs under way, by device: a second wish joins the first. */
  readonly #running = new Map<string, string>()

  constructor(options: GbCatalogOptions) {
    this.#options = options
  }

  /** Begins to read; the items come as events with the returned mark. */
  sync(device: GbDevice, session: DeviceSession): string {
    const running = this.#running.get(device.id)
    if (running !== undefined) return running
    const sync = newId('sy', this.#options.clock.nowMs())
    this.#running.set(device.id, sync)
    void this.#read(device, session, sync).finally(() => this.#running.delete(device.id))
    return sync
  }

  /** What a device told by itself. */
  changed(device: GbDevice, items: CatalogNotify['items']): void {
    const { channels, clock, emit } = this.#options
    const changes = items.flatMap(({ event, ...item }) => {
      const told = toLink(item)
      return told ? [{ event: event ?? ('UPDATE' as const), gbId: told.gbId, item: told }] : []
    })
    channels.add(
      device.id,
      changes
        .filter(({ event }) => event === 'ADD' || event === 'UPDATE' || event === 'ON')
        .flatMap(({ gbId }) => channelOf(gbId)),
    )
    channels.remove(
      device.id,
      changes.filter(({ event }) => event === 'DEL').map(({ gbId }) => gbId),
    )
    for (let at = 0; at < changes.length; at += MAX_CATALOG_ITEMS) {
      const part = changes.slice(at, at + MAX_CATALOG_ITEMS)
      emit({ type: 'device.catalog-changed', device: device.id, changes: part, atMs: clock.nowMs() })
    }
  }

  async #read(device: GbDevice, session: DeviceSession, sync: string): Promise<void> {
    const { channels, clock, emit, log } = this.#options
    const found = new Set<string>()
    type Told = Extract<NodeEvent, { type: 'device.catalog' }>
    const tell = (items: readonly LinkItem[], rest: Pick<Told, 'end' | 'sofar'>) =>
      emit({ type: 'device.catalog', device: device.id, sync, items: [...items], ...rest, atMs: clock.nowMs() })
    let received = 0
    const onItems = (items: readonly CatalogItem[], promised: number | null) => {
      received += items.length
      const told = items.map(toLink).filter(item => item !== null)
      const codes = told.flatMap(({ gbId }) => channelOf(gbId))
      for (const code of codes) found.add(code)
      channels.add(device.id, codes)
      for (let at = 0; at < told.length; at += MAX_CATALOG_ITEMS)
        tell(told.slice(at, at + MAX_CATALOG_ITEMS), { end: null, sofar: { promised, received } })
    }
    try {
      const result = await session.catalog(onItems)
      if (result.complete) channels.keep(device.id, found)
      const { expected, received, complete } = result
      tell([], { end: { promised: expected ?? received, received, complete } })
      log.info('catalog was read', { device: device.gbId, ...result })
    } catch (error) {
      tell([], { end: { promised: 0, received: found.size, complete: false } })
      log.warn('catalog was not read', { device: device.gbId, reason: errorText(error) })
    }
  }
}

/** Codes that can be played: not areas, groups and systems. */
function channelOf(gbId: string): string[] {
  const kind = classifyId(gbId)
  return kind === 'channel' || kind === 'device' || kind === 'extension' ? [gbId] : []
}

/** null: without a code nothing can be done with it. */
function toLink(item: CatalogItem): LinkItem | null {
  const {
    address,
    businessGroupId,
    civilCode,
    deviceId,
    info,
    latitude,
    longitude,
    manufacturer,
    model,
    name,
    parental,
    parentIds,
    password: _,
    status,
    ...rest
  } = item
  if (!CODE.test(deviceId)) return null
  const more: Record<string, string> = {}
  for (const [key, value] of Object.entries({ ...rest, ...info })) {
    if (value !== undefined && typeof value !== 'object') more[key] = String(value).slice(0, MAX_TEXT)
    else if (Array.isArray(value)) more[key] = value.join('/').slice(0, MAX_TEXT)
  }
  return {
    gbId: deviceId,
    name: text(name),
    manufacturer: text(manufacturer),
    model: text(model),
    civilCode: (civilCode ?? '').slice(0, 32),
    address: text(address),
    parentIds: (parentIds ?? []).filter(id => CODE.test(id)).slice(0, 8),
    businessGroupId: businessGroupId !== undefined && CODE.test(businessGroupId) ? businessGroupId : null,
    parental: parental ?? false,
    status: status === 'OFF' ? 'off' : 'on',
    longitude: longitude ?? null,
    latitude: latitude ?? null,
    ptzType: info?.ptzType ?? 0,
    more,
  }
}

const text = (value: string | undefined): string => (value ?? '').slice(0, MAX_TEXT)
