import { BitReader } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'

/** The first `count` ue(v) values of an RBSP; fewer when the bytes do not hold them. */
export function firstUe(rbsp: Uint8Array, count: number): number[] {
  const reader = new BitReader(rbsp, 'RBSP')
  const values: number[] = []
  try {
    while (values.length < count) values.push(reader.ue())
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
  return values
}
