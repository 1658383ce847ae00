import type { CodecName } from '../../stream/track.ts'

/** Codec of a stream_type, in what devices send. 0x90 and 0x91: G.711 as Hikvision and GB/T 28181 devices signal it. */
export const CODEC_OF_STREAM_TYPE: ReadonlyMap<number, CodecName> = new Map<number, CodecName>([
  [0x03, 'mp3'],
  [0x04, 'mp3'],
  [0x0f, 'aac'],
  [0x1b, 'h264'],
  [0x24, 'h265'],
  [0x90, 'pcma'],
  [0x91, 'pcmu'],
])
