import type { Clock } from '../../base/clock.ts'
import { newId, newSecret } from '../../base/id.ts'
import { hashPassword } from './password.ts'
import type { UserStore } from './user-store.ts'

/** 15 bytes are 20 letters: short enough to type once, 120 bits. */
const GENERATED_PASSWORD_BYTES = 15

export interface FirstAdministrator {
  readonly name: string
  /** Generated, to be shown once; null when it was given. */
  readonly password: string | null
}

export class UserService {
  readonly #users: UserStore
  readonly #clock: Clock

  constructor(users: UserStore, clock: Clock) {
    this.#users = users
    this.#clock = clock
  }

  /** Makes the account `admin` when there is no account at all; null when there is one. */
  async ensureAdministrator(givenPassword: string | null): Promise<FirstAdministrator | null> {
    if ((await this.#users.count()) > 0) return null
    const password = givenPassword ?? newSecret(GENERATED_PASSWORD_BYTES)
    const now = this.#clock.nowMs()
    await this.#users.insert({
      id: newId('us', now),
      name: 'admin',
      role: 'administrator',
      password_hash: await hashPassword(password),
      created_at: now,
    })
    return { name: 'admin', password: givenPassword === null ? password : null }
  }
}
