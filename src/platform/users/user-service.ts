import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId, newSecret } from '../../base/id.ts'
import type { Database, Db } from '../../storage/database.ts'
import type { Actor, Role } from '../access/actor.ts'
import { permit } from '../access/permission.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Page, type PageRequest, pageInMemory } from '../lists/page.ts'
import { LoginDelay } from './login-delay.ts'
import { checkNewPassword, hashPassword, verifyPassword } from './password.ts'
import { SessionStore } from './session-store.ts'
import { toUser, type User, type UserChange } from './user.ts'
import { type UserFilter, UserStore } from './user-store.ts'

/** 15 bytes are 20 letters: short enough to type once, 120 bits. */
const GENERATED_PASSWORD_BYTES = 15

/** A list of them is sorted in memory. */
const MAX_USERS = 10_000

export interface FirstAdministrator {
  readonly name: string
  /** Generated, to be shown once; null when it was given. */
  readonly password: string | null
}

export interface NewUser {
  readonly name: string
  readonly password: string
  readonly role: Role
}

export type UserSortKey = 'name' | 'createdAt'

/** Accounts: there is always one administrator who can log in. */
export class UserService {
  readonly #db: Database
  readonly #clock: Clock
  readonly #audit: AuditLog
  readonly #delay: LoginDelay

  constructor(db: Database, clock: Clock, audit: AuditLog) {
    this.#db = db
    this.#clock = clock
    this.#audit = audit
    this.#delay = new LoginDelay(clock)
  }

  /** Makes the account `admin` when there is no account at all; null when there is one. */
  async ensureAdministrator(givenPassword: string | null): Promise<FirstAdministrator | null> {
    const users = new UserStore(this.#db)
    if ((await users.count()) > 0) return null
    const password = givenPassword ?? newSecret(GENERATED_PASSWORD_BYTES)
    await users.insert(await this.#row({ name: 'admin', role: 'administrator', password }))
    return { name: 'admin', password: givenPassword === null ? password : null }
  }

  async list(actor: Actor, filter: UserFilter, page: PageRequest<UserSortKey>): Promise<Page<User>> {
    permit(actor, 'users.read')
    const users = await new UserStore(this.#db).all(filter)
    return pageInMemory(users, page, ({ name, createdAtMs }) => ({
      value: page.sort.by === 'name' ? name : createdAtMs,
      name,
    }))
  }

  async get(actor: Actor, id: string): Promise<User> {
    permit(actor, 'users.read')
    return find(this.#db, id)
  }

  /** Throws CONFLICT for the name, INVALID for the password, LIMIT_REACHED. */
  async create(actor: Actor, { name, password, role }: NewUser): Promise<User> {
    permit(actor, 'users.write')
    const loginName = name.toLowerCase()
    checkNewPassword(password, loginName)
    const row = await this.#row({ name: loginName, password, role })
    const user = toUser(row)
    await this.#db.transaction().execute(async trx => {
      const users = new UserStore(trx)
      if ((await users.count()) >= MAX_USERS) throw new AppError('LIMIT_REACHED', { what: 'users', limit: MAX_USERS })
      if (!(await users.insert(row))) throw new AppError('CONFLICT', { what: 'user', id: loginName })
      await this.#audit.record(trx, actor, { action: 'user.create', object: user.id, after: shown(user) })
    })
    return user
  }

  /** A changed role counts from the next request on. Throws LAST_ADMINISTRATOR. */
  async update(actor: Actor, id: string, change: UserChange): Promise<User> {
    permit(actor, 'users.write')
    return this.#db.transaction().execute(async trx => {
      const users = new UserStore(trx)
      const before = await find(trx, id)
      const after = { ...before, ...change }
      if (after.role !== 'administrator' || after.disabled) await keepAdministrator(users, before)
      await users.update(id, change)
      if (after.disabled) await new SessionStore(trx).deleteOfUser(id)
      await this.#audit.record(trx, actor, {
        action: 'user.update',
        object: id,
        before: shown(before),
        after: shown(after),
      })
      return after
    })
  }

  /** Its sessions and keys go with it. Throws LAST_ADMINISTRATOR. */
  async delete(actor: Actor, id: string): Promise<void> {
    permit(actor, 'users.write')
    await this.#db.transaction().execute(async trx => {
      const users = new UserStore(trx)
      const before = await find(trx, id)
      await keepAdministrator(users, before)
      await users.delete(id)
      await this.#audit.record(trx, actor, { action: 'user.delete', object: id, before: shown(before) })
    })
  }

  /** Sets somebody else's password; all his sessions end. */
  async resetPassword(actor: Actor, id: string, password: string): Promise<void> {
    permit(actor, 'users.write')
    if (actor.id === id) {
      throw new AppError('FORBIDDEN', { action: 'reset', reason: 'your own password is changed with the old one' })
    }
    await this.#setPassword(actor, await find(this.#db, id), password)
  }

  /** Changes one's own password; all one's sessions end. Throws FORBIDDEN for a wrong old one, TOO_MANY_REQUESTS. */
  async changePassword(actor: Actor, oldPassword: string, password: string): Promise<void> {
    permit(actor, 'account')
    const user = await find(this.#db, actor.id)
    const row = await new UserStore(this.#db).byName(user.name)
    const right = await this.#delay.attempt(user.id, actor.remote, async () => {
      return row && (await verifyPassword(oldPassword, row.password_hash)) ? true : null
    })
    if (!right) throw new AppError('FORBIDDEN', { action: 'change of password', reason: 'the old password is wrong' })
    await this.#setPassword(actor, user, password)
  }

  async #setPassword(actor: Actor, user: User, password: string): Promise<void> {
    checkNewPassword(password, user.name)
    const hash = await hashPassword(password)
    await this.#db.transaction().execute(async trx => {
      await new UserStore(trx).setPassword(user.id, hash)
      await new SessionStore(trx).deleteOfUser(user.id)
      await this.#audit.record(trx, actor, { action: 'user.password', object: user.id })
    })
  }

  async #row({ name, password, role }: NewUser) {
    const created_at = this.#clock.nowMs()
    const password_hash = await hashPassword(password)
    return { id: newId('us', created_at), name, role, password_hash, created_at, disabled: 0, last_login_at: null }
  }
}

async function find(db: Db, id: string): Promise<User> {
  const user = await new UserStore(db).byId(id)
  if (!user) throw new AppError('NOT_FOUND', { what: 'user', id })
  return user
}

/** Throws LAST_ADMINISTRATOR when nobody else could administer without this user. */
async function keepAdministrator(users: UserStore, user: User): Promise<void> {
  if (user.role !== 'administrator' || user.disabled) return
  if (!(await users.hasOtherAdministrator(user.id))) throw new AppError('LAST_ADMINISTRATOR', { name: user.name })
}

/** What the audit log says of a user. */
function shown({ name, role, disabled }: User) {
  return { name, role, disabled }
}
