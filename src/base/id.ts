import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford base32: no i, l, o, u

/** Sortable id: 10 characters of time, 10 random (50 bits), e.g. `st_01jd3v7k2mabcdefghjk`. */
export function newId(prefix: string, nowMs: number): string {
  let time = ''
  let rest = nowMs
  for (let i = 0; i < 10; i++) {
    time = ALPHABET[rest % 32]! + time
    rest = Math.floor(rest / 32)
  }
  let random = ''
  for (const byte of randomBytes(10)) random += ALPHABET[byte % 32]!
  return `${prefix}_${time}${random}`
}

/** A secret in URL-safe letters; 24 bytes are 192 bits. */
export function newSecret(bytes = 24): string {
  return randomBytes(bytes).toString('base64url')
}
