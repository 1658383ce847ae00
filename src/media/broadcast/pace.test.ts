import { expect, test } from 'vitest'
import { Pace, windowMs } from './pace.ts'

test.each([
  ['ten viewers cost nothing: no window', { viewers: 10, costMs: 0.01, utilisation: 0.1 }, 350, 0],
  ['a thousand viewers: five percent of the core', { viewers: 1000, costMs: 0.01, utilisation: 0.1 }, 350, 200],
  ['many viewers: the ceiling', { viewers: 15_000, costMs: 0.01, utilisation: 0.3 }, 350, 350],
  ['a low-delay class keeps its ceiling', { viewers: 15_000, costMs: 0.01, utilisation: 0.9 }, 50, 50],
  ['a busy loop widens sooner', { viewers: 250, costMs: 0.01, utilisation: 0.8 }, 350, 150],
  ['class zero never waits', { viewers: 15_000, costMs: 0.01, utilisation: 0.9 }, 0, 0],
])('%s', (_, input, ceilingMs, expected) => {
  expect(windowMs(input, ceilingMs)).toBeCloseTo(expected, 6)
})

test('the measured cost moves the window', () => {
  const pace = new Pace()
  for (let i = 0; i < 500; i++) pace.viewerAdded()
  const before = pace.windowMs(1000)
  for (let i = 0; i < 200; i++) pace.measured(256, 256 * 0.02)
  expect(pace.windowMs(1000)).toBeCloseTo(before * 2, 0)
})
