import { expect, test } from 'vitest'
import { bufferedAheadMs, type Reading, shownFps, withReading } from './stats.ts'

const at = (atMs: number, totalFrames: number, droppedFrames = 0): Reading => ({ atMs, totalFrames, droppedFrames })

test('frames per second counts shown frames of the last two seconds', () => {
  let readings: readonly Reading[] = []
  for (let i = 0; i <= 20; i++) readings = withReading(readings, at(i * 500, i * 15, i))
  expect(readings.length).toBe(5)
  expect(shownFps(readings)).toBe(28)
})

test('one reading is not a rate, and a new source starts anew', () => {
  expect(shownFps(withReading([], at(0, 10)))).toBeNull()
  expect(withReading([at(0, 100)], at(500, 5))).toEqual([at(500, 5)])
})

test('buffered ahead is the last range end minus the shown time', () => {
  const ranges = (...ends: number[]) =>
    ({ length: ends.length, end: (i: number) => ends[i] ?? 0, start: () => 0 }) satisfies TimeRanges
  expect(bufferedAheadMs({ buffered: ranges(4, 10.5), currentTime: 10 })).toBe(500)
  expect(bufferedAheadMs({ buffered: ranges(9), currentTime: 10 })).toBe(0)
  expect(bufferedAheadMs({ buffered: ranges(), currentTime: 0 })).toBeNull()
})
