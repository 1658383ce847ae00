import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/id.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Db } from '../../storage/database.ts'
import { channelText } from '../channels/channel.ts'
import { ChannelStore } from '../channels/channel-store.ts'
import type { EventSink } from '../nodes/node-events.ts'
import { PendingDeviceStore } from '../pending-devices/pending-device-store.ts'
import { QuirkStore } from '../quirks/quirk-store.ts'
import { SpaceStore } from '../spaces/space-store.ts'
import type { DesiredDevices } from './desired-devices.ts'
import { isThere } from './device.ts'
import { MAX_DEVICES, newRow } from './device-service.ts'
import { type DeviceRow, DeviceStore, searchText } from './device-store.ts'

type EventOf<T extends NodeEvent['type']> = Extract<NodeEvent, { type: T }>

/** Writes down what devices are and do, as their nodes tell it. What concerns a device that was deleted is passed over. */
export class DeviceEvents implements EventSink {
  readonly #desired: DesiredDevices
  readonly #clock: Clock
  readonly #log: Log

  constructor(desired: DesiredDevices, clock: Clock, log: Log) {
    this.#desired = desired
    this.#clock = clock
    this.#log = log
  }

  async apply(db: Db, nodeId: string, event: NodeEvent): Promise<void> {
    switch (event.type) {
      case 'device.state':
        return this.#state(db, nodeId, event)
      case 'device.info':
        return this.#info(db, event)
      case 'device.quirks':
        return this.#quirks(db, event)
      case 'device.asked':
        return this.#asked(db, event)
    }
  }

  /** Once the event is kept: a device that was let in has to be known to all nodes. */
  async applied(event: NodeEvent): Promise<void> {
    if (event.type === 'device.asked' && event.admitted) await this.#desired.refresh()
  }

  async #state(db: Db, nodeId: string, event: EventOf<'device.state'>): Promise<void> {
    const store = new DeviceStore(db)
    const row = await store.byId(event.device)
    if (!row) return
    const { state, reason, remote, transport, version, agent, expiresAtMs, atMs } = event
    // it has registered at another node since; the one it left notices that late
    if (!isThere(state) && row.node_id !== null && row.node_id !== nodeId && isThere(row.state)) return
    const registered = state === 'on' && (row.registered_at === null || expiresAtMs !== row.registered_until)
    const change: Partial<DeviceRow> = {
      state,
      reason,
      node_id: nodeId,
      ...(state === row.state ? {} : { state_at: atMs }),
      ...(isThere(state) ? { remote, transport, last_seen_at: atMs } : {}),
      ...(state === 'on' ? { gb_version: version, user_agent: agent } : {}),
      ...(registered ? { registered_at: atMs, registered_until: expiresAtMs } : {}),
      // wrong credentials lock at the node; the nodes hear it again from here
      ...(state === 'failed' ? { locked: 1 } : state === 'on' ? { locked: 0 } : {}),
    }
    await store.update(row.id, { ...change, search: searchText({ ...row, ...change }) })
    if (state === 'on' && row.type === 'ipc' && row.catalog_at === null) await this.#ownChannel(db, row)
  }

  /** A camera can be watched before its catalog is here: most are their own only channel. A whole catalog says better. */
  async #ownChannel(db: Db, { id, space, gb_id, name }: DeviceRow): Promise<void> {
    const store = new ChannelStore(db)
    if ((await store.places(id)).length > 0) return
    const taken = (await store.streamNames(space, [gb_id])).length > 0
    const nowMs = this.#clock.nowMs()
    const told = { manufacturer: '', model: '', civil_code: '', address: '', parent_ids: '[]', place: '', more: '{}' }
    await store.upsert([
      {
        ...{
          id: newId('ch', nowMs),
          device_id: id,
          space,
          gb_id,
          kind: 'video',
          name,
          told_name: '',
          given_name: null,
        },
        ...{ stream_name: taken ? `${gb_id}_${gb_id}` : gb_id, ...told, business_group_id: null, parental: 0 },
        ...{ status: 'on', longitude: null, latitude: null, ptz_type: 0, search: channelText(name, gb_id, '') },
        ...{ enabled: 1, directory_id: null, sync: 'own', gone_at: null, created_at: nowMs, updated_at: nowMs },
      },
    ])
  }

  async #info(db: Db, { device, manufacturer, model, firmware, channels }: EventOf<'device.info'>): Promise<void> {
    await new DeviceStore(db).update(device, { manufacturer, model, firmware, told_channels: channels })
  }

  /** Kept with the device, and in the book for others like it. The node knows already, so nobody is told. */
  async #quirks(db: Db, { device, quirks, atMs }: EventOf<'device.quirks'>): Promise<void> {
    const store = new DeviceStore(db)
    const row = await store.byId(device)
    if (!row) return
    await store.update(device, { learnt_quirks: JSON.stringify(quirks) })
    const { manufacturer, model, firmware } = row
    if (manufacturer === '') return
    const key = { vendor: manufacturer.toLowerCase(), model: model.toLowerCase(), firmware: firmware.toLowerCase() }
    const book = new QuirkStore(db)
    const known = await book.byKey({ ...key, source: 'learnt' })
    const id = known?.id ?? newId('qk', this.#clock.nowMs())
    const merged = { ...known?.quirks, ...quirks }
    await book.put({ id, ...key, source: 'learnt', quirks: merged, notes: known?.notes ?? '', updatedAtMs: atMs })
  }

  async #asked(db: Db, event: EventOf<'device.asked'>): Promise<void> {
    const { space, gbId, remote, agent, admitted, atMs } = event
    const store = new DeviceStore(db)
    if (!(await new SpaceStore(db).byName(space)) || (await store.byCode(space, gbId))) return
    if (!admitted) {
      const id = newId('pd', this.#clock.nowMs())
      await new PendingDeviceStore(db).asked({ id, space, gbId, remote, agent, atMs })
      return
    }
    if ((await store.count()) >= MAX_DEVICES) {
      this.#log.warn('a device was let in and there is no room for it', { space, gbId, limit: MAX_DEVICES })
      return
    }
    await store.insert([newRow({ space, gbId }, this.#clock.nowMs())])
    await new PendingDeviceStore(db).delete(space, gbId)
    await this.#desired.raise(db)
  }
}
