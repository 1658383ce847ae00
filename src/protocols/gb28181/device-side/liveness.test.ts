import { expect, test } from 'vitest'
import { FakeTime } from '../../../base/fake-time.ts'
import { Liveness, RECONNECT_MS } from './liveness.ts'

const HOUR = 3_600_000

function device(options: { keepaliveMs?: number } = {}) {
  const time = new FakeTime()
  const changes: string[] = []
  const liveness = new Liveness({
    clock: time,
    timers: time,
    random: () => 0.5,
    ...options,
    onChange: (state, cause) => changes.push(`${state} by ${cause}`),
  })
  return { time, changes, liveness }
}

test('keepalives keep it on, for days', () => {
  const { time, changes, liveness } = device()
  expect(liveness.state).toBe('new')
  liveness.register(24 * HOUR)
  for (let i = 0; i < 1000; i++) {
    time.advance(60_000)
    liveness.keepalive()
  }
  expect(changes).toEqual(['on by registered'])
})

test('silence: suspect after one interval, off after three and the grace', () => {
  const { time, changes, liveness } = device()
  liveness.register(24 * HOUR)
  time.advance(60_000 + 10_000 + 2_999)
  expect(liveness.state).toBe('on')
  time.advance(1)
  expect(liveness.state).toBe('suspect')
  time.advance(2 * 60_000 - 1)
  expect(liveness.state).toBe('suspect')
  time.advance(1)
  expect(changes).toEqual(['on by registered', 'suspect by silent', 'off by lost'])
  liveness.traffic()
  expect(liveness.state).toBe('on')
})

test('any traffic is a sign of life', () => {
  const { time, changes, liveness } = device()
  liveness.register(24 * HOUR)
  for (let i = 0; i < 20; i++) {
    time.advance(50_000)
    liveness.traffic()
  }
  time.advance(75_000)
  liveness.traffic()
  expect(changes).toEqual(['on by registered', 'suspect by silent', 'on by traffic'])
})

test('a device that is slower than agreed does not flap', () => {
  const { time, changes, liveness } = device()
  liveness.register(24 * HOUR)
  for (let i = 0; i < 3; i++) {
    time.advance(120_000)
    liveness.keepalive()
  }
  expect(liveness.intervalMs).toBe(120_000)
  changes.length = 0
  for (let i = 0; i < 10; i++) {
    time.advance(120_000)
    liveness.keepalive()
  }
  expect(changes).toEqual([])
})

test('one missed keepalive does not stretch the interval', () => {
  const { time, liveness } = device()
  liveness.register(24 * HOUR)
  for (const gap of [60_000, 120_000, 60_000, 120_000]) {
    time.advance(gap)
    liveness.keepalive()
  }
  expect(liveness.intervalMs).toBe(60_000)
})

test('registration runs out although keepalives come', () => {
  const { time, changes, liveness } = device()
  liveness.register(HOUR)
  for (let i = 0; i < 62; i++) {
    time.advance(60_000)
    liveness.keepalive()
  }
  expect(changes).toEqual(['on by registered', 'off by expired'])
  expect(liveness.registered).toBe(false)
})

test('a broken connection is suspect at once, off soon', () => {
  const { time, changes, liveness } = device()
  liveness.register(HOUR)
  liveness.flowLost()
  expect(liveness.state).toBe('suspect')
  time.advance(RECONNECT_MS - 1)
  liveness.traffic()
  expect(liveness.state).toBe('on')
  liveness.flowLost()
  time.advance(RECONNECT_MS)
  expect(changes.at(-1)).toBe('off by lost')
})

test('unregister, lock, unlock', () => {
  const { changes, liveness } = device()
  liveness.register(HOUR)
  liveness.unregister()
  liveness.traffic()
  expect(liveness.state).toBe('off')
  liveness.lock()
  liveness.register(HOUR)
  expect(liveness.state).toBe('failed')
  liveness.unlock()
  expect(changes).toEqual(['on by registered', 'off by unregistered', 'failed by locked', 'off by unlocked'])
})

test('after a restart it has its whole time to be heard', () => {
  const { time, changes, liveness } = device()
  liveness.restore('on', HOUR)
  expect(changes).toEqual([])
  time.advance(72_000)
  expect(liveness.state).toBe('on')
  time.advance(3 * 60_000)
  expect(changes).toEqual(['suspect by silent', 'off by lost'])
})

test.each([0, Number.NaN, -1, 10_000_000])('an interval of %s is none', keepaliveMs => {
  const { liveness } = device({ keepaliveMs })
  expect(liveness.intervalMs).toBe(60_000)
})

test('nothing after close', () => {
  const { time, changes, liveness } = device()
  liveness.register(HOUR)
  liveness.close()
  time.advance(24 * HOUR)
  expect(changes).toEqual(['on by registered'])
})
