import { createHash } from 'node:crypto'

/** A token has 256 random bits, so a plain hash cannot be searched; looking it up by hash leaks no timing of the token. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
