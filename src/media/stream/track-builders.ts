import { equalBytes } from '../../base/bytes.ts'
import { parseAudioSpecificConfig } from '../codec/aac/audio-specific-config.ts'
import { aacCodecString, aacProfileName } from '../codec/aac/profile.ts'
import { parseAv1C } from '../codec/av1/av1c.ts'
import { av1CodecString, av1ProfileName } from '../codec/av1/sequence-header.ts'
import { G711_SAMPLE_RATE } from '../codec/g711/g711.ts'
import { parseAvcC, writeAvcC } from '../codec/h264/avcc.ts'
import { h264CodecString, h264ProfileName } from '../codec/h264/profile.ts'
import { parseH264Sps } from '../codec/h264/sps.ts'
import { parseHvcC, writeHvcC } from '../codec/h265/hvcc.ts'
import { h265CodecString, h265ProfileName } from '../codec/h265/profile-tier-level.ts'
import { parseH265Sps } from '../codec/h265/sps.ts'
import { parseH265Vps } from '../codec/h265/vps.ts'
import { OPUS_CLOCK_RATE, parseOpusHead } from '../codec/opus/opus-head.ts'
import type { AudioTrack, Track, VideoTrack } from './track.ts'

/** `id` is unique within the stream, `clockRate` the ticks per second of dts and pts. */
interface Described {
  readonly id: number
  readonly clockRate: number
}

interface Configured extends Described {
  /** Not copied: nobody may write to it afterwards. */
  readonly config: Uint8Array
}

const NO_CONFIG = new Uint8Array()

/**
 * A track from an AVCDecoderConfigurationRecord. `track.config` always says 4-byte lengths, so samples of a record with
 * another `parseAvcC(config).lengthSize` go through `toFourByteLengths`. Throws like `parseAvcC` and `parseH264Sps`.
 */
export function h264Track({ id, clockRate, config }: Configured): VideoTrack {
  const record = parseAvcC(config)
  const sps = parseH264Sps(record.sps[0] ?? NO_CONFIG)
  return {
    kind: 'video',
    id,
    codec: 'h264',
    clockRate,
    config: record.lengthSize === 4 ? config : writeAvcC(record.sps, record.pps),
    width: sps.width,
    height: sps.height,
    fps: sps.fps,
    profile: h264ProfileName(sps),
    codecString: h264CodecString(sps),
  }
}

/** A track from an HEVCDecoderConfigurationRecord; lengths as in `h264Track`. Throws like `parseHvcC`, `parseH265Sps`. */
export function h265Track({ id, clockRate, config }: Configured): VideoTrack {
  const record = parseHvcC(config)
  const sps = parseH265Sps(record.sps[0] ?? NO_CONFIG)
  const pictureRate = sps.pictureRate ?? parseH265Vps(record.vps[0] ?? NO_CONFIG).pictureRate
  return {
    kind: 'video',
    id,
    codec: 'h265',
    clockRate,
    config: record.lengthSize === 4 ? config : writeHvcC(record.vps, record.sps, record.pps),
    width: sps.width,
    height: sps.height,
    fps: pictureRate,
    profile: h265ProfileName(sps.ptl),
    codecString: h265CodecString(sps.ptl),
  }
}

/** A track from an AV1CodecConfigurationRecord. Throws like `parseAv1C`. */
export function av1Track({ id, clockRate, config }: Configured): VideoTrack {
  const { sequenceHeader: header } = parseAv1C(config)
  return {
    kind: 'video',
    id,
    codec: 'av1',
    clockRate,
    config,
    width: header.width,
    height: header.height,
    fps: header.fps,
    profile: av1ProfileName(header),
    codecString: av1CodecString(header),
  }
}

/**
 * A track from an AudioSpecificConfig; sample rate and channels are those that come out of the decoder, SBR and
 * parametric stereo included where they are signalled. Throws like `parseAudioSpecificConfig`.
 */
export function aacTrack({ id, clockRate, config }: Configured): AudioTrack {
  const asc = parseAudioSpecificConfig(config)
  return {
    kind: 'audio',
    id,
    codec: 'aac',
    clockRate,
    config,
    sampleRate: asc.sbrSampleRate ?? asc.sampleRate,
    channels: asc.ps ? 2 : asc.channels,
    profile: aacProfileName(asc),
    codecString: aacCodecString(asc),
  }
}

/** A track from an OpusHead. Throws like `parseOpusHead`. */
export function opusTrack({ id, clockRate, config }: Configured): AudioTrack {
  const { channels } = parseOpusHead(config)
  return {
    ...plainAudio({ id, clockRate, sampleRate: OPUS_CLOCK_RATE, channels }),
    codec: 'opus',
    config,
    codecString: 'opus',
  }
}

interface PlainAudio extends Described {
  readonly sampleRate: number
  readonly channels: number
}

/** A track of MPEG audio frames, of any layer; `parseMpegAudioHeader` of the first frame has the parameters. */
export function mp3Track(audio: PlainAudio): AudioTrack {
  return { ...plainAudio(audio), codec: 'mp3', codecString: 'mp3' }
}

/** A G.711 track, 8000 Hz mono unless told otherwise. */
export function g711Track(audio: Described & { readonly codec: 'pcma' | 'pcmu' } & Partial<PlainAudio>): AudioTrack {
  const { id, clockRate, codec, sampleRate = G711_SAMPLE_RATE, channels = 1 } = audio
  return { ...plainAudio({ id, clockRate, sampleRate, channels }), codec, codecString: codec }
}

function plainAudio({ id, clockRate, sampleRate, channels }: PlainAudio) {
  return { kind: 'audio', id, clockRate, config: NO_CONFIG, sampleRate, channels, profile: '' } as const
}

/**
 * Whether a decoder and a clock made for `a` also serve `b`: same codec, configuration bytes, clock rate and sound
 * parameters. Ids are not compared.
 */
export function sameTrack(a: Track, b: Track): boolean {
  if (a.codec !== b.codec || a.clockRate !== b.clockRate || !equalBytes(a.config, b.config)) return false
  if (a.kind === 'video' || b.kind === 'video') return true // their parameters are in the configuration
  return a.sampleRate === b.sampleRate && a.channels === b.channels
}
