import { expect, test } from 'vitest'
import { ApiError, curlCommand, query } from './client.ts'

test('the shown command quotes for a shell and never carries a token', () => {
  const command = curlCommand({ method: 'POST', path: '/streams', body: { name: "it's" } }, 'http://h:8000')
  expect(command).toBe(
    [
      "curl -X POST 'http://h:8000/api/v1/streams'",
      "-H 'Authorization: Bearer <token>'",
      "-H 'Content-Type: application/json'",
      `-d '{"name":"it'\\''s"}'`,
    ].join(' \\\n  '),
  )
})

test('empty values stay out of a query', () => {
  expect(query({ q: 'a b', state: undefined, space: '', limit: 5 })).toBe('?q=a+b&limit=5')
  expect(query({})).toBe('')
})

test('an error without a body still has a code', () => {
  const call = { method: 'GET', path: '/nodes' } as const
  expect(new ApiError(call, 502, {})).toMatchObject({ code: 'HTTP_502', message: 'HTTP 502', hint: null })
  expect(new ApiError(call, 0, { message: 'fetch failed' })).toMatchObject({ code: 'NETWORK', message: 'fetch failed' })
  expect(new ApiError(call, 409, { code: 'CONFLICT', message: 'm', hint: 'h', field: 'body.name' })).toMatchObject({
    code: 'CONFLICT',
    hint: 'h',
    field: 'body.name',
  })
})
