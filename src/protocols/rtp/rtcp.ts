import { ByteReader } from '../../base/bytes.ts'
import { AppError } from '../../base/errors.ts'
import type { ReceptionReport } from './stats.ts'

const TYPE = { senderReport: 200, receiverReport: 201, description: 202, bye: 203 } as const
/** Packets read of a compound one; senders put two or three into it. */
const MAX_PACKETS = 16
const REPORT_BYTES = 24
const CNAME = 1

export interface SenderReport {
  readonly type: 'sender report'
  readonly ssrc: number
  /** Wall clock, milliseconds since 1970; on the wire NTP with a fraction of 2^-32 s. */
  readonly sentAtMs: number
  /** The same instant on the RTP clock. */
  readonly timestamp: number
  readonly packets: number
  readonly bytes: number
  readonly reports: readonly ReceptionReport[]
}

export interface ReceiverReport {
  readonly type: 'receiver report'
  readonly ssrc: number
  readonly reports: readonly ReceptionReport[]
}

export interface Bye {
  readonly type: 'bye'
  readonly sources: readonly number[]
}

export type RtcpPacket = SenderReport | ReceiverReport | Bye

/** Seconds from 1900, where NTP starts, to 1970. */
const NTP_OFFSET = 2_208_988_800

/** The packets of a compound packet (RFC 3550 §6.1) that mean something here. Throws BYTES_TOO_SHORT, BYTES_INVALID. */
export function readRtcp(bytes: Uint8Array): RtcpPacket[] {
  const reader = new ByteReader(bytes, 'RTCP packet')
  const packets: RtcpPacket[] = []
  for (let n = 0; n < MAX_PACKETS && reader.left > 0; n++) {
    const first = reader.u8()
    if (first >> 6 !== 2) throw new AppError('BYTES_INVALID', { what: 'RTCP packet', reason: 'version' })
    const type = reader.u8()
    const body = new ByteReader(reader.view(4 * reader.u16()), 'RTCP packet')
    const count = first & 0x1f
    if (type === TYPE.senderReport) packets.push(readSenderReport(body, count))
    else if (type === TYPE.receiverReport) {
      packets.push({ type: 'receiver report', ssrc: body.u32(), reports: readReports(body, count) })
    } else if (type === TYPE.bye) {
      packets.push({ type: 'bye', sources: Array.from({ length: count }, () => body.u32()) })
    }
  }
  return packets
}

function readSenderReport(body: ByteReader, count: number): SenderReport {
  const ssrc = body.u32()
  const seconds = body.u32()
  const fraction = body.u32()
  return {
    type: 'sender report',
    ssrc,
    sentAtMs: (seconds - NTP_OFFSET) * 1000 + Math.round((fraction * 1000) / 2 ** 32),
    timestamp: body.u32(),
    packets: body.u32(),
    bytes: body.u32(),
    reports: readReports(body, count),
  }
}

function readReports(body: ByteReader, count: number): ReceptionReport[] {
  return Array.from({ length: count }, () => ({
    ssrc: body.u32(),
    fractionLost: body.u8(),
    lost: body.i24(),
    highestSequence: body.u32(),
    jitter: body.u32(),
    lastReport: body.u32(),
    delaySinceLastReport: body.u32(),
  }))
}

/** A compound packet: each of `packets`, and behind a report the SDES with CNAME that §6.1 asks for. */
export function writeRtcp(packets: readonly RtcpPacket[], cname: string): Buffer {
  const parts = packets.flatMap(packet => {
    if (packet.type === 'bye') return [packetOf(TYPE.bye, packet.sources.length, words(packet.sources))]
    const body =
      packet.type === 'sender report'
        ? words([
            packet.ssrc,
            Math.floor(packet.sentAtMs / 1000) + NTP_OFFSET,
            Math.floor(((packet.sentAtMs % 1000) / 1000) * 2 ** 32),
            packet.timestamp,
            packet.packets,
            packet.bytes,
          ])
        : words([packet.ssrc])
    const type = packet.type === 'sender report' ? TYPE.senderReport : TYPE.receiverReport
    const report = packetOf(type, packet.reports.length, Buffer.concat([body, ...packet.reports.map(writeReport)]))
    return [report, writeDescription(packet.ssrc, cname)]
  })
  return Buffer.concat(parts)
}

function writeReport(report: ReceptionReport): Buffer {
  const out = Buffer.alloc(REPORT_BYTES)
  out.writeUInt32BE(report.ssrc, 0)
  out.writeUInt32BE(((report.fractionLost << 24) | (report.lost & 0xffffff)) >>> 0, 4)
  out.writeUInt32BE(report.highestSequence >>> 0, 8)
  out.writeUInt32BE(report.jitter >>> 0, 12)
  out.writeUInt32BE(report.lastReport >>> 0, 16)
  out.writeUInt32BE(report.delaySinceLastReport >>> 0, 20)
  return out
}

/** SDES with the CNAME item, §6.5. */
function writeDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname.slice(0, 255), 'latin1')
  const body = Buffer.alloc(4 * Math.ceil((4 + 2 + name.length + 1) / 4))
  body.writeUInt32BE(ssrc, 0)
  body[4] = CNAME
  body[5] = name.length
  name.copy(body, 6)
  return packetOf(TYPE.description, 1, body)
}

function packetOf(type: number, count: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | count, type, body.length >> 10, (body.length >> 2) & 0xff]), body])
}

function words(values: readonly number[]): Buffer {
  const out = Buffer.alloc(4 * values.length)
  for (const [n, value] of values.entries()) out.writeUInt32BE(value >>> 0, 4 * n)
  return out
}
