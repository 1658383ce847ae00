import { expect, test } from 'vitest'
import { readMpeg1PesHeader } from './mpeg1-pes.ts'
import { type PackHeader, readPackHeader, type SystemStream, writePackHeader, writeSystemHeader } from './pack.ts'
import { type MappedStream, readProgramStreamMap, writeProgramStreamMap } from './program-stream-map.ts'

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

const PACKS: readonly [name: string, hex: string, header: PackHeader][] = [
  ['time 0', '000001ba 440004000401 000003 f8', { scr: 0, muxRate: 0, bytes: 14 }],
  ['one of each part', '000001ba 4c000c000c01 000007 f8', { scr: 2 ** 30 + 2 ** 15 + 1, muxRate: 1, bytes: 14 }],
  ['the largest', '000001ba 7ffffffffc01 ffffff f8', { scr: 2 ** 33 - 1, muxRate: 0x3fffff, bytes: 14 }],
]

test.each(PACKS)('pack header: %s', (_, hex, header) => {
  expect(readPackHeader(bytes(hex))).toEqual(header)
  const out = Buffer.alloc(14)
  writePackHeader(out, 0, header.scr, header.muxRate)
  expect(out.toString('hex')).toBe(bytes(hex).toString('hex'))
})

const OTHER_PACKS: readonly [name: string, hex: string, header: ReturnType<typeof readPackHeader>][] = [
  ['stuffing', '000001ba 440004000401 000003 fa ffff', { scr: 0, muxRate: 0, bytes: 16 }],
  ['MPEG-1', '000001ba 2100030003 800007', { scr: 2 ** 15 + 1, muxRate: 3, bytes: 12 }],
  ['cut in the stuffing', '000001ba 440004000401 000003 fa ff', 'more'],
  ['cut in the time', '000001ba 4400', 'more'],
  ['neither', '000001ba 8400040004 000003', null],
]

test.each(OTHER_PACKS)('pack header: %s', (_, hex, header) => {
  expect(readPackHeader(bytes(hex))).toEqual(header)
})

const SYSTEM: readonly [streams: readonly SystemStream[], hex: string][] = [
  [[], '000001bb 0006 8186a1 00 e0 7f'],
  [
    [
      { streamId: 0xe0, bufferBytes: 1024 * 1024 },
      { streamId: 0xc0, bufferBytes: 128 },
    ],
    '000001bb 000c 8186a1 04 e1 7f e0e400 c0c001',
  ],
]

test.each(SYSTEM)('system header of %j', (streams, hex) => {
  expect(writeSystemHeader(streams, 50_000).toString('hex')).toBe(bytes(hex).toString('hex'))
})

const MAPS: readonly [name: string, hex: string, streams: readonly MappedStream[]][] = [
  ['empty', '000001bc 000a e1ff 0000 0000', []],
  [
    'H.265 and G.711',
    '000001bc 0012 e1ff 0000 0008 24e00000 90c00000',
    [
      { streamType: 0x24, streamId: 0xe0 },
      { streamType: 0x90, streamId: 0xc0 },
    ],
  ],
]

test.each(MAPS)('program stream map: %s', (_, hex, streams) => {
  const made = writeProgramStreamMap(streams, 1)
  expect(made.subarray(0, -4).toString('hex')).toBe(bytes(hex).toString('hex'))
  expect(readProgramStreamMap(made)).toEqual(streams)
})

const OTHER_MAPS: readonly [name: string, hex: string, streams: readonly MappedStream[]][] = [
  ['a CRC of junk', '000001bc 000e e1ff 0000 0004 1be00000 deadbeef', [{ streamType: 0x1b, streamId: 0xe0 }]],
  [
    'descriptors',
    '000001bc 0018 e1ff 0002 aabb 000c 1be00002 ccdd 0fc00000 00000000',
    [
      { streamType: 0x1b, streamId: 0xe0 },
      { streamType: 0x0f, streamId: 0xc0 },
    ],
  ],
  ['a length over the end', '000001bc 000e e1ff 0000 0400 1be00000', [{ streamType: 0x1b, streamId: 0xe0 }]],
  ['cut', '000001bc 0002 e1ff', []],
]

test.each(OTHER_MAPS)('program stream map: %s', (_, hex, streams) => {
  expect(readProgramStreamMap(bytes(hex))).toEqual(streams)
})

const MPEG1: readonly [name: string, hex: string, header: ReturnType<typeof readMpeg1PesHeader>][] = [
  [
    'PTS behind stuffing and buffer size',
    '000001e0 000c ffff 6020 2100010003 aabbcc',
    { streamId: 0xe0, packetLength: 12, pts: 1, dts: 1, payloadAt: 15 },
  ],
  [
    'PTS and DTS',
    '000001c0 000a 3100010003 1100010001',
    { streamId: 0xc0, packetLength: 10, pts: 1, dts: 0, payloadAt: 16 },
  ],
  ['no time', '000001e0 0002 0faa', { streamId: 0xe0, packetLength: 2, pts: null, dts: null, payloadAt: 7 }],
  ['cut in the time', '000001e0 0002 2100', null],
  ['neither', '000001e0 0002 80aa', null],
]

test.each(MPEG1)('MPEG-1 packet header: %s', (_, hex, header) => {
  expect(readMpeg1PesHeader(bytes(hex))).toEqual(header)
})
