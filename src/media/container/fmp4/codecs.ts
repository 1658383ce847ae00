import type { CodecName } from '../../stream/track.ts'

/** The sample entry that carries a codec. */
interface Mp4Codec {
  /** Four-character code of the sample entry we write. */
  readonly sampleEntry: string
  /** Box inside of it with the configuration; null when the codec has none. */
  readonly configBox: 'avcC' | 'hvcC' | 'av1C' | 'esds' | 'dOps' | null
}

/**
 * ISO/IEC 14496-15 (avc1, hvc1: parameter sets only in the sample entry), AV1 in ISOBMFF, ISO/IEC 14496-14 (mp4a),
 * Opus in ISOBMFF. `alaw` and `ulaw` are QuickTime's names; browsers do not play them.
 */
export const FMP4_CODECS = {
  h264: { sampleEntry: 'avc1', configBox: 'avcC' },
  h265: { sampleEntry: 'hvc1', configBox: 'hvcC' },
  av1: { sampleEntry: 'av01', configBox: 'av1C' },
  aac: { sampleEntry: 'mp4a', configBox: 'esds' },
  mp3: { sampleEntry: 'mp4a', configBox: 'esds' },
  opus: { sampleEntry: 'Opus', configBox: 'dOps' },
  pcma: { sampleEntry: 'alaw', configBox: null },
  pcmu: { sampleEntry: 'ulaw', configBox: null },
} as const satisfies Record<CodecName, Mp4Codec | null>

/** Sample entries we read, also those we do not write. `mp4a` is told apart by its objectTypeIndication. */
export const CODEC_OF_SAMPLE_ENTRY: ReadonlyMap<string, CodecName | 'mp4a'> = new Map<string, CodecName | 'mp4a'>([
  ['avc1', 'h264'],
  ['avc3', 'h264'],
  ['hvc1', 'h265'],
  ['hev1', 'h265'],
  ['av01', 'av1'],
  ['mp4a', 'mp4a'],
  ['.mp3', 'mp3'],
  ['Opus', 'opus'],
  ['alaw', 'pcma'],
  ['ulaw', 'pcmu'],
])

/** objectTypeIndication of the DecoderConfigDescriptor, ISO/IEC 14496-1 §7.2.6.6. */
export const OBJECT_TYPE = { aac: 0x40, mp3: 0x6b, mpeg2Mp3: 0x69 } as const
/** 0x66 to 0x68: AAC of MPEG-2, with the same AudioSpecificConfig. */
export const CODEC_OF_OBJECT_TYPE: ReadonlyMap<number, 'aac' | 'mp3'> = new Map([
  [OBJECT_TYPE.aac, 'aac'],
  [0x66, 'aac'],
  [0x67, 'aac'],
  [0x68, 'aac'],
  [OBJECT_TYPE.mp3, 'mp3'],
  [OBJECT_TYPE.mpeg2Mp3, 'mp3'],
])
