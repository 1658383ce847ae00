import { expect, test } from 'vitest'
import { type Advice, failureAdvice, planAdvice } from './advice.ts'
import type { SkipReason } from './plan.ts'

const FAILURES: readonly (readonly [message: string, advice: Advice])[] = [
  ['NetworkError: HttpStatusCodeInvalid 403 (Forbidden)', 'refused'],
  ['networkError: manifestLoadError 404', 'notFound'],
  ['media error 4: PipelineStatus::DEMUXER_ERROR_COULD_NOT_PARSE', 'codec'],
  ['no picture within 12 s', 'noPicture'],
  ['the server ended the stream', 'noPicture'],
  ['NetworkError: Exception (Failed to fetch)', 'unreachable'],
]

test.each(FAILURES)('%s', (message, advice) => {
  expect(failureAdvice([{ protocol: 'http-flv', message }])).toBe(advice)
})

test('the first clear reason of several counts', () => {
  const failures = ['Exception 1006', 'HttpStatusCodeInvalid 401'].map(message => ({
    protocol: 'ws-flv' as const,
    message,
  }))
  expect(failureAdvice(failures)).toBe('refused')
})

const PLANS: readonly (readonly [reason: SkipReason, advice: Advice])[] = [
  ['codec', 'codec'],
  ['mixed-content', 'mixedContent'],
  ['no-mse', 'noMse'],
]

test.each(PLANS)('nothing to try because of %s', (reason, advice) => {
  expect(planAdvice({ attempts: [], skipped: [{ protocol: 'hls', reason }], undecodable: [] })).toBe(advice)
})
