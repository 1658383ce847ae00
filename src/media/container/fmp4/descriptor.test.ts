import { describe, expect, test } from 'vitest'
import { readEsDescriptor, writeEsDescriptor } from './descriptor.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const BOTH: readonly [string, string, number, string][] = [
  [
    'AAC',
    '03 80808022 0000 00 04 80808014 40 15 000000 00000000 00000000 05 80808002 1190 06 80808001 02',
    0x40,
    '1190',
  ],
  ['MP3', '03 8080801b 0000 00 04 8080800d 6b 15 000000 00000000 00000000 06 80808001 02', 0x6b, ''],
]

describe('ES_Descriptor', () => {
  test.each(BOTH)('%s', (_, bytes, objectType, info) => {
    const stream = { objectType, specificInfo: hex(info) }
    expect(writeEsDescriptor(stream).toString('hex')).toBe(bytes.replaceAll(' ', ''))
    const read = readEsDescriptor(hex(bytes))
    expect(read?.objectType).toBe(objectType)
    expect(Buffer.from(read?.specificInfo ?? []).toString('hex')).toBe(info)
  })

  test('short sizes, optional fields and descriptors in front', () => {
    const bytes = hex('13 01 ff 03 1d 0001 e0 0002 02 6162 0003 04 11 40 15 000000 00000000 00000000 05 02 1190')
    const read = readEsDescriptor(bytes)
    expect(read?.objectType).toBe(0x40)
    expect(Buffer.from(read?.specificInfo ?? []).toString('hex')).toBe('1190')
  })

  test.each(['', '04 01 00', '03 03 0000 00'])('nothing in "%s"', bytes => {
    expect(readEsDescriptor(hex(bytes))).toBeNull()
  })

  test.each(['03 05 00', '03 80808080'])('refuses the cut "%s"', bytes => {
    expect(() => readEsDescriptor(hex(bytes))).toThrow(expect.objectContaining({ code: 'BYTES_TOO_SHORT' }))
  })
})
