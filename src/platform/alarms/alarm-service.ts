import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { DeviceLink } from '../devices/device-link.ts'
import { DeviceStore } from '../devices/device-store.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { EventSink } from '../nodes/node-events.ts'
import type { Alarm } from './alarm.ts'
import { type AlarmFilter, AlarmStore } from './alarm-store.ts'

const KEEP_MS = 90 * 86_400_000
/** About 300 MB; a device that alarms without end does not fill the disk. */
const MAX_ALARMS = 1_000_000

/** Writes down what devices alarm about. */
export class AlarmEvents implements EventSink {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async apply(db: Db, _: string, event: NodeEvent): Promise<void> {
    if (event.type !== 'device.alarm') return
    const device = await new DeviceStore(db).byId(event.device)
    if (!device) return
    const { channel, priority, method, alarmType, description, longitude, latitude, alarmAtMs, atMs } = event
    await new AlarmStore(db).insert({
      ...{ id: newId('al', this.#clock.nowMs()), device_id: device.id, space: device.space, channel_gb_id: channel },
      ...{ priority, method, alarm_type: alarmType, description, longitude, latitude, alarm_at: alarmAtMs, at: atMs },
      ...{ acknowledged_at: null, acknowledged_by: null },
    })
  }
}

/** Alarms of devices: found, taken note of, reset. */
export class AlarmService {
  readonly #db: Database
  readonly #link: DeviceLink
  readonly #audit: AuditLog
  readonly #clock: Clock

  constructor(db: Database, link: DeviceLink, audit: AuditLog, clock: Clock) {
    this.#db = db
    this.#link = link
    this.#audit = audit
    this.#clock = clock
  }

  async list(actor: Actor, filter: AlarmFilter, request: PageRequest<'at'>): Promise<Page<Alarm>> {
    permit(actor, 'devices.read')
    const rows = await new AlarmStore(this.#db).page(filter, request)
    return pageOf(rows, request.limit, ({ id, atMs }) => ({ value: atMs, name: id }))
  }

  /** Throws NOT_FOUND. */
  async get(actor: Actor, id: string): Promise<Alarm> {
    permit(actor, 'devices.read')
    return find(this.#db, id)
  }

  /** The first one who does stays named. Throws NOT_FOUND. */
  async acknowledge(actor: Actor, id: string): Promise<Alarm> {
    permit(actor, 'devices.control')
    return this.#db.transaction().execute(async trx => {
      const alarm = await find(trx, id)
      if (alarm.acknowledgedAtMs !== null) return alarm
      await new AlarmStore(trx).acknowledge(id, actor.name, this.#clock.nowMs())
      await this.#audit.record(trx, actor, { action: 'alarm.acknowledge', object: id })
      return find(trx, id)
    })
  }

  /** Tells the device, so that it alarms again; for alarms of method 2 it does not before. Throws NOT_FOUND. */
  async reset(actor: Actor, id: string): Promise<Alarm> {
    permit(actor, 'devices.control')
    const { deviceId, channelGbId: channel, method, alarmType } = await find(this.#db, id)
    const device = await new DeviceStore(this.#db).byId(deviceId)
    const control = {
      ...{ type: 'alarmReset' as const, method: String(method) },
      ...(alarmType === null ? {} : { alarmType }),
    }
    await this.#link.request(device?.node_id ?? null, 'gb.control', { device: deviceId, channel, control })
    await this.#audit.recordAlone(this.#db, actor, { action: 'alarm.reset', object: id })
    return this.acknowledge(actor, id)
  }

  /** Removes what is older than it is kept, and what is too much. */
  async tidy(): Promise<void> {
    await new AlarmStore(this.#db).tidy(this.#clock.nowMs() - KEEP_MS, MAX_ALARMS)
  }
}

async function find(db: Db, id: string): Promise<Alarm> {
  const alarm = await new AlarmStore(db).byId(id)
  if (!alarm) throw new AppError('NOT_FOUND', { what: 'alarm', id })
  return alarm
}
