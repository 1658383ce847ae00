import type { CodecName } from '../../stream/track.ts'

interface TsCodec {
  /** stream_type of the PMT. ISO/IEC 13818-1 Table 2-34. */
  readonly streamType: number
  /** stream_id of the PES packets. ISO/IEC 13818-1 Table 2-22. */
  readonly streamId: number
}

/** stream_type of private PES data: the registration descriptor says what it is. */
export const PRIVATE_DATA = 0x06

/** How the muxer carries each codec; null: it does not. */
export const TS_CODECS = {
  h264: { streamType: 0x1b, streamId: 0xe0 },
  h265: { streamType: 0x24, streamId: 0xe0 },
  av1: null, // the AOM mapping is a draft no player reads
  aac: { streamType: 0x0f, streamId: 0xc0 },
  mp3: { streamType: 0x03, streamId: 0xc0 },
  opus: { streamType: PRIVATE_DATA, streamId: 0xbd },
  pcma: null, // the private types GB/T 28181 devices use are read, not written: players do not know them
  pcmu: null,
} as const satisfies Record<CodecName, TsCodec | null>

/** format_identifier of registration descriptors (SMPTE RA) on private data. */
export const CODEC_OF_REGISTRATION: ReadonlyMap<string, CodecName> = new Map<string, CodecName>([
  ['Opus', 'opus'],
  ['HEVC', 'h265'],
])
