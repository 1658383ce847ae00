import { expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { defaultOpusHead, parseOpusHead, writeOpusHead } from './opus-head.ts'
import { opusPacketSamples } from './packet.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const MAGIC = '4f70757348656164'
const plain = { preSkip: 312, inputSampleRate: 48000, outputGain: 0, mappingFamily: 0, mapping: new Uint8Array() }

/** Heads of libopus through ffmpeg; the last one with a gain by hand. */
const HEADS = [
  ['mono', `${MAGIC}0101380180bb0000000000`, { ...plain, channels: 1 }],
  ['stereo', `${MAGIC}0102380180bb0000000000`, { ...plain, channels: 2 }],
  [
    '5.1',
    `${MAGIC}0106380180bb00000000010402000401020305`,
    { ...plain, channels: 6, mappingFamily: 1, mapping: bytes('0402000401020305') },
  ],
  ['gain of -3 dB', `${MAGIC}0102380180bb000000fd00`, { ...plain, channels: 2, outputGain: -768 }],
] as const

test.each(HEADS)('OpusHead %s is read and written', (_, hex, value) => {
  expect(parseOpusHead(bytes(hex))).toEqual(value)
  expect(Buffer.from(writeOpusHead(value)).toString('hex')).toBe(hex)
})

test('the default head', () => {
  expect(parseOpusHead(defaultOpusHead(2))).toEqual({ ...plain, channels: 2, preSkip: 0 })
})

test.each([
  ['another magic', '4f707573546167730102380180bb0000000000'],
  ['another major version', `${MAGIC}1002380180bb0000000000`],
  ['no channels', `${MAGIC}0100380180bb0000000000`],
  ['three channels of family 0', `${MAGIC}0103380180bb0000000000`],
  ['mapping cut short', `${MAGIC}0106380180bb00000000010402`],
  ['cut short', `${MAGIC}0102`],
])('%s is refused', (_, hex) => {
  expect(() => parseOpusHead(bytes(hex))).toThrow(AppError)
})

/** RFC 6716 §3.1 and §3.2: TOC, milliseconds. */
test.each([
  ['SILK 10 ms', '00', 10],
  ['SILK 60 ms', '18', 60],
  ['hybrid 20 ms', '68', 20],
  ['CELT 2.5 ms', '80', 2.5],
  ['CELT 20 ms', 'f8', 20],
  ['two equal frames', 'f9', 40],
  ['two frames of two sizes', 'fa', 40],
  ['counted: 3 frames', 'fb03', 60],
  ['counted: 3 frames, padded, variable', 'fbc3', 60],
  ['counted: 48 frames of 2.5 ms', '8330', 120],
  ['over 120 ms', 'fb07', 0],
  ['no frames', 'fb00', 0],
  ['count missing', 'fb', 0],
  ['nothing', '', 0],
])('packet of %s', (_, hex, ms) => {
  expect(opusPacketSamples(bytes(hex))).toBe(ms * 48)
})
