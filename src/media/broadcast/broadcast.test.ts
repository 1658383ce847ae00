import { describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { seededRandom } from '../../base/fuzz.ts'
import type { Frame } from '../stream/frame.ts'
import { audioFrame, audioTrack, videoFrame, videoTrack } from '../stream/test-frames.ts'
import type { Track } from '../stream/track.ts'
import { Broadcast, type BroadcastSettings } from './broadcast.ts'
import { Pace } from './pace.ts'
import type { Packager, Parts, Sink } from './packager.ts'

/** Bytes that can be read in a test: `H0` header from 0 ms, then the frames' own text. */
const textPackager: Packager = {
  carries: () => true,
  header: (tracks: readonly Track[], startMs: number): Parts => [Buffer.from(`H${startMs}/${tracks.length} `)],
  frame: (frame: Frame): Parts => {
    if (frame.data.toString() === 'too large')
      throw new AppError('LIMIT_EXCEEDED', { what: 'frame', size: 9, limit: 8 })
    return [Buffer.from(frame.keyframe && frame.track.kind === 'video' ? '*' : ''), frame.data]
  },
}

class TestSink implements Sink {
  /** Copies, as the kernel would make them. */
  readonly writes: Uint8Array[] = []
  /** The memory that was handed over. */
  readonly shared: Uint8Array[] = []
  pending = 0
  ended = ''
  write(bytes: Uint8Array): void {
    this.writes.push(Buffer.from(bytes))
    this.shared.push(bytes)
  }
  pendingBytes(): number {
    return this.pending
  }
  end(reason: string): void {
    this.ended = reason
  }
  get text(): string {
    return Buffer.concat(this.writes).toString()
  }
}

function setUp(settings: Partial<BroadcastSettings> = {}, crowd = 0) {
  const time = new FakeTime()
  const pace = new Pace()
  for (let i = 0; i < crowd; i++) pace.viewerAdded()
  const seen = { idle: 0, ended: 0, sent: 0, dropped: 0 }
  const broadcast = new Broadcast(textPackager, {
    settings: {
      ceilingMs: 350,
      floorMs: 0,
      gopCache: true,
      queue: { bytes: 1000, ageMs: 5000, stallMs: 20_000 },
      ...settings,
    },
    pace,
    clock: time,
    timers: time,
    onIdle: () => seen.idle++,
    onEnd: () => seen.ended++,
    onSent: (bytes, dropped) => {
      seen.sent += bytes
      seen.dropped += dropped
    },
  })
  broadcast.onTracks([videoTrack(), audioTrack()])
  const join = () => {
    const sink = new TestSink()
    return { sink, viewer: broadcast.add(sink) }
  }
  return { time, broadcast, seen, join, pace }
}

/** So many viewers elsewhere that windows are at their ceiling. */
const CROWD = 10_000

describe('start', () => {
  test('a new viewer gets header and newest GOP in one write', () => {
    const { broadcast, join, seen } = setUp()
    for (const frame of [videoFrame(0, true), videoFrame(40, true), audioFrame(45)]) broadcast.onFrame(frame)
    const { sink, viewer } = join()
    expect(sink.text).toBe('H40/2 *v40 a45 ')
    expect(sink.writes).toHaveLength(1)
    expect(viewer.bytes).toBe(sink.text.length)
    expect(seen.sent).toBe(sink.text.length)
    broadcast.onFrame(videoFrame(80))
    expect(sink.text).toBe('H40/2 *v40 a45 v80 ')
  })

  test('before the first keyframe a viewer waits for it', () => {
    const { broadcast, join } = setUp()
    const { sink } = join()
    broadcast.onFrame(audioFrame(0))
    broadcast.onFrame(videoFrame(0, true))
    broadcast.onFrame(videoFrame(40))
    expect(sink.text).toBe('H0/2 *v0 v40 ')
  })

  test('without GOP cache a viewer starts at the next keyframe', () => {
    const { broadcast, join } = setUp({ gopCache: false })
    broadcast.onFrame(videoFrame(0, true))
    const { sink } = join()
    broadcast.onFrame(videoFrame(40))
    broadcast.onFrame(videoFrame(80, true))
    expect(sink.text).toBe('H80/2 *v80 ')
  })

  test('an audio-only stream is entered a second back', () => {
    const { broadcast, join } = setUp()
    broadcast.onTracks([audioTrack()])
    for (let ms = 0; ms <= 2500; ms += 500) broadcast.onFrame(audioFrame(ms))
    expect(join().sink.text).toBe('H2000/1 a2000 a2500 ')
  })
})

describe('windows', () => {
  test('few viewers get each frame as it comes', () => {
    const { broadcast, join } = setUp()
    broadcast.onFrame(videoFrame(0, true))
    const { sink } = join()
    broadcast.onFrame(videoFrame(40))
    broadcast.onFrame(audioFrame(41))
    expect(sink.writes).toHaveLength(3)
  })

  test('with a floor even one viewer gets frames together', () => {
    const { broadcast, join, time } = setUp({ floorMs: 100 })
    broadcast.onFrame(videoFrame(0, true))
    const { sink } = join()
    for (let ms = 40; ms <= 200; ms += 40) {
      broadcast.onFrame(videoFrame(ms))
      time.advance(40)
    }
    expect(sink.writes.map(String)).toEqual(['H0/2 *v0 ', 'v40 v80 v120 ', 'v160 v200 '])
  })

  test('many viewers share the buffer of a window', () => {
    const { broadcast, join, time } = setUp({}, CROWD)
    broadcast.onFrame(videoFrame(0, true))
    const viewers = [join(), join(), join()]
    for (let ms = 40; ms <= 400; ms += 40) {
      broadcast.onFrame(videoFrame(ms))
      time.advance(40)
    }
    const [first, second, third] = viewers.map(({ sink }) => sink.shared[1])
    expect(viewers[0]!.sink.writes).toHaveLength(2)
    expect(second).toBe(first)
    expect(third).toBe(first)
    time.advance(400)
    expect(viewers[0]!.sink.text).toBe(
      `H0/2 *v0 ${[40, 80, 120, 160, 200, 240, 280, 320, 360, 400].map(ms => `v${ms} `).join('')}`,
    )
  })

  test('large frames do not wait for the window', () => {
    const { broadcast, join } = setUp({}, CROWD)
    broadcast.onFrame(videoFrame(0, true))
    const { sink } = join()
    broadcast.onFrame(videoFrame(40, false, Buffer.alloc(200_000)))
    expect(sink.writes).toHaveLength(1)
    broadcast.onFrame(videoFrame(80, false, Buffer.alloc(200_000)))
    expect(sink.writes[1]).toHaveLength(400_000)
  })

  test('memory of a window is used again once every socket has taken it', () => {
    const { broadcast, join } = setUp({ floorMs: 0 })
    broadcast.onFrame(videoFrame(0, true))
    const [{ sink }, slow] = [join(), join()]
    for (const frame of [videoFrame(40), videoFrame(80)]) broadcast.onFrame(frame)
    expect(sink.shared[2]?.buffer).toBe(sink.shared[1]?.buffer)
    slow.sink.pending = 10
    broadcast.onFrame(videoFrame(120))
    expect(sink.shared[3]?.buffer).not.toBe(sink.shared[2]?.buffer)
    broadcast.onFrame(videoFrame(160))
    expect(sink.shared[4]?.buffer).not.toBe(sink.shared[3]?.buffer)
    broadcast.remove(slow.viewer)
    broadcast.onFrame(videoFrame(200))
    broadcast.onFrame(videoFrame(240))
    expect(sink.shared[6]?.buffer).toBe(sink.shared[5]?.buffer)
    expect(sink.text).toBe('H0/2 *v0 v40 v80 v120 v160 v200 v240 ')
  })

  test('two memories take turns while sockets hold the last window only', () => {
    const { broadcast, join } = setUp({ floorMs: 0 })
    broadcast.onFrame(videoFrame(0, true))
    const [{ sink }, slow] = [join(), join()]
    for (const [n, frame] of [40, 50, 60, 70, 80].map(ms => videoFrame(ms)).entries()) {
      slow.sink.pending = n === 0 ? 0 : 2
      broadcast.onFrame(frame)
    }
    const [, , second, third, fourth, fifth] = sink.shared.map(bytes => bytes.buffer)
    expect(third).not.toBe(second)
    expect(fourth).toBe(second)
    expect(fifth).toBe(third)
  })

  test('what a socket still holds is never written over', () => {
    const { broadcast, time, join } = setUp({ floorMs: 10, queue: { bytes: 20, ageMs: 5, stallMs: 1e9 } })
    const random = seededRandom(7)
    const viewers = Array.from({ length: 5 }, () => {
      const { sink, viewer } = join()
      const held: { shared: Uint8Array; copy: string }[] = []
      sink.write = bytes => {
        held.push({ shared: bytes, copy: bytes.toString() })
        sink.pending += bytes.length
      }
      return { sink, viewer, held }
    })
    for (let ms = 0; ms < 20_000; ms += 10) {
      broadcast.onFrame(videoFrame(ms, random() < 0.1))
      time.advance(10)
      for (const { sink, held } of viewers) {
        const taken = random() < 0.3 ? held.length : Math.floor(random() * 2)
        for (const { shared, copy } of held.splice(0, taken)) {
          expect(shared.toString()).toBe(copy)
          sink.pending -= shared.length
        }
      }
    }
    expect(viewers.some(({ viewer }) => viewer.skips > 0)).toBe(true)
  })

  test('viewers who come between two frames share their start', () => {
    const { broadcast, join } = setUp()
    broadcast.onFrame(videoFrame(0, true))
    const [first, second] = [join(), join()]
    expect(second.sink.shared[0]).toBe(first.sink.shared[0])
    broadcast.onFrame(videoFrame(40))
    expect(join().sink.text).toBe('H0/2 *v0 v40 ')
  })

  test('who joins within a window gets every frame once', () => {
    const { broadcast, join, time } = setUp({}, CROWD)
    broadcast.onFrame(videoFrame(0, true))
    join()
    broadcast.onFrame(videoFrame(40))
    time.advance(100)
    const { sink } = join()
    broadcast.onFrame(videoFrame(80))
    time.advance(1000)
    expect(sink.text).toBe('H0/2 *v0 v40 v80 ')
  })

  test('rounds are small and spread over the window', () => {
    const { broadcast, join, time } = setUp({}, CROWD)
    broadcast.onFrame(videoFrame(0, true))
    const viewers = Array.from({ length: 1000 }, join)
    broadcast.onFrame(videoFrame(40))
    const served: number[] = []
    for (let ms = 0; ms < 500; ms += 5) {
      time.advance(5)
      served.push(viewers.filter(({ sink }) => sink.writes.length === 2).length)
    }
    const rounds = [...new Set(served)].filter(count => count > 0)
    expect(rounds).toEqual([128, 256, 384, 512, 640, 768, 896, 1000])
    expect(new Set(viewers.map(({ sink }) => sink.text))).toEqual(new Set(['H0/2 *v0 v40 ']))
  })

  test('after many have left, rounds are merged and nobody misses a byte', () => {
    const { broadcast, join, time } = setUp({}, CROWD)
    broadcast.onFrame(videoFrame(0, true))
    const viewers = Array.from({ length: 1000 }, join)
    broadcast.onFrame(videoFrame(40))
    time.advance(100) // some rounds are done, some not
    for (const [at, { viewer }] of viewers.entries()) if (at % 20 !== 0) broadcast.remove(viewer)
    broadcast.onFrame(videoFrame(80))
    time.advance(2000)
    const left = viewers.filter((_, at) => at % 20 === 0)
    expect(broadcast.viewers).toBe(left.length)
    expect(new Set(left.map(({ sink }) => sink.text))).toEqual(new Set(['H0/2 *v0 v40 v80 ']))
  })
})

describe('slow viewers', () => {
  test('lose their own frames up to the next keyframe, and nobody else does', () => {
    const { broadcast, join, seen } = setUp()
    broadcast.onFrame(videoFrame(0, true))
    const slow = join()
    const fast = join()
    slow.sink.pending = 2000
    for (const frame of [videoFrame(40), videoFrame(80)]) broadcast.onFrame(frame)
    slow.sink.pending = 0
    for (const frame of [videoFrame(120), videoFrame(160, true), videoFrame(200)]) broadcast.onFrame(frame)
    expect(slow.sink.text).toBe('H0/2 *v0 *v160 v200 ')
    expect(fast.sink.text).toBe('H0/2 *v0 v40 v80 v120 *v160 v200 ')
    expect(slow.viewer).toMatchObject({ droppedFrames: 3, skips: 1 })
    expect(fast.viewer).toMatchObject({ droppedFrames: 0, skips: 0 })
    expect(seen).toMatchObject({ dropped: 3, sent: slow.viewer.bytes + fast.viewer.bytes })
  })

  test('the age of what is held back counts too', () => {
    const { broadcast, join, time } = setUp()
    broadcast.onFrame(videoFrame(0, true))
    const { sink, viewer } = join()
    for (let ms = 40; ms <= 6000; ms += 40) {
      sink.pending = 100 + ms / 100 // far below the byte limit
      time.advance(40)
      broadcast.onFrame(videoFrame(ms))
    }
    expect(viewer.skips).toBe(1)
    expect(sink.text).not.toContain('v5800 ')
  })

  test('who takes nothing at all is put out', () => {
    const { broadcast, join, time, seen } = setUp()
    broadcast.onFrame(videoFrame(0, true))
    const { sink } = join()
    sink.pending = 500
    for (let ms = 1000; ms <= 30_000; ms += 1000) {
      time.advance(1000)
      broadcast.onFrame(videoFrame(ms))
    }
    expect(sink.ended).toBe('took nothing for too long')
    expect(seen.idle).toBe(1)
  })
})

test('an envelope is put around each write, by kind of viewer', () => {
  const { broadcast, join } = setUp()
  broadcast.onFrame(videoFrame(0, true))
  const sink = new TestSink()
  broadcast.add(sink, bytes => Buffer.from(`<${bytes}>`))
  const plain = join()
  broadcast.onFrame(videoFrame(40))
  expect(sink.text).toBe('<9>H0/2 *v0 <4>v40 ')
  expect(plain.sink.text).toBe('H0/2 *v0 v40 ')
})

test('a frame the format cannot say is left out, for this format alone', () => {
  const { broadcast, join } = setUp()
  broadcast.onFrame(videoFrame(0, true))
  const { sink } = join()
  expect(() => broadcast.onFrame(videoFrame(40, false, Buffer.from('too large')))).not.toThrow()
  broadcast.onFrame(videoFrame(80))
  expect(sink.text).toBe('H0/2 *v0 v80 ')
  expect(broadcast.unpackaged).toBe(1)
})

test('the end of the stream: what is left is written, everybody is told, once', () => {
  const { broadcast, join, seen } = setUp({}, CROWD)
  broadcast.onFrame(videoFrame(0, true))
  const { sink, viewer } = join()
  broadcast.onFrame(videoFrame(40))
  broadcast.onEnd('publisher gone')
  broadcast.remove(viewer)
  expect(sink.text).toBe('H0/2 *v0 v40 ')
  expect(sink.ended).toBe('publisher gone')
  expect(seen).toMatchObject({ ended: 1, idle: 0 })
})
