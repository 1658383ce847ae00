import { expect, test } from 'vitest'
import { niceTop, runsOf } from './chart-scale.ts'

test.each([
  [0, 3],
  [0.2, 3],
  [1, 3],
  [7, 8],
  [11, 15],
  [950, 1000],
  [2540, 3000],
  [Number.NaN, 3],
])('a scale for %d ends at %d', (largest, top) => {
  expect(niceTop(largest)).toBe(top)
})

test('what was not measured is no line', () => {
  expect(runsOf([0, 1, 2, 3, 9, 10], [5, 6, null, 7, 8, 9], 2)).toEqual([
    [
      [0, 5],
      [1, 6],
    ],
    [[3, 7]],
    [
      [9, 8],
      [10, 9],
    ],
  ])
  expect(runsOf([], [], 1)).toEqual([])
})
