import { describe, expect, test } from 'vitest'
import { box, boxes, findBox, fullBox, fullBoxReader, u16, u32 } from './box.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const BOXES: readonly [string, string, { type: string; content: string }[]][] = [
  ['nothing', '', []],
  ['an empty box', '00000008 66726565', [{ type: 'free', content: '' }]],
  [
    'two',
    '00000009 66726565 01 0000000a 6d646174 0203',
    [
      { type: 'free', content: '01' },
      { type: 'mdat', content: '0203' },
    ],
  ],
  ['a 64-bit size', '00000001 6d646174 0000000000000011 01', [{ type: 'mdat', content: '01' }]],
  ['one to the end', '00000000 6d646174 0102', [{ type: 'mdat', content: '0102' }]],
]

describe('boxes', () => {
  test.each(BOXES)('%s', (_, bytes, expected) => {
    const found = boxes(hex(bytes))
    expect(found.map(({ type, content }) => ({ type, content: Buffer.from(content).toString('hex') }))).toEqual(
      expected,
    )
  })

  test.each([
    ['a size below the header', '00000007 66726565', 'BYTES_INVALID'],
    ['a 64-bit size below the header', '00000001 66726565 000000000000000f', 'BYTES_INVALID'],
    ['a box past the end', '00000009 66726565', 'BYTES_TOO_SHORT'],
    ['half a header', '00000008 66', 'BYTES_TOO_SHORT'],
    ['a size beyond 2^53', '00000001 66726565 ffffffffffffffff', 'LIMIT_EXCEEDED'],
    ['too many', '00000008 66726565'.repeat(1025), 'LIMIT_EXCEEDED'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => boxes(hex(bytes))).toThrow(expect.objectContaining({ code }))
  })

  test('what is written is read', () => {
    const found = boxes(box('moov', fullBox('mvhd', 1, 0xabcdef, u16(1, 2), u32(3)), box('udta')))
    const inner = boxes(findBox(found, 'moov') ?? u32())
    expect(inner.map(({ type }) => type)).toEqual(['mvhd', 'udta'])
    const { version, flags, reader } = fullBoxReader(findBox(inner, 'mvhd') ?? u32(), 'mvhd')
    expect([version, flags, reader.u16(), reader.u16(), reader.u32(), reader.left]).toEqual([1, 0xabcdef, 1, 2, 3, 0])
    expect(findBox(inner, 'trak')).toBeNull()
  })
})
