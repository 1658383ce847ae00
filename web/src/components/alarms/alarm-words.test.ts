import { expect, test } from 'vitest'
import { methodKey, typeKey } from './alarm-words.ts'

test.each([
  [5, 2, '5.2'],
  [2, 5, '2.5'],
  [2, 6, null],
  [6, 2, '6.2'],
  [1, 1, null],
  [5, null, null],
])('method %d, type %s', (method, alarmType, key) => {
  expect(typeKey({ method, alarmType })).toBe(key)
})

test('a method nobody defined has no word', () => {
  expect([0, 1, 7, 8].map(methodKey)).toEqual([null, 1, 7, null])
})
