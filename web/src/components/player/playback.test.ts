import { expect, test } from 'vitest'
import { backoffMs, IDLE, next, type Playback, type PlaybackEvent } from './playback.ts'

const error = (message: string): PlaybackEvent => ({ type: 'error', failure: { protocol: 'ws-flv', message } })
const start: PlaybackEvent = { type: 'start' }
const playing: PlaybackEvent = { type: 'playing' }
const retry: PlaybackEvent = { type: 'retry' }

const run = (attempts: number, ...events: PlaybackEvent[]): Playback =>
  events.reduce((state, event) => next(state, event, attempts), IDLE)

test('goes through the attempts, then waits, longer each round', () => {
  expect(run(3, start)).toMatchObject({ phase: 'connecting', attempt: 0 })
  expect(run(3, start, error('a'))).toMatchObject({ phase: 'connecting', attempt: 1 })
  const failed = run(3, start, error('a'), error('b'), error('c'))
  expect(failed).toMatchObject({ phase: 'waiting', attempt: 0, round: 1, retryInMs: 1000 })
  expect(failed.failures.map(f => f.message)).toEqual(['a', 'b', 'c'])
  const again = [start, error('a'), retry, error('a'), retry, error('a')] as const
  expect(run(1, ...again).retryInMs).toBe(4000)
  expect([0, 1, 2, 3, 4, 5, 99].map(backoffMs)).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
})

test('a picture resets the back-off and keeps the reason for the fallback', () => {
  const state = run(2, start, error('no WebSocket'), playing)
  expect(state).toMatchObject({ phase: 'playing', attempt: 1, round: 0 })
  expect(state.failures).toHaveLength(1)
})

test('what broke while playing is tried again in the same way', () => {
  const state = run(3, start, error('a'), playing, error('cut'))
  expect(state).toMatchObject({ phase: 'waiting', attempt: 1, retryInMs: 1000 })
  expect(next(state, retry, 3)).toMatchObject({ phase: 'connecting', attempt: 1, failures: [] })
  expect(next(state, retry, 1)).toMatchObject({ phase: 'connecting', attempt: 0 })
})

test('events out of place change nothing', () => {
  expect(next(IDLE, playing, 3)).toBe(IDLE)
  expect(next(IDLE, error('late'), 3)).toBe(IDLE)
  expect(run(0, start)).toBe(IDLE)
  const waiting = run(1, start, error('a'))
  expect(next(waiting, error('late'), 1)).toBe(waiting)
  expect(next(waiting, { type: 'stop' }, 1)).toBe(IDLE)
})
