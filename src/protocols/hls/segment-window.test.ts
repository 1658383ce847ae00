import { expect, test } from 'vitest'
import type { Segment } from './segment.ts'
import { SegmentWindow } from './segment-window.ts'

function segment(sequence: number, durationMs: number, bytes = 10, discontinuity = false): Segment {
  return {
    name: `run-${sequence}.ts`,
    data: Buffer.alloc(bytes),
    sequence,
    durationMs,
    startedAtMs: 0,
    slot: null,
    discontinuity,
    independent: true,
    init: null,
  }
}

const listed = (window: SegmentWindow) => window.listed.map(({ sequence }) => sequence)

test('a window of 10 s lists five segments of 2 s and keeps five more for slow players', () => {
  const window = new SegmentWindow({ windowSeconds: 10, maxBytes: 1e6 }, 2, 0)
  for (let n = 0; n < 30; n++) window.push(segment(n, 2000))
  expect(listed(window)).toEqual([25, 26, 27, 28, 29])
  expect(window.find('run-20.ts')).toBeDefined()
  expect(window.find('run-19.ts')).toBeUndefined()
  expect(window.bytes).toBe(100)
})

test('three segments stay listed however long they are', () => {
  const window = new SegmentWindow({ windowSeconds: 5, maxBytes: 1e6 }, 2, 0)
  for (let n = 0; n < 6; n++) window.push(segment(n, 20_000))
  expect(listed(window)).toEqual([3, 4, 5])
})

test('memory is bounded, the newest segment stays', () => {
  const window = new SegmentWindow({ windowSeconds: 100, maxBytes: 350 }, 2, 0)
  for (let n = 0; n < 10; n++) window.push(segment(n, 2000, 100))
  expect(listed(window)).toEqual([7, 8, 9])
  expect(window.bytes).toBe(300)
  window.push(segment(10, 2000, 1000))
  expect(listed(window)).toEqual([10])
})

test('the target duration follows the longest segment and never decreases', () => {
  const window = new SegmentWindow({ windowSeconds: 6, maxBytes: 1e6 }, 2, 0)
  window.push(segment(0, 1000))
  expect(window.targetDuration).toBe(2)
  window.push(segment(1, 2499))
  expect(window.targetDuration).toBe(2)
  window.push(segment(2, 4500))
  expect(window.targetDuration).toBe(5)
  for (let n = 3; n < 20; n++) window.push(segment(n, 2000))
  expect(window.targetDuration).toBe(5)
})

test('discontinuities are counted when they leave the playlist', () => {
  const window = new SegmentWindow({ windowSeconds: 6, maxBytes: 1e6 }, 2, 5)
  const marks = [false, true, false, true, false, false]
  const counts = marks.map((mark, n) => {
    window.push(segment(n, 2000, 10, mark))
    return window.discontinuitySequence
  })
  expect(counts).toEqual([5, 5, 5, 5, 6, 6])
  window.push(segment(6, 2000))
  expect(window.discontinuitySequence).toBe(7)
})
