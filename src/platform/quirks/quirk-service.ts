import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Quirks } from '../../link/gb28181.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { DesiredDevices } from '../devices/desired-devices.ts'
import type { QuirkEntry } from './quirk.ts'
import { QuirkStore } from './quirk-store.ts'

/** Entries of the book: makers, models and firmware in the field are fewer. */
const MAX_ENTRIES = 5000

export interface QuirkWish {
  readonly vendor: string
  readonly model: string
  readonly firmware: string
  readonly quirks: Quirks
  readonly notes: string
}

/** The book of how devices differ from the standard: learnt, set, exported and imported. */
export class QuirkService {
  readonly #db: Database
  readonly #desired: DesiredDevices
  readonly #audit: AuditLog

  constructor(db: Database, desired: DesiredDevices, audit: AuditLog) {
    this.#db = db
    this.#desired = desired
    this.#audit = audit
  }

  async list(actor: Actor): Promise<QuirkEntry[]> {
    permit(actor, 'devices.read')
    return new QuirkStore(this.#db).all()
  }

  /** What people set; goes over what was learnt. Throws LIMIT_REACHED. */
  async put(actor: Actor, wishes: readonly QuirkWish[]): Promise<QuirkEntry[]> {
    permit(actor, 'devices.write')
    return this.#desired.change(async (trx, nowMs) => {
      const store = new QuirkStore(trx)
      if ((await store.all()).length + wishes.length > MAX_ENTRIES) {
        throw new AppError('LIMIT_REACHED', { what: 'entries of the quirk book', limit: MAX_ENTRIES })
      }
      const entries: QuirkEntry[] = []
      for (const { vendor, model, firmware, quirks, notes } of wishes) {
        const [of, type, version] = [vendor, model, firmware].map(text => text.trim().toLowerCase())
        const key = { vendor: of ?? '', model: type ?? '', firmware: version ?? '', source: 'set' as const }
        const before = await store.byKey(key)
        const entry = { id: before?.id ?? newId('qk', nowMs), ...key, quirks, notes, updatedAtMs: nowMs }
        await store.put(entry)
        const change = { object: entry.id, before: before ?? null, after: entry }
        await this.#audit.record(trx, actor, { action: 'quirk.set', ...change })
        entries.push(entry)
      }
      return entries
    })
  }

  /** Throws NOT_FOUND. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'devices.write')
    await this.#desired.change(async trx => {
      const store = new QuirkStore(trx)
      const before = await store.byId(id)
      if (!before) throw new AppError('NOT_FOUND', { what: 'quirk', id })
      await store.delete(id)
      await this.#audit.record(trx, actor, { action: 'quirk.delete', object: id, before })
    })
  }
}
