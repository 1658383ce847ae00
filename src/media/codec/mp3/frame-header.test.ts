import { expect, test } from 'vitest'
import { parseMpegAudioHeader, scanMpegAudio } from './frame-header.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

/** Headers of LAME and ffmpeg's mp2, and of the layer I table. */
test.each([
  ['fffb9464', { version: '1', layer: 3, bitrateKbps: 128, sampleRate: 48000, channels: 2, frameBytes: 384 }],
  ['fffb50c4', { version: '1', layer: 3, bitrateKbps: 64, sampleRate: 44100, channels: 1, frameBytes: 208 }],
  ['fffb52c4', { version: '1', layer: 3, bitrateKbps: 64, sampleRate: 44100, channels: 1, frameBytes: 209 }],
  ['fff340c4', { version: '2', layer: 3, bitrateKbps: 32, sampleRate: 22050, channels: 1, frameBytes: 104 }],
  ['ffe328c4', { version: '2.5', layer: 3, bitrateKbps: 16, sampleRate: 8000, channels: 1, frameBytes: 144 }],
  ['fffda404', { version: '1', layer: 2, bitrateKbps: 192, sampleRate: 48000, channels: 2, frameBytes: 576 }],
  ['fff58404', { version: '2', layer: 2, bitrateKbps: 64, sampleRate: 24000, channels: 2, frameBytes: 384 }],
  ['ffffc204', { version: '1', layer: 1, bitrateKbps: 384, sampleRate: 44100, channels: 2, frameBytes: 420 }],
  ['fff7c804', { version: '2', layer: 1, bitrateKbps: 192, sampleRate: 16000, channels: 2, frameBytes: 576 }],
])('%s', (hex, expected) => {
  const header = parseMpegAudioHeader(bytes(hex))
  expect(header).toMatchObject(expected)
  const samplesPerFrame = expected.layer === 1 ? 384 : expected.layer === 3 && expected.version !== '1' ? 576 : 1152
  expect(header?.samplesPerFrame).toBe(samplesPerFrame)
})

test.each([
  ['no syncword', 'ffdb9464'],
  ['reserved version', 'ffeb9464'],
  ['reserved layer (ADTS)', 'fff19464'],
  ['free format', 'fffb0464'],
  ['reserved bit rate', 'fffbf464'],
  ['reserved sample rate', 'fffb9c64'],
  ['cut short', 'fffb94'],
])('%s is no header', (_, hex) => {
  expect(parseMpegAudioHeader(bytes(hex))).toBeNull()
})

test('an ID3 tag before the frames and an unfinished frame after them', () => {
  const frame = Buffer.concat([bytes('ffe328c4'), new Uint8Array(140).fill(7)])
  const tag = Buffer.concat([Buffer.from('ID3'), bytes('04000000000023'), new Uint8Array(35)])
  const scan = scanMpegAudio(Buffer.concat([tag, frame, frame, frame.subarray(0, 100)]))
  expect(scan.frames.map(({ bytes }) => bytes.length)).toEqual([144, 144])
  expect(scan).toMatchObject({ consumed: 45 + 288, skipped: 45 })
})
