import { expect, test } from 'vitest'
import { opusControlHeader, splitOpus } from './opus-packets.ts'

test.each([
  [0, '7fe000'],
  [254, '7fe0fe'],
  [255, '7fe0ff00'],
  [256, '7fe0ff01'],
  [1275, '7fe0ffffffffff00'],
])('control header of %d bytes', (bytes, hex) => {
  expect(opusControlHeader(bytes).toString('hex')).toBe(hex)
  const packet = Buffer.alloc(bytes, 9)
  const payload = Buffer.concat([opusControlHeader(bytes), packet, opusControlHeader(1), Buffer.of(7)])
  expect(splitOpus(payload).map(part => Buffer.from(part))).toEqual([...(bytes ? [packet] : []), Buffer.of(7)])
})

test('trims and extensions are skipped', () => {
  const payload = Buffer.from('7ffc03' + '0138' + '0010' + '02aabb' + '010203', 'hex')
  expect(splitOpus(payload)).toEqual([Buffer.from('010203', 'hex')])
})

test('a packet over the end is left out', () => {
  expect(splitOpus(Buffer.from('7fe0050102', 'hex'))).toEqual([])
})
