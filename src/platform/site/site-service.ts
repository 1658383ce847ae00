import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { SpaceService } from '../spaces/space-service.ts'
import type { Site, SiteChange } from './site.ts'
import { SiteStore } from './site-store.ts'

/** Mark, name and contact of this installation. The nodes hear mark and name with their spaces. */
export class SiteService {
  readonly #db: Database
  readonly #spaces: Pick<SpaceService, 'change'>
  readonly #audit: AuditLog

  constructor(db: Database, spaces: Pick<SpaceService, 'change'>, audit: AuditLog) {
    this.#db = db
    this.#spaces = spaces
    this.#audit = audit
  }

  /** For everybody: who logs in is to see where. */
  get(): Promise<Site> {
    return new SiteStore(this.#db).find()
  }

  /** Nodes learn of it at once. */
  async update(actor: Actor, change: SiteChange): Promise<Site> {
    permit(actor, 'site.write')
    return this.#spaces.change(async trx => {
      const store = new SiteStore(trx)
      const before = await store.find()
      await store.update(change)
      const after = await store.find()
      await this.#audit.record(trx, actor, { action: 'site.update', object: before.mark, before, after })
      return after
    })
  }
}
