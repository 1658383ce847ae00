import { expect, test } from 'vitest'
import type { Attempt } from '../../link/gb28181.ts'
import { pcap } from './pcap.ts'

type Message = Attempt['messages'][number]

const START_MS = 1_700_000_000_123

const register = (direction: Message['direction'], change: Partial<Message> = {}): Message => {
  const line = direction === 'in' ? 'REGISTER sip:34020000002000000001@3402000000 SIP/2.0' : 'SIP/2.0 200 OK'
  const headers = [
    'Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK1',
    'From: <sip:34020000001320000001@3402000000>;tag=1',
    'To: <sip:34020000001320000001@3402000000>',
    'Call-ID: one',
    'CSeq: 1 REGISTER',
    'Content-Length: 0',
  ]
  return {
    ...{ ms: direction === 'in' ? 0 : 12.5, direction, line, text: [line, ...headers, '', ''].join('\r\n') },
    ...{ local: '192.0.2.1:5060', remote: '192.0.2.20:15060', transport: 'udp' },
    ...change,
  }
}

const [v6, tcp] = [{ local: '[2001:db8::1]:5060', remote: '[2001:db8::20]:15060' }, { transport: 'TCP' }]

/** RFC 1071 over what it was made of gives 0 again. */
function sum(bytes: Buffer): number {
  let all = 0
  for (let at = 0; at < bytes.length; at += 2) all += (bytes[at]! << 8) | (bytes[at + 1] ?? 0)
  while (all > 0xffff) all = (all & 0xffff) + (all >>> 16)
  return ~all & 0xffff
}

test.each([
  ['UDP, IPv4', {}, 20, 17],
  ['TCP, IPv4', tcp, 20, 6],
  ['UDP, IPv6', v6, 40, 17],
  ['TCP, IPv6', { ...v6, ...tcp }, 40, 6],
])('%s: lengths, times and checksums are right', (_, change, headerLength, protocol) => {
  const message = register('out', change)
  const file = Buffer.from(pcap(START_MS, [message]))
  expect([file.readUInt32LE(0), file.readUInt32LE(20)]).toEqual([0xa1b2c3d4, 101])
  expect(file.readUInt32LE(24) * 1000 + file.readUInt32LE(28) / 1000).toBeCloseTo(START_MS + 12.5)
  const packet = file.subarray(40)
  expect([file.readUInt32LE(32), file.readUInt32LE(36)]).toEqual([packet.length, packet.length])
  const segment = packet.subarray(headerLength)
  expect(segment.subarray(protocol === 17 ? 8 : 20).toString()).toBe(message.text)
  const pseudo = Buffer.alloc(4)
  pseudo.writeUInt16BE(segment.length, 0)
  pseudo.writeUInt16BE(protocol, 2)
  const addresses = headerLength === 20 ? packet.subarray(12, 20) : packet.subarray(8, 40)
  expect(sum(Buffer.concat([addresses, pseudo, segment]))).toBe(0)
  if (headerLength === 20) expect(sum(packet.subarray(0, 20))).toBe(0)
})

test('the messages of one TCP connection follow each other', () => {
  const [asked, answered] = [register('in', tcp), register('out', tcp)]
  const file = Buffer.from(pcap(START_MS, [asked, answered, asked]))
  const packets: Buffer[] = []
  for (let at = 24; at < file.length; ) {
    const length = file.readUInt32LE(at + 8)
    packets.push(file.subarray(at + 16 + 20, at + 16 + length))
    at += 16 + length
  }
  expect(packets.map(packet => [packet.readUInt32BE(4), packet.readUInt32BE(8)])).toEqual([
    [1, 1],
    [1, 1 + asked.text.length],
    [1 + asked.text.length, 1 + answered.text.length],
  ])
})

test('addresses that cannot be read are nowhere', () => {
  expect(() => pcap(0, [register('in', { local: '', remote: 'x' })])).not.toThrow()
})
