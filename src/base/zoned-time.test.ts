import { expect, test } from 'vitest'
import { instantOf, isZone, wallTime } from './zoned-time.ts'

const at = (text: string) => Date.parse(text)

/** Zone, what the wall shows, when that is. */
const MOMENTS = [
  ['Asia/Shanghai', { year: 2026, month: 1, day: 5, weekday: 0, second: 8 * 3600 }, '2026-01-05T00:00:00Z'],
  ['UTC', { year: 2024, month: 2, day: 29, weekday: 3, second: 86_399 }, '2024-02-29T23:59:59Z'],
  ['America/St_Johns', { year: 2026, month: 7, day: 1, weekday: 2, second: 0 }, '2026-07-01T02:30:00Z'],
  ['Asia/Kathmandu', { year: 2026, month: 12, day: 31, weekday: 3, second: 45 * 60 }, '2026-12-30T19:00:00Z'],
  // the morning the clocks are put forward, before and after 02:00
  ['Europe/Berlin', { year: 2026, month: 3, day: 29, weekday: 6, second: 7199 }, '2026-03-29T00:59:59Z'],
  ['Europe/Berlin', { year: 2026, month: 3, day: 29, weekday: 6, second: 3 * 3600 }, '2026-03-29T01:00:00Z'],
  // and back: 02:30 comes twice, this is the first
  ['Europe/Berlin', { year: 2026, month: 10, day: 25, weekday: 6, second: 9000 }, '2026-10-25T00:30:00Z'],
] as const

test.each(MOMENTS)('%s %o is %s', (zone, wall, utc) => {
  expect(wallTime(zone, at(utc))).toEqual(wall)
  expect(instantOf(zone, wall, wall.second)).toBe(at(utc))
})

test('the second 02:30 of the night the clocks are put back looks like the first', () => {
  expect(wallTime('Europe/Berlin', at('2026-10-25T01:30:00Z')).second).toBe(9000)
})

test('a time the clocks leave out is an hour later; days have 23 and 25 hours', () => {
  const [spring, autumn] = [
    { year: 2026, month: 3, day: 29 },
    { year: 2026, month: 10, day: 25 },
  ]
  expect(instantOf('Europe/Berlin', spring, 9000)).toBe(at('2026-03-29T01:30:00Z'))
  const hours = (day: typeof spring) =>
    (instantOf('Europe/Berlin', day, 86_400) - instantOf('Europe/Berlin', day)) / 3_600_000
  expect([hours(spring), hours(autumn)]).toEqual([23, 25])
})

test('a zone is one of the IANA database', () => {
  expect(['Asia/Shanghai', 'UTC', 'Mars/Olympus', '', '+25:00'].map(isZone)).toEqual([true, true, false, false, false])
})
