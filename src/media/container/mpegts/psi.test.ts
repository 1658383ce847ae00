import { expect, test } from 'vitest'
import { crc32Mpeg } from '../elementary/crc32.ts'
import { findDescriptor, readPat, readPmt, registrationDescriptor, registrationOf, writePat, writePmt } from './psi.ts'
import { MAX_SECTION_BYTES, readSection, SectionAssembler, writeSection } from './section.ts'

test('CRC-32/MPEG-2 of the check string', () => {
  expect(crc32Mpeg(Buffer.from('123456789'))).toBe(0x0376e6e7)
  expect(crc32Mpeg(new Uint8Array())).toBe(0xffffffff)
})

/** As ffmpeg 5.1 writes them for H.264 and AAC. */
const SECTIONS: readonly [name: string, bytes: Uint8Array, hex: string][] = [
  ['PAT', writePat([{ program: 1, pid: 0x1000 }], 0), '00b00d0001c100000001f0002ab104b2'],
  [
    'PMT',
    writePmt(
      1,
      {
        pcrPid: 0x100,
        streams: [
          { streamType: 0x1b, pid: 0x100, descriptors: new Uint8Array() },
          { streamType: 0x0f, pid: 0x101, descriptors: new Uint8Array() },
        ],
      },
      0,
    ),
    '02b0170001c10000e100f0001be100f0000fe101f0002f44b99b',
  ],
]

test.each(SECTIONS)('%s as other muxers write it', (_, bytes, hex) => {
  expect(Buffer.from(bytes).toString('hex')).toBe(hex)
})

test('tables read back as written', () => {
  const programs = [
    { program: 1, pid: 0x20 },
    { program: 0x1234, pid: 0x1ffe },
  ]
  expect(readPat(readSection(writePat([{ program: 0, pid: 0x10 }, ...programs], 3))!.body)).toEqual(programs)
  const map = {
    pcrPid: 0x1ffe,
    streams: [
      { streamType: 6, pid: 0x101, descriptors: Uint8Array.from([...registrationDescriptor('Opus'), 0x7f, 0]) },
    ],
  }
  const section = readSection(writePmt(7, map, 31))!
  expect(section).toMatchObject({ tableId: 2, id: 7, version: 31, current: true, number: 0, lastNumber: 0 })
  expect(readPmt(section.body)).toEqual(map)
  expect(registrationOf(map.streams[0]!.descriptors)).toBe('Opus')
  expect(findDescriptor(map.streams[0]!.descriptors, 0x7f)).toEqual(new Uint8Array())
  expect(findDescriptor(map.streams[0]!.descriptors, 0x52)).toBe(null)
})

test('a section with a wrong CRC is none', () => {
  const bytes = writePat([{ program: 1, pid: 0x1000 }], 0)
  bytes[9]! ^= 1
  expect(readSection(bytes)).toBe(null)
})

test('a descriptor loop over the end of the section is refused', () => {
  const bytes = writeSection(2, 1, 0, Uint8Array.of(0xe1, 0, 0xf0, 0, 0x1b, 0xe1, 0, 0xf0, 9))
  expect(() => readPmt(readSection(bytes)!.body)).toThrow('PMT needs 9 bytes')
})

function collect(pushes: readonly [payload: Uint8Array, unitStart: boolean][]): Buffer[] {
  const sections: Buffer[] = []
  const assembler = new SectionAssembler(section => sections.push(Buffer.from(section)))
  for (const [payload, unitStart] of pushes) assembler.push(payload, unitStart)
  return sections
}

test('sections over several packets and several in one packet', () => {
  const long = Buffer.from(writeSection(2, 1, 0, Buffer.alloc(400, 7)))
  const short = Buffer.from(writePat([{ program: 1, pid: 0x1000 }], 0))
  const rest = long.subarray(2 * 180)
  const padding = Buffer.alloc(100, 0xff)
  expect(
    collect([
      [long.subarray(90), false], // joined in the middle
      [Buffer.concat([Buffer.of(0), long.subarray(0, 180)]), true],
      [long.subarray(180, 360), false],
      [Buffer.concat([Buffer.of(rest.length), rest, short, short, padding]), true],
    ]),
  ).toEqual([long, short, short])
})

test('a section that claims to be larger than PSI may be is dropped', () => {
  const huge = Buffer.alloc(184, 1)
  huge.writeUInt16BE(0xbfff, 2)
  huge[0] = 0
  const good = Buffer.from(writePat([{ program: 1, pid: 0x1000 }], 0))
  const pushes: [Uint8Array, boolean][] = Array.from({ length: 40 }, (_, i) => [huge, i === 0])
  expect(collect([...pushes, [Buffer.concat([Buffer.of(0), good]), true]])).toEqual([good])
  expect(MAX_SECTION_BYTES).toBe(1024)
})
