import { expect, test } from 'vitest'
import { dayStart } from '../../lib/days.ts'
import {
  clockText,
  following,
  msAt,
  shareOf,
  shifted,
  ticksOf,
  viewAround,
  widthOf,
  ZOOMS,
  zoomed,
  zoomOf,
} from './timeline-view.ts'

const DAY = dayStart('2026-11-20')
const HOUR = 3_600_000
const NOW = DAY + 40 * HOUR
const view = (from: number, to: number) => ({ fromMs: DAY + from * HOUR, toMs: DAY + to * HOUR })

test('zooming keeps the time under the pointer where it is', () => {
  const at = DAY + 6 * HOUR
  const closer = zoomed(view(0, 24), 0.25, at, NOW)
  expect(widthOf(closer)).toBe(6 * HOUR)
  expect(shareOf(closer, at)).toBeCloseTo(0.25, 9)
  expect(msAt(closer, 0.25)).toBeCloseTo(at, 3)
  expect(zoomed(closer, 4, at, NOW)).toEqual(view(0, 24))
})

test('neither a minute nor two days are left, and the future only a little', () => {
  expect(widthOf(zoomed(view(0, 24), 1e-9, DAY, NOW))).toBe(60_000)
  expect(widthOf(zoomed(view(0, 24), 1e9, DAY, NOW))).toBe(48 * HOUR)
  const last = shifted(view(0, 24), 1000 * HOUR, NOW)
  expect(widthOf(last)).toBe(24 * HOUR)
  expect((last.toMs - NOW) / widthOf(last)).toBeCloseTo(0.04, 6)
  expect(shifted(view(0, 24), -100 * HOUR, NOW)).toEqual(view(-100, -76))
})

test('views are asked for by name', () => {
  expect(viewAround('day', DAY + 7 * HOUR, NOW)).toEqual(view(0, 24))
  expect(viewAround('hour', DAY + 7 * HOUR, NOW)).toEqual(view(6.5, 7.5))
  for (const zoom of ['day', 'hour', 'tenMinutes'] as const) expect(zoomOf({ fromMs: 0, toMs: ZOOMS[zoom] })).toBe(zoom)
})

test('the view follows what plays, a page at a time', () => {
  expect(following(view(0, 1), DAY + 0.5 * HOUR, NOW)).toEqual(view(0, 1))
  expect(shareOf(following(view(0, 1), DAY + 1.1 * HOUR, NOW), DAY + 1.1 * HOUR)).toBeCloseTo(0.1, 6)
})

test('labels are round, have room, and name the day where one begins', () => {
  const day = ticksOf(view(0, 24), 1200)
  expect(day.slice(0, 4).map(({ label }) => label)).toEqual(['11-20', '02:00', '04:00', '06:00'])
  expect(day[0]?.day).toBe(true)
  expect(ticksOf(view(0, 24), 340).length).toBeLessThanOrEqual(5)
  const minutes = ticksOf({ fromMs: DAY + 6 * HOUR, toMs: DAY + 6 * HOUR + 300_000 }, 800)
  expect(minutes.slice(0, 3).map(({ label }) => label)).toEqual(['06:00:00', '06:00:30', '06:01:00'])
  const seconds = ticksOf({ fromMs: DAY, toMs: DAY + 60_000 }, 800)
  expect(seconds[1]?.label).toBe('00:00:10')
  const night = ticksOf(view(22, 26), 600).filter(({ day }) => day)
  expect(night.map(({ label }) => label)).toEqual(['11-21'])
  expect(clockText(DAY + 6.5 * HOUR, false)).toBe('06:30')
})
