import { type Scan, scanFrames } from '../frame-scan.ts'

/** Header of an MPEG audio frame: ISO/IEC 11172-3 §2.4.1.3, ISO/IEC 13818-3 §2.4.2.3, and MPEG-2.5. */
export interface MpegAudioHeader {
  readonly version: '1' | '2' | '2.5'
  readonly layer: 1 | 2 | 3
  readonly bitrateKbps: number
  readonly sampleRate: number
  readonly channels: 1 | 2
  /** Per channel. */
  readonly samplesPerFrame: number
  /** Header and payload. */
  readonly frameBytes: number
}

const HEADER_BYTES = 4

/** kbit/s by bitrate_index 1 to 14; 0 is the free format, whose frames do not tell their size. */
const BITRATES_1: Readonly<Record<1 | 2 | 3, readonly number[]>> = {
  1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
}
const BITRATES_2_LAYER_2_3 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const BITRATES_2: Readonly<Record<1 | 2 | 3, readonly number[]>> = {
  1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  2: BITRATES_2_LAYER_2_3,
  3: BITRATES_2_LAYER_2_3,
}
const SAMPLE_RATES = {
  '1': [44100, 48000, 32000],
  '2': [22050, 24000, 16000],
  '2.5': [11025, 12000, 8000],
} as const

/** The header at `at`, or null where there is none (free format counts as none). */
export function parseMpegAudioHeader(bytes: Uint8Array, at = 0): MpegAudioHeader | null {
  if (at + HEADER_BYTES > bytes.length) return null
  const b = (i: number) => bytes[at + i] ?? 0
  if (b(0) !== 0xff || (b(1) & 0xe0) !== 0xe0) return null
  const version = (['2.5', null, '2', '1'] as const)[(b(1) >> 3) & 3]
  const layer = ([null, 3, 2, 1] as const)[(b(1) >> 1) & 3]
  if (!version || !layer) return null
  const bitrateKbps = (version === '1' ? BITRATES_1 : BITRATES_2)[layer][b(2) >> 4]
  const sampleRate = SAMPLE_RATES[version][(b(2) >> 2) & 3]
  if (!bitrateKbps || !sampleRate) return null
  const samplesPerFrame = layer === 1 ? 384 : layer === 3 && version !== '1' ? 576 : 1152
  const padding = (b(2) >> 1) & 1
  const frameBytes =
    layer === 1
      ? (Math.floor((12 * 1000 * bitrateKbps) / sampleRate) + padding) * 4
      : Math.floor(((samplesPerFrame / 8) * 1000 * bitrateKbps) / sampleRate) + padding
  const channels = b(3) >> 6 === 3 ? 1 : 2
  return { version, layer, bitrateKbps, sampleRate, channels, samplesPerFrame, frameBytes }
}

/** Frames of a byte stream, ID3 tags and other garbage skipped. */
export function scanMpegAudio(bytes: Uint8Array): Scan<MpegAudioHeader> {
  return scanFrames(bytes, HEADER_BYTES, parseMpegAudioHeader)
}
