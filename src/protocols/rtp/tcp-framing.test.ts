import { expect, test } from 'vitest'
import { frameForTcp, type RtpFraming, RtpStreamFramer } from './tcp-framing.ts'

const SSRC = '0bebc201'
const rtp = (sequence: number, payload: string, ssrc = SSRC) =>
  Buffer.from(`8060${sequence.toString(16).padStart(4, '0')}00000000${ssrc}${payload}`, 'hex')
const RTCP = Buffer.from(`80c90001${SSRC}`, 'hex')
const hex = (packets: readonly Uint8Array[]) => packets.map(packet => Buffer.from(packet).toString('hex'))

function unframe(bytes: Buffer, pieceBytes: number) {
  const packets: Uint8Array[] = []
  const framer = new RtpStreamFramer(packet => packets.push(packet))
  for (let at = 0; at < bytes.length; at += pieceBytes) framer.push(bytes.subarray(at, at + pieceBytes))
  return { packets: hex(packets), framer }
}

const PACKETS = [rtp(1, '000001ba'), rtp(2, 'aabbccddeeff'), RTCP, rtp(3, ''), rtp(4, '24'.repeat(9300)), RTCP]

test.each([
  ['rfc4571', '0010'],
  ['interleaved', '24000010'],
] as const)('%s in pieces of any size', (framing: RtpFraming, header) => {
  const bytes = Buffer.concat(PACKETS.map(packet => frameForTcp(packet, framing)))
  expect(bytes.toString('hex').startsWith(header)).toBe(true)
  for (const size of [1, 2, 3, 13, 1460, bytes.length]) {
    if (size === 1 && bytes.length > 20_000) continue
    const { packets, framer } = unframe(bytes, size)
    expect(packets).toEqual(hex(PACKETS))
    expect(framer).toMatchObject({ framing, skipped: 0, resyncs: 0 })
  }
})

test.each([
  ['bytes missing in a packet', 20, 40],
  ['bytes missing in a length', 91, 92],
  ['a whole packet and a bit', 70, 190],
])('%s: goes on at the next packet of the sender', (_, from, to) => {
  for (const framing of ['rfc4571', 'interleaved'] as const) {
    const sent = Array.from({ length: 150 }, (_, n) => rtp(n, '0102030405'.repeat(6)))
    const whole = Buffer.concat(sent.map(packet => frameForTcp(packet, framing)))
    const bytes = Buffer.concat([whole.subarray(0, from), whole.subarray(to)])
    for (const size of [1, 17, bytes.length]) {
      const { packets, framer } = unframe(bytes, size)
      // the damaged one may come out wrong, the last ones are whole
      expect(packets.slice(-5)).toEqual(hex(sent.slice(-5)))
      expect(framer.resyncs).toBe(1)
      expect(framer.skipped).toBeGreaterThan(0)
    }
  }
})

test('a further SSRC on the same connection', () => {
  const other = '00000007'
  const sent = [rtp(1, 'aa'), rtp(1, 'bb', other), rtp(2, 'cc'), rtp(2, 'dd', other), rtp(3, 'eeee')]
  const { packets, framer } = unframe(Buffer.concat(sent.map(packet => frameForTcp(packet, 'rfc4571'))), 5)
  expect(packets).toEqual(hex(sent))
  expect(framer.skipped).toBe(0)
})

test('garbage first', () => {
  const { packets } = unframe(
    Buffer.concat([Buffer.alloc(100, 0x41), frameForTcp(rtp(1, 'aa'.repeat(9)), 'rfc4571')]),
    7,
  )
  expect(packets).toEqual(hex([rtp(1, 'aa'.repeat(9))]))
})

test('a length of $ in RFC 4571 is no channel', () => {
  const large = rtp(1, '00'.repeat(0x2400 - 12))
  const { packets, framer } = unframe(frameForTcp(large, 'rfc4571'), 1000)
  expect(packets).toEqual(hex([large]))
  expect(framer.framing).toBe('rfc4571')
})
