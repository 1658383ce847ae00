import { describe, expect, test } from 'vitest'
import { AppError } from '../../../base/errors.ts'
import { MAX_DEPTH } from './amf-value.ts'
import { type AmfValue, decodeAmf0, EcmaArray, encodeAmf0 } from './amf0.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** Bytes that both readers and writers agree on. */
const BOTH: readonly [string, string, AmfValue][] = [
  ['number', '00 3ff0000000000000', 1],
  ['negative number', '00 c05ec00000000000', -123],
  ['true', '01 01', true],
  ['false', '01 00', false],
  ['string', '02 0003 666f6f', 'foo'],
  ['string in UTF-8', '02 0006 e79bb4e692ad', '直播'],
  ['empty string', '02 0000', ''],
  ['null', '05', null],
  ['undefined', '06', undefined],
  ['date', '0b 427797e52b2a0000 0000', new Date(0x1797e52b2a0)],
  ['object', '03 0001 61 0101 0001 62 02000178 000009', { a: true, b: 'x' }],
  ['empty object', '03 000009', {}],
  ['strict array', '0a 00000002 05 0100', [null, false]],
  ['nested', '03 0001 61 0a00000001 03 000009 000009', { a: [{}] }],
]

const READ_ONLY: readonly [string, string, AmfValue[]][] = [
  ['nothing', '', []],
  ['long string', '0c 00000001 78', ['x']],
  ['XML document', '0f 00000004 3c612f3e', ['<a/>']],
  ['unsupported', '0d', [undefined]],
  ['typed object', '10 0003 466f6f 0001 61 0101 000009', [{ a: true }]],
  ['ECMA array', '08 00000001 0001 61 0101 000009', [{ a: true }]],
  ['ECMA array with a wrong count', '08 00000000 0001 61 0101 000009', [{ a: true }]],
  ['ECMA array without end marker', '08 00000001 0001 61 0101', [{ a: true }]],
  ['empty key inside an object', '03 0000 0101 000009', [{ '': true }]],
  ['reference to an earlier object', '03 0001 61 0101 000009 07 0000', [{ a: true }, { a: true }]],
  ['AVM+ switch', '02 0001 78 11 06 03 61', ['x', 'a']],
  [
    'connect as ffmpeg sends it',
    '02 0007 636f6e6e656374 00 3ff0000000000000 03 0003 617070 02 0004 6c697665 0004 74797065 02 000a 6e6f6e70726976617465 000009',
    ['connect', 1, { app: 'live', type: 'nonprivate' }],
  ],
]

describe('AMF0', () => {
  test.each(BOTH)('%s', (_, bytes, value) => {
    expect(decodeAmf0(hex(bytes))).toEqual([value])
    expect(encodeAmf0(value).toString('hex')).toBe(bytes.replaceAll(' ', ''))
  })

  test.each(READ_ONLY)('reads %s', (_, bytes, values) => {
    expect(decodeAmf0(hex(bytes))).toEqual(values)
  })

  test('writes an ECMA array', () => {
    const bytes = encodeAmf0(new EcmaArray({ width: 1 }))
    expect(bytes.toString('hex')).toBe('08000000010005776964746800' + '3ff0000000000000' + '000009')
    expect(decodeAmf0(bytes)).toEqual([{ width: 1 }])
  })

  test('writes a string of 65536 bytes as long string', () => {
    const text = 'x'.repeat(65536)
    const bytes = encodeAmf0(text)
    expect(bytes[0]).toBe(0x0c)
    expect(decodeAmf0(bytes)).toEqual([text])
  })

  test('a key cannot reach a prototype', () => {
    const [value] = decodeAmf0(hex('03 0009 5f5f70726f746f5f5f 03 0001 61 0101 000009 000009'))
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as { a?: boolean }).a).toBeUndefined()
  })

  test.each([
    ['marker not defined', '04', 'BYTES_INVALID'],
    ['cut number', '00 3ff0', 'BYTES_TOO_SHORT'],
    ['cut string', '02 0005 61', 'BYTES_TOO_SHORT'],
    ['object without end', '03 0001 61 0101', 'BYTES_TOO_SHORT'],
    ['reference to nothing', '07 0000', 'BYTES_INVALID'],
    ['object that contains itself', '03 0001 61 07 0000 000009', 'BYTES_INVALID'],
    ['strict array longer than the message', '0a ffffffff 05', 'BYTES_TOO_SHORT'],
    ['nesting', `${'0a 00000001'.repeat(MAX_DEPTH + 1)}05`, 'LIMIT_EXCEEDED'],
    ['too many values', `0a ffffffff ${'05'.repeat(20_001)}`, 'LIMIT_EXCEEDED'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => decodeAmf0(hex(bytes))).toThrow(expect.objectContaining({ code }))
  })

  test('references that double at each level are counted as if written out', () => {
    const pair = (n: number) => `0a 00000002 ${`07 ${n.toString(16).padStart(4, '0')} `.repeat(2)}`
    const bytes = `0a 00000001 05 ${Array.from({ length: 20 }, (_, n) => pair(n)).join('')}`
    expect(() => decodeAmf0(hex(bytes))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }))
  })

  test('writing is bounded in depth and size', () => {
    let deep: AmfValue = []
    for (let i = 0; i <= MAX_DEPTH; i++) deep = [deep]
    expect(() => encodeAmf0(deep)).toThrow(AppError)
    expect(() => encodeAmf0('x'.repeat(2_000_000))).toThrow(AppError)
    expect(() => encodeAmf0({ ['x'.repeat(65536)]: 1 })).toThrow(AppError)
  })
})
