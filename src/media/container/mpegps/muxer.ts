import { AppError } from '../../../base/errors.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Track } from '../../stream/track.ts'
import { CodecHead, fitsAdts, isLengthPrefixed, MAX_ADTS_PAYLOAD_BYTES, nalOffsets } from '../elementary/codec-head.ts'
import { pesHeaderBytes, writePesHeader } from '../elementary/pes.ts'
import { CLOCK_RATE, toTicks, wrap33 } from '../elementary/timestamp.ts'
import { PS_CODECS } from './codecs.ts'
import { PACK_HEADER_BYTES, writePackHeader, writeSystemHeader } from './pack.ts'
import { writeProgramStreamMap } from './program-stream-map.ts'

/** program_mux_rate and rate_bound in units of 50 bytes per second: 20 Mbit/s. Receivers do not look at it. */
const MUX_RATE = 50_000
/** P-STD buffers: what the 13 bits of the system header hold for video, and a second of AAC. */
const VIDEO_BUFFER_BYTES = 4 * 1024 * 1024
const AUDIO_BUFFER_BYTES = 32 * 1024
/** Video and audio tracks each: the stream ids of a kind allow more, nobody reads them. */
const MAX_TRACKS = 4
/** The map at least this often where no keyframe brings it: audio alone. */
const MAP_INTERVAL = CLOCK_RATE
/** Bytes of PES_packet_length. */
const MAX_PACKET_LENGTH = 0xffff

interface Elementary {
  readonly track: Track
  readonly streamId: number
  readonly head: CodecHead
}

/**
 * Frames to program stream packs as GB/T 28181-2022 Annex C wants them: one frame is one pack; a keyframe has system
 * header and program stream map too; a frame over 64 KB is several PES packets of which the first has the time.
 * Pure: the bytes depend on the frames only.
 */
export class PsMuxer {
  #streams = new Map<number, Elementary>()
  #version = -1
  /** System header and program stream map. */
  #tables = Buffer.alloc(0)
  #lastTables = Number.NEGATIVE_INFINITY
  #hasVideo = false

  /** Whether a program stream carries this codec here. */
  static carries(track: Track): boolean {
    return PS_CODECS[track.codec] !== null && (track.codec !== 'aac' || fitsAdts(track))
  }

  /** Tracks of the program from now on; those that are not carried are left out. */
  setTracks(tracks: readonly Track[]): void {
    const streams = new Map<number, Elementary>()
    const used = { video: 0, audio: 0 }
    for (const track of tracks.filter(PsMuxer.carries)) {
      if (used[track.kind] >= MAX_TRACKS) continue
      const streamId = (PS_CODECS[track.codec]?.streamId ?? 0) + used[track.kind]++
      streams.set(track.id, { track, streamId, head: new CodecHead(track, { delimiters: false }) })
    }
    this.#streams = streams
    this.#hasVideo = used.video > 0
    const listed = [...streams.values()]
    this.#version = (this.#version + 1) & 0x1f
    this.#tables = Buffer.concat([
      writeSystemHeader(
        listed.map(({ track, streamId }) => ({
          streamId,
          bufferBytes: track.kind === 'video' ? VIDEO_BUFFER_BYTES : AUDIO_BUFFER_BYTES,
        })),
        MUX_RATE,
      ),
      writeProgramStreamMap(
        listed.map(({ track, streamId }) => ({ streamType: PS_CODECS[track.codec]?.streamType ?? 0, streamId })),
        this.#version,
      ),
    ])
    this.#lastTables = Number.NEGATIVE_INFINITY
  }

  /**
   * The pack of one frame, in one buffer. An AAC frame over ADTS' 8 KB, which only a broken publisher makes, gives none.
   * Throws BYTES_INVALID for a frame whose track was not set.
   */
  frame(frame: Frame): Buffer {
    const stream = this.#streams.get(frame.track.id)
    if (stream?.track !== frame.track) {
      throw new AppError('BYTES_INVALID', { what: 'frame', reason: `track ${frame.track.id} is not in the program` })
    }
    const { codec, clockRate, kind } = frame.track
    if (codec === 'aac' && frame.data.length > MAX_ADTS_PAYLOAD_BYTES) return Buffer.alloc(0)
    const clock = toTicks(frame.dts, clockRate)
    const dts = wrap33(clock)
    const pts = wrap33(toTicks(frame.pts, clockRate))

    const units = isLengthPrefixed(codec) ? nalOffsets(frame.data) : null
    const dataBytes = units ? units.end : frame.data.length
    const codecHead = stream.head.bytes(frame, dataBytes)
    const content = codecHead.length + dataBytes
    const firstBytes = Math.min(content, MAX_PACKET_LENGTH + 6 - pesHeaderBytes(pts, dts))
    const pieceBytes = MAX_PACKET_LENGTH + 6 - pesHeaderBytes(null, null)
    const pieces = Math.ceil((content - firstBytes) / pieceBytes)

    const withTables = this.#tablesDue(kind === 'video' && frame.keyframe, clock)
    const headBytes = PACK_HEADER_BYTES + (withTables ? this.#tables.length : 0)
    const out = Buffer.allocUnsafe(headBytes + pesHeaderBytes(pts, dts) + pieces * pesHeaderBytes(null, null) + content)
    writePackHeader(out, 0, dts, MUX_RATE)
    if (withTables) this.#tables.copy(out, PACK_HEADER_BYTES)
    const at = writePesHeader(out, headBytes, stream.streamId, pts, dts, firstBytes)

    const body = pieces === 0 ? out.subarray(at) : Buffer.allocUnsafe(content)
    codecHead.copy(body)
    body.set(frame.data.subarray(0, dataBytes), codecHead.length)
    for (const start of units?.starts ?? []) body.writeUInt32BE(1, codecHead.length + start)
    if (pieces > 0) writePieces(out, at, stream.streamId, body, firstBytes, pieceBytes)
    return out
  }

  #tablesDue(keyframe: boolean, clock: number): boolean {
    const waited = Math.abs(clock - this.#lastTables)
    const due = keyframe || waited === Number.POSITIVE_INFINITY || (!this.#hasVideo && waited >= MAP_INTERVAL)
    if (due) this.#lastTables = clock
    return due
  }
}

/** The first `firstBytes` of `body` at `at`, the rest in further PES packets. */
function writePieces(
  out: Buffer,
  at: number,
  streamId: number,
  body: Buffer,
  firstBytes: number,
  pieceBytes: number,
): void {
  let to = at + body.copy(out, at, 0, firstBytes)
  for (let from = firstBytes; from < body.length; from += pieceBytes) {
    const size = Math.min(pieceBytes, body.length - from)
    to = writePesHeader(out, to, streamId, null, null, size)
    to += body.copy(out, to, from, from + size)
  }
}
