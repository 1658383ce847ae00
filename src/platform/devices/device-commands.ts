import { AppError } from '../../base/errors.ts'
import type { GbControl, GbQuery } from '../../link/gb28181.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditAction } from '../audit/audit-action.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { DesiredDevices } from './desired-devices.ts'
import type { DeviceLink } from './device-link.ts'
import { findDevice } from './device-service.ts'
import { type DeviceRow, DeviceStore } from './device-store.ts'

export interface DeviceCommandsOptions {
  readonly db: Database
  readonly desired: DesiredDevices
  readonly link: DeviceLink
  readonly audit: AuditLog
}

/** What can be done to a device, besides what is done to its channels. All throw NOT_FOUND. */
export class DeviceCommands {
  readonly #options: DeviceCommandsOptions

  constructor(options: DeviceCommandsOptions) {
    this.#options = options
  }

  /** Asks for the catalog; it arrives piece by piece. Answers the name of the catalog to come. */
  async syncCatalog(actor: Actor, id: string): Promise<string> {
    permit(actor, 'devices.write')
    const { db, link, audit } = this.#options
    const { node_id } = await findDevice(db, id)
    const { sync } = await link.request(node_id, 'gb.catalog', { device: id })
    await audit.recordAlone(db, actor, { action: 'device.sync', object: id })
    return sync
  }

  /** Takes its registrations again after wrong credentials. */
  async unlock(actor: Actor, id: string): Promise<void> {
    permit(actor, 'devices.write')
    await this.#change(actor, id, 'device.unlock', ({ state, registered_at }) => ({
      locked: 0,
      ...(state === 'failed'
        ? { state: registered_at === null ? ('new' as const) : ('off' as const), reason: '' }
        : {}),
    }))
  }

  /** Its streams may run again; with `always` they run whenever it is there, also while nobody watches. */
  async start(actor: Actor, id: string, always: boolean): Promise<void> {
    permit(actor, 'devices.control')
    await this.#change(actor, id, 'device.start', () => ({
      stopped: 0,
      restart_at: null,
      ...(always ? { auto_start: 1 } : {}),
    }))
  }

  /** Ends its streams and keeps them off, until a time or until it is started. Throws INVALID for a time that is over. */
  async stop(actor: Actor, id: string, untilMs: number | null): Promise<void> {
    permit(actor, 'devices.control')
    const { node_id } = await this.#change(actor, id, 'device.stop', (_, nowMs) => {
      if (untilMs !== null && untilMs <= nowMs) {
        throw new AppError('INVALID', { field: 'body.until', reason: 'is in the past' })
      }
      return { stopped: 1, restart_at: untilMs }
    })
    try {
      await this.#options.link.request(node_id, 'gb.stop', { device: id })
    } catch (error) {
      // the node ends them by itself when it hears what is wanted
      if (!(error instanceof AppError)) throw error
    }
  }

  async reboot(actor: Actor, id: string): Promise<void> {
    permit(actor, 'devices.admin')
    await this.#control(actor, id, { type: 'reboot' }, 'device.reboot')
  }

  /** The answer as the device gave it. */
  async query(actor: Actor, id: string, query: GbQuery): Promise<unknown> {
    permit(actor, 'devices.read')
    const { db, link } = this.#options
    const { node_id } = await findDevice(db, id)
    return (await link.request(node_id, 'gb.query', { device: id, query })).answer
  }

  async #control(actor: Actor, id: string, control: GbControl, action: AuditAction): Promise<void> {
    const { db, link, audit } = this.#options
    const { node_id } = await findDevice(db, id)
    await link.request(node_id, 'gb.control', { device: id, control })
    await audit.recordAlone(db, actor, { action, object: id })
  }

  async #change(
    actor: Actor,
    id: string,
    action: AuditAction,
    change: (row: DeviceRow, nowMs: number) => Partial<DeviceRow>,
  ): Promise<DeviceRow> {
    const { desired, audit } = this.#options
    return desired.change(async (trx, nowMs) => {
      const before = await findDevice(trx, id)
      const set = change(before, nowMs)
      await new DeviceStore(trx).update(id, set)
      const keys = Object.keys(set) as (keyof DeviceRow)[] // its own keys
      const was = Object.fromEntries(keys.map(key => [key, before[key]]))
      await audit.record(trx, actor, { action, object: id, before: was, after: set })
      return { ...before, ...set }
    })
  }
}
