import { isIPv6 } from 'node:net'
import type { Attempt } from '../../link/gb28181.ts'

type Message = Attempt['messages'][number]

/** draft-ietf-opsawg-pcap: magic of little-endian with microseconds, version 2.4. */
const MAGIC = 0xa1b2c3d4
const SNAPSHOT_LENGTH = 262_144
/** LINKTYPE_RAW: packets begin with the IP header, whose first digit says which version. */
const LINKTYPE_RAW = 101
const UDP = 17
const TCP = 6
const ACK_PUSH = 0x18

/** One direction of a TCP connection, whose sequence numbers go on. */
interface Flow {
  sequence: number
}

/**
 * A capture file of the SIP messages. Headers of IP, UDP and TCP are made for them from the addresses of each message:
 * what was on the wire, resent, split and acknowledged, is not known.
 */
export function pcap(startedAtMs: number, messages: readonly Message[]): Uint8Array {
  const head = Buffer.alloc(24)
  head.writeUInt32LE(MAGIC, 0)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(SNAPSHOT_LENGTH, 16)
  head.writeUInt32LE(LINKTYPE_RAW, 20)
  const flows = new Map<string, Flow>()
  const records = messages.flatMap(message => {
    const packet = packetOf(message, flows)
    const micros = Math.round((startedAtMs + message.ms) * 1000)
    const record = Buffer.alloc(16)
    record.writeUInt32LE(Math.floor(micros / 1e6), 0)
    record.writeUInt32LE(micros % 1e6, 4)
    record.writeUInt32LE(packet.length, 8)
    record.writeUInt32LE(packet.length, 12)
    return [record, packet]
  })
  return Buffer.concat([head, ...records])
}

function packetOf({ direction, local, remote, transport, text }: Message, flows: Map<string, Flow>): Buffer {
  const [from, to] = direction === 'out' ? [endpoint(local), endpoint(remote)] : [endpoint(remote), endpoint(local)]
  const six = isIPv6(from.host) || isIPv6(to.host)
  const addresses = [addressBytes(from.host, six), addressBytes(to.host, six)] as const
  const body = Buffer.from(text)
  const udp = transport.toLowerCase() === 'udp'
  const segment = udp ? udpOf(from.port, to.port, body) : tcpOf(from, to, body, flows)
  const protocol = udp ? UDP : TCP
  segment.writeUInt16BE(checksum([...addresses, pseudoHeader(segment.length, protocol, six), segment]), udp ? 6 : 16)
  return Buffer.concat([
    six ? ipv6Of(addresses, protocol, segment.length) : ipv4Of(addresses, protocol, segment.length),
    segment,
  ])
}

/** RFC 768. */
function udpOf(from: number, to: number, body: Buffer): Buffer {
  const segment = Buffer.alloc(8 + body.length)
  segment.writeUInt16BE(from, 0)
  segment.writeUInt16BE(to, 2)
  segment.writeUInt16BE(segment.length, 4)
  body.copy(segment, 8)
  return segment
}

/** RFC 9293 §3.1. */
function tcpOf(from: Endpoint, to: Endpoint, body: Buffer, flows: Map<string, Flow>): Buffer {
  const sent = flowOf(flows, from, to)
  const segment = Buffer.alloc(20 + body.length)
  segment.writeUInt16BE(from.port, 0)
  segment.writeUInt16BE(to.port, 2)
  segment.writeUInt32BE(sent.sequence >>> 0, 4)
  segment.writeUInt32BE(flowOf(flows, to, from).sequence >>> 0, 8)
  segment.writeUInt8(5 << 4, 12)
  segment.writeUInt8(ACK_PUSH, 13)
  segment.writeUInt16BE(0xffff, 14)
  body.copy(segment, 20)
  sent.sequence += body.length
  return segment
}

function flowOf(flows: Map<string, Flow>, from: Endpoint, to: Endpoint): Flow {
  const key = `${from.host} ${from.port} ${to.host} ${to.port}`
  const flow = flows.get(key) ?? { sequence: 1 }
  flows.set(key, flow)
  return flow
}

/** RFC 791 §3.1. */
function ipv4Of([from, to]: readonly [Buffer, Buffer], protocol: number, length: number): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt8(0x45, 0)
  header.writeUInt16BE(20 + length, 2)
  header.writeUInt8(64, 8)
  header.writeUInt8(protocol, 9)
  from.copy(header, 12)
  to.copy(header, 16)
  header.writeUInt16BE(checksum([header]), 10)
  return header
}

/** RFC 8200 §3. */
function ipv6Of([from, to]: readonly [Buffer, Buffer], protocol: number, length: number): Buffer {
  const header = Buffer.alloc(40)
  header.writeUInt8(0x60, 0)
  header.writeUInt16BE(length, 4)
  header.writeUInt8(protocol, 6)
  header.writeUInt8(64, 7)
  from.copy(header, 8)
  to.copy(header, 24)
  return header
}

/** What is summed beside addresses and segment. RFC 768, RFC 8200 §8.1. */
function pseudoHeader(length: number, protocol: number, six: boolean): Buffer {
  const header = Buffer.alloc(six ? 8 : 4)
  if (six) header.writeUInt32BE(length, 0)
  else header.writeUInt16BE(length, 2)
  header.writeUInt8(protocol, six ? 7 : 1)
  return header
}

/** RFC 1071. */
function checksum(parts: readonly Buffer[]): number {
  const bytes = Buffer.concat(parts)
  let sum = 0
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  if (bytes.length % 2 === 1) sum += (bytes[bytes.length - 1] ?? 0) << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff || 0xffff
}

interface Endpoint {
  readonly host: string
  readonly port: number
}

/** '192.0.2.1:5060', '[2001:db8::1]:5060'; what is neither is nowhere. */
function endpoint(text: string): Endpoint {
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  return { host: six ?? four ?? '0.0.0.0', port: Math.min(Number(port ?? 5060), 65_535) }
}

function addressBytes(host: string, six: boolean): Buffer {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)
  const mapped = Buffer.from((four?.slice(1) ?? ['0', '0', '0', '0']).map(Number))
  if (!six) return mapped
  if (!isIPv6(host)) return Buffer.concat([Buffer.from('00000000000000000000ffff', 'hex'), mapped])
  const [before = '', after = ''] = host.replace(/%.*$/, '').split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const [head, tail] = [groups(before), groups(after)]
  const filled = [...head, ...Array(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail].slice(0, 8)
  const bytes = Buffer.alloc(16)
  for (const [index, group] of filled.entries()) bytes.writeUInt16BE(Number.parseInt(group, 16) & 0xffff, index * 2)
  return bytes
}
