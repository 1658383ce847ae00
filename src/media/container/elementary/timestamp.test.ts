import { expect, test } from 'vitest'
import { readPesHeader } from './pes.ts'
import { readTimestamp, toTicks, unwrap33, WRAP, wrap33, writeTimestamp } from './timestamp.ts'

const TIMESTAMPS: readonly [ticks: number, hex: string][] = [
  [0, '2100010001'],
  [1, '2100010003'],
  [90_000, '210005bf21'],
  [0x7fff, '210001ffff'],
  [0x8000, '2100030001'],
  [2 ** 30, '2300010001'],
  [2 ** 33 - 1, '2fffffffff'],
]

test.each(TIMESTAMPS)('timestamp %d', (ticks, hex) => {
  const bytes = new Uint8Array(5)
  writeTimestamp(bytes, 0, 2, ticks)
  expect(Buffer.from(bytes).toString('hex')).toBe(hex)
  expect(readTimestamp(bytes, 0)).toBe(ticks)
})

test.each([
  [5, 0, 5],
  [5, WRAP - 5, WRAP + 5],
  [WRAP - 5, 5, -5],
  [100, 3 * WRAP + 90, 3 * WRAP + 100],
])('wire time %d near %d is %d', (wire, reference, value) => {
  expect(unwrap33(wire, reference)).toBe(value)
  expect(wrap33(value)).toBe(wire)
})

test('other clock rates are rounded to 90 kHz', () => {
  expect(toTicks(1024, 48_000)).toBe(1920)
  expect(toTicks(1024, 44_100)).toBe(2090)
  expect(toTicks(40, 1000)).toBe(3600)
})

const HEADERS: readonly [name: string, hex: string, header: ReturnType<typeof readPesHeader>][] = [
  ['PTS only', '000001e000008480052100010003aa', { streamId: 0xe0, packetLength: 0, pts: 1, dts: 1, payloadAt: 14 }],
  [
    'PTS and DTS',
    '000001c00100 84c00a 3100010003 1100010001',
    { streamId: 0xc0, packetLength: 0x100, pts: 1, dts: 0, payloadAt: 19 },
  ],
  [
    'no time, stuffing',
    '000001e00000 840002 ffff',
    { streamId: 0xe0, packetLength: 0, pts: null, dts: null, payloadAt: 11 },
  ],
  [
    'PTS flag without room',
    '000001e00000 848000',
    { streamId: 0xe0, packetLength: 0, pts: null, dts: null, payloadAt: 9 },
  ],
  ['padding stream', '000001be0004', { streamId: 0xbe, packetLength: 4, pts: null, dts: null, payloadAt: 6 }],
  ['cut in the timestamps', '000001e00000 848005 2100', 'more'],
  ['cut in the start', '0000', 'more'],
  ['no start code', '000002e00000848000', null],
  ['MPEG-1 header', '000001e00000 0f8000', null],
]

test.each(HEADERS)('PES header: %s', (_, hex, header) => {
  expect(readPesHeader(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toEqual(header)
})
