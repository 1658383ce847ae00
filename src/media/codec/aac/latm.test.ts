import { expect, test } from 'vitest'
import { BitWriter } from '../../../base/bits.ts'
import { LATM_SAMPLE } from '../samples.ts'
import { LatmReader, scanLoas } from './latm.ts'

/** Bits as `[value, count]`. */
function element(...bits: readonly (readonly [number, number])[]): Uint8Array {
  const w = new BitWriter()
  for (const [value, count] of bits) w.bits(value, count)
  return Buffer.concat([Buffer.from([0x56, 0xe0, 0]), w.bytes()])
}

const LC_48000_STEREO: readonly (readonly [number, number])[] = [
  [2, 5],
  [3, 4],
  [2, 4],
  [0, 3],
]
const TWO_BYTES: readonly (readonly [number, number])[] = [
  [2, 8],
  [0xabcd, 16],
]
const read = (...elements: readonly Uint8Array[]) => {
  const reader = new LatmReader()
  return elements
    .flatMap(each => reader.read(each))
    .map(({ config, data }) => [config, data].map(b => Buffer.from(b).toString('hex')))
}

test('frames of ffmpeg, of which only the first has the configuration', () => {
  const { frames, consumed } = scanLoas(LATM_SAMPLE)
  expect(consumed).toBe(LATM_SAMPLE.length)
  expect(frames).toHaveLength(4)
  const [first, ...others] = read(...frames.map(({ bytes }) => bytes))
  expect(first?.[0]).toBe('1588')
  expect(others).toEqual([1, 2, 3].map(() => ['1588', '01182007']))
  expect(read(...frames.slice(1).map(({ bytes }) => bytes))).toEqual([])
})

const SAME_TIMES: readonly (readonly [number, number])[] = [
  [1, 1],
  [0, 6],
  [0, 4],
  [0, 3],
]
const NO_MORE: readonly (readonly [number, number])[] = [
  [0, 3],
  [0xff, 8],
  [0, 1],
  [0, 1],
]

test.each<[string, readonly (readonly [number, number])[], string[][]]>([
  ['version 0', [[0, 1], [0, 1], ...SAME_TIMES, ...LC_48000_STEREO, ...NO_MORE, ...TWO_BYTES], [['1190', 'abcd']]],
  [
    'version 1, whose configuration has a length',
    [
      [0, 1],
      [1, 1],
      [0, 1],
      [0, 2],
      [0, 8],
      ...SAME_TIMES,
      [0, 2],
      [19, 8],
      ...LC_48000_STEREO,
      [0, 3],
      ...NO_MORE,
      ...TWO_BYTES,
    ],
    [['119000', 'abcd']],
  ],
  [
    'two frames, other data and a checksum',
    [
      [0, 1],
      [0, 1],
      [1, 1],
      [1, 6],
      [0, 4],
      [0, 3],
      ...LC_48000_STEREO,
      [0, 3],
      [0xff, 8],
      [1, 1],
      [1, 1],
      [1, 8],
      [0, 1],
      [0, 8],
      [1, 1],
      [0x55, 8],
      ...TWO_BYTES,
      [1, 8],
      [0xee, 8],
    ],
    [
      ['1190', 'abcd'],
      ['1190', 'ee'],
    ],
  ],
])('%s', (_, bits, frames) => {
  expect(read(element(...bits))).toEqual(frames)
})

test.each<[string, readonly (readonly [number, number])[], string]>([
  [
    'audioMuxVersionA',
    [
      [0, 1],
      [1, 1],
      [1, 1],
    ],
    'CODEC_UNSUPPORTED',
  ],
  [
    'two programs',
    [
      [0, 1],
      [0, 1],
      [1, 1],
      [0, 6],
      [1, 4],
      [0, 3],
    ],
    'CODEC_UNSUPPORTED',
  ],
  ['a fixed frame length', [[0, 1], [0, 1], ...SAME_TIMES, ...LC_48000_STEREO, [1, 3]], 'CODEC_UNSUPPORTED'],
  [
    'a frame longer than its element',
    [[0, 1], [0, 1], ...SAME_TIMES, ...LC_48000_STEREO, ...NO_MORE, [9, 8], [0, 8]],
    'BYTES_TOO_SHORT',
  ],
])('%s is refused', (_, bits, code) => {
  expect(() => read(element(...bits))).toThrow(expect.objectContaining({ code }))
})
