import { expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { H264_SAMPLES } from '../samples.ts'
import { parseAvcC, writeAvcC } from './avcc.ts'
import { h264CodecString, h264ProfileName } from './profile.ts'
import { parseH264Sps } from './sps.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const SPS_1080I = '67640028acd94078044fde0220000003002000000643e2c5b2c0'

test.each(H264_SAMPLES)('$name', sample => {
  const unit = bytes(sample.units[0] ?? '')
  const before = Uint8Array.from(unit)
  const sps = parseH264Sps(unit)
  expect(unit).toEqual(before)
  const { width, height, sampleAspectRatio, maxNumReorderFrames } = sps
  expect({ width, height, sampleAspectRatio, reorder: maxNumReorderFrames }).toEqual({
    width: sample.width,
    height: sample.height,
    sampleAspectRatio: sample.sampleAspectRatio,
    reorder: sample.reorder,
  })
  if (sample.fps === null) expect(sps.fps).toBeNull()
  else expect(sps.fps).toBeCloseTo(sample.fps, 9)
  expect(h264ProfileName(sps)).toBe(sample.profile)
  expect(h264CodecString(sps)).toBe(sample.codecString)
})

test.each(H264_SAMPLES)('avcC of $name is read and written byte for byte', ({ units, record }) => {
  const avcC = parseAvcC(bytes(record))
  expect(avcC.lengthSize).toBe(4)
  expect([...avcC.sps, ...avcC.pps].map(unit => Buffer.from(unit).toString('hex'))).toEqual(units)
  expect(writeAvcC(avcC.sps, avcC.pps)).toEqual(Buffer.from(record, 'hex'))
})

test('interlaced and chroma fields', () => {
  expect(parseH264Sps(bytes(SPS_1080I))).toMatchObject({ interlaced: true, height: 1080, chromaFormatIdc: 1 })
  const of = (name: string) => H264_SAMPLES.find(sample => sample.name === name)?.units[0] ?? ''
  expect(parseH264Sps(bytes(of('10 bit')))).toMatchObject({ bitDepthLuma: 10, bitDepthChroma: 10, interlaced: false })
  expect(parseH264Sps(bytes(of('4:2:2, odd size')))).toMatchObject({ chromaFormatIdc: 2, bitDepthLuma: 8 })
  expect(parseH264Sps(bytes(of('4:4:4')))).toMatchObject({ chromaFormatIdc: 3 })
})

test('scaling lists in the SPS and pic_order_cnt_type 1 are read past', () => {
  // written by hand: High, scaling matrix with one list that ends early, cycle of two reference frames, 320x240
  const bits = [
    '01100111 01100100 00000000 00001010 1', // NAL header, High, level 1.0, id 0
    '010 1 1 0 1', // chroma 1, depths 8, scaling matrix present
    '1 000010001', // list 0: delta_scale -8, the rest repeats
    '0000000', // no other lists
    '1 010 0 1 1 011 1 1', // log2_max_frame_num, type 1, flags, offsets, cycle of 2, two offsets
    '010 0', // one reference frame
    '000010100 0001111 1 1 0 0 1', // 20 x 15 macroblocks, frames only, no cropping, no VUI
  ]
  const text = bits.join('').replaceAll(' ', '')
  const unit = Uint8Array.from(text.match(/.{1,8}/g) ?? [], byte => Number.parseInt(byte.padEnd(8, '0'), 2))
  expect(parseH264Sps(unit)).toMatchObject({ width: 320, height: 240, fps: null, maxNumReorderFrames: null })
})

test('a VUI cut short costs only what is missing', () => {
  const whole = parseH264Sps(bytes(SPS_1080I))
  expect(parseH264Sps(bytes(SPS_1080I.slice(0, -4)))).toMatchObject({ width: 1920, height: 1080, fps: whole.fps })
  const withoutTiming = parseH264Sps(bytes(SPS_1080I.slice(0, 28)))
  expect(withoutTiming).toMatchObject({ width: 1920, height: 1080, fps: null, maxNumReorderFrames: null })
})

test.each([
  ['another NAL unit', '68ebe3cb22c0'],
  ['no bytes', ''],
  ['cut before the size', SPS_1080I.slice(0, 14)],
])('%s is refused', (_, hex) => {
  expect(() => parseH264Sps(bytes(hex))).toThrow(AppError)
})

test.each([
  ['another version', '0064000cffe100'],
  ['no SPS', '0164000cffe000'],
  ['a length past the end', '0164000cffe1ffff6764'],
  ['no PPS', '0142c00affe100166742c00ad902c4ec0440000003004000000783c4899200'],
])('avcC with %s is refused', (_, hex) => {
  expect(() => parseAvcC(bytes(hex))).toThrow(AppError)
})

test('avcC without its extension, and with 2-byte lengths', () => {
  const record = H264_SAMPLES.find(sample => sample.name === '1080p cropped')?.record ?? ''
  expect(parseAvcC(bytes(record.slice(0, -8))).pps).toHaveLength(1)
  expect(parseAvcC(bytes(record.replace(/^(.{8})ff/, '$1fd'))).lengthSize).toBe(2)
})

test('avcC counters hold no more than 31 SPS and 255 PPS', () => {
  const sps = bytes(SPS_1080I)
  const many = (count: number) => Array.from({ length: count }, () => sps)
  expect(() => writeAvcC(many(32), [sps])).toThrow('32 SPS')
  expect(() => writeAvcC([sps], many(256))).toThrow('256 PPS')
  expect(() => writeAvcC([sps], [])).toThrow('0 PPS')
  expect(() => writeAvcC([sps], [new Uint8Array(0x10000)])).toThrow('65536')
})

test.each([
  [66, 0, 'Baseline'],
  [66, 0x40, 'Constrained Baseline'],
  [110, 0x10, 'High 10 Intra'],
  [244, 0x10, 'High 4:4:4 Intra'],
  [128, 0, 'Stereo High'],
  [7, 0, '7'],
])('profile_idc %i with constraints %i is %s', (profileIdc, constraints, name) => {
  expect(h264ProfileName({ profileIdc, constraints })).toBe(name)
})
