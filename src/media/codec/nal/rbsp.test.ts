import { expect, test } from 'vitest'
import { plausibleFps, unescapeRbsp } from './rbsp.ts'

test.each([
  ['6700000301', '67000001'],
  ['000003000003', '00000000'],
  ['0000030003', '00000003'],
  ['00000300000302', '0000000002'],
  ['0003', '0003'],
  ['000003', '0000'],
])('%s unescapes to %s', (unit, rbsp) => {
  expect(Buffer.from(unescapeRbsp(Buffer.from(unit, 'hex'))).toString('hex')).toBe(rbsp)
})

test('no more than the limit is looked at', () => {
  expect(unescapeRbsp(new Uint8Array(100).fill(1), 10)).toHaveLength(10)
})

test.each([
  [60000, 2002, 60000 / 2002],
  [90000, 1, null],
  [0, 1, null],
  [25, 0, null],
])('%i ticks per second, %i per frame: %s fps', (timeScale, units, fps) => {
  expect(plausibleFps(timeScale, units)).toBe(fps)
})
