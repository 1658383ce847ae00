import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { sameSecret } from '../../base/signed-url.ts'
import { type DigestAlgorithm, type DigestCredentials, digestResponse, hashedLogin } from './digest.ts'

/** A device answers a challenge at once; a slow one tries again within a minute. */
const NONCE_LIFETIME_MS = 5 * 60_000
/**
 * Nonces whose count is remembered. One more forgets the oldest, whose repetition would then be believed until it
 * expires: this is more than 3000 devices use in the lifetime of a nonce.
 */
const MAX_COUNTED_NONCES = 32_768
const SIGNATURE_BYTES = 16
const RANDOM_BYTES = 6
const TIME_BYTES = 6

/**
 * ok        the password is right
 * wrong     the password is wrong
 * stale     right, but the nonce is too old, not ours, or its count was used: challenge again, and hold it against nobody
 * mismatch  made for another request: another URI, realm or algorithm
 */
export type DigestVerdict = 'ok' | 'wrong' | 'stale' | 'mismatch'

export interface DigestAuthorityOptions {
  readonly clock: Clock
  /** Signs nonces; peers of several processes keep theirs when it is the same. Random when left out. */
  readonly secret?: string
  readonly nonceLifetimeMs?: number
  /** Offers `qop="auth"`. Some devices of 2016 fail on it. Off by default. */
  readonly qop?: boolean
}

export interface Check {
  readonly method: string
  readonly realm: string
  /** The Request-URI; left out where devices are known to write another into their credentials. */
  readonly uri?: string
  /** The password, or H(username:realm:password) of `hashedLogin`. */
  readonly password: { readonly plain: string } | { readonly hashed: string }
  /** As given to `challenge`. */
  readonly peer?: string
}

/**
 * Challenges and checks. RFC 7616 §3.3, §3.4. Keeps nothing of a challenge: the nonce is time, randomness and an HMAC
 * over them, the realm and the peer. Only the counts of nonces that were used are remembered.
 */
export class DigestAuthority {
  readonly #options: DigestAuthorityOptions
  readonly #secret: string
  readonly #lifetimeMs: number
  /** Highest nonce count used, by nonce, oldest first. */
  readonly #counts = new Map<string, number>()

  constructor(options: DigestAuthorityOptions) {
    this.#options = options
    this.#secret = options.secret ?? randomBytes(32).toString('hex')
    this.#lifetimeMs = options.nonceLifetimeMs ?? NONCE_LIFETIME_MS
  }

  /** The value of WWW-Authenticate. `peer`: whatever the nonce shall be bound to, as an address. */
  challenge(realm: string, options: { algorithm?: DigestAlgorithm; stale?: boolean; peer?: string } = {}): string {
    const { algorithm = 'MD5', stale = false, peer = '' } = options
    const head = Buffer.alloc(TIME_BYTES + RANDOM_BYTES)
    head.writeUIntBE(this.#options.clock.nowMs(), 0, TIME_BYTES)
    randomBytes(RANDOM_BYTES).copy(head, TIME_BYTES)
    const nonce = Buffer.concat([head, this.#sign(head, realm, peer)]).toString('base64url')
    let value = `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}`
    if (this.#options.qop === true) value += ', qop="auth"'
    return stale ? `${value}, stale=true` : value
  }

  verify(credentials: DigestCredentials, check: Check): DigestVerdict {
    if (credentials.realm !== check.realm) return 'mismatch'
    if (check.uri !== undefined && credentials.uri !== check.uri) return 'mismatch'
    if (credentials.qop !== undefined && credentials.qop !== 'auth') return 'mismatch'
    const { algorithm, username, realm } = credentials
    const ha1 =
      'hashed' in check.password
        ? check.password.hashed
        : hashedLogin(algorithm, { username, password: check.password.plain }, realm)
    if (!sameSecret(digestResponse(ha1, check.method, credentials), credentials.response)) return 'wrong'
    if (!this.#isFresh(credentials.nonce, realm, check.peer ?? '')) return 'stale'
    return this.#count(credentials) ? 'ok' : 'stale'
  }

  #isFresh(nonce: string, realm: string, peer: string): boolean {
    const bytes = Buffer.from(nonce, 'base64url')
    if (bytes.length !== TIME_BYTES + RANDOM_BYTES + SIGNATURE_BYTES) return false
    const head = bytes.subarray(0, TIME_BYTES + RANDOM_BYTES)
    const signature = bytes.subarray(TIME_BYTES + RANDOM_BYTES)
    if (!sameSecret(signature.toString('hex'), this.#sign(head, realm, peer).toString('hex'))) return false
    const ageMs = this.#options.clock.nowMs() - head.readUIntBE(0, TIME_BYTES)
    return ageMs >= 0 && ageMs < this.#lifetimeMs
  }

  /** RFC 7616 §3.4.5: a count is used once. Without qop there is none: each nonce is used once. */
  #count(credentials: DigestCredentials): boolean {
    const count = credentials.qop === undefined ? 1 : Number.parseInt(credentials.nc, 16)
    const used = this.#counts.get(credentials.nonce) ?? 0
    if (!(count > used)) return false
    this.#counts.set(credentials.nonce, count)
    if (this.#counts.size > MAX_COUNTED_NONCES) {
      const [oldest] = this.#counts.keys()
      if (oldest !== undefined) this.#counts.delete(oldest)
    }
    return true
  }

  #sign(head: Buffer, realm: string, peer: string): Buffer {
    const hmac = createHmac('sha256', this.#secret).update(head).update(`\0${realm}\0${peer}`)
    return hmac.digest().subarray(0, SIGNATURE_BYTES)
  }
}
