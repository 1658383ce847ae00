import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId, newSecret } from '../../base/id.ts'
import type { Database } from '../../storage/database.ts'
import type { UserTable } from '../../storage/tables.ts'
import type { Actor, Origin } from '../access/actor.ts'
import { may, permit } from '../access/permission.ts'
import { hashToken } from '../access/token-hash.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { LoginDelay } from './login-delay.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { type SessionRow, SessionStore } from './session-store.ts'
import { UserStore } from './user-store.ts'

const SESSION_MS = 24 * 3_600_000
const TOKEN_BYTES = 32
const MAX_AGENT_LENGTH = 256
/** Logins of one account at once; a script that logs in for each call pushes out its own oldest. */
const MAX_SESSIONS_PER_USER = 100
/** Rows of a list; more than this many logins in a day are nobody's to read one by one. */
const MAX_LISTED = 500
/** "Last used" is written at most this often per session: reading stays reading. */
const LAST_USED_EVERY_MS = 60_000

export interface Login extends Origin {
  readonly username: string
  readonly password: string
  /** User-Agent. */
  readonly agent: string
}

export interface NewSession {
  /** Only its hash is kept: this is the only time it is seen. */
  readonly token: string
  readonly expiresAtMs: number
  readonly actor: Actor
}

export class SessionService {
  readonly #db: Database
  readonly #clock: Clock
  readonly #audit: AuditLog
  readonly #delay: LoginDelay
  /** Checked for names that do not exist, so that the answer takes as long. */
  #nobody: Promise<string> | null = null

  constructor(db: Database, clock: Clock, audit: AuditLog) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
    this.#delay = new LoginDelay(clock)
  }

  /** Throws UNAUTHENTICATED, the same for a wrong name, a wrong password and a disabled account, and TOO_MANY_REQUESTS. */
  async login({ username, password, agent, ...origin }: Login): Promise<NewSession> {
    const name = username.toLowerCase()
    const user = await this.#delay.attempt(name, origin.remote, () => this.#check(name, password))
    if (!user) {
      await this.#db.independent('refused logins', trx => this.#audit.refused(trx, name, origin))
      throw new AppError('UNAUTHENTICATED')
    }
    const token = newSecret(TOKEN_BYTES)
    const now = this.#clock.nowMs()
    const id = newId('ss', now)
    const actor: Actor = {
      kind: 'user',
      id: user.id,
      name: user.name,
      role: user.role,
      scopes: null,
      credential: id,
      ...origin,
    }
    await this.#db.independent(`user ${user.id}`, async trx => {
      const sessions = new SessionStore(trx)
      await sessions.insert({
        id,
        token_hash: hashToken(token),
        user_id: user.id,
        created_at: now,
        expires_at: now + SESSION_MS,
        last_used_at: now,
        remote: origin.remote,
        agent: agent.slice(0, MAX_AGENT_LENGTH),
      })
      await sessions.keepNewest(user.id, MAX_SESSIONS_PER_USER)
      await new UserStore(trx).setLastLogin(user.id, now)
      await this.#audit.record(trx, actor, { action: 'session.create', object: id })
    })
    return { token, expiresAtMs: now + SESSION_MS, actor }
  }

  /** Null for a token of no session. */
  async authenticate(token: string, origin: Origin): Promise<Actor | null> {
    const now = this.#clock.nowMs()
    const store = new SessionStore(this.#db)
    const holder = await store.holder(hashToken(token), now)
    if (!holder) return null
    const { sessionId: credential, lastUsedAtMs, ...user } = holder
    if (now - lastUsedAtMs >= LAST_USED_EVERY_MS) await store.setLastUsed(credential, now)
    return { kind: 'user', ...user, scopes: null, credential, ...origin }
  }

  /** Ends the session of the request. */
  async logout(actor: Actor): Promise<void> {
    permit(actor, 'account')
    await this.revoke(actor, actor.credential)
  }

  /** One's own; another user's or, with null, everybody's for an administrator. */
  async list(actor: Actor, userId: string | null): Promise<SessionRow[]> {
    permit(actor, userId === actor.id ? 'account' : 'sessions.all')
    return new SessionStore(this.#db).list(userId ?? undefined, this.#clock.nowMs(), MAX_LISTED)
  }

  /** Throws NOT_FOUND, also for the session of somebody else. */
  async revoke(actor: Actor, id: string): Promise<void> {
    permit(actor, 'account')
    await this.#db.transaction().execute(async trx => {
      const sessions = new SessionStore(trx)
      const owner = await sessions.ownerOf(id)
      if (owner === undefined || (owner !== actor.id && !may(actor, 'sessions.all'))) {
        throw new AppError('NOT_FOUND', { what: 'session', id })
      }
      await sessions.delete(id)
      await this.#audit.record(trx, actor, { action: 'session.revoke', object: id, before: { userId: owner } })
    })
  }

  /** All of a user, the one of the request too. */
  async revokeAll(actor: Actor, userId: string): Promise<void> {
    permit(actor, userId === actor.id ? 'account' : 'sessions.all')
    await this.#db.transaction().execute(async trx => {
      const count = await new SessionStore(trx).deleteOfUser(userId)
      await this.#audit.record(trx, actor, { action: 'session.revoke', object: userId, before: { count } })
    })
  }

  /** Removes what has expired. */
  async tidy(): Promise<void> {
    await new SessionStore(this.#db).deleteExpired(this.#clock.nowMs())
  }

  async #check(name: string, password: string): Promise<UserTable | null> {
    const found = await new UserStore(this.#db).byName(name)
    this.#nobody ??= hashPassword('')
    const right = await verifyPassword(password, found?.password_hash ?? (await this.#nobody))
    return found && right && found.disabled === 0 ? found : null
  }
}
