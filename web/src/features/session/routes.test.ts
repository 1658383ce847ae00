import { expect, test } from 'vitest'
import { loginSearch } from './routes.ts'

test('a login leads only back into the console', () => {
  expect(loginSearch({ next: '/streams?q=a' })).toEqual({ next: '/streams?q=a' })
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', null])
    expect(loginSearch({ next })).toEqual({})
})
