import { newSecret } from '../../base/id.ts'
import { BRANCH_COOKIE } from './via.ts'

/** RFC 3261 §19.3: at least 32 bits of randomness; these are 72. */
export const newTag = (): string => newSecret(9)
export const newBranch = (): string => `${BRANCH_COOKIE}${newSecret(12)}`
export const newCallId = (): string => newSecret(18)
/** RFC 3261 §8.1.1.5 asks for less than 2^31; small ones are easier to read. */
export const FIRST_CSEQ = 1
