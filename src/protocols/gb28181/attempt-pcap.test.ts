import { expect, test } from 'vitest'
import type { AttemptMessage, AttemptRecord } from './attempt.ts'
import { attemptPcap } from './attempt-pcap.ts'
import { classify, NO_FACTS } from './verdict.ts'

const TEXT = 'MESSAGE sip:a@b SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 4\r\n\r\n门'
const MESSAGE: AttemptMessage = {
  direction: 'in',
  atMs: 1_700_000_000_250,
  transport: 'udp',
  local: { address: '127.0.0.1', port: 5060 },
  remote: { address: '192.0.2.9', port: 6060 },
  firstLine: 'MESSAGE sip:a@b SIP/2.0',
  text: TEXT,
}
const facts = { ...NO_FACTS, kind: 'query' as const }

function capture(...messages: AttemptMessage[]): Buffer {
  const record: AttemptRecord = {
    id: 'at_1',
    kind: 'query',
    gbId: '',
    channelId: null,
    startedAtMs: 0,
    endedAtMs: 0,
    messages,
    skipped: 0,
    facts,
    verdict: classify(facts),
  }
  return attemptPcap(record)
}

/** Sum over 16-bit words: ffff where the checksum within is right. RFC 1071. */
function sum(bytes: Buffer): number {
  let total = 0
  for (let i = 0; i < bytes.length; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return total
}

test('a datagram with its headers and the length of what is in it', () => {
  const bytes = capture(MESSAGE)
  expect(bytes.subarray(0, 8).toString('hex')).toBe('a1b2c3d400020004')
  expect(bytes.readUInt32BE(20)).toBe(101)
  expect([bytes.readUInt32BE(24), bytes.readUInt32BE(28)]).toEqual([1_700_000_000, 250_000])
  const packet = bytes.subarray(40)
  expect(bytes.readUInt32BE(32)).toBe(packet.length)
  expect(packet.readUInt16BE(2)).toBe(packet.length)
  expect(packet.subarray(12, 20).toString('hex')).toBe('c00002097f000001')
  expect([packet.readUInt16BE(20), packet.readUInt16BE(22)]).toEqual([6060, 5060])
  expect(sum(packet.subarray(0, 20))).toBe(0xffff)
  const udp = packet.subarray(20)
  const pseudo = Buffer.concat([packet.subarray(12, 20), Buffer.from([0, 17, udp.length >> 8, udp.length & 255])])
  expect(sum(Buffer.concat([pseudo, udp]))).toBe(0xffff)
  expect(packet.subarray(28).toString()).toBe(TEXT.replace('Length: 4', 'Length: 3'))
})

test('segments of a connection follow each other', () => {
  const first = { ...MESSAGE, transport: 'tcp' as const }
  const bytes = capture(first, { ...first, direction: 'out' }, first)
  const length = bytes.readUInt32BE(32)
  const at = (n: number) => bytes.subarray(24 + n * (16 + length) + 16 + 20)
  const payload = length - 40
  expect([0, 1, 2].map(n => [at(n).readUInt32BE(4), at(n).readUInt32BE(8)])).toEqual([
    [1, 1],
    [1, 1 + payload],
    [1 + payload, 1 + payload],
  ])
})

test('IPv6, and a local address that is not known', () => {
  const remote = { address: '2001:db8::9', port: 6060 }
  const packet = capture({ ...MESSAGE, remote, local: { address: '::', port: 5060 } }).subarray(40)
  expect(packet[0]).toBe(0x60)
  expect(packet.subarray(8, 24).toString('hex')).toBe('20010db8000000000000000000000009')
  expect(capture({ ...MESSAGE, remote, local: { address: '0.0.0.0', port: 1 } }).subarray(64, 80)).toEqual(
    Buffer.alloc(16),
  )
})
