import { expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { annexBToLengthPrefixed, lengthPrefixedToAnnexB, splitAnnexB } from './annexb.ts'
import { lengthPrefixed, MAX_NAL_UNITS, nalUnits, toFourByteLengths } from './length-prefixed.ts'

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const toHex = (units: readonly Uint8Array[]) => units.map(unit => Buffer.from(unit).toString('hex'))

const BYTE_STREAMS: readonly (readonly [string, string, readonly string[]])[] = [
  ['three-byte start codes', '000001 6742 000001 68ce', ['6742', '68ce']],
  ['four-byte start codes', '00000001 6742 00000001 68ce', ['6742', '68ce']],
  ['trailing zeros', '000001 6742 0000 000001 68ce 000000', ['6742', '68ce']],
  ['leading garbage', 'ff00 000001 65', ['65']],
  ['emulation prevention is no start code', '000001 67000003 01', ['6700000301']],
  ['empty units', '000001 000001 000001 41', ['41']],
  ['no start code', '6742', []],
  ['nothing', '', []],
]

test.each(BYTE_STREAMS)('byte stream: %s', (_, bytes, units) => {
  expect(toHex(splitAnnexB(hex(bytes)))).toEqual(units)
})

const AUD_STREAMS = [
  ['h264', '00000001 09f0 00000001 6742 000001 65aa', '00000002 6742 00000002 65aa'],
  ['h265', '00000001 460150 00000001 4001 000001 2601', '00000002 4001 00000002 2601'],
] as const

test.each(AUD_STREAMS)('%s: the access unit delimiter is dropped', (codec, bytes, sample) => {
  expect(annexBToLengthPrefixed(hex(bytes), codec)).toEqual(hex(sample))
})

test('lengths become start codes without touching the input', () => {
  const sample = hex('00000002 6742 00000001 65')
  expect(new Uint8Array(lengthPrefixedToAnnexB(sample))).toEqual(hex('00000001 6742 00000001 65'))
  expect(sample).toEqual(hex('00000002 6742 00000001 65'))
})

test.each([
  [1, '02 6742 01 65'],
  [2, '0002 6742 0001 65'],
  [3, '000002 6742 000001 65'],
  [4, '00000002 6742 00000001 65'],
])('%i-byte lengths become 4-byte lengths', (lengthSize, sample) => {
  expect(toFourByteLengths(hex(sample), lengthSize)).toEqual(hex('00000002 6742 00000001 65'))
})

test('a length past the end and too many units are refused', () => {
  expect(() => nalUnits(hex('00000003 6742'))).toThrow(AppError)
  expect(() => nalUnits(hex('ffffffff 6742'))).toThrow(AppError)
  expect(() => nalUnits(hex('000000'))).toThrow(AppError)
  const many = Array.from({ length: MAX_NAL_UNITS + 1 }, () => Uint8Array.of(0x41))
  expect(() => nalUnits(lengthPrefixed(many))).toThrow('limit')
  expect(() => splitAnnexB(lengthPrefixedToAnnexB(lengthPrefixed(many.slice(1))))).not.toThrow()
  expect(() => splitAnnexB(Buffer.concat(many.flatMap(unit => [hex('000001'), unit])))).toThrow('limit')
})

test('units are views, empty ones are left out', () => {
  const sample = hex('00000000 00000001 65')
  const [unit, ...rest] = nalUnits(sample)
  expect(rest).toEqual([])
  expect(unit?.buffer).toBe(sample.buffer)
})
