import type { Frame } from '../../stream/frame.ts'
import { dtsMs } from '../../stream/frame.ts'
import type { AudioTrack, Track } from '../../stream/track.ts'
import { type AmfValue, EcmaArray, encodeAmf0 } from '../amf/amf0.ts'
import { FLV_CODECS, type FlvCodec } from './codecs.ts'
import { CODED_FRAMES, CODED_FRAMES_X, EX_SOUND_FORMAT, INTER_FRAME, KEY_FRAME, SEQUENCE_START } from './tag-body.ts'

/** The tag body with the codec configuration, also the payload of the RTMP message; null when the codec has none. */
export function configBody(track: Track): Buffer | null {
  const codec: FlvCodec = FLV_CODECS[track.codec]
  if (!codec.sequenceHeader) return null
  return Buffer.concat([bodyHeader(track, codec, SEQUENCE_START, true, 0), track.config])
}

/**
 * What goes before `frame.data` in the tag body or RTMP message. The composition time is the difference of the two
 * times rounded to milliseconds, so that pts stays exact to the millisecond; clamped to what 24 bits can say.
 */
export function frameHeader(frame: Frame): Buffer {
  const codec: FlvCodec = FLV_CODECS[frame.track.codec]
  const offsetMs = Math.floor((frame.pts * 1000) / frame.track.clockRate) - dtsMs(frame)
  const compositionTimeMs = Math.max(-0x800000, Math.min(0x7fffff, offsetMs))
  return bodyHeader(frame.track, codec, CODED_FRAMES, frame.keyframe, compositionTimeMs)
}

/** What is known of a file, and not of a live stream. */
export interface FlvFileFacts {
  readonly durationS: number
  readonly bytes: number
  /** Where a player may jump to: seconds, and the position of the tag in the file. */
  readonly keyframes: { readonly times: readonly number[]; readonly positions: readonly number[] }
}

/**
 * The script tag body `onMetaData`: what players show before they have seen a frame. FLV §E.5; `keyframes` is what
 * servers and players of HTTP pseudo-streaming have agreed on.
 */
export function metadataBody(tracks: readonly Track[], file?: FlvFileFacts): Buffer {
  const properties: Record<string, AmfValue> = { duration: file?.durationS ?? 0 }
  for (const track of tracks) {
    const codec: FlvCodec = FLV_CODECS[track.codec]
    // Enhanced RTMP: the FourCC as a number where there is no CodecID.
    const id = (codec.writes === 'classic' ? codec.codecId : codec.fourCc) ?? 0
    if (track.kind === 'video') {
      properties['width'] = track.width
      properties['height'] = track.height
      if (track.fps !== null) properties['framerate'] = track.fps
      properties['videocodecid'] = id
    } else {
      properties['audiosamplerate'] = track.sampleRate
      properties['audiosamplesize'] = 16
      properties['stereo'] = track.channels === 2
      properties['audiochannels'] = track.channels
      properties['audiocodecid'] = id
    }
  }
  properties['encoder'] = 'Sightline'
  if (file) {
    properties['filesize'] = file.bytes
    properties['hasKeyframes'] = true
    properties['canSeekToEnd'] = true
    properties['keyframes'] = { filepositions: file.keyframes.positions, times: file.keyframes.times }
  }
  return encodeAmf0('onMetaData', new EcmaArray(properties))
}

function bodyHeader(
  track: Track,
  codec: FlvCodec,
  packetType: number,
  keyframe: boolean,
  compositionTimeMs: number,
): Buffer {
  if (codec.writes === 'enhanced') return enhancedHeader(track, codec, packetType, keyframe, compositionTimeMs)
  if (track.kind === 'video') {
    const header = Buffer.allocUnsafe(5)
    header[0] = ((keyframe ? KEY_FRAME : INTER_FRAME) << 4) | (codec.codecId ?? 0)
    header[1] = packetType
    header.writeIntBE(compositionTimeMs, 2, 3)
    return header
  }
  const sound = ((codec.codecId ?? 0) << 4) | soundFlags(track)
  return codec.sequenceHeader ? Buffer.of(sound, packetType) : Buffer.of(sound)
}

function enhancedHeader(
  track: Track,
  codec: FlvCodec,
  packetType: number,
  keyframe: boolean,
  compositionTimeMs: number,
): Buffer {
  const timed = codec.compositionTime && packetType === CODED_FRAMES && compositionTimeMs !== 0
  const header = Buffer.allocUnsafe(timed ? 8 : 5)
  if (track.kind === 'video') {
    const type = codec.compositionTime && packetType === CODED_FRAMES && !timed ? CODED_FRAMES_X : packetType
    header[0] = 0x80 | ((keyframe ? KEY_FRAME : INTER_FRAME) << 4) | type
  } else {
    header[0] = (EX_SOUND_FORMAT << 4) | packetType
  }
  header.writeUInt32BE(codec.fourCc ?? 0, 1)
  if (timed) header.writeIntBE(compositionTimeMs, 5, 3)
  return header
}

/** Samples per second of SoundRate 0 to 3. */
const SOUND_RATES = [5512, 11_025, 22_050, 44_100]

/**
 * SoundRate, SoundSize, SoundType. AAC is always 44 kHz stereo (§E.4.2.1), G.711 has no rate of its own, and an MP3
 * rate without a number gets the next lower one: players look at the frame header.
 */
function soundFlags(track: AudioTrack): number {
  if (track.codec === 'aac') return 0x0f
  const rate = track.codec === 'mp3' ? SOUND_RATES.findLastIndex(sampleRate => sampleRate <= track.sampleRate) : 0
  return (Math.max(0, rate) << 2) | 2 | (track.channels > 1 ? 1 : 0)
}
