import { describe, expect, test } from 'vitest'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { FlvFrames } from './to-frames.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const SPS = '6764000bacd942847e5c04400000030040 00000c83c50a6580'
/** AVCDecoderConfigurationRecord of x264, 160x120. */
const avcC = (lengthSize: number) =>
  `0164000b ${(0xfb + lengthSize).toString(16)} e1 0019 ${SPS} 01 0004 68ef8fcb fdf8f800`
const AVC_CONFIG = `17 00 000000 ${avcC(4)}`
const SLICE = '6588'

function run(...bodies: readonly (readonly [kind: 'video' | 'audio', timestampMs: number, bytes: string])[]) {
  const tracks: Track[] = []
  const frames: Frame[] = []
  const unsupported: string[] = []
  const target = new FlvFrames({
    track: track => tracks.push(track),
    frame: frame => frames.push(frame),
    unsupported: name => unsupported.push(name),
  })
  for (const [kind, timestampMs, bytes] of bodies) target[kind](timestampMs, hex(bytes))
  return {
    tracks,
    frames,
    unsupported,
    dropped: target.dropped,
    data: frames.map(f => Buffer.from(f.data).toString('hex')),
  }
}

describe('video', () => {
  test('a frame names its track, with milliseconds', () => {
    const { tracks, frames } = run(['video', 0, AVC_CONFIG], ['video', 40, `17 01 000050 00000002 ${SLICE}`])
    expect(tracks).toEqual([expect.objectContaining({ codec: 'h264', width: 160, height: 120, clockRate: 1000 })])
    expect(frames).toEqual([{ track: tracks[0], dts: 40, pts: 120, keyframe: true, data: hex(`00000002 ${SLICE}`) }])
    expect(frames[0]?.track).toBe(tracks[0])
  })

  test('the same configuration again gives no new track, another one does', () => {
    const other = AVC_CONFIG.replace('68ef8fcb', '68ef8fca')
    expect(run(['video', 0, AVC_CONFIG], ['video', 5, AVC_CONFIG], ['video', 9, other]).tracks).toHaveLength(2)
  })

  test.each([1, 2])('lengths of %i bytes become 4 bytes, also in the configuration', lengthSize => {
    const length = '02'.padStart(lengthSize * 2, '0')
    const { tracks, data } = run(
      ['video', 0, `17 00 000000 ${avcC(lengthSize)}`],
      ['video', 0, `17 01 000000 ${length} ${SLICE}`],
    )
    expect(tracks[0]?.config[4]).toBe(0xff)
    expect(data).toEqual([`00000002${SLICE}`])
  })

  test('access unit delimiters are taken off', () => {
    const { data } = run(
      ['video', 0, AVC_CONFIG],
      ['video', 0, `17 01 000000 00000002 09f0 00000002 ${SLICE}`],
      ['video', 40, `17 01 000000 00000002 09f0`],
    )
    expect(data).toEqual([`00000002${SLICE}`])
  })

  test('a byte stream with start codes is taken too', () => {
    const { data } = run(['video', 0, AVC_CONFIG], ['video', 0, `17 01 000000 00000001 09f0 000001 ${SLICE}`])
    expect(data).toEqual([`00000002${SLICE}`])
  })

  test('a frame whose lengths do not fit is dropped', () => {
    const { data, dropped } = run(['video', 0, AVC_CONFIG], ['video', 0, `17 01 000000 00000003 ${SLICE}`])
    expect([data, dropped]).toEqual([[], 1])
  })

  test('frames before their configuration are dropped, and frames of another codec', () => {
    const { frames, dropped } = run(
      ['video', 0, `17 01 000000 00000002 ${SLICE}`],
      ['video', 0, AVC_CONFIG],
      ['video', 40, `93 68766331 00000002 ${SLICE}`],
    )
    expect(frames).toEqual([])
    expect(dropped).toBe(2)
  })

  test('a codec we do not carry is said once', () => {
    expect(run(['video', 0, '12 00'], ['video', 0, '22 00'], ['audio', 0, 'b2 00']).unsupported).toEqual([
      'CodecID 2',
      'SoundFormat 11',
    ])
  })

  test('a broken configuration is an error, and the next one works', () => {
    const tracks: Track[] = []
    const frames = new FlvFrames({ track: track => tracks.push(track), frame: () => {} })
    expect(() => frames.video(0, hex('17 00 000000 01'))).toThrow(expect.objectContaining({ code: 'BYTES_TOO_SHORT' }))
    frames.video(0, hex(AVC_CONFIG))
    expect(tracks).toHaveLength(1)
  })
})

describe('audio', () => {
  test('AAC waits for its sequence header', () => {
    const { tracks, data, dropped } = run(
      ['audio', 0, 'af 01 21'],
      ['audio', 0, 'af 00 1190'],
      ['audio', 21, 'af 01 21'],
    )
    expect(tracks).toEqual([expect.objectContaining({ codec: 'aac', sampleRate: 48_000, channels: 2 })])
    expect(data).toEqual(['21'])
    expect(dropped).toBe(1)
  })

  test('AAC in ADTS frames needs no sequence header', () => {
    const { tracks, data } = run(['audio', 0, 'af 01 fff14c80011ffc 21'], ['audio', 21, 'af 01 fff14c80011ffc 22'])
    expect(tracks).toEqual([expect.objectContaining({ codec: 'aac', sampleRate: 48_000, channels: 2 })])
    expect(data).toEqual(['21', '22'])
  })

  test('MP3 is described by its frame header, whatever the tag says', () => {
    const { tracks, data } = run(
      ['audio', 0, '22 fffb9064 00'], // 44.1 kHz joint stereo in a tag that says mono, 5.5 kHz
      ['audio', 26, '22 fffb9064 01'],
      ['audio', 52, '22 fffb94c4 02'], // 48 kHz mono
    )
    expect(tracks.map(t => t.kind === 'audio' && [t.codec, t.sampleRate, t.channels])).toEqual([
      ['mp3', 44_100, 2],
      ['mp3', 48_000, 1],
    ])
    expect(data).toHaveLength(3)
  })

  test('MP3 without a frame header is dropped until one comes', () => {
    expect(run(['audio', 0, '2f 0000'])).toMatchObject({ tracks: [], frames: [], dropped: 1 })
  })

  test('G.711 is 8 kHz, channels as the tag says', () => {
    const { tracks } = run(
      ['audio', 0, '72 d5'],
      ['audio', 20, '72 d5'],
      ['audio', 40, '73 d5d5'],
      ['audio', 60, '82 ff'],
    )
    expect(tracks.map(t => t.kind === 'audio' && [t.codec, t.sampleRate, t.channels])).toEqual([
      ['pcma', 8000, 1],
      ['pcma', 8000, 2],
      ['pcmu', 8000, 1],
    ])
  })

  test('Opus of enhanced RTMP', () => {
    const head = '4f70757348656164 01 02 3801 80bb0000 0000 00'
    const { tracks, data } = run(['audio', 0, `90 4f707573 ${head}`], ['audio', 20, '91 4f707573 fc00'])
    expect(tracks).toEqual([expect.objectContaining({ codec: 'opus', sampleRate: 48_000, channels: 2 })])
    expect(data).toEqual(['fc00'])
  })
})

test.each([
  ['at the start', [5, 45], [5, 45]],
  ['past 2^32', [0xfffffff0, 0x18, 0x40], [0xfffffff0, 2 ** 32 + 0x18, 2 ** 32 + 0x40]],
  ['back over 2^32', [0xfffffff0, 0x18, 0xfffffff8], [0xfffffff0, 2 ** 32 + 0x18, 0xfffffff8]],
  ['unwrapped already', [2 ** 32 + 5, 2 ** 32 + 45], [2 ** 32 + 5, 2 ** 32 + 45]],
])('timestamps %s', (_, sent, seen) => {
  const { frames } = run(...sent.map(timestampMs => ['audio', timestampMs, '72 d5'] as const))
  expect(frames.map(frame => frame.dts)).toEqual(seen)
})
