import { expect, test } from 'vitest'
import type { Frame } from './frame.ts'
import { Quality } from './quality.ts'
import { audioFrame, videoFrame } from './test-frames.ts'

/** `[arrival, frame]` in order; what the meter says at the last arrival or at `atMs`. */
function measured(arrivals: readonly (readonly [nowMs: number, frame: Frame])[], atMs?: number) {
  const quality = new Quality()
  let now = 0
  for (const [nowMs, frame] of arrivals) {
    quality.add(frame, nowMs)
    now = nowMs
  }
  return quality.status(atMs ?? now)
}

/** 25 frames per second that arrive as they are made. */
const steady = (from: number, to: number, keyframes = 1000): [number, Frame][] =>
  Array.from({ length: (to - from) / 40 }, (_, i) => from + i * 40).map(ms => [
    ms,
    videoFrame(ms, ms % keyframes === 0),
  ])

test('nothing yet', () => {
  expect(measured([], 60_000)).toEqual({
    avSkewMs: null,
    gaps: 0,
    longestGapMs: 0,
    jumps: 0,
    stalls: 0,
    stalledMs: 0,
    lateFrames: 0,
    reorderedFrames: 0,
    longestGopMs: null,
    videoFrameBytes: null,
    keyframeBytes: null,
    largestFrameBytes: 0,
  })
})

test('a steady source has nothing to complain about', () => {
  const both = steady(0, 5000).flatMap<readonly [number, Frame]>(([ms, frame]) => [
    [ms, frame],
    [ms, audioFrame(ms)],
    [ms + 20, audioFrame(ms + 20)],
  ])
  const status = measured(both)
  expect(status).toMatchObject({ gaps: 0, jumps: 0, stalls: 0, lateFrames: 0, reorderedFrames: 0, longestGopMs: 1000 })
  expect(status.avSkewMs).toBe(-20)
})

test('audio that runs ahead shows as skew, and settles within a second', () => {
  const ahead = steady(0, 2000).flatMap<readonly [number, Frame]>(([ms, frame]) => [
    [ms, audioFrame(ms + 300)],
    [ms, frame],
  ])
  const status = measured(ahead)
  expect(status.avSkewMs).toBe(300)
  expect(status.reorderedFrames).toBe(50)
})

test('lost media time is a gap, and its longest is kept', () => {
  expect(measured([...steady(0, 1000), ...steady(1200, 2000), ...steady(3000, 4000)])).toMatchObject({
    gaps: 2,
    longestGapMs: 1040,
    stalls: 1, // the second one was also seen on the clock
  })
})

test('a source that becomes slower is soon taken as it is', () => {
  const slow = Array.from({ length: 100 }, (_, i) => 1000 + i * 200).map((ms): [number, Frame] => [ms, videoFrame(ms)])
  const { gaps } = measured([...steady(0, 1000), ...slow])
  expect(gaps).toBeGreaterThan(0)
  expect(gaps).toBeLessThan(15)
})

test('small unevenness is no gap', () => {
  const uneven = [0, 23, 46, 70, 93, 180, 203].map((ms): [number, Frame] => [ms, audioFrame(ms)])
  expect(measured(uneven)).toMatchObject({ gaps: 0 })
})

test('silence of the network is a stall, counted while it lasts and once', () => {
  const quality = new Quality()
  quality.add(videoFrame(0, true), 0)
  expect(quality.status(1000)).toMatchObject({ stalls: 0, stalledMs: 0 })
  expect(quality.status(2500)).toMatchObject({ stalls: 1, stalledMs: 2500 })
  quality.add(videoFrame(40), 3000)
  expect(quality.status(3500)).toMatchObject({ stalls: 1, stalledMs: 3000, gaps: 0 })
  quality.add(videoFrame(80), 5000)
  quality.stop(6500)
  expect(quality.status(60_000)).toMatchObject({ stalls: 3, stalledMs: 6500 })
})

test('frames out of their order', () => {
  expect(
    measured([
      [0, videoFrame(0, true)],
      [40, videoFrame(80)],
      [80, videoFrame(40)],
      [80, audioFrame(60)],
    ]),
  ).toMatchObject({ lateFrames: 1, reorderedFrames: 2, jumps: 0 })
})

test('a clock that is set is a jump of each track, no gap, no reordering and no skew', () => {
  const quality = new Quality()
  for (let ms = 0; ms < 1000; ms += 40) {
    quality.add(videoFrame(ms + 100_000, ms === 0), ms)
    quality.add(audioFrame(ms + 100_000), ms)
  }
  expect(quality.add(videoFrame(0, true), 1000)).toBe(true)
  expect(quality.add(videoFrame(40), 1000)).toBe(false)
  expect(quality.add(audioFrame(0), 1000)).toBe(true)
  expect(quality.status(1000)).toMatchObject({ jumps: 2, gaps: 0, lateFrames: 0, longestGopMs: null })
  expect(Math.abs(quality.status(1000).avSkewMs ?? 0)).toBeLessThanOrEqual(40)
})

test('sizes of frames', () => {
  expect(
    measured([
      [0, videoFrame(0, true, Buffer.alloc(9000))],
      [40, videoFrame(40, false, Buffer.alloc(1000))],
      [80, videoFrame(80, false, Buffer.alloc(2000))],
      [80, audioFrame(80, Buffer.alloc(300))],
    ]),
  ).toMatchObject({ videoFrameBytes: 4000, keyframeBytes: 9000, largestFrameBytes: 9000 })
})
