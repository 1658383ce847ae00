import { u16be } from '../../../base/bytes.ts'
import { crc32Mpeg } from '../elementary/crc32.ts'
import { START } from './pack.ts'

/** A stream of the map. */
export interface MappedStream {
  /** stream_type: ISO/IEC 13818-1 Table 2-34, and those of GB/T 28181. */
  readonly streamType: number
  readonly streamId: number
}

/** Streams read of a map; devices send one or two. */
const MAX_STREAMS = 16

/** program_stream_map with its CRC. ISO/IEC 13818-1 §2.5.4.1. */
export function writeProgramStreamMap(streams: readonly MappedStream[], version: number): Buffer {
  const out = Buffer.alloc(16 + 4 * streams.length)
  out.writeUInt32BE(0x100 | START.programStreamMap, 0)
  out.writeUInt16BE(out.length - 6, 4)
  out[6] = 0xe0 | (version & 0x1f)
  out[7] = 0xff
  out.writeUInt16BE(4 * streams.length, 10)
  for (const [n, { streamType, streamId }] of streams.entries()) {
    out[12 + 4 * n] = streamType
    out[13 + 4 * n] = streamId
  }
  out.writeUInt32BE(crc32Mpeg(out.subarray(0, -4)), out.length - 4)
  return out
}

/**
 * The streams of a whole map, start code included. The CRC is not looked at: many devices send junk there. A length
 * that runs over the end is cut off.
 */
export function readProgramStreamMap(bytes: Uint8Array): MappedStream[] {
  const streams: MappedStream[] = []
  let at = 10 + u16be(bytes, 8)
  const end = Math.min(bytes.length, at + 2 + u16be(bytes, at))
  at += 2
  while (at + 4 <= end && streams.length < MAX_STREAMS) {
    streams.push({ streamType: bytes[at]!, streamId: bytes[at + 1]! })
    at += 4 + u16be(bytes, at + 2)
  }
  return streams
}
