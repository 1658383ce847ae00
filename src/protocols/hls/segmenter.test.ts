import { describe, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import type { Segment } from './segment.ts'
import { type Numbering, Segmenter, type SegmenterSettings } from './segmenter.ts'
import { AAC, AAC_MONO, audio, frame, H264, H265, interleave, PCMA, video } from './testing/source.ts'

function cutter(more: Partial<SegmenterSettings> = {}, numbering: Partial<Numbering> = {}) {
  const segments: Segment[] = []
  const time = new FakeTime()
  const segmenter = new Segmenter({
    settings: { segmentSeconds: 2, waitKeyframe: true, timeFloor: false, container: 'auto', ...more },
    numbering: { nextSequence: 0, discontinuities: 0, nextInit: 0, ...numbering },
    namePrefix: 'run',
    clock: time,
    onSegment: segment => segments.push(segment),
    onEnd() {},
  })
  const feed = (frames: readonly Frame[]) => {
    for (const each of frames) segmenter.onFrame(each)
  }
  const start = (tracks: readonly Track[], frames: readonly Frame[]) => {
    segmenter.onTracks(tracks)
    feed(frames)
  }
  return { segmenter, segments, time, feed, start }
}

const durations = (segments: readonly Segment[]) => segments.map(({ durationMs }) => Math.round(durationMs))

describe('lengths', () => {
  test('the first two segments are short, the others wait for the keyframe past the wanted length', () => {
    const { start, segments } = cutter()
    start([H264, AAC], interleave(video(H264, 0, 12_000, 1000), audio(AAC, 0, 12_000)))
    expect(durations(segments)).toEqual([1000, 1000, 2000, 2000, 2000, 2000])
    expect(segments.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5])
    expect(segments.every(({ independent, discontinuity }) => independent && !discontinuity)).toBe(true)
  })

  test('a long GOP is kept whole, one without end is not', () => {
    const { start, segments } = cutter()
    start([H264], [...video(H264, 0, 8000, 8000), ...video(H264, 8000, 100_000, 1e9)])
    expect(durations(segments)).toEqual([8000, 30_000, 30_000, 30_000])
    expect(segments.map(({ independent }) => independent)).toEqual([true, true, false, false])
  })

  test('with the time floor each slot of the wall clock has one segment, whatever the keyframes', () => {
    const { start, feed, segments, time } = cutter({ timeFloor: true })
    start([H264], [])
    for (const each of video(H264, 0, 20_400, 600)) {
      feed([each])
      time.advance(40)
    }
    expect(durations(segments)).toEqual([2400, 1800, 1800, 2400, 1800, 1800, 2400, 1800, 1800])
    const [first] = segments
    expect(first?.slot).toBe(Math.floor((first?.startedAtMs ?? 0) / 2000))
    expect(segments.map(({ slot }) => (slot ?? 0) - (first?.slot ?? 0))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('without waitKeyframe time alone decides', () => {
    const { start, segments } = cutter({ waitKeyframe: false })
    start([H264], video(H264, 0, 8100, 1e9))
    expect(durations(segments)).toEqual([960, 960, 1960, 1960, 1960])
  })

  test('keyframes whose times are rounded count', () => {
    const { start, segments } = cutter()
    start(
      [H264],
      [0, 1001, 1999, 3998, 5999, 7998].map(ms => frame(H264, ms)),
    )
    expect(durations(segments)).toEqual([1001, 998, 1999, 2001, 1999])
  })

  test('uneven frames: a segment lasts until the next one begins', () => {
    const { start, segments } = cutter()
    const frames = [
      frame(H264, 0),
      frame(H264, 10, false),
      frame(H264, 900, false),
      frame(H264, 4000),
      frame(H264, 4001, false),
      frame(H264, 9500),
    ]
    start([H264], frames)
    expect(durations(segments)).toEqual([4000, 5500])
  })

  test('sound alone is cut by time', () => {
    const { start, segments } = cutter()
    start([AAC], audio(AAC, 0, 7000))
    expect(durations(segments)).toEqual([960, 960, 1960, 1960])
  })

  test('the end finishes what is there', () => {
    const { start, segments, segmenter } = cutter()
    start([H264], video(H264, 0, 1400, 1000))
    segmenter.onEnd('over')
    expect(durations(segments)).toEqual([1000, 400])
  })
})

describe('start', () => {
  test('sound before the first keyframe is left out', () => {
    const { start, segments, segmenter } = cutter()
    start([H264, AAC], interleave([frame(H264, 0, false)], audio(AAC, 0, 1000), video(H264, 500, 1500, 1000)))
    segmenter.onEnd('over')
    expect(durations(segments)).toEqual([1000])
  })

  test('a picture that comes before the first sound segment is out begins anew', () => {
    const { start, segments, segmenter, feed } = cutter()
    start([AAC], audio(AAC, 0, 500))
    segmenter.onTracks([H264, AAC])
    feed(interleave(video(H264, 500, 3600, 1000), audio(AAC, 500, 3600)))
    expect(segmenter.selection?.tracks).toEqual([H264, AAC])
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, false])
  })
})

describe('discontinuities', () => {
  test('another publisher', () => {
    const { start, segments, segmenter, feed } = cutter()
    start([H264, AAC], video(H264, 0, 2400, 1000))
    segmenter.onDiscontinuity()
    segmenter.onTracks([{ ...H264 }, AAC])
    feed([frame(H264, 3000, false), ...video(H264, 3040, 6100, 1000)])
    expect(durations(segments)).toEqual([1000, 1000, 400, 2000])
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, false, false, true])
  })

  test('a changed configuration takes effect with its first frame', () => {
    const { start, segments, segmenter, feed } = cutter({ container: 'fmp4' })
    start([H264, AAC], interleave(video(H264, 0, 2200, 1000), audio(AAC, 0, 2200)))
    segmenter.onTracks([H264, AAC_MONO])
    feed([frame(AAC, 2200)])
    expect(segments.length).toBe(2)
    feed(interleave(audio(AAC_MONO, 2220, 5100), video(H264, 2300, 5400, 1000)))
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, false, false, true])
    expect(segments.map(({ init }) => init?.name)).toEqual([...Array(3).fill('run-init0.mp4'), 'run-init1.mp4'])
  })

  test('the same configuration in a new object is none', () => {
    const { start, segments, feed } = cutter()
    start([H264], video(H264, 0, 2000, 1000))
    feed(video({ ...H264 }, 2000, 8000, 1000))
    expect(segments.every(({ discontinuity }) => !discontinuity)).toBe(true)
  })

  test.each([
    ['ahead', 50_000],
    ['back', -50_000],
  ])('a jump %s of untouched timestamps', (_, jumpMs) => {
    const { start, segments, feed } = cutter()
    start([H264], video(H264, 100_000, 102_400, 1000))
    feed(video(H264, 102_400 + jumpMs, 106_000 + jumpMs, 1000))
    expect(durations(segments)).toEqual([1000, 1000, 400, 2000])
    expect(segments[3]!.discontinuity).toBe(true)
  })

  test('numbers go on after an earlier run of the path', () => {
    const { start, segments } = cutter({}, { nextSequence: 40, nextInit: 3 })
    start([H265], video(H265, 0, 3000, 1000))
    expect(segments.map(({ sequence, discontinuity }) => [sequence, discontinuity])).toEqual([
      [40, true],
      [41, false],
    ])
    expect(segments[0]!.name).toBe('run-40.m4s')
    expect(segments[0]!.init?.name).toBe('run-init3.mp4')
  })
})

describe('containers', () => {
  test.each([
    ['auto', [H264, AAC], 'ts', ['h264', 'aac'], []],
    ['auto', [H265, AAC], 'fmp4', ['h265', 'aac'], []],
    ['fmp4', [H264, AAC], 'fmp4', ['h264', 'aac'], []],
    ['ts', [H265, AAC], 'ts', ['h265', 'aac'], []],
    ['auto', [H264, PCMA], 'ts', ['h264'], ['pcma']],
    ['auto', [PCMA], 'ts', [], ['pcma']],
  ] as const)('%s %#', (container, tracks, chosen, codecs, leftOut) => {
    const { segmenter } = cutter({ container })
    segmenter.onTracks(tracks)
    const selection = segmenter.selection!
    expect(selection.container).toBe(chosen)
    expect(selection.tracks.map(({ codec }) => codec)).toEqual(codecs)
    expect(selection.leftOut.map(({ codec }) => codec)).toEqual(leftOut)
  })

  test('frames of what is left out disturb nothing', () => {
    const { start, segments } = cutter()
    start([H264, PCMA], interleave(video(H264, 0, 4100, 1000), audio(PCMA, 0, 4100)))
    expect(durations(segments)).toEqual([1000, 1000, 2000])
  })
})

test('wall clock: segments are dated by the frames that came soonest', () => {
  const { start, segments, feed, time } = cutter()
  start([H264], video(H264, 0, 1960, 1000)) // all at once, the last one now
  const nowMs = time.nowMs()
  for (const each of video(H264, 2000, 5100, 1000)) {
    time.advance(40)
    feed([each])
  }
  expect(segments.map(({ startedAtMs }) => startedAtMs - nowMs)).toEqual([-1000, -960, 40])
})
