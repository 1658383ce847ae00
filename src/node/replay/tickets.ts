import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { signedQuery, verifySigned } from '../../base/signed-url.ts'

/** Whoever has `clear` may have the files as they are; with `encrypted` only what needs the key. */
export type Scope = 'clear' | 'encrypted'

const SCOPES: readonly Scope[] = ['clear', 'encrypted']
/** What a playlist names may be asked for so long: longer than anybody watches one. */
const TICKET_S = 24 * 3600

/** Signs what playlists name: whoever was let in once goes on watching when his own URL has expired. */
export class Tickets {
  readonly #secret: string
  readonly #clock: Clock

  constructor(secret: string, clock: Clock) {
    this.#secret = secret
    this.#clock = clock
  }

  /** Parameters of URLs for a stream. */
  issue(path: string, scope: Scope): string {
    const expires = Math.floor(this.#clock.nowMs() / 1000) + TICKET_S
    return signedQuery(this.#secret, 'play', subject(path, scope), expires)
  }

  /** What the parameters allow. Throws AppError FORBIDDEN. */
  scope(path: string, query: URLSearchParams): Scope {
    const nowMs = this.#clock.nowMs()
    const found = SCOPES.find(
      scope => verifySigned(query, [this.#secret], 'play', subject(path, scope), nowMs) === 'ok',
    )
    if (found) return found
    throw new AppError('FORBIDDEN', { action: 'play', reason: 'ask for index.m3u8 again', kind: 'ticket' })
  }
}

/** Not what a URL of a space signs, should both ever have the same key. */
function subject(path: string, scope: Scope): string {
  return `replay-${scope}/${path}`
}
