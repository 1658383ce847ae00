import { expect, test } from 'vitest'
import { time } from './stream-view.ts'

test('times are written as a Date writes them', () => {
  const moments = [0, 1, 59_999, 86_399_999, 86_400_000, 951_827_696_789, 1_700_000_000_005, 1_700_000_000_099]
  const others = [-1, -86_400_001, 253_402_300_799_999, 253_402_300_800_000, 8.64e15, 1_700_000_000_000.4]
  // every hour and a half and some of three years, across leap days and the turn of years
  const many = Array.from({ length: 20_000 }, (_, i) => 1_580_000_000_000 + i * 5_432_109)
  for (const ms of [...moments, ...others, ...many]) expect(time(ms)).toBe(new Date(ms).toISOString())
})

test('no time is refused as a Date refuses it', () => {
  expect(() => time(Number.NaN)).toThrow(RangeError)
})
