import { AppError } from '../../base/errors.ts'
import { API_KEY_PREFIX, type ApiKeyService } from '../api-keys/api-key-service.ts'
import type { SessionService } from '../users/session-service.ts'
import type { Actor, Origin } from './actor.ts'

/** Longer is not one of our tokens and is not looked up. */
const MAX_TOKEN_LENGTH = 128

/** Who stands behind a bearer token: a session, or an API key. Each is looked for in its own table only. */
export class Authenticator {
  readonly #sessions: SessionService
  readonly #apiKeys: ApiKeyService

  constructor(sessions: SessionService, apiKeys: ApiKeyService) {
    this.#sessions = sessions
    this.#apiKeys = apiKeys
  }

  /** Throws UNAUTHENTICATED. */
  async authenticate(token: string, origin: Origin): Promise<Actor> {
    if (token.length === 0 || token.length > MAX_TOKEN_LENGTH) throw new AppError('UNAUTHENTICATED')
    const holders = token.startsWith(API_KEY_PREFIX) ? this.#apiKeys : this.#sessions
    const actor = await holders.authenticate(token, origin)
    if (!actor) throw new AppError('UNAUTHENTICATED')
    return actor
  }
}
