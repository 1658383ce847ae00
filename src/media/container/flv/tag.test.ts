import { expect, test } from 'vitest'
import { fileHeader, tag } from './tag.ts'

test.each([
  ['audio and video', true, true, '05'],
  ['video', false, true, '01'],
  ['audio', true, false, '04'],
])('file header for %s', (_, hasAudio, hasVideo, flags) => {
  expect(fileHeader(hasAudio, hasVideo).toString('hex')).toBe(`464c5601${flags}0000000900000000`)
})

test.each([
  ['zero', 0, '000000 00'],
  ['extended', 0x12345678, '345678 12'],
  ['past 2^32', 2 ** 32 + 5, '000005 00'],
])('tag at time %s', (_, timestampMs, time) => {
  const parts = tag(9, timestampMs, [Buffer.of(1), Buffer.of(2, 3)])
  expect(Buffer.concat(parts).toString('hex')).toBe(`09 000003 ${time} 000000 010203 0000000e`.replaceAll(' ', ''))
})

test('the body is not copied', () => {
  const body = Buffer.of(1)
  expect(tag(8, 0, [body])[1]).toBe(body)
})

test('a body that does not fit 24 bits is refused', () => {
  expect(() => tag(9, 0, [new Uint8Array(0x1000000)])).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
})
