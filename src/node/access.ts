import type { Clock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { type SignedAction, sameSecret, type Verdict, verifyAuthKey, verifySigned } from '../base/signed-url.ts'
import type { SpaceState } from '../link/messages.ts'
import { pathOf, type StreamAddress } from './paths.ts'
import type { Spaces } from './spaces.ts'

export interface AccessRequest {
  readonly action: SignedAction
  readonly address: StreamAddress
  /** Parameters of the URL, and for RTMP of the app and the connect arguments. */
  readonly query: URLSearchParams
  /** Path an `auth_key` was made for: from the first `/`, with extension, without query. */
  readonly uri: string
}

/** Life of an `auth_key` after its time stamp: the default of the CDNs that invented it. */
const AUTH_KEY_LIFETIME_SECONDS = 1800

const REASONS: Record<Exclude<Verdict, 'ok'>, string> = {
  missing: 'the URL has neither a key nor a signature',
  malformed: 'the signature is malformed',
  expired: 'the signature has expired',
  mismatch: 'the key or signature is wrong',
}

/** Decides who may publish and play, from the spaces' settings alone: works while the platform is away. */
export class Access {
  readonly #spaces: Spaces
  readonly #clock: Clock

  constructor(spaces: Spaces, clock: Clock) {
    this.#spaces = spaces
    this.#clock = clock
  }

  /** Throws AppError FORBIDDEN with the reason. */
  check(request: AccessRequest): SpaceState {
    const { action, address } = request
    const space = this.#spaces.get(address.space)
    if (!space) throw refusal(action, 'space', `space ${address.space} does not exist`)
    if (action === 'publish' && this.#spaces.isForbidden(pathOf(address), this.#clock.nowMs())) {
      throw refusal(action, 'forbidden', 'the stream is forbidden')
    }
    const verdict = this.#verdict(request, space)
    if (verdict !== 'ok') throw refusal(action, verdict, REASONS[verdict])
    return space
  }

  #verdict({ action, address, query, uri }: AccessRequest, space: SpaceState): Verdict {
    if (space[action] === 'open') return 'ok'
    const keys = action === 'publish' ? space.pushKeys : space.playKeys
    const nowMs = this.#clock.nowMs()
    const key = query.get('key')
    // The bare key is for encoders: whoever has it may publish anything in the space. Viewers never get theirs.
    if (action === 'publish' && key !== null) return keys.some(known => sameSecret(known, key)) ? 'ok' : 'mismatch'
    const authKey = query.get('auth_key')
    if (authKey !== null) return verifyAuthKey(authKey, keys, uri, AUTH_KEY_LIFETIME_SECONDS, nowMs)
    return verifySigned(query, keys, action, pathOf(address), nowMs)
  }
}

/** `kind` is one of few words, for counting; `reason` is for people and may name what was asked for. */
function refusal(action: SignedAction, kind: string, reason: string): AppError {
  return new AppError('FORBIDDEN', { action, reason, kind })
}
