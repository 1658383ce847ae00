import type { Clock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { type SignedAction, sameSecret, type Verdict, verifyAuthKey, verifySigned } from '../base/signed-url.ts'
import type { SpaceState } from '../link/messages.ts'
import { pathOf, type StreamAddress } from './paths.ts'
import { addressAllowed, refererAllowed } from './space-rules.ts'
import type { Forbidden, Spaces } from './spaces.ts'

export interface AccessRequest {
  readonly action: SignedAction
  readonly address: StreamAddress
  /** Parameters of the URL, and for RTMP of the app and the connect arguments. */
  readonly query: URLSearchParams
  /** Path an `auth_key` was made for: from the first `/`, with extension, without query. */
  readonly uri: string
  /** Address of the peer, with or without port. */
  readonly remote: string
  /** Page the player is in, as it says itself; '' when it does not. */
  readonly pageUrl: string
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
    const { action, address, pageUrl, remote } = request
    if (this.#spaces.draining) throw refusal(action, 'draining', 'this node takes nobody new')
    const space = this.#space(action, address)
    if (!addressAllowed(space.addressRules, action, remote)) {
      throw refusal(action, 'address', `the rules of space ${space.name} do not allow this address`)
    }
    if (!refererAllowed(space.refererRules, action, pageUrl)) {
      throw refusal(action, 'referer', `the rules of space ${space.name} do not allow this page`)
    }
    const verdict = this.#verdict(request, space)
    if (verdict !== 'ok') throw refusal(action, verdict, REASONS[verdict])
    return space
  }

  /** For what the node brings itself: without key, address and page. Throws AppError FORBIDDEN with the reason. */
  checkOwn(address: StreamAddress): SpaceState {
    return this.#space('publish', address)
  }

  #space(action: SignedAction, address: StreamAddress): SpaceState {
    const space = this.#spaces.get(address.space)
    if (!space) throw refusal(action, 'space', `space ${address.space} does not exist`)
    if (space.enabled === false) throw refusal(action, 'disabled', disabledReason(space.name))
    const forbidden = action === 'publish' ? this.#spaces.forbidden(pathOf(address), this.#clock.nowMs()) : null
    if (forbidden) throw refusal(action, 'forbidden', forbiddenReason(forbidden))
    return space
  }

  #verdict({ action, address, query, uri }: AccessRequest, space: SpaceState): Verdict {
    if (space[action] === 'open') return 'ok'
    const nowMs = this.#clock.nowMs()
    const keys = action === 'publish' ? pushKeysOf(space, nowMs) : space.playKeys
    const key = query.get('key')
    // The bare key is for encoders: whoever has it may publish anything in the space. Viewers never get theirs.
    if (action === 'publish' && key !== null) return keys.some(known => sameSecret(known, key)) ? 'ok' : 'mismatch'
    const authKey = query.get('auth_key')
    if (authKey !== null) return verifyAuthKey(authKey, keys, uri, AUTH_KEY_LIFETIME_SECONDS, nowMs)
    return verifySigned(query, keys, action, pathOf(address), nowMs)
  }
}

/** What refused publishers and those put out are told. */
export function forbiddenReason({ untilMs, reason }: Forbidden): string {
  const until = untilMs === null ? '' : ` until ${new Date(untilMs).toISOString()}`
  return `the stream is forbidden${until}${reason ? `: ${reason}` : ''}`
}

export function disabledReason(space: string): string {
  return `space ${space} is disabled`
}

/** Those in force, and replaced ones whose grace time is not over. */
function pushKeysOf({ pushKeys, retiringPushKeys = [] }: SpaceState, nowMs: number): readonly string[] {
  return [...pushKeys, ...retiringPushKeys.filter(({ untilMs }) => untilMs > nowMs).map(({ key }) => key)]
}

/** `kind` is one of few words, for counting; `reason` is for people and may name what was asked for. */
function refusal(action: SignedAction, kind: string, reason: string): AppError {
  return new AppError('FORBIDDEN', { action, reason, kind })
}
