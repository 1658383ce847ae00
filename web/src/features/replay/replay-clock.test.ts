import { expect, test } from 'vitest'
import { ReplayClock } from './replay-clock.ts'

function clockAt(positionMs: number) {
  const time = { ms: 0 }
  const clock = new ReplayClock(positionMs, () => time.ms)
  return { clock, wait: (ms: number) => (time.ms += ms) }
}

test('it runs at its speed, backwards too, and only while it plays', () => {
  const { clock, wait } = clockAt(1000)
  wait(500)
  expect(clock.positionMs).toBe(1000)
  clock.set(true, 2)
  wait(500)
  expect(clock.positionMs).toBe(2000)
  clock.set(true, -1)
  wait(300)
  expect(clock.positionMs).toBe(1700)
  clock.set(false, 1)
  wait(9999)
  expect(clock.positionMs).toBe(1700)
})

test('it stands while it is held and goes on from there', () => {
  const { clock, wait } = clockAt(0)
  clock.set(true, 4)
  wait(100)
  clock.hold(true)
  wait(5000)
  expect(clock.positionMs).toBe(400)
  expect([clock.playing, clock.running]).toEqual([true, false])
  clock.hold(false)
  wait(100)
  expect(clock.positionMs).toBe(800)
})

test('a jump keeps it running', () => {
  const { clock, wait } = clockAt(0)
  clock.set(true, 1)
  wait(100)
  clock.seek(50_000)
  wait(100)
  expect(clock.positionMs).toBe(50_100)
})
