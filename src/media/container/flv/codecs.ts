import type { AudioCodec, CodecName, VideoCodec } from '../../stream/track.ts'

/** How FLV and RTMP name a codec, and which of the two ways we write. */
export interface FlvCodec {
  /** CodecID (video) or SoundFormat (audio) of FLV §E.4; null when only enhanced RTMP names the codec. */
  readonly codecId: number | null
  /** FourCC of enhanced RTMP v2, read as a big-endian number; null when only classic FLV names the codec. */
  readonly fourCc: number | null
  readonly writes: 'classic' | 'enhanced'
  /** Coded frames carry SI24 composition time: classic AVC (and HEVC), enhanced `avc1` and `hvc1`. */
  readonly compositionTime: boolean
  /** A configuration goes before the frames (sequence header, SequenceStart). */
  readonly sequenceHeader: boolean
}

/** CodecID 12 is not in FLV: Chinese CDNs and encoders (Kingsoft) use it for HEVC. Read, never written. */
export const FLV_CODECS = {
  h264: codec(7, 'avc1', { writes: 'classic', compositionTime: true }),
  h265: codec(12, 'hvc1', { writes: 'enhanced', compositionTime: true }),
  av1: codec(null, 'av01', { writes: 'enhanced' }),
  aac: codec(10, 'mp4a', { writes: 'classic' }),
  mp3: codec(2, '.mp3', { writes: 'classic', sequenceHeader: false }),
  pcma: codec(7, null, { writes: 'classic', sequenceHeader: false }),
  pcmu: codec(8, null, { writes: 'classic', sequenceHeader: false }),
  opus: codec(null, 'Opus', { writes: 'enhanced' }),
} as const satisfies Record<CodecName, FlvCodec | null>

const VIDEO: readonly VideoCodec[] = ['h264', 'h265', 'av1']
const AUDIO: readonly AudioCodec[] = ['aac', 'mp3', 'pcma', 'pcmu', 'opus']

const byNumber = <T extends CodecName>(names: readonly T[], key: 'codecId' | 'fourCc'): ReadonlyMap<number, T> =>
  new Map(names.flatMap(name => (FLV_CODECS[name][key] === null ? [] : [[FLV_CODECS[name][key], name]])))

export const VIDEO_BY_ID = byNumber(VIDEO, 'codecId')
export const VIDEO_BY_FOURCC = byNumber(VIDEO, 'fourCc')
/** SoundFormat 14 is MP3 at 8 kHz, which has no SoundRate of its own. */
export const AUDIO_BY_ID: ReadonlyMap<number, AudioCodec> = new Map([...byNumber(AUDIO, 'codecId'), [14, 'mp3']])
export const AUDIO_BY_FOURCC = byNumber(AUDIO, 'fourCc')

function codec(
  codecId: number | null,
  fourCc: string | null,
  rest: Partial<FlvCodec> & Pick<FlvCodec, 'writes'>,
): FlvCodec {
  return {
    codecId,
    fourCc: fourCc === null ? null : Buffer.from(fourCc, 'latin1').readUInt32BE(),
    compositionTime: false,
    sequenceHeader: true,
    ...rest,
  }
}
