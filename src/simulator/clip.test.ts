import { expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import type { Frame } from '../media/stream/frame.ts'
import { CAMERA, type Clip, makeClip } from './clip.ts'
import { ClipPlayer } from './clip-player.ts'

const SMALL = { ...CAMERA, size: '320x180', bitrateKbps: 100, seconds: 2, fps: 10 }

test.each([
  ['H.264 and A-law', { ...SMALL }, ['h264', 'pcma']],
  ['H.265 and AAC', { ...SMALL, video: 'h265', audio: 'aac' }, ['aac', 'h265']],
  ['no sound', { ...SMALL, audio: 'none' }, ['h264']],
] as const)('a clip of two seconds: %s', async (_, recipe, codecs) => {
  const clip = await makeClip(recipe)
  expect(clip.tracks.map(({ codec }) => codec).sort()).toEqual(codecs)
  const video = clip.frames.filter(({ frame }) => frame.track.kind === 'video')
  expect(video).toHaveLength(20)
  expect(video[0]).toMatchObject({ ms: 0, frame: { keyframe: true, dts: 0 } })
  expect(clip.frames.every(({ ms }) => ms >= 0 && ms < 2200)).toBe(true)
})

function playing(endMs: number | null = null) {
  const time = new FakeTime()
  const track = { kind: 'video', id: 0, codec: 'h264', clockRate: 1000, config: new Uint8Array() } as Frame['track']
  const frames = Array.from({ length: 10 }, (_, index) => {
    const ms = index * 100
    return { ms, frame: { track, dts: ms, pts: ms, keyframe: index % 5 === 0, data: Uint8Array.of(index) } }
  })
  const clip: Clip = { tracks: [track], frames, periodMs: 1000, picture: Buffer.alloc(0) }
  const sent: number[] = []
  let ended = 0
  const common = { clip, clock: time, timers: time, onFrame: ({ dts }: Frame) => void sent.push(dts) }
  const player = new ClipPlayer({ ...common, startMs: 0, endMs, onEnd: () => ended++ })
  return { time, player, sent, ended: () => ended }
}

test('rounds follow each other without a seam', () => {
  const { time, sent } = playing()
  time.advance(1500)
  expect(sent).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400, 1500])
})

test('pause, resume, speed and seek', () => {
  const { time, player, sent } = playing()
  time.advance(200)
  player.pause()
  time.advance(5000)
  expect(sent).toEqual([0, 100, 200])
  player.resume()
  player.setSpeed(4)
  time.advance(50)
  expect(sent).toEqual([0, 100, 200, 300, 400])
  player.setSpeed(1)
  player.seek(5730)
  time.advance(100)
  expect(sent.slice(5)).toEqual([5500, 5600, 5700, 5800])
})

test('the end is told once', () => {
  const { time, sent, ended } = playing(300)
  time.advance(2000)
  expect([sent, ended()]).toEqual([[0, 100, 200], 1])
})
