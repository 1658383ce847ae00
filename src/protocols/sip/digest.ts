import { createHash, randomBytes } from 'node:crypto'
import { quote, splitAt, unquote } from './list.ts'

/** RFC 2617 knows MD5, RFC 7616 added SHA-256. The -sess variants are not met in SIP. */
export type DigestAlgorithm = 'MD5' | 'SHA-256'

export interface DigestChallenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: DigestAlgorithm
  /** The challenger wants `auth`; otherwise the digest of RFC 2069. */
  readonly qopAuth: boolean
  /** The nonce was too old, the password was not wrong. */
  readonly stale: boolean
}

export interface DigestCredentials {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm: DigestAlgorithm
  readonly opaque: string | undefined
  /** undefined: digest of RFC 2069. */
  readonly qop: string | undefined
  /** Eight hex digits. */
  readonly nc: string
  readonly cnonce: string
}

export interface Login {
  readonly username: string
  readonly password: string
}

const HASH_NAMES = { MD5: 'md5', 'SHA-256': 'sha256' } as const satisfies Record<DigestAlgorithm, string>

/** Longest header looked at; with SHA-256 and long nonces they have about 500 letters. */
const MAX_LENGTH = 4096

function digestHash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(HASH_NAMES[algorithm]).update(text).digest('hex')
}

/** H(username:realm:password): what may be kept instead of a password. RFC 7616 §3.4.2. */
export function hashedLogin(algorithm: DigestAlgorithm, login: Login, realm: string): string {
  return digestHash(algorithm, `${login.username}:${realm}:${login.password}`)
}

/** The `response` parameter. RFC 7616 §3.4.1; without qop RFC 2069 §2.1.2. */
export function digestResponse(
  ha1: string,
  method: string,
  credentials: Pick<DigestCredentials, 'algorithm' | 'nonce' | 'uri' | 'qop' | 'nc' | 'cnonce'>,
): string {
  const { algorithm, nonce, uri, qop, nc, cnonce } = credentials
  const ha2 = digestHash(algorithm, `${method}:${uri}`)
  const middle = qop === undefined ? '' : `${nc}:${cnonce}:${qop}:`
  return digestHash(algorithm, `${ha1}:${nonce}:${middle}${ha2}`)
}

/** WWW-Authenticate or Proxy-Authenticate; null when we cannot answer it. */
export function parseChallenge(value: string): DigestChallenge | null {
  const fields = digestFields(value)
  const realm = fields?.get('realm')
  const nonce = fields?.get('nonce')
  const algorithm = algorithmOf(fields?.get('algorithm'))
  if (!fields || realm === undefined || nonce === undefined || !algorithm) return null
  const qop = fields.get('qop')
  const offered = qop?.split(',').map(each => each.trim().toLowerCase())
  if (offered && !offered.includes('auth') && !offered.includes('')) return null // auth-int alone
  return {
    realm,
    nonce,
    opaque: fields.get('opaque'),
    algorithm,
    qopAuth: offered?.includes('auth') === true,
    stale: fields.get('stale')?.toLowerCase() === 'true',
  }
}

/** Authorization or Proxy-Authorization; null when it is no digest. */
export function parseCredentials(value: string): DigestCredentials | null {
  const fields = digestFields(value)
  const algorithm = algorithmOf(fields?.get('algorithm'))
  if (!fields || !algorithm) return null
  const [username, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map(name =>
    fields.get(name),
  )
  if (username === undefined || realm === undefined || nonce === undefined) return null
  if (uri === undefined || response === undefined) return null
  const qop = fields.get('qop')
  return {
    ...{ username, realm, nonce, uri, algorithm },
    response: response.toLowerCase(),
    opaque: fields.get('opaque'),
    qop: qop === '' ? undefined : qop,
    nc: fields.get('nc') ?? '',
    cnonce: fields.get('cnonce') ?? '',
  }
}

/** The value of Authorization for a challenge. `nonceCount` rises by one with each use of the same nonce. */
export function answerChallenge(
  challenge: DigestChallenge,
  login: Login,
  request: { readonly method: string; readonly uri: string },
  nonceCount = 1,
  cnonce = randomBytes(12).toString('base64url'),
): string {
  const { realm, nonce, algorithm, opaque } = challenge
  const nc = nonceCount.toString(16).padStart(8, '0')
  const qop = challenge.qopAuth ? 'auth' : undefined
  const ha1 = hashedLogin(algorithm, login, realm)
  const response = digestResponse(ha1, request.method, { algorithm, nonce, uri: request.uri, qop, nc, cnonce })
  const parts = [
    `username=${quote(login.username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
  ]
  if (opaque !== undefined) parts.push(`opaque=${quote(opaque)}`)
  if (qop !== undefined) parts.push(`qop=${qop}`, `nc=${nc}`, `cnonce=${quote(cnonce)}`)
  return `Digest ${parts.join(', ')}`
}

/** Parameters after the scheme, unquoted, names in lower case; null for another scheme. */
function digestFields(value: string): Map<string, string> | null {
  if (value.length > MAX_LENGTH || !/^digest\s/i.test(value)) return null
  const fields = new Map<string, string>()
  for (const part of splitAt(value.slice('digest'.length), ',')) {
    const equals = part.indexOf('=')
    if (equals <= 0) continue
    const name = part.slice(0, equals).trim().toLowerCase()
    if (!fields.has(name)) fields.set(name, unquote(part.slice(equals + 1).trim()))
  }
  return fields
}

function algorithmOf(text: string | undefined): DigestAlgorithm | null {
  if (text === undefined || text === '') return 'MD5'
  const upper = text.toUpperCase()
  return upper === 'MD5' || upper === 'SHA-256' ? upper : null
}
