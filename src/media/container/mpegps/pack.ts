/** Last byte of the start codes of ISO/IEC 13818-1 Table 2-22 and §2.5.3; elementary stream data has none of these. */
export const START = {
  programEnd: 0xb9,
  pack: 0xba,
  system: 0xbb,
  programStreamMap: 0xbc,
} as const

/** Start of a pack: what a receiver looks for after loss. */
export const PACK_START = Buffer.from([0, 0, 1, START.pack])

/** Header of MPEG-2, without stuffing. */
export const PACK_HEADER_BYTES = 14
const MPEG1_PACK_HEADER_BYTES = 12

export interface PackHeader {
  /** system_clock_reference_base: 33 bits at 90 kHz. */
  readonly scr: number
  /** program_mux_rate, units of 50 bytes per second. */
  readonly muxRate: number
  /** Bytes of the header with its stuffing. */
  readonly bytes: number
}

/**
 * Pack header of MPEG-2 (ISO/IEC 13818-1 §2.5.3.3), or of MPEG-1 (ISO/IEC 11172-1 §2.4.3.2), which ffmpeg's `mpeg`
 * writes. 'more' when the bytes end inside; null when it is none.
 */
export function readPackHeader(bytes: Uint8Array): PackHeader | 'more' | null {
  if (bytes.length < 5) return 'more'
  const first = bytes[4]!
  if (first >> 6 === 1) {
    if (bytes.length < PACK_HEADER_BYTES) return 'more'
    const size = PACK_HEADER_BYTES + (bytes[13]! & 7)
    if (bytes.length < size) return 'more'
    const high = (first >> 3) & 7
    const low =
      ((first & 3) << 28) |
      (bytes[5]! << 20) |
      ((bytes[6]! & 0xf8) << 12) |
      ((bytes[6]! & 3) << 13) |
      (bytes[7]! << 5) |
      (bytes[8]! >> 3)
    const muxRate = (bytes[10]! << 14) | (bytes[11]! << 6) | (bytes[12]! >> 2)
    return { scr: high * 2 ** 30 + low, muxRate, bytes: size }
  }
  if (first >> 4 !== 2) return null
  if (bytes.length < MPEG1_PACK_HEADER_BYTES) return 'more'
  const low = (bytes[5]! << 22) | ((bytes[6]! >> 1) << 15) | (bytes[7]! << 7) | (bytes[8]! >> 1)
  const muxRate = ((bytes[9]! & 0x7f) << 15) | (bytes[10]! << 7) | (bytes[11]! >> 1)
  return { scr: ((first >> 1) & 7) * 2 ** 30 + low, muxRate, bytes: MPEG1_PACK_HEADER_BYTES }
}

/** Writes the 14 bytes of a pack header; `scr` is 33 bits. */
export function writePackHeader(out: Uint8Array, at: number, scr: number, muxRate: number): void {
  const high = Math.floor(scr / 2 ** 30)
  const low = scr % 2 ** 30
  out.set(PACK_START, at)
  out[at + 4] = 0x44 | (high << 3) | (low >> 28)
  out[at + 5] = (low >> 20) & 0xff
  out[at + 6] = ((low >> 12) & 0xf8) | 4 | ((low >> 13) & 3)
  out[at + 7] = (low >> 5) & 0xff
  out[at + 8] = ((low & 0x1f) << 3) | 4
  out[at + 9] = 1 // extension 0
  out[at + 10] = muxRate >> 14
  out[at + 11] = (muxRate >> 6) & 0xff
  out[at + 12] = ((muxRate & 0x3f) << 2) | 3
  out[at + 13] = 0xf8 // no stuffing
}

/** A stream of the system header, with the decoder buffer it needs. */
export interface SystemStream {
  readonly streamId: number
  readonly bufferBytes: number
}

/** System header: ISO/IEC 13818-1 §2.5.3.5. */
export function writeSystemHeader(streams: readonly SystemStream[], rateBound: number): Buffer {
  const out = Buffer.alloc(12 + 3 * streams.length)
  out.writeUInt32BE(0x100 | START.system, 0)
  out.writeUInt16BE(out.length - 6, 4)
  out[6] = 0x80 | (rateBound >> 15)
  out[7] = (rateBound >> 7) & 0xff
  out[8] = ((rateBound & 0x7f) << 1) | 1
  const videos = streams.filter(stream => isVideoId(stream.streamId)).length
  out[9] = (streams.length - videos) << 2
  out[10] = 0xe0 | videos // audio_lock, video_lock, marker
  out[11] = 0x7f
  for (const [n, { streamId, bufferBytes }] of streams.entries()) {
    const video = isVideoId(streamId)
    // P-STD_buffer_bound_scale: units of 1024 bytes for video, of 128 for audio
    const size = Math.min(0x1fff, Math.ceil(bufferBytes / (video ? 1024 : 128)))
    out[12 + 3 * n] = streamId
    out[13 + 3 * n] = 0xc0 | (video ? 0x20 : 0) | (size >> 8)
    out[14 + 3 * n] = size & 0xff
  }
  return out
}

/** stream_id of audio: 110x xxxx. */
export function isAudioId(streamId: number): boolean {
  return streamId >= 0xc0 && streamId <= 0xdf
}

/** stream_id of video: 1110 xxxx. */
export function isVideoId(streamId: number): boolean {
  return streamId >= 0xe0 && streamId <= 0xef
}
