import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Device, DeviceChange } from '../devices/device.ts'
import type { DeviceService } from '../devices/device-service.ts'
import { type Page, type PageRequest, pageOf } from '../lists/page.ts'
import type { PendingDevice } from './pending-device.ts'
import { PendingDeviceStore } from './pending-device-store.ts'

/** One that stopped asking is gone. */
const KEEP_MS = 7 * 86_400_000

/** Devices at the door: let in or turned away. */
export class PendingDeviceService {
  readonly #db: Database
  readonly #devices: DeviceService
  readonly #audit: AuditLog
  readonly #clock: Clock

  constructor(db: Database, devices: DeviceService, audit: AuditLog, clock: Clock) {
    this.#db = db
    this.#devices = devices
    this.#audit = audit
    this.#clock = clock
  }

  async list(
    actor: Actor,
    filter: { readonly space?: string | undefined; readonly rejected: boolean },
    request: PageRequest<'lastAt'>,
  ): Promise<Page<PendingDevice>> {
    permit(actor, 'devices.read')
    const rows = await new PendingDeviceStore(this.#db).page(filter, request)
    return pageOf(rows, request.limit, ({ id, lastAtMs }) => ({ value: lastAtMs, name: id }))
  }

  /** Makes the device; it is in at its next REGISTER. Throws NOT_FOUND, CONFLICT, LIMIT_REACHED. */
  async approve(actor: Actor, id: string, facts: DeviceChange): Promise<Device> {
    permit(actor, 'devices.write')
    const { space, gbId } = await this.#find(id)
    const device = await this.#devices.create(actor, { ...facts, space, gbId })
    await this.#audit.recordAlone(this.#db, actor, { action: 'device.approve', object: device.id, after: { gbId } })
    return device
  }

  /** It is not shown any more, however often it asks. Throws NOT_FOUND. */
  async reject(actor: Actor, id: string): Promise<void> {
    permit(actor, 'devices.write')
    const { space, gbId } = await this.#find(id)
    await this.#db.transaction().execute(async trx => {
      await new PendingDeviceStore(trx).reject(id, actor.name)
      await this.#audit.record(trx, actor, { action: 'device.reject', object: id, after: { space, gbId } })
    })
  }

  /** Removes those that stopped asking. */
  async tidy(): Promise<void> {
    await new PendingDeviceStore(this.#db).deleteOlderThan(this.#clock.nowMs() - KEEP_MS)
  }

  async #find(id: string): Promise<PendingDevice> {
    const pending = await new PendingDeviceStore(this.#db).byId(id)
    if (!pending) throw new AppError('NOT_FOUND', { what: 'pending device', id })
    return pending
  }
}
