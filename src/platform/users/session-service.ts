import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newSecret } from '../../base/id.ts'
import type { Actor } from '../access/actor.ts'
import { LoginDelay } from './login-delay.ts'
import { hashPassword, verifyPassword } from './password.ts'
import type { SessionStore } from './session-store.ts'
import type { UserStore } from './user-store.ts'

const SESSION_MS = 24 * 3_600_000
const TOKEN_BYTES = 32
/** Longer is not one of our tokens and is not looked up. */
const MAX_TOKEN_LENGTH = 128
const MAX_AGENT_LENGTH = 256

export interface Login {
  readonly username: string
  readonly password: string
  /** Address the request came from. */
  readonly remote: string
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
  readonly #users: UserStore
  readonly #sessions: SessionStore
  readonly #clock: Clock
  readonly #delay: LoginDelay
  /** Checked for names that do not exist, so that the answer takes as long. */
  #nobody: Promise<string> | null = null

  constructor(users: UserStore, sessions: SessionStore, clock: Clock) {
    this.#users = users
    this.#sessions = sessions
    this.#clock = clock
    this.#delay = new LoginDelay(clock)
  }

  /** Throws UNAUTHENTICATED, the same for a wrong name and a wrong password, and TOO_MANY_REQUESTS. */
  async login({ username, password, remote, agent }: Login): Promise<NewSession> {
    const name = username.toLowerCase()
    const user = await this.#delay.attempt(name, remote, async () => {
      const found = await this.#users.byName(name)
      this.#nobody ??= hashPassword('')
      const right = await verifyPassword(password, found?.password_hash ?? (await this.#nobody))
      return found && right ? found : null
    })
    const token = newSecret(TOKEN_BYTES)
    const now = this.#clock.nowMs()
    await this.#sessions.insert({
      token_hash: hashToken(token),
      user_id: user.id,
      created_at: now,
      expires_at: now + SESSION_MS,
      remote,
      agent: agent.slice(0, MAX_AGENT_LENGTH),
    })
    const actor: Actor = { kind: 'user', id: user.id, name: user.name, role: user.role }
    return { token, expiresAtMs: now + SESSION_MS, actor }
  }

  /** Throws UNAUTHENTICATED. */
  async authenticate(token: string): Promise<Actor> {
    if (token.length === 0 || token.length > MAX_TOKEN_LENGTH) throw new AppError('UNAUTHENTICATED')
    const holder = await this.#sessions.holder(hashToken(token), this.#clock.nowMs())
    if (!holder) throw new AppError('UNAUTHENTICATED')
    return { kind: 'user', ...holder }
  }

  async logout(token: string): Promise<void> {
    await this.#sessions.delete(hashToken(token))
  }

  /** Removes what has expired. */
  async tidy(): Promise<void> {
    await this.#sessions.deleteExpired(this.#clock.nowMs())
  }
}

/** A token has 256 random bits, so a plain hash cannot be searched; looking it up by hash leaks no timing of the token. */
function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
