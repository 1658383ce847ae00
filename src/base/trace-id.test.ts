import { expect, test } from 'vitest'
import { newTraceId, traceIdOf } from './trace-id.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

test.each([
  ['traceparent', { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }, TRACE],
  ['a later version of it', { traceparent: `01-${TRACE}-00f067aa0ba902b7-01-more` }, TRACE],
  ['X-Request-Id', { 'x-request-id': '7b5f2a0c-1d2e-4f3a-8b9c-0d1e2f3a4b5c' }, '7b5f2a0c-1d2e-4f3a-8b9c-0d1e2f3a4b5c'],
  ['traceparent before it', { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, 'x-request-id': 'abcdefgh' }, TRACE],
  ['it, when traceparent is not valid', { traceparent: 'x', 'x-request-id': 'abcdefgh' }, 'abcdefgh'],
])('taken from %s', (_, headers, expected) => {
  expect(traceIdOf(headers)).toBe(expected)
})

test.each([
  ['nothing', {}],
  ['zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ['capital letters', { traceparent: `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01` }],
  ['a line break', { 'x-request-id': 'abcdefgh\r\nSet-Cookie: a' }],
  ['something long', { 'x-request-id': 'a'.repeat(65) }],
  ['something too short to be one of many', { 'x-request-id': '1' }],
  ['two of them', { 'x-request-id': ['abcdefgh', 'ijklmnop'] }],
])('%s brings a new one', (_, headers) => {
  expect(traceIdOf(headers)).toMatch(/^[\da-f]{32}$/)
})

test('new ones differ', () => {
  expect(newTraceId()).not.toBe(newTraceId())
})
