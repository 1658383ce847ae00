import { expect, test } from 'vitest'
import { defaultOpusHead } from '../codec/opus/opus-head.ts'
import { AV1_SAMPLES, H264_SAMPLES, H265_SAMPLES, type VideoSample } from '../codec/samples.ts'
import type { VideoTrack } from './track.ts'
import {
  aacTrack,
  av1Track,
  g711Track,
  h264Track,
  h265Track,
  mp3Track,
  opusTrack,
  sameTrack,
} from './track-builders.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

const cases = (codec: string, samples: readonly VideoSample[], build: typeof h264Track) =>
  samples.map(sample => [codec, sample.name, sample, build] as const)

test.each([
  ...cases('h264', H264_SAMPLES, h264Track),
  ...cases('h265', H265_SAMPLES, h265Track),
  ...cases('av1', AV1_SAMPLES, av1Track),
])('%s %s', (codec, _, sample, build) => {
  const config = bytes(sample.record)
  const track = build({ id: 7, clockRate: 1000, config })
  const { width, height, profile, codecString } = sample
  const fps = sample.fps === null ? null : expect.closeTo(sample.fps, 9)
  const expected = { kind: 'video', id: 7, codec, clockRate: 1000, config, width, height, fps, profile, codecString }
  expect(track).toEqual(expected)
  expect(track.config).toBe(config)
})

test.each([
  ['h264', H264_SAMPLES, h264Track, 4, 0xfd],
  ['h265', H265_SAMPLES, h265Track, 21, 0x0d],
] as const)('%s: a record of 2-byte lengths becomes one of 4', (_, samples, build, at, value) => {
  const config = bytes(samples[0]?.record ?? '')
  config[at] = value
  const track: VideoTrack = build({ id: 1, clockRate: 1000, config })
  expect((track.config[at] ?? 0) & 3).toBe(3)
})

test('audio tracks', () => {
  const of = { id: 2, clockRate: 1000 }
  expect(aacTrack({ ...of, config: bytes('1190') })).toMatchObject({
    codec: 'aac',
    sampleRate: 48000,
    channels: 2,
    profile: 'LC',
    codecString: 'mp4a.40.2',
  })
  expect(aacTrack({ ...of, config: bytes('eb8a0800') })).toMatchObject({ sampleRate: 44100, channels: 2 })
  expect(opusTrack({ ...of, config: defaultOpusHead(1) })).toMatchObject({
    codec: 'opus',
    sampleRate: 48000,
    channels: 1,
    config: defaultOpusHead(1),
  })
  expect(mp3Track({ ...of, sampleRate: 44100, channels: 2 })).toMatchObject({ codec: 'mp3', codecString: 'mp3' })
  expect(g711Track({ ...of, codec: 'pcma' })).toMatchObject({ codec: 'pcma', sampleRate: 8000, channels: 1 })
  expect(g711Track({ ...of, codec: 'pcmu', sampleRate: 16000, channels: 2 })).toMatchObject({
    codecString: 'pcmu',
    sampleRate: 16000,
    channels: 2,
  })
})

test('the same track', () => {
  const config = bytes('1190')
  const track = aacTrack({ id: 1, clockRate: 1000, config })
  expect(sameTrack(track, aacTrack({ id: 2, clockRate: 1000, config: Uint8Array.from(config) }))).toBe(true)
  expect(sameTrack(track, aacTrack({ id: 1, clockRate: 90000, config }))).toBe(false)
  expect(sameTrack(track, aacTrack({ id: 1, clockRate: 1000, config: bytes('1210') }))).toBe(false)
  const mp3 = mp3Track({ id: 1, clockRate: 1000, sampleRate: 44100, channels: 2 })
  expect(sameTrack(mp3, mp3Track({ id: 1, clockRate: 1000, sampleRate: 44100, channels: 1 }))).toBe(false)
  expect(sameTrack(mp3, track)).toBe(false)
  const [first, second] = H264_SAMPLES.map(({ record }) => h264Track({ id: 1, clockRate: 1, config: bytes(record) }))
  if (!first || !second) return expect.unreachable()
  expect(sameTrack(first, { ...first })).toBe(true)
  expect(sameTrack(first, second)).toBe(false)
})
