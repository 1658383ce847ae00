import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId, newSecret } from '../../base/id.ts'
import type { Database } from '../../storage/database.ts'
import type { Actor, Origin, Scope } from '../access/actor.ts'
import { may, permit } from '../access/permission.ts'
import { hashToken } from '../access/token-hash.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type ApiKey, ApiKeyStore } from './api-key-store.ts'

/** Tells a key from the token of a session, and secret scanners what they found. */
export const API_KEY_PREFIX = 'slk_'
const KEY_BYTES = 32
/** Keys of one account: one for each program. */
const MAX_KEYS_PER_USER = 100
/** Rows of a list. */
const MAX_LISTED = 500
/** "Last used" is written at most this often per key: reading stays reading. */
const LAST_USED_EVERY_MS = 60_000

export interface NewApiKey {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Null: until it is revoked. */
  readonly expiresAtMs: number | null
}

/** Keys for programs: they act for the user who made them, within their scopes and what his role includes today. */
export class ApiKeyService {
  readonly #db: Database
  readonly #clock: Clock
  readonly #audit: AuditLog

  constructor(db: Database, clock: Clock, audit: AuditLog) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
  }

  /** `secret` is the key itself, shown only here. Throws INVALID, LIMIT_REACHED. */
  async create(actor: Actor, { name, scopes, expiresAtMs }: NewApiKey): Promise<{ key: ApiKey; secret: string }> {
    permit(actor, 'apiKeys.own')
    const now = this.#clock.nowMs()
    if (expiresAtMs !== null && expiresAtMs <= now) {
      throw new AppError('INVALID', { field: 'body.expiresAt', reason: 'is in the past' })
    }
    const secret = API_KEY_PREFIX + newSecret(KEY_BYTES)
    const id = newId('ak', now)
    const list = [...new Set(scopes)]
    await this.#db.transaction().execute(async trx => {
      const store = new ApiKeyStore(trx)
      if ((await store.countOf(actor.id)) >= MAX_KEYS_PER_USER) {
        throw new AppError('LIMIT_REACHED', { what: 'API keys of one user', limit: MAX_KEYS_PER_USER })
      }
      await store.insert({
        id,
        name,
        user_id: actor.id,
        token_hash: hashToken(secret),
        scopes: JSON.stringify(list),
        created_at: now,
        expires_at: expiresAtMs,
        last_used_at: null,
        last_used_from: '',
      })
      await this.#audit.record(trx, actor, {
        action: 'apiKey.create',
        object: id,
        after: { name, scopes: list, expiresAtMs },
      })
    })
    const made = { lastUsedAtMs: null, lastUsedFrom: '', createdAtMs: now, expiresAtMs }
    return { key: { id, name, userId: actor.id, userName: actor.name, scopes: list, ...made }, secret }
  }

  /** Null for what is no valid key. */
  async authenticate(secret: string, origin: Origin): Promise<Actor | null> {
    const now = this.#clock.nowMs()
    const store = new ApiKeyStore(this.#db)
    const holder = await store.holder(hashToken(secret), now)
    if (!holder) return null
    const { key, role } = holder
    if (now - (key.lastUsedAtMs ?? 0) >= LAST_USED_EVERY_MS) await store.setLastUsed(key.id, now, origin.remote)
    const name = `${key.userName} (${key.name})`
    return { kind: 'key', id: key.userId, name, role, scopes: key.scopes, credential: key.id, ...origin }
  }

  /** One's own; another user's or, with null, everybody's for an administrator. */
  async list(actor: Actor, userId: string | null): Promise<ApiKey[]> {
    permit(actor, userId === actor.id ? 'apiKeys.own' : 'apiKeys.all')
    return new ApiKeyStore(this.#db).list(userId ?? undefined, MAX_LISTED)
  }

  /** Throws NOT_FOUND, also for the key of somebody else. */
  async revoke(actor: Actor, id: string): Promise<void> {
    permit(actor, 'apiKeys.own')
    await this.#db.transaction().execute(async trx => {
      const store = new ApiKeyStore(trx)
      const key = await store.byId(id)
      if (!key || (key.userId !== actor.id && !may(actor, 'apiKeys.all'))) {
        throw new AppError('NOT_FOUND', { what: 'API key', id })
      }
      await store.delete(id)
      const { name, scopes, userName } = key
      await this.#audit.record(trx, actor, { action: 'apiKey.revoke', object: id, before: { name, scopes, userName } })
    })
  }
}
