import { isIPv4, isIPv6 } from 'node:net'
import type { SocketAddress } from '../sip/transport/flow.ts'
import type { AttemptMessage, AttemptRecord } from './attempt.ts'

/** pcap with microseconds, version 2.4, and packets that begin with their IP header. */
const MAGIC = 0xa1b2c3d4
const LINKTYPE_RAW = 101
const SNAP_BYTES = 65_535
const UDP = 17
const TCP = 6
const TCP_PSH_ACK = 0x5018
/** An IP packet has no room for more beside its headers; texts of an attempt are far below. */
const MAX_PAYLOAD = 65_000

/** Bytes of an IPv4 or IPv6 address; what is neither, as the name of a wildcard, is 0.0.0.0. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!isIPv6(address)) return Buffer.alloc(4)
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':')).map(group => Number.parseInt(group, 16))
  const front = groups(head)
  const back = tail === undefined ? [] : groups(tail)
  const bytes = Buffer.alloc(16)
  const zeros = 8 - front.length - back.length
  for (const [i, group] of [...front, ...Array<number>(Math.max(0, zeros)).fill(0), ...back].slice(0, 8).entries()) {
    bytes.writeUInt16BE(group & 0xffff, i * 2)
  }
  return bytes
}

/** RFC 1071. */
function internetChecksum(...parts: readonly Buffer[]): number {
  const bytes = Buffer.concat(parts)
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

interface Ends {
  readonly from: SocketAddress
  readonly to: SocketAddress
}

/** The segment of the transport, and the IP header before it. */
function packet({ from, to }: Ends, protocol: number, segment: Buffer, checksumAt: number): Buffer {
  let source = addressBytes(from.address)
  let target = addressBytes(to.address)
  if (source.length !== target.length) {
    // a wildcard beside an IPv6 address
    if (source.length === 4) source = Buffer.alloc(16)
    else target = Buffer.alloc(16)
  }
  const pseudo = Buffer.alloc(4)
  pseudo[1] = protocol
  pseudo.writeUInt16BE(segment.length, 2)
  segment.writeUInt16BE(internetChecksum(source, target, pseudo, segment) || 0xffff, checksumAt)
  if (source.length === 16) {
    const header = Buffer.alloc(8)
    header[0] = 0x60
    header.writeUInt16BE(segment.length, 4)
    header[6] = protocol
    header[7] = 64
    return Buffer.concat([header, source, target, segment])
  }
  const header = Buffer.alloc(12)
  header[0] = 0x45
  header.writeUInt16BE(20 + segment.length, 2)
  header[8] = 64
  header[9] = protocol
  header.writeUInt16BE(internetChecksum(header, source, target), 10)
  return Buffer.concat([header, source, target, segment])
}

function datagram(ends: Ends, payload: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt16BE(ends.from.port, 0)
  header.writeUInt16BE(ends.to.port, 2)
  header.writeUInt16BE(8 + payload.length, 4)
  return packet(ends, UDP, Buffer.concat([header, payload]), 6)
}

function segment(ends: Ends, payload: Buffer, sequence: number, acknowledged: number): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt16BE(ends.from.port, 0)
  header.writeUInt16BE(ends.to.port, 2)
  header.writeUInt32BE(sequence >>> 0, 4)
  header.writeUInt32BE(acknowledged >>> 0, 8)
  header.writeUInt16BE(TCP_PSH_ACK, 12)
  header.writeUInt16BE(0xffff, 14)
  return packet(ends, TCP, Buffer.concat([header, payload]), 16)
}

/** The message with the length its body has now: in UTF-8, masked, and perhaps cut. */
function payloadOf(message: AttemptMessage): Buffer {
  const split = message.text.indexOf('\r\n\r\n')
  if (split < 0) return Buffer.from(message.text).subarray(0, MAX_PAYLOAD)
  const body = Buffer.from(message.text.slice(split + 4))
  const head = message.text.slice(0, split).replace(/^(Content-Length|l)(\s*:\s*)\d+/im, `$1$2${body.length}`)
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]).subarray(0, MAX_PAYLOAD)
}

/**
 * The exchange as a capture for Wireshark. It is made from what was kept, so secrets are masked, bodies are UTF-8, and TCP
 * has no handshake; TLS is shown as TCP.
 */
export function attemptPcap(record: AttemptRecord): Buffer {
  const file = Buffer.alloc(24)
  file.writeUInt32BE(MAGIC, 0)
  file.writeUInt16BE(2, 4)
  file.writeUInt16BE(4, 6)
  file.writeUInt32BE(SNAP_BYTES, 16)
  file.writeUInt32BE(LINKTYPE_RAW, 20)
  const out: Buffer[] = [file]
  /** Next sequence number of each direction of each connection. */
  const sequences = new Map<string, number>()
  for (const message of record.messages) {
    const { direction, local, remote, transport, atMs } = message
    const ends: Ends = direction === 'in' ? { from: remote, to: local } : { from: local, to: remote }
    const payload = payloadOf(message)
    let bytes: Buffer
    if (transport === 'udp') bytes = datagram(ends, payload)
    else {
      const there = `${ends.from.address}:${ends.from.port}-${ends.to.address}:${ends.to.port}`
      const back = `${ends.to.address}:${ends.to.port}-${ends.from.address}:${ends.from.port}`
      const sequence = sequences.get(there) ?? 1
      bytes = segment(ends, payload, sequence, sequences.get(back) ?? 1)
      sequences.set(there, sequence + payload.length)
    }
    const head = Buffer.alloc(16)
    head.writeUInt32BE(Math.floor(atMs / 1000) >>> 0, 0)
    head.writeUInt32BE(Math.round((atMs % 1000) * 1000), 4)
    head.writeUInt32BE(bytes.length, 8)
    head.writeUInt32BE(bytes.length, 12)
    out.push(head, bytes)
  }
  return Buffer.concat(out)
}
