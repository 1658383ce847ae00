import { expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { lengthPrefixed } from '../nal/length-prefixed.ts'
import { H265_SAMPLES } from '../samples.ts'
import { parseHvcC, writeHvcC } from './hvcc.ts'
import { isH265Keyframe } from './nal-unit.ts'
import { h265CodecString, h265ProfileName } from './profile-tier-level.ts'
import { parseH265Sps } from './sps.ts'
import { parseH265Vps } from './vps.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

test.each(H265_SAMPLES)('$name', sample => {
  const sps = parseH265Sps(bytes(sample.units[1] ?? ''))
  const { width, height, sampleAspectRatio, maxNumReorderPics } = sps
  expect({ width, height, sampleAspectRatio, reorder: maxNumReorderPics }).toEqual({
    width: sample.width,
    height: sample.height,
    sampleAspectRatio: sample.sampleAspectRatio,
    reorder: sample.reorder,
  })
  expect(sps.pictureRate).toBeCloseTo(sample.fps ?? 0, 9)
  expect(h265ProfileName(sps.ptl)).toBe(sample.profile)
  expect(h265CodecString(sps.ptl)).toBe(sample.codecString)
  expect(parseH265Vps(bytes(sample.units[0] ?? ''))).toEqual({ id: sps.vpsId, pictureRate: null })
})

test.each(H265_SAMPLES)('hvcC of $name is read and written, arrays marked complete', ({ units, record }) => {
  const hvcC = parseHvcC(bytes(record))
  expect(hvcC.lengthSize).toBe(4)
  const sets = [...hvcC.vps, ...hvcC.sps, ...hvcC.pps]
  expect(sets.map(unit => Buffer.from(unit).toString('hex'))).toEqual(units)
  const written = writeHvcC(hvcC.vps, hvcC.sps, hvcC.pps)
  // ffmpeg's record is for hev1 or hvc1 by its muxer; ours always says that the arrays are complete
  const complete = (type: number) => [`${type.toString(16)}0001`, `${(type | 0x80).toString(16)}0001`] as const
  let expected = record
  for (const type of [0x20, 0x21, 0x22]) expected = expected.replace(...complete(type))
  expect(Buffer.from(written).toString('hex')).toBe(expected)
})

test('4:2:2 of ten bits with two temporal layers', () => {
  const sample = H265_SAMPLES.find(({ name }) => name.startsWith('4:2:2'))
  expect(parseH265Sps(bytes(sample?.units[1] ?? ''))).toMatchObject({
    chromaFormatIdc: 2,
    bitDepthLuma: 10,
    bitDepthChroma: 10,
    maxSubLayers: 2,
  })
})

test('frame rate from the VPS', () => {
  // the VPS of the first sample with vps_timing_info_present_flag, 25 ticks of 1: 0000 0001 / 0000 0019
  const bits = [...bytes('40010c01ffff01600000030090000003000003005a959809')]
  const rbsp = bits.filter((byte, i) => !(byte === 3 && bits[i - 1] === 0 && bits[i - 2] === 0))
  const text = rbsp.map(byte => byte.toString(2).padStart(8, '0')).join('')
  const end = text.lastIndexOf('1') - 2 // vps_timing_info_present_flag, vps_extension_flag, then the stop bit
  const timing = `1${'1'.padStart(32, '0')}${(25).toString(2).padStart(32, '0')}0`
  const unit = (text.slice(0, end) + timing).match(/.{1,8}/g)?.map(byte => Number.parseInt(byte.padEnd(8, '0'), 2))
  expect(parseH265Vps(Uint8Array.from(unit ?? []))).toEqual({ id: 0, pictureRate: 25 })
})

test.each([
  [
    { profileSpace: 0, highTier: false, profileIdc: 1, compatibility: 0x60000000, levelIdc: 93 },
    [0xb0],
    'hvc1.1.6.L93.B0',
  ],
  [
    { profileSpace: 1, highTier: true, profileIdc: 4, compatibility: 0x08000000, levelIdc: 120 },
    [0xb0, 0, 1],
    'hvc1.A4.10.H120.B0.0.1',
  ],
  [{ profileSpace: 0, highTier: false, profileIdc: 2, compatibility: 0x20000000, levelIdc: 150 }, [], 'hvc1.2.4.L150'],
])('codecs parameter %#', (general, constraints, text) => {
  expect(h265CodecString({ ...general, constraints: [...constraints, 0, 0, 0, 0, 0, 0].slice(0, 6) })).toBe(text)
})

test('profile_idc 0 is named by its compatibility flags', () => {
  const ptl = { profileSpace: 0, highTier: false, constraints: [], levelIdc: 93 }
  expect(h265ProfileName({ ...ptl, profileIdc: 0, compatibility: 0x20000000 })).toBe('Main 10')
  expect(h265ProfileName({ ...ptl, profileIdc: 11, compatibility: 0 })).toBe('11')
})

test.each([
  ['another NAL unit', '4401c172b46240'],
  ['no bytes', ''],
  ['cut before the size', '420101016000000300900000'],
])('SPS: %s is refused', (_, hex) => {
  expect(() => parseH265Sps(bytes(hex))).toThrow(AppError)
  expect(() => parseH265Vps(bytes(hex))).toThrow(AppError)
})

test('hvcC: another version, missing sets and lengths past the end are refused', () => {
  const record = H265_SAMPLES[0]?.record ?? ''
  expect(() => parseHvcC(bytes(record.replace(/^01/, '02')))).toThrow('configurationVersion')
  expect(() => parseHvcC(bytes(record.slice(0, 60)))).toThrow(AppError)
  expect(() => parseHvcC(bytes(`${record.slice(0, 44)}00`))).toThrow('missing')
  const many = `${record.slice(0, 44)}01a0ffff${'0003400140'.repeat(300)}`
  expect(() => parseHvcC(bytes(many))).toThrow('limit')
})

/** NAL units of libx265, slices cut after some bytes. */
test.each([
  ['IDR_N_LP', ['4e0105ff', '2801af1d1031'], true],
  ['CRA', ['40010c01', '42010101', '4401c172', '2a01ac285a22'], true],
  ['TRAIL', ['0201d02149e1'], false],
  ['RASL', ['1001e1222d49'], false],
  ['only parameter sets', ['40010c01', '42010101', '4401c172'], false],
  ['nothing', [], false],
] as const)('%s access unit', (_, units, keyframe) => {
  expect(isH265Keyframe(lengthPrefixed(units.map(unit => Buffer.from(unit, 'hex'))))).toBe(keyframe)
})
