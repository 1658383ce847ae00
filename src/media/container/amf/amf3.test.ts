import { describe, expect, test } from 'vitest'
import type { AmfValue } from './amf-value.ts'
import { decodeAmf3 } from './amf3.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const VALUES: readonly [string, string, AmfValue[]][] = [
  ['undefined, null, false, true', '00 01 02 03', [undefined, null, false, true]],
  ['integers of 1 to 4 bytes', '04 7f 04 8100 04 818000 04 80c08000', [127, 128, 16384, 0x200000]],
  ['negative integer', '04 ffffffff', [-1]],
  ['double', '05 3ff8000000000000', [1.5]],
  ['string and string reference', '06 07 666f6f 06 00', ['foo', 'foo']],
  ['the empty string takes no reference', '06 01 06 03 61 06 00', ['', 'a', 'a']],
  ['XML', '0b 09 3c612f3e', ['<a/>']],
  ['date and its reference', '08 01 0000000000000000 08 00', [new Date(0), new Date(0)]],
  ['dense array', '09 05 01 03 02', [[true, false]]],
  ['associative array', '09 03 03 61 03 01 02', [{ a: true, 0: false }]],
  ['anonymous dynamic object', '0a 0b 01 03 61 03 01', [{ a: true }]],
  ['sealed members, then the same traits', '0a 13 01 03 61 03 0a 01 02', [{ a: true }, { a: false }]],
  ['byte array', '0c 05 0102', [[1, 2]]],
  ['vectors', '0d 03 00 ffffffff 0e 03 00 ffffffff 0f 03 00 3ff8000000000000', [[-1], [0xffffffff], [1.5]]],
  ['vector of objects', '10 03 00 01 03', [[true]]],
  ['dictionary', '11 03 00 06 03 61 03', [{ a: true }]],
]

describe('AMF3', () => {
  test.each(VALUES)('reads %s', (_, bytes, values) => {
    expect(decodeAmf3(hex(bytes))).toEqual(values)
  })

  test.each([
    ['marker not defined', '12', 'BYTES_INVALID'],
    ['cut integer', '04 80', 'BYTES_TOO_SHORT'],
    ['string reference to nothing', '06 00', 'BYTES_INVALID'],
    ['value reference to nothing', '0a 00', 'BYTES_INVALID'],
    ['array that contains itself', '09 03 01 09 00', 'BYTES_INVALID'],
    ['traits reference to nothing', '0a 01', 'BYTES_INVALID'],
    ['externalizable class', '0a 07 03 61', 'BYTES_INVALID'],
    ['byte array over the limit', '0c ffffffff', 'LIMIT_EXCEEDED'],
    ['sealed members over the limit', `0a fffffffb 01 ${'01'.repeat(20_001)}`, 'LIMIT_EXCEEDED'],
    ['dictionary with an object as key', '11 03 00 0a 0b 01 01 03', 'BYTES_INVALID'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => decodeAmf3(hex(bytes))).toThrow(expect.objectContaining({ code }))
  })
})
