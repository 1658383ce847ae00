import type { Plan } from './plan.ts'
import type { Failure } from './playback.ts'

/** What the user can do about a picture that does not come; the key of a text. */
export type Advice = 'codec' | 'mixedContent' | 'noMse' | 'refused' | 'notFound' | 'noPicture' | 'unreachable'

/** For a plan with nothing to try. */
export function planAdvice(plan: Plan): Advice {
  const reasons = new Set(plan.skipped.map(({ reason }) => reason))
  if (reasons.has('codec')) return 'codec'
  return reasons.has('mixed-content') ? 'mixedContent' : 'noMse'
}

/** For attempts that were made: the HTTP status tells most, in the library's text it is a number of its own. */
export function failureAdvice(failures: readonly Failure[]): Advice {
  const has = (pattern: RegExp) => failures.some(({ message }) => pattern.test(message))
  if (has(/\b(401|403)\b/)) return 'refused'
  if (has(/\b404\b/)) return 'notFound'
  if (has(/decode|DEMUXER|codec/i)) return 'codec'
  return has(/no picture|no progress|the server ended/) ? 'noPicture' : 'unreachable'
}
