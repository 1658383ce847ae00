import { expect, test } from 'vitest'
import { parseAvcC } from '../h264/avcc.ts'
import { H264_SAMPLES, H265_SAMPLES, type VideoSample } from '../samples.ts'
import { ParameterSets } from './parameter-sets.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const unitsOf = (sample: VideoSample) => sample.units.map(bytes)
const sample = (samples: readonly VideoSample[], at: number) => samples[at] ?? expect.unreachable()
const SLICE = bytes('419a246c4dff')

test.each(H264_SAMPLES)('h264 $name: the record is the one ffmpeg writes', s => {
  const sets = new ParameterSets('h264')
  expect(sets.push(unitsOf(s))).toBe(true)
  expect(sets.config).toEqual(Buffer.from(s.record, 'hex'))
  expect(sets.push([...unitsOf(s), SLICE])).toBe(false)
})

test.each(H265_SAMPLES)('h265 $name: the record comes once all three kinds are there', s => {
  const sets = new ParameterSets('h265')
  const [vps = SLICE, sps = SLICE, ...pps] = unitsOf(s)
  expect(sets.push([vps])).toBe(false)
  expect(sets.push([sps])).toBe(false)
  expect(sets.config).toBeNull()
  expect(sets.push(pps)).toBe(true)
  const record = sets.config
  expect(sets.push(unitsOf(s))).toBe(false)
  expect(sets.config).toBe(record)
})

test('an SPS with another id replaces the one no longer sent', () => {
  const sets = new ParameterSets('h264')
  const [first, second] = [sample(H264_SAMPLES, 0), sample(H264_SAMPLES, 1)]
  sets.push(unitsOf(first))
  expect(sets.push(unitsOf(second))).toBe(true)
  expect(parseAvcC(sets.config ?? SLICE).sps.map(unit => Buffer.from(unit).toString('hex'))).toEqual([second.units[0]])
})

test('a new PPS of the same SPS joins or replaces by its id', () => {
  const sets = new ParameterSets('h264')
  sets.push(unitsOf(sample(H264_SAMPLES, 0)))
  expect(sets.push([bytes('68cb83cb21')])).toBe(true) // id 0 again
  expect(parseAvcC(sets.config ?? SLICE).pps).toHaveLength(1)
  expect(sets.push([bytes('685b83cb20')])).toBe(true) // id 1
  expect(parseAvcC(sets.config ?? SLICE).pps).toHaveLength(2)
})

test('broken sets change nothing, and the kept ones are copies', () => {
  const sets = new ParameterSets('h264')
  const units = unitsOf(sample(H264_SAMPLES, 0))
  sets.push(units)
  expect(sets.push([bytes('6742c0'), bytes('67'), bytes('68'), new Uint8Array(5000).fill(0x68)])).toBe(false)
  for (const unit of units) unit.fill(0)
  expect(sets.config).toEqual(Buffer.from(sample(H264_SAMPLES, 0).record, 'hex'))
  expect(sets.push(unitsOf(sample(H264_SAMPLES, 0)))).toBe(false)
})

test('parameter sets of enhancement layers are not the base layer', () => {
  const sets = new ParameterSets('h265')
  const layered = unitsOf(sample(H265_SAMPLES, 0)).map(unit => {
    unit[1] = (unit[1] ?? 0) | 8 // nuh_layer_id 1
    return unit
  })
  expect(sets.push(layered)).toBe(false)
})
