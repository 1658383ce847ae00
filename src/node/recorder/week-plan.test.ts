import { describe, expect, test } from 'vitest'
import { checkWeekPlan, type DayInterval, isPlanned, nextChange, plannedBetween, type WeekPlan } from './week-plan.ts'

const H = 3600
const utc = (text: string) => Date.parse(text)
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16)

function daily(zone: string, ...intervals: DayInterval[]): WeekPlan {
  return { zone, week: Array.from({ length: 7 }, () => intervals) }
}

function spans(plan: WeekPlan, from: string, to: string): string[] {
  return plannedBetween(plan, utc(from), utc(to)).map(({ fromMs, toMs }) => `${iso(fromMs)} ${iso(toMs)}`)
}

/** [name, plan, from, to, spans in UTC] */
const DAYS: readonly [string, WeekPlan, string, string, string[]][] = [
  [
    'a summer day in Berlin',
    daily('Europe/Berlin', { startS: 8 * H, endS: 17 * H }),
    '2026-07-01T00:00Z',
    '2026-07-02T00:00Z',
    ['2026-07-01T06:00 2026-07-01T15:00'],
  ],
  [
    'spring in Berlin: the hour from 2 to 3 is left out',
    daily('Europe/Berlin', { startS: 1 * H, endS: 4 * H }),
    '2026-03-28T12:00Z',
    '2026-03-29T12:00Z',
    ['2026-03-29T00:00 2026-03-29T02:00'],
  ],
  [
    'spring in Berlin: what is planned for that hour alone never comes',
    daily('Europe/Berlin', { startS: 2 * H, endS: 3 * H }),
    '2026-03-28T12:00Z',
    '2026-03-29T12:00Z',
    [],
  ],
  [
    'autumn in Berlin: the hour from 2 to 3 comes twice',
    daily('Europe/Berlin', { startS: 1 * H, endS: 4 * H }),
    '2026-10-24T12:00Z',
    '2026-10-25T12:00Z',
    ['2026-10-24T23:00 2026-10-25T03:00'],
  ],
  [
    'autumn in Berlin: an interval in that hour is recorded both times',
    daily('Europe/Berlin', { startS: 2 * H + 900, endS: 2 * H + 1800 }),
    '2026-10-24T12:00Z',
    '2026-10-25T12:00Z',
    ['2026-10-25T00:15 2026-10-25T00:30', '2026-10-25T01:15 2026-10-25T01:30'],
  ],
  [
    'all day over the change is one span',
    daily('Europe/Berlin', { startS: 0, endS: 24 * H }),
    '2026-10-24T22:00Z',
    '2026-10-26T23:00Z',
    ['2026-10-24T22:00 2026-10-26T23:00'],
  ],
  [
    'Shanghai has no summer time',
    daily('Asia/Shanghai', { startS: 8 * H, endS: 12 * H }, { startS: 13 * H, endS: 18 * H }),
    '2026-03-28T16:00Z',
    '2026-03-29T16:00Z',
    ['2026-03-29T00:00 2026-03-29T04:00', '2026-03-29T05:00 2026-03-29T10:00'],
  ],
  [
    'over midnight: two intervals that meet',
    {
      zone: 'Asia/Shanghai',
      week: [[], [], [], [], [{ startS: 22 * H, endS: 24 * H }], [{ startS: 0, endS: 2 * H }], []],
    },
    '2026-11-16T00:00Z',
    '2026-11-23T00:00Z',
    ['2026-11-20T14:00 2026-11-20T18:00'],
  ],
  [
    'half an hour of change (Lord Howe)',
    daily('Australia/Lord_Howe', { startS: 1 * H, endS: 3 * H }),
    '2026-10-03T06:00Z',
    '2026-10-04T06:00Z',
    ['2026-10-03T14:30 2026-10-03T16:00'],
  ],
]

describe('planned time', () => {
  test.each(DAYS)('%s', (_, plan, from, to, expected) => {
    expect(spans(plan, from, to)).toEqual(expected)
  })

  test.each(DAYS)('each minute agrees: %s', (_, plan, from, to) => {
    const planned = plannedBetween(plan, utc(from), utc(to))
    for (let at = utc(from); at < utc(to); at += 60_000) {
      const within = planned.some(({ fromMs, toMs }) => at >= fromMs && at < toMs)
      expect(isPlanned(plan, at), iso(at)).toBe(within)
    }
  })

  test('the next change', () => {
    const plan = daily('Europe/Berlin', { startS: 8 * H, endS: 17 * H })
    expect(iso(nextChange(plan, utc('2026-07-01T00:00Z')) ?? 0)).toBe('2026-07-01T06:00')
    expect(iso(nextChange(plan, utc('2026-07-01T06:00Z')) ?? 0)).toBe('2026-07-01T15:00')
    expect(nextChange(daily('Europe/Berlin'), utc('2026-07-01T06:00Z'))).toBeNull()
    expect(nextChange(daily('Europe/Berlin', { startS: 0, endS: 24 * H }), utc('2026-07-01T06:00Z'))).toBeNull()
  })
})

test.each<[string, WeekPlan]>([
  ['another zone', daily('Mars/Olympus')],
  ['six days', { zone: 'UTC', week: [[], [], [], [], [], []] }],
  ['nine intervals', daily('UTC', ...Array.from({ length: 9 }, (_, i) => ({ startS: i * H, endS: i * H + 60 })))],
  ['an overlap', daily('UTC', { startS: 0, endS: 2 * H }, { startS: H, endS: 3 * H })],
  ['an end before the start', daily('UTC', { startS: 2 * H, endS: H })],
  ['beyond the day', daily('UTC', { startS: 0, endS: 86_401 })],
  ['half a second', daily('UTC', { startS: 0.5, endS: 10 })],
])('%s is refused', (_, plan) => {
  expect(() => checkWeekPlan(plan)).toThrow(expect.objectContaining({ code: 'INVALID' }))
})

test('eight intervals that meet are a plan', () => {
  checkWeekPlan(daily('UTC', ...Array.from({ length: 8 }, (_, i) => ({ startS: i * 3 * H, endS: (i + 1) * 3 * H }))))
})
