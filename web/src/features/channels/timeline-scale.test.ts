import { expect, test } from 'vitest'
import {
  blocksOf,
  clock,
  dateOf,
  dayAfter,
  dayOf,
  endOfRun,
  msAt,
  playableAt,
  shareOf,
  shifted,
  ticks,
  total,
  zoomed,
} from './timeline-scale.ts'

const DAY = dayOf('2026-11-20')
const at = (hours: number) => DAY.fromMs + hours * 3_600_000
const recorded = (from: number, to: number, kind = 'time') => ({ fromMs: at(from), toMs: at(to), kind })

test('a day begins and ends at midnight', () => {
  expect(dateOf(DAY.fromMs)).toBe('2026-11-20')
  expect(clock(DAY.fromMs, true)).toBe('00:00:00')
  expect(dayAfter('2026-11-30', 1)).toBe('2026-12-01')
  expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28')
})

test('files that touch are one block, those of alarms stay apart, all within the day', () => {
  const blocks = blocksOf(
    [recorded(2, 3), recorded(-1, 1), recorded(1, 2), recorded(1.5, 1.6, 'alarm'), recorded(23, 26)],
    DAY,
  )
  expect(blocks).toEqual([recorded(0, 2), recorded(1.5, 1.6, 'alarm'), recorded(2, 3), recorded(23, 24)])
  expect(total(blocks)).toBe(4 * 3_600_000)
})

test('a click into a gap plays from the next recording', () => {
  const blocks = [recorded(2, 3), recorded(5, 6)]
  expect(playableAt(blocks, at(2.5))).toBe(at(2.5))
  expect(playableAt(blocks, at(3))).toBe(at(5))
  expect(playableAt(blocks, at(7))).toBeNull()
  expect(endOfRun([recorded(2, 3), recorded(2.5, 4, 'alarm'), recorded(5, 6)], at(2.2))).toBe(at(4))
})

test('zooming keeps the time under the pointer and never leaves the day', () => {
  const closer = zoomed(DAY, 0.25, at(6), DAY)
  expect(closer.toMs - closer.fromMs).toBe(6 * 3_600_000)
  expect(shareOf(closer, at(6))).toBeCloseTo(0.25, 9)
  expect(zoomed(closer, 100, at(6), DAY)).toEqual(DAY)
  expect(zoomed(DAY, 1e-9, at(6), DAY).toMs - zoomed(DAY, 1e-9, at(6), DAY).fromMs).toBe(120_000)
  expect(shifted(closer, -1e12, DAY).fromMs).toBe(DAY.fromMs)
  expect(msAt(closer, 0)).toBe(closer.fromMs)
})

test('labels are round and have room', () => {
  expect(
    ticks(DAY, DAY, 1200)
      .map(({ label }) => label)
      .slice(0, 3),
  ).toEqual(['00:00', '02:00', '04:00'])
  expect(ticks(DAY, DAY, 340)).toHaveLength(5)
  const close = { fromMs: at(6), toMs: at(6) + 120_000 }
  expect(ticks(close, DAY, 400).map(({ label }) => label)).toEqual([
    '06:00:00',
    '06:00:30',
    '06:01:00',
    '06:01:30',
    '06:02:00',
  ])
})
