import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export type SignedAction = 'play' | 'publish'

/** Compares secrets in time that does not depend on where they differ. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** Hex HMAC-SHA256 over action, stream path (`space/app/name`) and expiry (unix seconds). */
function signPath(key: string, action: SignedAction, path: string, expires: number): string {
  return createHmac('sha256', key).update(`${action}:${path}:${expires}`).digest('hex')
}

/** Query parameters of a signed URL: `expires=...&sign=...`. */
export function signedQuery(key: string, action: SignedAction, path: string, expires: number): string {
  return `expires=${expires}&sign=${signPath(key, action, path, expires)}`
}

export type Verdict = 'ok' | 'missing' | 'malformed' | 'expired' | 'mismatch'

/** Longest `auth_key` or `sign` looked at; real ones are under 200 letters. */
const MAX_PARAMETER_LENGTH = 512

/** Checks `expires` and `sign`. Any of `keys` may have signed (main and backup key). */
export function verifySigned(
  query: URLSearchParams,
  keys: readonly string[],
  action: SignedAction,
  path: string,
  nowMs: number,
): Verdict {
  const sign = query.get('sign')
  const expiresText = query.get('expires')
  if (sign === null || expiresText === null) return 'missing'
  if (sign.length > MAX_PARAMETER_LENGTH || !/^\d{1,12}$/.test(expiresText)) return 'malformed'
  const expires = Number(expiresText)
  let matched = false
  for (const key of keys) if (sameSecret(sign, signPath(key, action, path, expires))) matched = true
  if (!matched) return 'mismatch'
  return expires * 1000 < nowMs ? 'expired' : 'ok'
}

/** CDN type A: `{timestamp}-{rand}-{uid}-{md5hash}` over `uri-timestamp-rand-uid-key`; uri begins with `/`, no query. */
export function authKey(key: string, uri: string, timestamp: number, rand = '0', uid = '0'): string {
  const hash = createHash('md5').update(`${uri}-${timestamp}-${rand}-${uid}-${key}`).digest('hex')
  return `${timestamp}-${rand}-${uid}-${hash}`
}

/** Checks an `auth_key`; it is valid until `timestamp + lifetimeSeconds`. */
export function verifyAuthKey(
  value: string | null,
  keys: readonly string[],
  uri: string,
  lifetimeSeconds: number,
  nowMs: number,
): Verdict {
  if (value === null) return 'missing'
  const parts = value.length > MAX_PARAMETER_LENGTH ? [] : value.split('-')
  const [timestampText = '', rand = '', uid = ''] = parts
  if (parts.length !== 4 || !/^\d{1,12}$/.test(timestampText)) return 'malformed'
  const timestamp = Number(timestampText)
  let matched = false
  for (const key of keys) if (sameSecret(value, authKey(key, uri, timestamp, rand, uid))) matched = true
  if (!matched) return 'mismatch'
  return (timestamp + lifetimeSeconds) * 1000 < nowMs ? 'expired' : 'ok'
}
