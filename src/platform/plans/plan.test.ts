import { expect, test } from 'vitest'
import { checkWeek, checkZone, type Interval, intervalAt, type Week } from './plan.ts'

const interval = (start: number, end: number, subject = ''): Interval => ({
  ...{ startS: start * 3600, endS: end * 3600, subject, teacher: '' },
})
const week = (...days: [number, Interval[]][]): Week =>
  Array.from({ length: 7 }, (_, day) => days.find(([at]) => at === day)?.[1] ?? [])
const wrong = (days: Week) => {
  try {
    checkWeek(days)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('intervals of a day are sorted and may touch', () => {
  const [monday] = checkWeek(week([0, [interval(9, 10), interval(8, 9), interval(23, 24)]]))
  expect(monday?.map(({ startS }) => startS / 3600)).toEqual([8, 9, 23])
})

test('what is wrong is told with its day and interval', () => {
  expect(wrong(week([2, [interval(8, 9.5), interval(9, 10)]]))).toBe(
    'body.week.2.1: wednesday, interval 2 (09:00-10:00) overlaps interval 1 (08:00-09:30)',
  )
  expect(wrong(week([6, [interval(10, 9)]]))).toBe(
    'body.week.6.0: sunday, interval 1 (10:00-09:00) ends before it begins',
  )
  const nine = Array.from({ length: 9 }, (_, n) => interval(n, n + 1))
  expect(wrong(week([0, nine]))).toBe('body.week.0.8: monday, interval 9 (08:00-09:00) is one too many: 8 a day')
  expect(wrong(week([0, nine.slice(0, 8)]))).toBe('')
})

test('zones are names that know summer time', () => {
  for (const zone of ['Asia/Shanghai', 'UTC', 'America/New_York']) checkZone(zone)
  for (const zone of ['+08:00', 'Mars/Olympus', '']) expect(() => checkZone(zone)).toThrow('is no time zone')
})

test('a moment lies in the lesson that the wall shows, also when the clocks change', () => {
  const plan = { zone: 'Europe/Berlin', week: week([6, [interval(2, 3, 'night'), interval(3, 4, 'morning')]]) }
  const at = (text: string) => intervalAt(plan, Date.parse(text))?.subject ?? null
  expect(at('2026-03-29T00:59:59Z')).toBe(null) // 01:59:59; 02:00 does not come that night
  expect(at('2026-03-29T01:00:00Z')).toBe('morning')
  expect(at('2026-10-25T00:30:00Z')).toBe('night') // the first 02:30
  expect(at('2026-10-25T01:30:00Z')).toBe('night') // and the second
  expect(at('2026-10-25T02:00:00Z')).toBe('morning')
  expect(at('2026-10-26T02:00:00Z')).toBe(null) // monday
})
