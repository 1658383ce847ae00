import { expect, test } from 'vitest'
import { type RtcpPacket, readRtcp, writeRtcp } from './rtcp.ts'
import { RtpStats } from './stats.ts'

const REPORT = {
  ssrc: 7,
  fractionLost: 128,
  lost: -2,
  highestSequence: 0x1ffff,
  jitter: 300,
  lastReport: 1,
  delaySinceLastReport: 2,
}
const SDES = '81ca 0003 00000009 01 02 6162 00000000'

const PACKETS: readonly [name: string, hex: string, packet: RtcpPacket][] = [
  [
    'sender report',
    `80c8 0006 00000009 83aa7e80 80000000 00015f90 00000002 00000578 ${SDES}`,
    {
      type: 'sender report',
      ssrc: 9,
      sentAtMs: 500,
      timestamp: 90_000,
      packets: 2,
      bytes: 1400,
      reports: [],
    },
  ],
  [
    'receiver report',
    `81c9 0007 00000009 00000007 80fffffe 0001ffff 0000012c 00000001 00000002 ${SDES}`,
    { type: 'receiver report', ssrc: 9, reports: [REPORT] },
  ],
  ['bye', '82cb 0002 00000001 00000002', { type: 'bye', sources: [1, 2] }],
]

test.each(PACKETS)('%s', (_, hex, packet) => {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  expect(readRtcp(bytes)).toEqual([packet])
  expect(writeRtcp([packet], 'ab').toString('hex')).toBe(bytes.toString('hex'))
})

test('a compound packet of all', () => {
  const packets = PACKETS.map(([, , packet]) => packet)
  expect(readRtcp(writeRtcp(packets, 'sightline'))).toEqual(packets)
})

test.each([
  ['a length over the end', '80c80006'],
  ['more reports than there are', '85c90001 00000009'],
  ['version', '40c90001 00000009'],
])('refused: %s', (_, hex) => {
  expect(() => readRtcp(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toThrow('RTCP packet')
})

test('what a report says of sequence numbers', () => {
  const stats = new RtpStats()
  for (const sequence of [65_534, 65_535, 1, 2, 3, 3]) stats.update(sequence, 0, 0, 90_000)
  expect(stats.expected).toBe(6)
  expect(stats.lost).toBe(0) // one is missing, one came twice: A.3
  for (const sequence of [6, 8]) stats.update(sequence, 0, 0, 90_000)
  expect(stats.report(9)).toMatchObject({ ssrc: 9, lost: 3, highestSequence: 0x10008, fractionLost: 69 })
  expect(stats.report(9).fractionLost).toBe(0)
  // one strange number is left out, two in a row are a sender that started anew
  stats.update(30_000, 0, 0, 90_000)
  expect(stats.extendedHighest).toBe(0x10008)
  stats.update(30_001, 0, 0, 90_000)
  expect(stats.extendedHighest).toBe(30_001)
  expect(stats.lost).toBe(0)
})

test('jitter is the one of Appendix A.8', () => {
  const stats = new RtpStats()
  // packets of 20 ms, of which every other comes 10 ms late: the transit changes by 80 ticks of 8000 each time
  let expected = 0
  for (let n = 0; n < 200; n++) {
    stats.update(n, n * 160, n * 20 + (n % 2) * 10, 8000)
    if (n > 0) expected += (80 - expected) / 16
  }
  expect(stats.jitter).toBeCloseTo(expected, 6)
  expect(stats.jitter).toBeCloseTo(80, 0)
})
