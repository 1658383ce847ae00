import { expect, test } from 'vitest'
import { formatMediaFormat, G711_FORMAT, type MediaFormat, parseMediaFormat } from './media-format.ts'

const NO_VIDEO = { codec: null, resolution: null, frameRate: null, bitRateType: null, bitRateKbps: null }
const NO_AUDIO = { codec: null, bitRate: null, sampleRate: null }

test.each<[string, MediaFormat]>([
  [
    'v/2/6/25/1/4096a/1/8/1',
    {
      video: { codec: 2, resolution: '6', frameRate: 25, bitRateType: 1, bitRateKbps: 4096 },
      audio: { codec: 1, bitRate: 8, sampleRate: 1 },
    },
  ],
  [
    'v/5/3840x2160/25/2/8192a///',
    {
      video: { codec: 5, resolution: '3840x2160', frameRate: 25, bitRateType: 2, bitRateKbps: 8192 },
      audio: NO_AUDIO,
    },
  ],
  [G711_FORMAT, { video: NO_VIDEO, audio: { codec: 1, bitRate: 8, sampleRate: 1 } }],
  ['v/////a///', { video: NO_VIDEO, audio: NO_AUDIO }],
])('%s', (text, format) => {
  expect(formatMediaFormat(format)).toBe(text)
  expect(parseMediaFormat(text)).toEqual(format)
})

test.each(['', 'v', 'v/', 'junk', 'v/x/y/z', 'v/////a'])('%j says nothing', text => {
  expect(parseMediaFormat(text).audio).toEqual(NO_AUDIO)
  expect(parseMediaFormat(text).video.codec).toBeNull()
})
