import { expect, test } from 'vitest'
import { loginSearch, spaceSearch, streamsSearch } from './search.ts'

test('a login leads only back into the console', () => {
  expect(loginSearch({ next: '/streams?q=a' })).toEqual({ next: '/streams?q=a' })
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', null])
    expect(loginSearch({ next })).toEqual({})
})

test('unknown values are dropped, numbers that look like words are kept', () => {
  expect(streamsSearch({ q: 42, state: 'maybe', sort: 'name', order: 'up', create: 'yes', x: 1 })).toEqual({
    q: '42',
    sort: 'name',
  })
  expect(streamsSearch({ state: 'on', order: 'desc', create: true })).toEqual({
    state: 'on',
    order: 'desc',
    create: true,
  })
  expect(spaceSearch({ space: '' })).toEqual({})
})
