import { AppError } from '../../base/errors.ts'
import { parseAvcC } from '../../media/codec/h264/avcc.ts'
import { parseHvcC } from '../../media/codec/h265/hvcc.ts'
import { nalUnits } from '../../media/codec/nal/length-prefixed.ts'
import { PsMuxer } from '../../media/container/mpegps/muxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { RTP_HEADER_BYTES, writeRtpHeader } from './packet.ts'
import type { PayloadFormat } from './payload-types.ts'
import { type RtcpPacket, writeRtcp } from './rtcp.ts'

/** Payload bytes of a packet: GB/T 28181 asks for about 1400; with all headers it fits an Ethernet frame. */
const MAX_PAYLOAD_BYTES = 1400
const H264_FU_A = 28
const H265_FU = 49

export interface PsSenderOptions {
  readonly format: PayloadFormat
  readonly payloadType: number
  readonly ssrc: number
  /** Where sequence numbers and timestamps start; RFC 3550 §5.1 wants them random. */
  readonly firstSequence: number
  readonly firstTimestamp: number
}

/**
 * Frames to RTP packets: a program stream, or one elementary stream. When they are sent is the caller's business. All
 * packets of a frame share its timestamp, the last one has the marker.
 */
export class PsSender {
  readonly #options: PsSenderOptions
  readonly #clockRate: number
  readonly #muxer: PsMuxer | null
  #sequence: number
  #lastTimestamp: number
  packets = 0
  /** Payload bytes, as sender reports count them. */
  bytes = 0

  constructor(options: PsSenderOptions) {
    this.#options = options
    this.#clockRate = options.format === 'pcma' || options.format === 'pcmu' ? 8000 : 90_000
    this.#muxer = options.format === 'ps' ? new PsMuxer() : null
    this.#sequence = options.firstSequence
    this.#lastTimestamp = options.firstTimestamp
  }

  /** Whether frames of this track can be sent in this format. */
  carries(track: Track): boolean {
    return this.#muxer ? PsMuxer.carries(track) : track.codec === this.#options.format
  }

  /** The tracks from now on; those that are not carried are left out. */
  setTracks(tracks: readonly Track[]): void {
    this.#muxer?.setTracks(tracks)
  }

  /** The packets of one frame. Throws BYTES_INVALID for a frame whose track is not carried. */
  frame(frame: Frame): Buffer[] {
    const { format, firstTimestamp } = this.#options
    if (!this.carries(frame.track)) {
      throw new AppError('BYTES_INVALID', { what: 'frame', reason: `${frame.track.codec} is not sent as ${format}` })
    }
    const time = this.#muxer ? frame.dts : frame.pts
    this.#lastTimestamp = (firstTimestamp + Math.round((time * this.#clockRate) / frame.track.clockRate)) >>> 0
    const packets = this.#muxer
      ? this.#pieces(this.#muxer.frame(frame))
      : format === 'h264' || format === 'h265'
        ? this.#units(frame, format)
        : this.#pieces(frame.data)
    const last = packets.at(-1)
    if (last) last[1]! |= 0x80
    return packets
  }

  /** A sender report for now (RFC 3550 §6.4.1); `nowMs` is wall clock time. */
  report(nowMs: number, cname: string): Buffer {
    const { packets, bytes } = this
    const report = {
      type: 'sender report',
      ssrc: this.#options.ssrc,
      sentAtMs: nowMs,
      timestamp: this.#lastTimestamp,
      packets,
      bytes,
      reports: [],
    } as const satisfies RtcpPacket
    return writeRtcp([report], cname)
  }

  #pieces(bytes: Uint8Array): Buffer[] {
    const packets: Buffer[] = []
    for (let at = 0; at < bytes.length; at += MAX_PAYLOAD_BYTES) {
      const size = Math.min(MAX_PAYLOAD_BYTES, bytes.length - at)
      const packet = this.#packet(size)
      packet.set(bytes.subarray(at, at + size), RTP_HEADER_BYTES)
      packets.push(packet)
    }
    return packets
  }

  /** Each NAL unit in a packet, or in fragments: RFC 6184 §5.6, §5.8; RFC 7798 §4.4.1, §4.4.3. */
  #units(frame: Frame, format: 'h264' | 'h265'): Buffer[] {
    const sets = frame.keyframe ? parameterSets(frame.track) : []
    return [...sets, ...nalUnits(frame.data)].flatMap(unit => this.#unit(unit, format))
  }

  #unit(unit: Uint8Array, format: 'h264' | 'h265'): Buffer[] {
    if (unit.length <= MAX_PAYLOAD_BYTES) return this.#pieces(unit)
    const headerBytes = format === 'h264' ? 1 : 2
    const first = unit[0]!
    const type = format === 'h264' ? first & 0x1f : (first >> 1) & 0x3f
    const indicator = format === 'h264' ? [(first & 0xe0) | H264_FU_A] : [(first & 0x81) | (H265_FU << 1), unit[1]!]
    const pieceBytes = MAX_PAYLOAD_BYTES - indicator.length - 1
    const packets: Buffer[] = []
    for (let at = headerBytes; at < unit.length; at += pieceBytes) {
      const data = unit.subarray(at, at + pieceBytes)
      const packet = this.#packet(indicator.length + 1 + data.length)
      const flags = (at === headerBytes ? 0x80 : 0) | (at + pieceBytes >= unit.length ? 0x40 : 0)
      packet.set([...indicator, flags | type], RTP_HEADER_BYTES)
      packet.set(data, RTP_HEADER_BYTES + indicator.length + 1)
      packets.push(packet)
    }
    return packets
  }

  #packet(payloadBytes: number): Buffer {
    const { payloadType, ssrc } = this.#options
    const packet = Buffer.allocUnsafe(RTP_HEADER_BYTES + payloadBytes)
    const sequence = this.#sequence
    writeRtpHeader(packet, 0, { marker: false, payloadType, sequence, timestamp: this.#lastTimestamp, ssrc })
    this.#sequence = (sequence + 1) & 0xffff
    this.packets++
    this.bytes += payloadBytes
    return packet
  }
}

function parameterSets(track: Track): Uint8Array[] {
  if (track.codec === 'h264') {
    const { sps, pps } = parseAvcC(track.config)
    return [...sps, ...pps]
  }
  const { vps, sps, pps } = parseHvcC(track.config)
  return [...vps, ...sps, ...pps]
}
