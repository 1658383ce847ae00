import { expect, test } from 'vitest'
import { oneOf, present, word } from './search.ts'

test('words and numbers that look like words are kept, all else is not there', () => {
  const search = { q: 42, state: 'maybe', sort: 'name', order: 'up', space: '', x: null }
  expect(
    present({
      q: word(search.q),
      sort: word(search.sort),
      space: word(search.space),
      x: word(search.x),
      state: oneOf(search.state, ['on', 'off']),
    }),
  ).toEqual({ q: '42', sort: 'name' })
  expect(oneOf('off', ['on', 'off'])).toBe('off')
})
