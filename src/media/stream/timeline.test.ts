import { describe, expect, test } from 'vitest'
import type { Frame } from './frame.ts'
import { audioTrack, videoTrack } from './test-frames.ts'
import { Timeline, type TimestampMode } from './timeline.ts'

const video = (dts: number, pts = dts): Frame => ({
  track: videoTrack(),
  dts,
  pts,
  keyframe: false,
  data: Buffer.of(1),
})
const audio = (dts: number): Frame => ({ track: audioTrack(), dts, pts: dts, keyframe: true, data: Buffer.of(2) })

function place(mode: TimestampMode, frames: readonly Frame[]): number[] {
  const timeline = new Timeline(mode)
  return frames.map(frame => timeline.place(frame).dts)
}

const times = (...ms: number[]) => ms.map(dts => video(dts))

describe('timestamps', () => {
  const table: [string, TimestampMode, Frame[], number[]][] = [
    ['off leaves everything', 'off', times(5000, 4000, 90_000), [5000, 4000, 90_000]],
    ['zero only starts at zero', 'zero', times(5000, 5040, 4000), [0, 40, 0]],
    ['zero keeps jumps', 'zero', times(5000, 65_000), [0, 60_000]],
    ['full starts at zero', 'full', times(5000, 5040), [0, 40]],
    ['full: four hours ahead at the start', 'full', times(14_400_000, 14_400_040), [0, 40]],
    ['full: a small step back is held', 'full', times(0, 40, 30, 80), [0, 40, 40, 80]],
    ['full: a jump ahead is closed', 'full', times(0, 40, 3_600_000, 3_600_040), [0, 40, 80, 120]],
    ['full: a jump back is closed', 'full', times(1_000_000, 1_000_040, 0, 40), [0, 40, 80, 120]],
    ['full: a pause is kept', 'full', times(0, 40, 5040), [0, 40, 5040]],
    ['full: the 32-bit counter wraps', 'full', times(0xffffffd8, 0, 40), [0, 40, 80]],
  ]
  test.each(table)('%s', (_, mode, frames, expected) => {
    expect(place(mode, frames)).toEqual(expected)
  })

  test('sound jumps with the picture and stays in step', () => {
    const frames = [video(0), audio(0), video(40), audio(23), video(900_000), audio(46), audio(900_010), video(900_040)]
    expect(place('full', frames)).toEqual([0, 0, 40, 23, 80, 46, 90, 120])
  })

  test('silence of one track is no jump when it comes back', () => {
    const frames = [video(0), audio(0), ...Array.from({ length: 40 }, (_, i) => video((i + 1) * 1000)), audio(40_000)]
    const timeline = new Timeline('full')
    expect(frames.map(frame => timeline.place(frame).dts).at(-1)).toBe(40_000)
    expect(timeline.repaired).toBe(0)
  })

  test('the next publisher continues where the last one ended', () => {
    const timeline = new Timeline('full')
    timeline.place(video(500))
    timeline.place(video(540))
    timeline.resume()
    expect(timeline.place(video(7_000_000)).dts).toBe(80)
    expect(timeline.place(audio(7_000_005)).dts).toBe(85)
  })

  test('auto repairs until a publisher says its times are absolute, and for the next one again', () => {
    const timeline = new Timeline('auto')
    expect([timeline.place(video(5000)).dts, timeline.place(video(5040)).dts]).toEqual([0, 40])
    timeline.resume()
    timeline.keep()
    expect([timeline.place(video(7_000_000)).dts, timeline.place(audio(6_000_000)).dts]).toEqual([7_000_000, 6_000_000])
    timeline.resume()
    expect(timeline.place(video(900)).dts).toBe(7_000_040)
  })

  test('only auto hears that times are absolute', () => {
    for (const mode of ['full', 'zero'] as const) {
      const timeline = new Timeline(mode)
      timeline.keep()
      expect(timeline.place(video(5000)).dts).toBe(0)
    }
  })

  test('composition times survive, broken ones are dropped', () => {
    const timeline = new Timeline('full')
    expect(timeline.place(video(1000, 1080))).toMatchObject({ dts: 0, pts: 80 })
    expect(timeline.place(video(1040, 1040 + 100_000))).toMatchObject({ dts: 40, pts: 40 })
    expect(timeline.repaired).toBe(1)
  })

  test('tracks of other clock rates keep their own ticks', () => {
    const timeline = new Timeline('full')
    const fast = { ...videoTrack(), clockRate: 90_000 }
    const at = (dts: number): Frame => ({ track: fast, dts, pts: dts + 7200, keyframe: true, data: Buffer.of(1) })
    expect(timeline.place(at(900_000))).toMatchObject({ dts: 0, pts: 7200 })
    expect(timeline.place(at(903_600))).toMatchObject({ dts: 3600, pts: 10_800 })
  })
})
