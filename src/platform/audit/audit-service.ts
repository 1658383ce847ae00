import type { Clock } from '../../base/clock.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import { type AuditEntry, type AuditFilter, AuditStore } from './audit-store.ts'

const DAY_MS = 86_400_000
const KEEP_MS = 400 * DAY_MS
/** A row is about 400 bytes: 80 MB, and a search through all of them takes well under a second. */
const MAX_ROWS = 200_000
/** Refused logins tell of attacks; there may be many, and they must not push the changes out. */
const KEEP_REFUSED_MS = 30 * DAY_MS
const MAX_REFUSED = 20_000

export interface AuditQuery extends AuditFilter {
  /** Number of the last entry of the page before. */
  readonly before?: number | undefined
  readonly limit: number
}

export interface AuditPage {
  readonly items: readonly AuditEntry[]
  /** `before` of the next page; null on the last one. */
  readonly next: number | null
}

/** Reads the audit log, and keeps it from growing for ever. */
export class AuditService {
  readonly #db: Database
  readonly #clock: Clock

  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Newest first. */
  async list(actor: Actor, { before = Number.MAX_SAFE_INTEGER, limit, ...filter }: AuditQuery): Promise<AuditPage> {
    permit(actor, 'audit.read')
    const rows = await new AuditStore(this.#db).page(filter, before, limit + 1)
    const items = rows.slice(0, limit)
    return { items, next: rows.length > limit ? (items.at(-1)?.number ?? null) : null }
  }

  /** Removes what is too old or too much. */
  async tidy(): Promise<void> {
    const store = new AuditStore(this.#db)
    const now = this.#clock.nowMs()
    await store.deleteBefore(now - KEEP_MS)
    await store.deleteRefusedBefore(now - KEEP_REFUSED_MS)
    await store.keepNewest(MAX_REFUSED, 'session.refuse')
    await store.keepNewest(MAX_ROWS)
  }
}
