import type { Schemas } from '@sightline/client'
import { expect, test } from 'vitest'
import { dayLater, dayName, dayStart } from '../../lib/days.ts'
import { beginAfter, beginBefore, daysOf, growing, playableFrom, playableUntil, spanAt, trackOf } from './track.ts'

const T0 = Date.parse('2026-11-20T00:00:00Z')
const at = (hours: number) => new Date(T0 + hours * 3_600_000).toISOString()
const ms = (hours: number) => T0 + hours * 3_600_000
const timeline = (from: number, to: number, parts: Partial<Schemas['Timeline']>): Schemas['Timeline'] => ({
  path: 'default/live/gate',
  start: at(from),
  end: at(to),
  spans: [],
  gaps: [],
  events: [],
  ...parts,
})
const span = (from: number, to: number) => ({ start: at(from), end: at(to) })

const track = trackOf([
  timeline(24, 48, {
    spans: [span(24, 25), span(30, 31)],
    gaps: [{ ...span(25, 30), reason: 'noStream' }],
    events: [{ at: at(25), kind: 'alert', name: 'recording.missing', reason: 'noStream', until: at(30) }],
  }),
  timeline(0, 24, { spans: [span(20, 22), span(22 + 1 / 3600, 24)], gaps: [{ ...span(19, 20), reason: 'diskFull' }] }),
])

test('days are put together: what goes on over midnight, or over a second, is one span', () => {
  expect(track.spans).toEqual([
    { fromMs: ms(20), toMs: ms(25) },
    { fromMs: ms(30), toMs: ms(31) },
  ])
  expect(track.gaps.map(({ reason }) => reason)).toEqual(['diskFull', 'noStream'])
  expect(track.marks).toEqual([
    { atMs: ms(25), kind: 'alert', name: 'recording.missing', reason: 'noStream', untilMs: ms(30) },
  ])
})

test('what lies at a time is found, and what comes before and after it', () => {
  expect(spanAt(track.spans, ms(24))?.fromMs).toBe(ms(20))
  expect(spanAt(track.spans, ms(25))).toBeNull()
  expect(spanAt(track.gaps, ms(26))?.reason).toBe('noStream')
  expect(playableFrom(track.spans, ms(21))).toBe(ms(21))
  expect(playableFrom(track.spans, ms(26))).toBe(ms(30))
  expect(playableFrom(track.spans, ms(31))).toBeNull()
  expect(playableUntil(track.spans, ms(26))).toBe(ms(25) - 1)
  expect(playableUntil(track.spans, ms(2))).toBeNull()
  expect(playableFrom([], ms(2))).toBeNull()
})

test('one goes from recording to recording', () => {
  expect(beginBefore(track.spans, ms(30.5))).toBe(ms(30))
  expect(beginBefore(track.spans, ms(30) + 500)).toBe(ms(20))
  expect(beginBefore(track.spans, ms(20))).toBeNull()
  expect(beginAfter(track.spans, ms(21))).toBe(ms(30))
  expect(beginAfter(track.spans, ms(30))).toBeNull()
})

test('the days of a view are those of the wall', () => {
  const midnight = dayStart('2026-11-20')
  expect(daysOf({ fromMs: midnight, toMs: midnight + 1 })).toEqual(['2026-11-20'])
  expect(daysOf({ fromMs: midnight - 1, toMs: midnight + 1 })).toEqual(['2026-11-19', '2026-11-20'])
  expect(daysOf({ fromMs: midnight, toMs: dayStart('2026-11-21') })).toEqual(['2026-11-20'])
  expect(dayName(midnight)).toBe('2026-11-20')
  expect(dayLater('2026-12-31', 1)).toBe('2027-01-01')
  expect(dayStart('tomorrow')).toBeNaN()
})

test('what is being recorded goes on to now, what was recorded does not', () => {
  expect(spanAt(growing(track, ms(31) + 10_000).spans, ms(31) + 10_000)?.fromMs).toBe(ms(30))
  expect(growing(track, ms(32))).toBe(track)
})
