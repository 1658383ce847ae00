import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../base/errors.ts'

/** OWASP Password Storage Cheat Sheet, scrypt row with the least memory: 16 MiB and about 100 ms for one check. */
const COST = { N: 2 ** 14, r: 8, p: 5 }
const SALT_BYTES = 16
const HASH_BYTES = 32

/** `scrypt$N$r$p$salt$hash`: the parameters stand beside the hash, so that they can grow later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, HASH_BYTES, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/** Takes as long for a wrong password as for a right one. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = stored.split('$')
  const expected = Buffer.from(hash, 'base64url')
  const options = { N: Number(N), r: Number(r), p: Number(p) }
  return timingSafeEqual(expected, await derive(password, Buffer.from(salt, 'base64url'), expected.length, options))
}

function derive(password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // the same letters typed on different keyboards are the same password: NFKC
    scrypt(password.normalize('NFKC'), salt, length, options, (error, hash) => (error ? reject(error) : resolve(hash)))
  })
}

/** NIST SP 800-63B §5.1.1.2: length counts, composition rules do not. */
const MIN_LENGTH = 8
const MAX_LENGTH = 256

/** Throws INVALID for a password nobody should have. */
export function checkNewPassword(password: string, userName: string): void {
  const refuse = (reason: string) => new AppError('INVALID', { field: 'body.password', reason })
  if ([...password].length < MIN_LENGTH) throw refuse(`at least ${MIN_LENGTH} letters`)
  if (password.length > MAX_LENGTH) throw refuse(`at most ${MAX_LENGTH} letters`)
  if (password.normalize('NFKC').toLowerCase() === userName) throw refuse('the user name is no password')
}
