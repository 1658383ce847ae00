import type { CodecName } from '../../stream/track.ts'

interface PsCodec {
  /** stream_type of the program stream map: ISO/IEC 13818-1 Table 2-34 and GB/T 28181-2022 Annex C. */
  readonly streamType: number
  /** First stream_id of the kind; further tracks take the ones after it. */
  readonly streamId: number
}

/** How the muxer carries each codec; null: it does not. */
export const PS_CODECS = {
  h264: { streamType: 0x1b, streamId: 0xe0 },
  h265: { streamType: 0x24, streamId: 0xe0 },
  av1: null,
  aac: { streamType: 0x0f, streamId: 0xc0 },
  mp3: { streamType: 0x03, streamId: 0xc0 },
  opus: null,
  pcma: { streamType: 0x90, streamId: 0xc0 },
  pcmu: { streamType: 0x91, streamId: 0xc0 },
} as const satisfies Record<CodecName, PsCodec | null>
