import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Motion, MotionSender, motionAt, motionOf, type PtzKey, ptzKey, STILL } from './ptz-motion.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const RIGHT: Motion = { pan: 0.5, tilt: 0, zoom: 0 }
const UP: Motion = { pan: 0, tilt: 0.5, zoom: 0 }

test.each([
  [0, 0, { pan: 0, tilt: 0 }],
  [0.1, 0.05, { pan: 0, tilt: 0 }],
  [1, 0, { pan: 0.5, tilt: 0 }],
  [-2, 0, { pan: -0.5, tilt: 0 }],
  [0, -1, { pan: 0, tilt: 0.5 }],
  [0, 0.575, { pan: 0, tilt: -0.25 }],
])('a pointer at %d, %d', (x, y, motion) => {
  expect(motionAt(x, y, 0.5)).toEqual({ ...motion, zoom: 0 })
})

test('keys are held together, opposite ones cancel out', () => {
  expect(motionOf(new Set<PtzKey>(['left', 'up', 'in']), 0.5)).toEqual({ pan: -0.5, tilt: 0.5, zoom: 0.5 })
  expect(motionOf(new Set<PtzKey>(['left', 'right']), 1)).toEqual(STILL)
  expect(['ArrowUp', '+', '=', 'a'].map(ptzKey)).toEqual(['up', 'in', 'in', undefined])
})

/** Sends that are answered when the test says so. */
function sender() {
  const sent: Motion[] = []
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = []
  const onError = vi.fn()
  const motions = new MotionSender(motion => {
    sent.push(motion)
    return new Promise<void>((resolve, reject) => answers.push({ resolve, reject }))
  }, onError)
  const answer = async (error?: Error) => {
    const next = answers.shift()
    if (error) next?.reject(error)
    else next?.resolve()
    await vi.advanceTimersByTimeAsync(0)
  }
  return { sent, motions, answer, onError }
}

test('one command at a time, the newest wish only', async () => {
  const { sent, motions, answer } = sender()
  motions.move(RIGHT)
  motions.move(UP)
  motions.move({ pan: 1, tilt: 0, zoom: 0 })
  expect(sent).toEqual([RIGHT])
  await answer()
  expect(sent).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(120)
  expect(sent).toEqual([RIGHT, { pan: 1, tilt: 0, zoom: 0 }])
})

test('a stop goes out as soon as the command before it is answered, also within the pause', async () => {
  const { sent, motions, answer } = sender()
  motions.move(RIGHT)
  motions.stop()
  await answer()
  expect(sent).toEqual([RIGHT, STILL])
  await answer()
  motions.move(UP)
  await answer()
  motions.stop()
  expect(sent.at(-1)).toEqual(STILL)
})

test('a stop that failed is sent again, and said', async () => {
  const { sent, motions, answer, onError } = sender()
  motions.move(RIGHT)
  await answer()
  motions.stop()
  await answer(new Error('offline'))
  expect(onError).toHaveBeenCalledOnce()
  expect(sent).toEqual([RIGHT, STILL, STILL])
})

test('nothing is sent while nothing changes', async () => {
  const { sent, motions, answer } = sender()
  motions.stop()
  expect(sent).toEqual([])
  motions.move(RIGHT)
  await answer()
  await vi.advanceTimersByTimeAsync(1000)
  motions.move(RIGHT)
  expect(sent).toEqual([RIGHT])
})
