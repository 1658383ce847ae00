import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford base32: no i, l, o, u

/** Half of what ten letters hold: room to count on within a millisecond. */
const RANDOM_RANGE = 2 ** 49
/** The last id's parts, so that those of one millisecond are sorted too. */
let lastMs = Number.NaN
let lastRandom = 0

/**
 * Sortable id: 10 letters of time, 10 random ones (49 bits), e.g. `st_01jd3v7k2mabcdefghjk`. Ids that a process makes
 * within one millisecond count on from the first, so they are in the order of their making; they are no secrets.
 */
export function newId(prefix: string, nowMs: number): string {
  lastRandom = nowMs === lastMs ? lastRandom + 1 : Number(randomBytes(8).readBigUInt64BE() % BigInt(RANDOM_RANGE))
  lastMs = nowMs
  return `${prefix}_${letters(nowMs)}${letters(lastRandom)}`
}

/** The low 50 bits. */
function letters(value: number): string {
  let text = ''
  let rest = value
  for (let i = 0; i < 10; i++) {
    text = ALPHABET[rest % 32]! + text
    rest = Math.floor(rest / 32)
  }
  return text
}

/** A secret in URL-safe letters; 24 bytes are 192 bits. */
export function newSecret(bytes = 24): string {
  return randomBytes(bytes).toString('base64url')
}
