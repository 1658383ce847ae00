import { expect, test } from 'vitest'
import { isRtcp, type RtpFields, RtpHeader, readRtpHeader, ssrcOf, writeRtpHeader } from './packet.ts'
import { sequenceDelta, Unwrapper } from './sequence.ts'

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const read = (hex: string) => {
  const header = new RtpHeader()
  return readRtpHeader(bytes(hex), header) ? { ...header } : null
}

const PACKETS: readonly [name: string, hex: string, fields: RtpFields][] = [
  [
    'program stream',
    '80 60 0001 00000e10 0bebc201',
    { marker: false, payloadType: 96, sequence: 1, timestamp: 3600, ssrc: 200_000_001 },
  ],
  [
    'marker and the largest of each',
    '80 ff ffff ffffffff ffffffff',
    { marker: true, payloadType: 127, sequence: 0xffff, timestamp: 0xffffffff, ssrc: 0xffffffff },
  ],
]

test.each(PACKETS)('%s', (_, hex, fields) => {
  expect(read(hex)).toEqual({ ...fields, payloadStart: 12, payloadEnd: 12 })
  const out = Buffer.alloc(12)
  writeRtpHeader(out, 0, fields)
  expect(out.toString('hex')).toBe(bytes(hex).toString('hex'))
})

const OTHERS: readonly [name: string, hex: string, payload: readonly [start: number, end: number] | null][] = [
  ['payload', '80 60 0001 00000000 00000000 aabb', [12, 14]],
  ['two CSRC', '82 60 0001 00000000 00000000 00000001 00000002 aa', [20, 21]],
  ['extension', '90 60 0001 00000000 00000000 bede 0001 00000000 aa', [20, 21]],
  ['padding', 'a0 60 0001 00000000 00000000 aabb 0002', [12, 14]],
  ['nothing but padding', 'a0 60 0001 00000000 00000000 01', [12, 12]],
  ['padding of 0', 'a0 60 0001 00000000 00000000 aa00', null],
  ['padding over the start', 'a0 60 0001 00000000 00000000 aa04', null],
  ['CSRC over the end', '8f 60 0001 00000000 00000000', null],
  ['extension over the end', '90 60 0001 00000000 00000000 bede ffff', null],
  ['extension without its header', '90 60 0001 00000000 00000000', null],
  ['version 1', '40 60 0001 00000000 00000000', null],
  ['cut', '80 60 0001 00000000 000000', null],
]

test.each(OTHERS)('%s', (_, hex, payload) => {
  const header = read(hex)
  expect(header && [header.payloadStart, header.payloadEnd]).toEqual(payload)
})

test('RTCP is told from RTP', () => {
  expect(isRtcp(bytes('80c8 0006 00000009'))).toBe(true)
  expect(ssrcOf(bytes('80c8 0006 00000009'))).toBe(9)
  expect(isRtcp(bytes('80e0 0006 00000009'))).toBe(false)
})

test.each([
  [1, 2, 1],
  [2, 1, -1],
  [0xffff, 0, 1],
  [0, 0xffff, -1],
  [0, 0x7fff, 0x7fff],
  [0, 0x8000, -0x8000],
])('from sequence number %d to %d: %d', (from, to, delta) => {
  expect(sequenceDelta(from, to)).toBe(delta)
})

test('counters that wrap become continuous', () => {
  const time = new Unwrapper(32)
  expect([0xfffffff0, 5, 0xfffffffe, 9].map(wire => time.unwrap(wire))).toEqual([
    0xfffffff0,
    2 ** 32 + 5,
    0xfffffffe,
    2 ** 32 + 9,
  ])
  const sequence = new Unwrapper(16)
  expect([0, 0xffff, 1].map(wire => sequence.unwrap(wire))).toEqual([0, -1, 1])
})
