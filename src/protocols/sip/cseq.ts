export interface CSeq {
  readonly number: number
  readonly method: string
}

/** RFC 3261 §8.1.1.5: below 2^31. */
export const MAX_CSEQ = 2 ** 31 - 1

/** RFC 3261 §20.16; null when it is none. */
export function parseCSeq(value: string): CSeq | null {
  const match = /^(\d{1,12})\s+(\S+)$/.exec(value)
  if (!match) return null
  const number = Number(match[1])
  return number > MAX_CSEQ ? null : { number, method: match[2]! }
}
