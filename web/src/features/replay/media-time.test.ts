import { expect, test } from 'vitest'
import { playedAt, recordedAt } from './media-time.ts'

const T = Date.parse('2026-11-20T08:00:00Z')
// Two pieces, a hole of an hour, one more.
const PIECES = [
  { start: 0, duration: 6, programDateTime: T },
  { start: 6, duration: 4, programDateTime: T + 6000 },
  { start: 10, duration: 6, programDateTime: T + 3_600_000 },
]

test.each([
  [0, 0],
  [5.5, 5500],
  [9.9, 9900],
  [10, 3_600_000],
  [12, 3_602_000],
])('second %d of the player was recorded %d ms after the begin', (seconds, ms) => {
  expect(recordedAt(PIECES, seconds)).toBeCloseTo(T + ms, 3)
  expect(playedAt(PIECES, T + ms)).toBeCloseTo(seconds, 6)
})

test('a moment in a hole plays from behind it, one behind the end not at all', () => {
  expect(playedAt(PIECES, T + 60_000)).toBe(10)
  expect(playedAt(PIECES, T - 5000)).toBe(0)
  expect(playedAt(PIECES, T + 3_700_000)).toBeNull()
  expect(recordedAt(PIECES, 99)).toBe(T + 3_606_000)
  expect(recordedAt([], 0)).toBeNull()
  expect(recordedAt([{ start: 0, duration: 6, programDateTime: null }], 0)).toBeNull()
})
