import { expect, test } from 'vitest'
import { TrafficMeter } from './rate.ts'

test('the rate is the growth of each counter, not of the sum', () => {
  const meter = new TrafficMeter()
  meter.read(
    0,
    new Map([
      ['a', 1000],
      ['b', 5_000_000],
    ]),
  )
  expect(meter.samples).toEqual([])
  meter.read(1000, new Map([['a', 126_000]])) // b ended
  expect(meter.samples).toEqual([1000])
  meter.read(
    2000,
    new Map([
      ['a', 0],
      ['b', 100],
    ]),
  ) // a restarted, b is new
  expect(meter.samples).toEqual([1000])
  meter.read(
    3000,
    new Map([
      ['a', 250_000],
      ['b', 100],
    ]),
  )
  expect(meter.samples).toEqual([1000, 2000])
  meter.read(4000, new Map())
  expect(meter.samples).toEqual([1000, 2000, 0])
})
