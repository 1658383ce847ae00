import { AppError } from '../../../base/errors.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { CodecHead, fitsAdts, isLengthPrefixed, MAX_ADTS_PAYLOAD_BYTES, nalOffsets } from '../elementary/codec-head.ts'
import { pesHeaderBytes, writePesHeader } from '../elementary/pes.ts'
import { CLOCK_RATE, toTicks, wrap33 } from '../elementary/timestamp.ts'
import { TS_CODECS } from './codecs.ts'
import { opusDescriptors } from './opus.ts'
import { PACKET_BYTES } from './packet.ts'
import { UnitLayout, writePcrPacket, writeSectionPacket } from './packet-writer.ts'
import { PAT_PID, writePat, writePmt } from './psi.ts'

const PROGRAM = 1
const PMT_PID = 0x1000
const FIRST_PID = 0x100
/** Their PMT still fits one packet: 5 bytes per stream and the 10 of Opus' descriptors. */
const MAX_TRACKS = 8

/**
 * How far decoding runs behind the program clock: time for a player to have a picture whole before it is due. It is
 * also the PTS of time 0, so that the clock never starts below zero.
 */
export const CLOCK_LEAD = CLOCK_RATE / 10
/** A PCR at least this often, where frames come that often: §2.7.2 asks for 100 ms. */
const PCR_INTERVAL = CLOCK_RATE * 0.08
/** Tables at every keyframe, and at least this often for players that join an audio stream or a long GOP. */
const TABLES_INTERVAL = CLOCK_RATE / 2

interface Elementary {
  track: Track
  readonly pid: number
  counter: number
  head: CodecHead
}

/**
 * Frames to transport stream packets: one program, one PES packet per frame. ISO/IEC 13818-1.
 * Pure: the bytes depend on the frames only.
 */
export class TsMuxer {
  #streams = new Map<number, Elementary>()
  #pcrPid = 0
  #version = -1
  #nextPid = FIRST_PID
  #pat: Uint8Array = new Uint8Array()
  #pmt: Uint8Array = new Uint8Array()
  #tablesCounter = 0
  #lastTables = Number.NEGATIVE_INFINITY
  #lastPcr = Number.NEGATIVE_INFINITY

  /** Whether a transport stream carries this codec here. */
  static carries(track: Track): boolean {
    return TS_CODECS[track.codec] !== null && (track.codec !== 'aac' || fitsAdts(track))
  }

  /** Tracks of the program from now on; those that are not carried are left out. At most 8. */
  setTracks(tracks: readonly Track[]): void {
    const streams = new Map<number, Elementary>()
    let changed = this.#version < 0
    for (const track of tracks.filter(TsMuxer.carries).slice(0, MAX_TRACKS)) {
      const known = this.#streams.get(track.id)
      if (known?.track === track) {
        streams.set(track.id, known)
        continue
      }
      const sameCodec = known?.track.codec === track.codec && known.track.kind === track.kind
      if (!sameCodec) changed = true
      streams.set(track.id, {
        track,
        pid: sameCodec ? known.pid : this.#takePid(),
        counter: known?.counter ?? 0,
        head: new CodecHead(track, { delimiters: true }),
      })
    }
    if (streams.size !== this.#streams.size) changed = true
    this.#streams = streams
    if (changed) this.#writeTables()
  }

  /** The next frame brings the tables along: a piece that is played for itself starts there. */
  repeatTables(): void {
    this.#lastTables = Number.NEGATIVE_INFINITY
  }

  /** PAT and PMT: what a player needs before the first frame. */
  tables(): Buffer {
    const out = Buffer.allocUnsafe(2 * PACKET_BYTES)
    this.#putTables(out, 0, this.#tablesCounter)
    return out
  }

  /**
   * The packets of one frame, with tables and PCR where they are due, in one buffer.
   * An AAC frame over ADTS' 8 KB, which only a broken publisher makes, gives none.
   * Throws BYTES_INVALID for a frame whose track was not set.
   */
  frame(frame: Frame): Buffer {
    const stream = this.#streams.get(frame.track.id)
    if (!stream || stream.track.codec !== frame.track.codec) {
      throw new AppError('BYTES_INVALID', { what: 'frame', reason: `track ${frame.track.id} is not in the program` })
    }
    if (stream.track !== frame.track) {
      stream.track = frame.track
      stream.head = new CodecHead(frame.track, { delimiters: true })
    }
    const { clockRate, codec, kind } = frame.track
    if (codec === 'aac' && frame.data.length > MAX_ADTS_PAYLOAD_BYTES) return Buffer.alloc(0)
    const clock = toTicks(frame.dts, clockRate)
    const pts = toTicks(frame.pts, clockRate) + CLOCK_LEAD
    const units = isLengthPrefixed(codec) ? nalOffsets(frame.data) : null
    const dataBytes = units ? units.end : frame.data.length
    const head = pesHead(stream, frame, wrap33(pts), wrap33(clock + CLOCK_LEAD), dataBytes)

    const pictureStart = kind === 'video' && frame.keyframe
    const tables = pictureStart || Math.abs(clock - this.#lastTables) >= TABLES_INTERVAL
    const ownsPcr = stream.pid === this.#pcrPid
    const pcrDue = Math.abs(clock - this.#lastPcr) >= PCR_INTERVAL
    const pcr = wrap33(clock)
    const unit = {
      pid: stream.pid,
      counter: stream.counter,
      pcr: ownsPcr && (kind === 'video' || pcrDue) ? pcr : null,
      randomAccess: frame.keyframe,
    }
    const layout = new UnitLayout(head.length + dataBytes, unit)
    const pcrPacket = !ownsPcr && pcrDue && clock > this.#lastPcr
    const out = Buffer.allocUnsafe((tables ? 2 * PACKET_BYTES : 0) + (pcrPacket ? PACKET_BYTES : 0) + layout.bytes)
    let at = 0
    if (tables) {
      this.#tablesCounter = (this.#tablesCounter + 1) & 0x0f
      this.#putTables(out, 0, this.#tablesCounter)
      this.#lastTables = clock
      at += 2 * PACKET_BYTES
    }
    if (pcrPacket) {
      writePcrPacket(out, at, this.#pcrPid, this.#lastCounter(this.#pcrPid), pcr)
      at += PACKET_BYTES
    }
    if (pcrPacket || unit.pcr !== null) this.#lastPcr = clock
    layout.write(out, at, unit, head, frame.data, dataBytes)
    stream.counter = (stream.counter + layout.packets) & 0x0f
    if (units) {
      for (const offset of units.starts) {
        for (let i = 0; i < 4; i++) out[at + layout.offsetOf(head.length + offset + i)] = i === 3 ? 1 : 0
      }
    }
    return out
  }

  #takePid(): number {
    const pid = this.#nextPid
    this.#nextPid = pid + 1 === PMT_PID ? FIRST_PID : pid + 1
    return pid
  }

  #lastCounter(pid: number): number {
    for (const stream of this.#streams.values()) if (stream.pid === pid) return (stream.counter + 15) & 0x0f
    return 0
  }

  #writeTables(): void {
    this.#version = (this.#version + 1) & 0x1f
    const streams = [...this.#streams.values()]
    const clock = streams.find(({ track }) => track.kind === 'video') ?? streams[0]
    this.#pcrPid = clock?.pid ?? 0x1fff
    this.#pat = writePat([{ program: PROGRAM, pid: PMT_PID }], 0)
    this.#pmt = writePmt(
      PROGRAM,
      {
        pcrPid: this.#pcrPid,
        streams: streams.map(({ track, pid }) => ({
          streamType: TS_CODECS[track.codec]!.streamType, // setTracks left out the codecs without an entry
          pid,
          descriptors: descriptorsOf(track),
        })),
      },
      this.#version,
    )
    this.#lastTables = Number.NEGATIVE_INFINITY
  }

  #putTables(out: Buffer, at: number, counter: number): void {
    writeSectionPacket(out, at, PAT_PID, counter, this.#pat)
    writeSectionPacket(out, at + PACKET_BYTES, PMT_PID, counter, this.#pmt)
  }
}

/** PES header and what the codec needs in front of `dataBytes` of the frame. */
function pesHead(stream: Elementary, frame: Frame, pts: number, dts: number, dataBytes: number): Buffer {
  const codecHead = stream.head.bytes(frame, dataBytes)
  const out = Buffer.allocUnsafe(pesHeaderBytes(pts, dts) + codecHead.length)
  const streamId = TS_CODECS[frame.track.codec]?.streamId ?? 0
  // Unbounded only where it must be (allowed for video): with a length, receivers need not wait for the next frame.
  codecHead.copy(out, writePesHeader(out, 0, streamId, pts, dts, codecHead.length + dataBytes))
  return out
}

/** Descriptor loop of the track in the PMT. */
function descriptorsOf(track: Track): Uint8Array {
  return track.kind === 'audio' && track.codec === 'opus' ? opusDescriptors(track.channels) : new Uint8Array()
}
