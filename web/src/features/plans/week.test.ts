import { expect, test } from 'vitest'
import {
  added,
  atHour,
  conflict,
  copiedDay,
  drawn,
  EMPTY_WEEK,
  freeOf,
  type Interval,
  moved,
  removed,
  replaced,
  resized,
  secondsOf,
  sentWeek,
  type Week,
  wallSeconds,
  wallText,
  weekOf,
} from './week.ts'

const H = 3600
const lesson = (from: number, to: number, subject = ''): Interval => ({
  startS: from * H,
  endS: to * H,
  subject,
  teacher: '',
})
const week = (...monday: readonly Interval[]): Week => EMPTY_WEEK.map((day, i) => (i === 0 ? monday : day))
const shown = (day: readonly Interval[] | undefined) => day?.map(({ startS, endS }) => [startS / H, endS / H])

test('times of day are read and written, to the second and up to 24:00', () => {
  for (const [text, seconds] of [
    ['00:00', 0],
    ['08:05', 29_100],
    ['08:05:30', 29_130],
    ['24:00', 86_400],
  ] as const) {
    expect(wallSeconds(text)).toBe(seconds)
    expect(wallText(seconds)).toBe(text)
  }
  for (const wrong of ['', '8', '08:60', '24:01', '08:00:60', 'noon']) expect(wallSeconds(wrong)).toBeNull()
})

test('a week goes to the platform as it came', () => {
  const sent = EMPTY_WEEK.map((_, i) =>
    i === 2 ? [{ start: '08:00', end: '24:00', subject: 'Physics', teacher: 'Curie' }] : [],
  )
  expect(sentWeek(weekOf({ week: sent }))).toEqual(sent)
})

test('drawing takes what is free around where it began', () => {
  const before = week(lesson(8, 9), lesson(12, 13))
  expect(shown(drawn(before, 0, 10 * H, 20 * H)?.week[0])).toEqual([
    [8, 9],
    [10, 12],
    [12, 13],
  ])
  expect(shown(drawn(before, 0, 10 * H, 1 * H)?.week[0])).toEqual([
    [8, 9],
    [9, 10],
    [12, 13],
  ])
  expect(drawn(before, 0, 8.5 * H, 11 * H)).toBeNull()
  expect(drawn(before, 0, 10 * H, 10 * H + 60)).toBeNull()
})

test('a day takes eight intervals and no more', () => {
  let full: Week = EMPTY_WEEK
  for (let i = 0; i < 8; i++) full = added(full, 0)?.week ?? full
  expect(full[0]).toHaveLength(8)
  expect(added(full, 0)).toBeNull()
  expect(drawn(full, 0, 20 * H, 21 * H)).toBeNull()
  const [first] = full[0] ?? []
  const tuesday = EMPTY_WEEK.map((_, i) => (i === 1 ? [lesson(20, 21)] : (full[i] ?? [])))
  expect(moved(tuesday, 1, tuesday[1]?.[0] ?? lesson(0, 1), 0, 20 * H)).toBeNull()
  expect(conflict(full[0] ?? [], lesson(20, 21))).toBe('full')
  expect(conflict(full[0] ?? [], { ...lesson(20, 21) }, first)).toBeNull()
})

test('intervals of a day never overlap, whatever is dragged where', () => {
  const [a, b] = [lesson(8, 10), lesson(11, 12)]
  const before = week(a, b)
  expect(shown(resized(before, 0, a, 'end', 15 * H)?.week[0])).toEqual([
    [8, 11],
    [11, 12],
  ])
  expect(shown(resized(before, 0, b, 'start', 2 * H)?.week[0])).toEqual([
    [8, 10],
    [10, 12],
  ])
  expect(shown(resized(before, 0, a, 'start', 23 * H)?.week[0])?.[0]?.[0]).toBeCloseTo(10 - 300 / H, 9)
  // Too long for what is between: it goes to the nearest room.
  expect(shown(moved(before, 0, a, 0, 10.5 * H)?.week[0])).toEqual([
    [9, 11],
    [11, 12],
  ])
  expect(shown(moved(before, 0, a, 0, 11.6 * H)?.week[0])).toEqual([
    [11, 12],
    [12, 14],
  ])
  expect(replaced(before, 0, a, lesson(9, 11.5))).toBeNull()
  expect(conflict([a, b], lesson(9, 11.5), a)).toBe('overlap')
  expect(conflict([a, b], lesson(9, 9))).toBe('order')
  expect(freeOf([a, b]).map(({ fromS, toS }) => [fromS / H, toS / H])).toEqual([
    [0, 8],
    [10, 11],
    [12, 24],
  ])
})

test('an interval goes to another day with what is written on it', () => {
  const maths = lesson(8, 10, 'Maths')
  const after = moved(week(maths), 0, maths, 3, 30 * H)
  expect(after?.week[0]).toEqual([])
  expect(after?.week[3]).toEqual([{ ...maths, startS: 22 * H, endS: 24 * H }])
  expect(removed(after?.week ?? EMPTY_WEEK, 3, after?.interval ?? maths)[3]).toEqual([])
})

test('a day is copied to others in place of theirs', () => {
  const before = EMPTY_WEEK.map((_, i) => (i === 0 ? [lesson(8, 10, 'Maths')] : i === 1 ? [lesson(1, 2)] : []))
  const after = copiedDay(before, 0, new Set([0, 1, 4]))
  expect(after[1]).toEqual(before[0])
  expect(after[4]).toEqual(before[0])
  expect(after[4]?.[0]).not.toBe(before[0]?.[0])
  expect(after[2]).toEqual([])
  expect(secondsOf(after[1] ?? [])).toBe(2 * H)
})

test('a click on an hour moves the nearer edge there', () => {
  const long = lesson(8.25, 11.5)
  const at = (hour: number) => shown(atHour(week(long), 0, long, hour)?.week[0])
  expect(at(9)).toEqual([[9, 11.5]])
  expect(at(11)).toEqual([[8.25, 11]])
  expect(at(6)).toEqual([[6, 11.5]])
  expect(at(20)).toEqual([[8.25, 20]])
})
