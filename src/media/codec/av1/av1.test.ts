import { expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { AV1_SAMPLES } from '../samples.ts'
import { parseAv1C, writeAv1C } from './av1c.ts'
import { isAv1Keyframe } from './keyframe.ts'
import { obus, toSizedObus } from './obu.ts'
import { av1CodecString, av1ProfileName, parseAv1SequenceHeader } from './sequence-header.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const TD = '1200'
const SEQUENCE = '0a0b0000000cc4ff6736be4010'
const KEY = '3204 14 00a0f8' // OBU_FRAME: key frame, shown

test.each(AV1_SAMPLES)('$name: av1C is read, and written as ffmpeg does', sample => {
  const { sequenceHeader: header, configObus } = parseAv1C(bytes(sample.record))
  const { width, height, fps } = header
  expect({ width, height, fps, profile: av1ProfileName(header), codecString: av1CodecString(header) }).toEqual({
    width: sample.width,
    height: sample.height,
    fps: sample.fps,
    profile: sample.profile,
    codecString: sample.codecString,
  })
  expect(Buffer.from(configObus).toString('hex')).toBe(sample.units[0])
  const temporalUnit = bytes(`${TD}${sample.units[0]}${KEY}`)
  expect(writeAv1C(temporalUnit)).toEqual(Buffer.from(sample.record, 'hex'))
})

test('bit depth and subsampling', () => {
  const of = (name: string) => parseAv1C(bytes(AV1_SAMPLES.find(sample => sample.name === name)?.record ?? ''))
  expect(of('10 bit').sequenceHeader).toMatchObject({ bitDepth: 10, monochrome: false, subsamplingX: 1 })
  expect(of('monochrome').sequenceHeader).toMatchObject({ bitDepth: 8, monochrome: true })
  expect(of('4:4:4').sequenceHeader).toMatchObject({ subsamplingX: 0, subsamplingY: 0 })
})

/** Sequence header from its bits, as §5.5 lists them. */
function sequenceHeader(...bits: string[]): Uint8Array {
  const text = bits.join('').replaceAll(/[ _]/g, '')
  return Uint8Array.from(text.match(/.{1,8}/g) ?? [], byte => Number.parseInt(byte.padEnd(8, '0'), 2))
}
const SIZE_320_240 = '1000 0111 100111111 11101111'

test('timing, decoder model, operating points and tiers', () => {
  const header = parseAv1SequenceHeader(
    sequenceHeader(
      '000 0 0', // Main
      `1 ${'1'.padStart(32, '0')} ${(50).toString(2).padStart(32, '0')} 1 010`, // 50 ticks, two per picture
      `1 01001 ${'0'.repeat(42)}`, // decoder model, delays of 10 bits
      '1 00001', // initial display delay, two operating points
      `000000000011 01000 1 1 ${'0'.repeat(21)} 1 0000`, // level 4.0, High tier
      '000000000001 00100 0 0',
      SIZE_320_240,
      '1 0000000 000', // frame ids
      '0000 1 00 0 1 1 000', // tools: order hints, screen content chosen
      '000 1 0 1 00000001 00001101 00000000', // 10 bits, sRGB (impossible in Main, and read all the same)
    ),
  )
  expect(header).toMatchObject({ fps: 25, level: 8, highTier: true, width: 320, height: 240, bitDepth: 10 })
  expect(header).toMatchObject({ subsamplingX: 0, subsamplingY: 0 })
  expect(av1CodecString(header)).toBe('av01.0.08H.10')
})

test('unequal picture intervals are no frame rate', () => {
  const timing = `1 ${'1'.padStart(32, '0')} ${(50).toString(2).padStart(32, '0')} 0 0`
  const tail = '0 00000000 000 0000 0 0 0 000 000 0 0 0 0 00'
  const bits = ['000 0 0', timing, '0 00000 000000000000 00100', SIZE_320_240, tail, '00000000']
  expect(parseAv1SequenceHeader(sequenceHeader(...bits)).fps).toBeNull()
})

test('reduced still picture, 4:2:2 of 12 bits', () => {
  const header = parseAv1SequenceHeader(sequenceHeader('010 1 1 00101', SIZE_320_240, '000 000', '1 1 0 0 0 1 0 0000'))
  expect(header).toMatchObject({ profile: 2, reducedStillPicture: true, level: 5, width: 320, bitDepth: 12 })
  expect(header).toMatchObject({ subsamplingX: 1, subsamplingY: 0 })
})

const TEMPORAL_UNITS = [
  ['as it should be', `${SEQUENCE}${KEY}`, `${SEQUENCE}${KEY}`],
  ['temporal delimiter', `${TD}${SEQUENCE}${KEY}`, `${SEQUENCE}${KEY}`],
  ['padding', `${SEQUENCE} 7a03aaaa80 ${KEY}`, `${SEQUENCE}${KEY}`],
  ['last OBU without size', `${SEQUENCE} 30 1400a0f8`, `${SEQUENCE}${KEY}`],
  ['with extension and without size', '34 08 1400', '36 08 02 1400'],
  ['size in more bytes than needed', `328400 14 00a0f8`, `328400 14 00a0f8`],
] as const

test.each(TEMPORAL_UNITS)('temporal unit: %s', (_, from, to) => {
  const data = bytes(from)
  const before = Uint8Array.from(data)
  const out = toSizedObus(data)
  expect(Buffer.from(out).toString('hex')).toBe(to.replaceAll(' ', ''))
  expect(data).toEqual(before)
  if (from === to) expect(out).toBe(data)
})

test('sizes over one leb128 byte are written', () => {
  const out = toSizedObus(Buffer.concat([bytes('30'), new Uint8Array(300).fill(5)]))
  expect(Buffer.from(out.subarray(0, 3)).toString('hex')).toBe('32ac02')
  expect(obus(out)[0]?.payload).toHaveLength(300)
})

test.each([
  ['size past the end', '320514'],
  ['forbidden bit', 'b20114'],
  ['size over 32 bits', '32ffffffffff7f'],
  ['size that does not end', '32ffffffffffffffffff'],
  ['size cut short', '3280'],
  ['extension cut short', '34'],
  ['too many', '1200'.repeat(1100)],
])('%s is refused, and is no keyframe', (_, hex) => {
  expect(() => obus(bytes(hex))).toThrow(AppError)
  expect(isAv1Keyframe(bytes(hex))).toBe(false)
})

/** Starts of temporal units of libaom. */
test.each([
  ['key frame', `${TD}${SEQUENCE}${KEY}`, true],
  ['key frame, sequence header elsewhere', KEY, true],
  ['key frame not shown', `${SEQUENCE} 3202 0400`, false],
  ['inter frame', `${TD} 3204 202901f0`, false],
  ['inter frame before a key frame', `3204 202901f0 ${KEY}`, false],
  ['existing frame shown', '1a0188', false],
  ['frame header OBU', '1a0210aa', true],
  ['reduced still picture', '0a0118 3202 8000', true],
  ['no frame', `${TD}${SEQUENCE}`, false],
  ['empty frame', '3200', false],
])('%s', (_, hex, keyframe) => {
  expect(isAv1Keyframe(bytes(hex))).toBe(keyframe)
})

test.each([
  ['cut short', '8101'],
  ['another version', `82010c00${SEQUENCE}`],
  ['no sequence header', '81010c00'],
  ['reserved profile', '81010c000a0ae00000043d07c4daf92a'],
])('av1C: %s is refused', (_, hex) => {
  expect(() => parseAv1C(bytes(hex))).toThrow(AppError)
})

test('a temporal unit without sequence header makes no av1C', () => {
  expect(() => writeAv1C(bytes(KEY))).toThrow('no sequence header')
})
