import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { MAX_FORBIDDEN } from '../../link/messages.ts'
import type { Database } from '../../storage/database.ts'
import type { ForbiddenStreamTable } from '../../storage/tables.ts'
import type { Actor } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { ForbiddenStore } from '../spaces/forbidden-store.ts'
import type { Forbidden, SpaceService } from '../spaces/space-service.ts'
import { StreamStore } from './stream-store.ts'

export interface ForbiddenStream extends Forbidden {
  readonly path: string
  readonly sinceMs: number
  /** Name of who did it. */
  readonly by: string
}

/**
 * Paths that nobody may publish. A prohibition belongs to the path, not to the stream: it outlives a deleted stream,
 * restarts, and at the nodes also a lost link. It ends by itself when its time is over.
 */
export class ForbidService {
  readonly #db: Database
  readonly #clock: Clock
  readonly #spaces: SpaceService
  readonly #audit: AuditLog

  constructor(db: Database, clock: Clock, spaces: SpaceService, audit: AuditLog) {
    this.#db = db
    this.#clock = clock
    this.#spaces = spaces
    this.#audit = audit
  }

  /** In the order of paths. */
  async list(actor: Actor): Promise<ForbiddenStream[]> {
    permit(actor, 'streams.read')
    return (await new ForbiddenStore(this.#db).inForce(this.#clock.nowMs())).map(view)
  }

  /** Puts out the publisher and refuses every next one. Throws NOT_FOUND, INVALID, LIMIT_REACHED. */
  async forbid(actor: Actor, id: string, { untilMs, reason }: Forbidden): Promise<void> {
    permit(actor, 'streams.forbid')
    const { path, space } = await this.#find(id)
    await this.#spaces.change(async (trx, nowMs) => {
      if (untilMs !== null && untilMs <= nowMs) {
        throw new AppError('INVALID', { field: 'body.until', reason: 'is in the past' })
      }
      const store = new ForbiddenStore(trx)
      const before = inForce(await store.byPath(path), nowMs)
      await store.deleteExpired(nowMs)
      if (!before && (await store.count()) >= MAX_FORBIDDEN) {
        throw new AppError('LIMIT_REACHED', { what: 'forbidden streams', limit: MAX_FORBIDDEN })
      }
      const row = { path, space, until: untilMs, reason, created_at: nowMs, created_by: actor.name }
      await store.put(row)
      await this.#audit.record(trx, actor, {
        action: 'stream.forbid',
        object: id,
        before: before && written(before),
        after: written(row),
      })
    })
  }

  /** Throws NOT_FOUND for a stream that is not forbidden. */
  async resume(actor: Actor, id: string): Promise<void> {
    permit(actor, 'streams.forbid')
    const { path } = await this.#find(id)
    await this.#spaces.change(async (trx, nowMs) => {
      const store = new ForbiddenStore(trx)
      const before = inForce(await store.byPath(path), nowMs)
      if (!before) throw new AppError('NOT_FOUND', { what: 'prohibition of', id: path })
      await store.delete(path)
      await this.#audit.record(trx, actor, { action: 'stream.resume', object: id, before: written(before) })
    })
  }

  async #find(id: string): Promise<{ path: string; space: string }> {
    const row = await new StreamStore(this.#db).byId(id)
    if (!row) throw new AppError('NOT_FOUND', { what: 'stream', id })
    return row
  }
}

function inForce(row: ForbiddenStreamTable | undefined, nowMs: number): ForbiddenStreamTable | null {
  return row && (row.until === null || row.until > nowMs) ? row : null
}

function view({ path, until, reason, created_at, created_by }: ForbiddenStreamTable): ForbiddenStream {
  return { path, untilMs: until, reason, sinceMs: created_at, by: created_by }
}

/** What the audit log says of a prohibition. */
function written({ path, until, reason }: ForbiddenStreamTable) {
  return { path, until: until === null ? null : new Date(until).toISOString(), reason }
}
