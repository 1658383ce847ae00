import { ByteReader } from '../../../base/bytes.ts'
import type { AudioCodec, CodecName, VideoCodec } from '../../stream/track.ts'
import { AUDIO_BY_FOURCC, AUDIO_BY_ID, FLV_CODECS, VIDEO_BY_FOURCC, VIDEO_BY_ID } from './codecs.ts'

/** What the classic audio header says; encoders fill it carelessly for AAC, so it counts for MP3 and G.711 only. */
export interface SoundHeader {
  readonly channels: 1 | 2
}

/** The content of a video or audio tag, which is also the payload of an RTMP video or audio message. */
export type TagBody<C extends CodecName> =
  /** Decoder configuration: sequence header, SequenceStart. `data` is the box body of `Track.config`. */
  | { readonly kind: 'config'; readonly codec: C; readonly data: Uint8Array }
  | {
      readonly kind: 'frame'
      readonly codec: C
      readonly keyframe: boolean
      /** Presentation minus decoding time; negative only from broken encoders. */
      readonly compositionTimeMs: number
      readonly data: Uint8Array
      /** Null for video and in enhanced RTMP. */
      readonly sound: SoundHeader | null
    }
  /** End of sequence: the encoder stopped or will send another configuration. */
  | { readonly kind: 'end'; readonly codec: C }
  /** AMF0 values: a name and an object, for example colorInfo. */
  | { readonly kind: 'metadata'; readonly data: Uint8Array }
  /** Nothing for us in a well-formed body: video commands, other tracks than track 0, empty bodies. */
  | { readonly kind: 'ignored' }
  /** `name` for a person: 'CodecID 2' or 'FourCC vp09'. */
  | { readonly kind: 'unsupported'; readonly name: string }

export type VideoBody = TagBody<VideoCodec>
export type AudioBody = TagBody<AudioCodec>

/** Enhanced RTMP v2, VideoPacketType and AudioPacketType; the numbers 0, 1, 2 and 7 are common to both. */
export const SEQUENCE_START = 0
export const CODED_FRAMES = 1
const SEQUENCE_END = 2
export const CODED_FRAMES_X = 3
const METADATA = 4
const MOD_EX = 7

/** Where the packet types of video and audio differ. */
interface Enhanced<C extends CodecName> {
  readonly codecs: ReadonlyMap<number, C>
  readonly multitrack: number
  /** Has CodedFramesX and Metadata; audio has other things at their numbers, of which we need none. */
  readonly video: boolean
}
const EX_VIDEO: Enhanced<VideoCodec> = { codecs: VIDEO_BY_FOURCC, multitrack: 6, video: true }
const EX_AUDIO: Enhanced<AudioCodec> = { codecs: AUDIO_BY_FOURCC, multitrack: 5, video: false }

/** AvMultitrackType. */
const ONE_TRACK = 0
const MANY_TRACKS_MANY_CODECS = 2

export const KEY_FRAME = 1
export const INTER_FRAME = 2
const GENERATED_KEY_FRAME = 4
const COMMAND_FRAME = 5

/** SoundFormat that announces the enhanced audio header. */
export const EX_SOUND_FORMAT = 9
const IGNORED = { kind: 'ignored' } as const

/**
 * FLV §E.4.3.1 VIDEODATA, or ExVideoTagBody of enhanced RTMP when the high bit is set.
 *
 *   |0|FrameType|CodecID|  AVCPacketType  CompositionTime(24) ...
 *   |1|FrameType|PacketType|  FourCC(32)  [CompositionTime(24)] ...
 *
 * `data` is a view of `bytes`. Throws AppError BYTES_TOO_SHORT.
 */
export function parseVideoBody(bytes: Uint8Array): VideoBody {
  const first = bytes[0]
  if (first === undefined) return IGNORED
  const frameType = (first >> 4) & 7
  const keyframe = frameType === KEY_FRAME || frameType === GENERATED_KEY_FRAME
  const reader = new ByteReader(bytes, 'FLV video tag', 1)
  if (first & 0x80) {
    const packetType = skipModEx(reader, first & 0x0f)
    if (frameType === COMMAND_FRAME && packetType !== METADATA) return IGNORED
    return enhancedBody(reader, packetType, EX_VIDEO, keyframe)
  }
  if (frameType === COMMAND_FRAME) return IGNORED
  const codec = VIDEO_BY_ID.get(first & 0x0f)
  if (!codec) return { kind: 'unsupported', name: `CodecID ${first & 0x0f}` }
  const packetType = reader.u8()
  const compositionTimeMs = reader.i24()
  return body(packetType, codec, keyframe, compositionTimeMs, reader.rest(), null)
}

/**
 * FLV §E.4.2.1 AUDIODATA, or ExAudioTagBody of enhanced RTMP when SoundFormat is 9.
 *
 *   |SoundFormat(4)|SoundRate(2)|SoundSize|SoundType|  [AACPacketType] ...
 *   |      9       |        PacketType              |  FourCC(32) ...
 *
 * `data` is a view of `bytes`. Throws AppError BYTES_TOO_SHORT.
 */
export function parseAudioBody(bytes: Uint8Array): AudioBody {
  const first = bytes[0]
  if (first === undefined) return IGNORED
  const reader = new ByteReader(bytes, 'FLV audio tag', 1)
  if (first >> 4 === EX_SOUND_FORMAT) {
    const packetType = skipModEx(reader, first & 0x0f)
    return enhancedBody(reader, packetType, EX_AUDIO, true)
  }
  const codec = AUDIO_BY_ID.get(first >> 4)
  if (!codec) return { kind: 'unsupported', name: `SoundFormat ${first >> 4}` }
  const packetType = FLV_CODECS[codec].sequenceHeader ? reader.u8() : CODED_FRAMES
  return body(packetType, codec, true, 0, reader.rest(), { channels: first & 1 ? 2 : 1 })
}

/** ModEx entries come before the real packet type; the nanosecond offset in them is below our resolution. */
function skipModEx(reader: ByteReader, first: number): number {
  let packetType = first
  while (packetType === MOD_EX) {
    const size = reader.u8() + 1
    reader.skip(size === 256 ? reader.u16() + 1 : size)
    packetType = reader.u8() & 0x0f
  }
  return packetType
}

function enhancedBody<C extends CodecName>(
  reader: ByteReader,
  type: number,
  kind: Enhanced<C>,
  keyframe: boolean,
): TagBody<C> {
  if (type !== kind.multitrack) return enhancedTrack(reader, type, kind, reader.u32(), keyframe)
  const types = reader.u8()
  const multitrackType = types >> 4
  let fourCc = multitrackType === MANY_TRACKS_MANY_CODECS ? 0 : reader.u32()
  while (reader.left > 0) {
    if (multitrackType === MANY_TRACKS_MANY_CODECS) fourCc = reader.u32()
    const trackId = reader.u8()
    const track = reader.view(multitrackType === ONE_TRACK ? reader.left : reader.u24())
    // The stream has one video and one audio track: track 0 is the one a player without multitrack shows.
    if (trackId === 0) return enhancedTrack(new ByteReader(track, reader.what), types & 0x0f, kind, fourCc, keyframe)
  }
  return IGNORED
}

function enhancedTrack<C extends CodecName>(
  reader: ByteReader,
  packetType: number,
  kind: Enhanced<C>,
  fourCc: number,
  keyframe: boolean,
): TagBody<C> {
  if (kind.video && packetType === METADATA) return { kind: 'metadata', data: reader.rest() }
  const codec = kind.codecs.get(fourCc)
  if (!codec) return { kind: 'unsupported', name: `FourCC ${fourCcText(fourCc)}` }
  if (kind.video && packetType === CODED_FRAMES_X) return body(CODED_FRAMES, codec, keyframe, 0, reader.rest(), null)
  const compositionTimeMs = packetType === CODED_FRAMES && FLV_CODECS[codec].compositionTime ? reader.i24() : 0
  return body(packetType, codec, keyframe, compositionTimeMs, reader.rest(), null)
}

/** AVCPacketType and AACPacketType have the numbers of the enhanced packet types. */
function body<C extends CodecName>(
  packetType: number,
  codec: C,
  keyframe: boolean,
  compositionTimeMs: number,
  data: Uint8Array,
  sound: SoundHeader | null,
): TagBody<C> {
  if (packetType === SEQUENCE_END) return { kind: 'end', codec }
  if (data.length === 0) return IGNORED
  if (packetType === SEQUENCE_START) return { kind: 'config', codec, data }
  if (packetType === CODED_FRAMES) return { kind: 'frame', codec, keyframe, compositionTimeMs, data, sound }
  return IGNORED
}

function fourCcText(fourCc: number): string {
  const text = String.fromCharCode(fourCc >>> 24, (fourCc >> 16) & 0xff, (fourCc >> 8) & 0xff, fourCc & 0xff)
  return /^[ -~]{4}$/.test(text) ? text : `0x${fourCc.toString(16)}`
}
