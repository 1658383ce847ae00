import { expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { adtsHeader, configFromAdts, parseAdtsHeader, scanAdts } from './adts.ts'
import { parseAudioSpecificConfig } from './audio-specific-config.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

/** Headers of ffmpeg's muxer: name, bytes, frame size, AudioSpecificConfig. */
const HEADERS = [
  ['48 kHz stereo', 'fff14c8024fffc', 295, '1190'],
  ['44.1 kHz mono', 'fff15040213ffc', 265, '1208'],
  ['22.05 kHz stereo', 'fff15c804e1ffc', 624, '1390'],
  ['48 kHz 5.1', 'fff14d802fdffc', 382, '11b0'],
  ['8 kHz mono', 'fff16c404c1ffc', 608, '1588'],
] as const

test.each(HEADERS)('%s', (_, hex, frameBytes, config) => {
  const header = parseAdtsHeader(bytes(hex))
  if (!header) return expect.unreachable()
  expect(header).toMatchObject({ frameBytes, headerBytes: 7, rawDataBlocks: 1, objectType: 2 })
  expect(Buffer.from(configFromAdts(header)).toString('hex')).toBe(config)
  const written = adtsHeader(parseAudioSpecificConfig(bytes(config)), frameBytes - 7)
  expect(Buffer.from(written).toString('hex')).toBe(hex)
})

test.each([
  ['no syncword', 'ffe14c8024fffc'],
  ['layer not 0', 'fff34c8024fffc'],
  ['reserved sample rate', 'fff1748024fffc'],
  ['frame smaller than its header', 'fff14c8000bffc'],
  ['cut short', 'fff14c8024ff'],
])('%s is no header', (_, hex) => {
  expect(parseAdtsHeader(bytes(hex))).toBeNull()
})

test('a header with CRC has 9 bytes', () => {
  expect(parseAdtsHeader(bytes('fff04c8024fffd'))).toMatchObject({ headerBytes: 9, rawDataBlocks: 2 })
})

const CONFIG = parseAudioSpecificConfig(bytes('1190'))
const frame = (fill: number, size: number) => Buffer.concat([adtsHeader(CONFIG, size), new Uint8Array(size).fill(fill)])

test('frames are found again after garbage, and the unfinished one is left', () => {
  const stream = Buffer.concat([
    bytes('00fff14c80'), // a cut header
    frame(1, 20),
    frame(2, 30),
    bytes('fff1ffff'),
    frame(3, 10),
    frame(4, 40),
    frame(5, 50).subarray(0, 30),
  ])
  const scan = scanAdts(stream)
  expect(scan.frames.map(({ header, bytes }) => [bytes[header.headerBytes], bytes.length])).toEqual([
    [1, 27],
    [2, 37],
    [3, 17],
    [4, 47],
  ])
  expect(scan).toMatchObject({ consumed: stream.length - 30, skipped: 9 })
})

test('a syncword inside a payload is not taken for a frame', () => {
  const inner = Buffer.concat([frame(1, 60).subarray(0, 7), new Uint8Array(100)])
  const stream = Buffer.concat([bytes('00'), adtsHeader(CONFIG, inner.length), inner, frame(2, 10)])
  expect(scanAdts(stream).frames.map(({ bytes }) => bytes.length)).toEqual([inner.length + 7, 17])
})

test('what ADTS cannot say is refused', () => {
  expect(() => adtsHeader(CONFIG, 8185)).toThrow('limit')
  expect(adtsHeader(CONFIG, 8184)).toHaveLength(7)
  for (const wrong of [{ objectType: 23 }, { sampleRate: 37800 }, { channelConfig: 11 }]) {
    expect(() => adtsHeader({ ...CONFIG, ...wrong }, 10)).toThrow(AppError)
  }
})
