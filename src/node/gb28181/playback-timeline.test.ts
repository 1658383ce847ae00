import { beforeEach, describe, expect, test } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { g711Track } from '../../media/stream/track-builders.ts'
import { PacedFrames } from './paced-frames.ts'
import { PlaybackTimeline } from './playback-timeline.ts'
import { SpeedMeter, type SpeedVerdict } from './speed-meter.ts'

const VIDEO = { kind: 'video', id: 1, codec: 'h264', clockRate: 90_000, config: new Uint8Array() } as unknown as Track
const AUDIO = g711Track({ id: 2, clockRate: 8000, codec: 'pcma' })
const START = 1_700_000_000_000

let time: FakeTime

beforeEach(() => {
  time = new FakeTime(0)
})

const picture = (ms: number, keyframe = false): Frame => ({
  ...{ track: VIDEO, dts: ms * 90, pts: ms * 90 + 3600, keyframe, data: Uint8Array.of(1, 2, 3) },
})
const sound = (ms: number): Frame => ({
  ...{ track: AUDIO, dts: ms * 8, pts: ms * 8, keyframe: true, data: new Uint8Array(320).fill(0x11) },
})
const msOf = ({ dts, track }: Frame): number => Math.round((dts * 1000) / track.clockRate)

describe('timeline', () => {
  let timeline: PlaybackTimeline

  beforeEach(() => {
    timeline = new PlaybackTimeline(time, START)
  })

  const place = (...frames: readonly Frame[]) => frames.flatMap(frame => timeline.place(frame))

  test('begins at 0 and keeps pictures and sound in step', () => {
    const placed = place(picture(5000, true), sound(5010), picture(5040), sound(5050))
    expect(placed.map(msOf)).toEqual([0, 10, 40, 50])
    expect(placed[0]).toMatchObject({ pts: 3600 })
    expect(placed[1]?.data[0]).toBe(0x11)
    expect(timeline.positionMs).toBe(START + 40)
  })

  test('at another speed media time is divided, and G.711 is silent without holes', () => {
    place(picture(0, true), sound(0))
    timeline.setSpeed(4)
    const placed: Frame[] = []
    for (let ms = 40; ms <= 1640; ms += 40) placed.push(...place(picture(ms), sound(ms)))
    const pictures = placed.filter(({ track }) => track === VIDEO).map(msOf)
    expect(pictures.slice(0, 3)).toEqual([10, 20, 30])
    expect(pictures.at(-1)).toBe(410)
    const sounds = placed.filter(({ track }) => track === AUDIO)
    const times = sounds.map(msOf)
    expect(times.slice(1).every((ms, index) => ms - (times[index] ?? 0) === 40)).toBe(true)
    expect(sounds.every(({ data }) => data.every(sample => sample === 0xd5))).toBe(true)
    expect(timeline.positionMs).toBe(START + 1640)
  })

  test('slower, sound is repeated', () => {
    place(picture(0, true), sound(0))
    timeline.setSpeed(0.25)
    const placed: Frame[] = []
    for (let ms = 40; ms <= 400; ms += 40) placed.push(...place(picture(ms), sound(ms)))
    expect(
      placed
        .filter(({ track }) => track === VIDEO)
        .map(msOf)
        .at(-1),
    ).toBe(1600)
    const times = placed.filter(({ track }) => track === AUDIO).map(msOf)
    expect(times.slice(1).every((ms, index) => ms - (times[index] ?? 0) === 40)).toBe(true)
    expect(times.length).toBeGreaterThan(30)
  })

  test('of a device that rescales itself times stay, and the position goes faster', () => {
    place(picture(0, true))
    timeline.setSpeed(4)
    timeline.setRescaled(true)
    expect(place(picture(40), picture(80)).map(msOf)).toEqual([40, 80])
    expect(timeline.positionMs).toBe(START + 320)
  })

  test('a seek: the jump is closed, and the position is where it led', () => {
    place(picture(0, true), picture(40))
    timeline.seek(START + 300_000)
    expect([timeline.seeking, timeline.positionMs]).toEqual([true, START + 300_000])
    place(picture(80))
    expect(timeline.seeking).toBe(true)
    const placed = place(picture(299_000, true), picture(299_040))
    expect(placed.map(msOf)).toEqual([120, 160])
    expect([timeline.seeking, timeline.positionMs]).toEqual([false, START + 300_040])
  })

  test('a seek a second ahead is seen among frames of 40 ms', () => {
    place(picture(0, true), picture(40))
    timeline.seek(START + 1040)
    expect(place(picture(1040, true)).map(msOf)).toEqual([80])
    expect(timeline.seeking).toBe(false)
  })

  test('after a jump sound of before is left out', () => {
    place(picture(0, true), sound(0), picture(40))
    expect(place(picture(600_000, true), sound(40), sound(600_000)).map(msOf)).toEqual([80, 80])
  })

  test('a hole in the recording moves the position, a clock that went back does not', () => {
    place(picture(0, true), picture(40), picture(60_040))
    expect(timeline.positionMs).toBe(START + 60_040)
    place(picture(10), picture(50))
    expect(timeline.positionMs).toBe(START + 60_080)
  })

  test('backwards: frames follow the wall, and the position goes back', () => {
    place(picture(10_000, true))
    timeline.setSpeed(-2)
    const placed: Frame[] = []
    for (const gop of [10_000, 8000, 6000]) {
      for (let ms = gop; ms < gop + 2000; ms += 40) {
        time.advance(20)
        placed.push(...place(picture(ms, ms === gop)))
      }
    }
    const times = placed.map(msOf)
    expect(times.slice(1).every((ms, index) => ms - (times[index] ?? 0) === 20)).toBe(true)
    expect(timeline.positionMs).toBe(START - 4000 + 1960)
  })

  test('another call goes on where this one was', () => {
    place(picture(0, true), picture(40))
    timeline.restart(START + 9000)
    expect(place(picture(777_000, true), picture(777_040)).map(msOf)).toEqual([80, 120])
    expect(timeline.positionMs).toBe(START + 9040)
  })
})

describe('speed meter', () => {
  /** Frames of 25 a second at first, then what the device does; the verdict, if there is one. */
  function measure(speed: number, then: (n: number) => Frame & { readonly wallMs: number }): SpeedVerdict | null {
    const meter = new SpeedMeter()
    for (let n = 0; n < 50; n++) {
      time.advance(40)
      meter.push(picture(n * 40, n % 50 === 0), time.monotonicMs())
    }
    meter.begin(speed, time.monotonicMs())
    for (let n = 0; n < 2000; n++) {
      const { wallMs, ...frame } = then(n)
      time.advance(wallMs)
      const verdict = meter.push(frame, time.monotonicMs())
      if (verdict) return verdict
    }
    return null
  }

  const key = (n: number): boolean => n % 50 === 0

  test.each([
    ['four times the media in the same time', 4, 40, 10, 'scaled'],
    ['half of the media', 0.5, 40, 80, 'scaled'],
    ['four times the frames with times of the wall', 4, 10, 10, 'rescaled'],
    ['half of the frames with times of the wall', 0.5, 80, 80, 'rescaled'],
    ['as before, asked for more', 2, 40, 40, 'ignored'],
    ['as before, asked for less', 0.5, 40, 40, 'ignored'],
    ['three times where four were asked for', 4, 40, 13, 'scaled'],
  ] as const)('%s', (_, speed, stepMs, wallMs, verdict) => {
    expect(measure(speed, n => ({ ...picture(2000 + n * stepMs, key(n)), wallMs }))).toBe(verdict)
  })

  test('only keyframes, with times of the wall', () => {
    expect(measure(16, n => ({ ...picture(2000 + n * 125, true), wallMs: 125 }))).toBe('rescaled')
  })

  test('GOPs in reverse order, and a device that plays on', () => {
    const reverse = (n: number) => 2000 - Math.floor(n / 50) * 4000 + n * 40
    expect(measure(-1, n => ({ ...picture(reverse(n), key(n)), wallMs: 40 }))).toBe('scaled')
    expect(measure(-1, n => ({ ...picture(2000 + n * 40, key(n)), wallMs: 40 }))).toBe('ignored')
  })
})

describe('paced frames', () => {
  let shown: { readonly atMs: number; readonly inMs: number }[]
  let paced: PacedFrames

  function pace(speed: number): void {
    shown = []
    paced = new PacedFrames(
      { clock: time, timers: time, onFrame: frame => shown.push({ atMs: time.nowMs(), inMs: msOf(frame) }) },
      speed,
    )
  }

  /** Milliseconds of media for each on the wall. */
  function paceOf(list: typeof shown): number {
    const [first, last] = [list[0], list.at(-1)]
    return first && last ? (last.inMs - first.inMs) / (last.atMs - first.atMs) : 0
  }

  test.each([0.5, 2, 4])('a burst goes out at %d times the speed', speed => {
    pace(speed)
    for (let ms = 0; ms < 8000; ms += 40) paced.push(picture(ms, ms % 2000 === 0))
    time.advance(1500)
    expect(paceOf(shown)).toBeCloseTo(speed, 1)
  })

  test('above four times only keyframes', () => {
    pace(8)
    for (let ms = 0; ms < 20_000; ms += 40) paced.push(picture(ms, ms % 2000 === 0))
    time.advance(1500)
    expect(shown.length).toBeGreaterThan(3)
    expect(shown.every(({ inMs }) => inMs % 2000 === 0)).toBe(true)
  })

  test('paused, and going on', () => {
    pace(1)
    for (let ms = 0; ms < 4000; ms += 40) paced.push(picture(ms, ms === 0))
    time.advance(1000)
    const count = shown.length
    paced.pause()
    time.advance(5000)
    expect(shown).toHaveLength(count)
    paced.resume()
    time.advance(200)
    expect(shown.length - count).toBeLessThan(8)
    expect(shown.length).toBeGreaterThan(count)
  })

  test('a hole in the recording is no wait', () => {
    pace(1)
    paced.push(picture(0, true))
    paced.push(picture(600_000, true))
    time.advance(600)
    expect(shown.map(({ inMs }) => inMs)).toEqual([0, 600_000])
  })

  test('it is full at 64 MB, and has room again at the half', () => {
    pace(1)
    const data = new Uint8Array(1024 * 1024)
    for (let n = 0; n < 100; n++) paced.push({ ...picture(n * 40, n === 0), data })
    expect([paced.full, paced.hasRoom, paced.size]).toEqual([true, false, 64])
    time.advance(2000)
    expect([paced.full, paced.hasRoom]).toEqual([false, true])
    paced.close()
    expect(paced.size).toBe(0)
  })
})
