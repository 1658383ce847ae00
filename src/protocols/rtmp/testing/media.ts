import { defaultOpusHead } from '../../../media/codec/opus/opus-head.ts'
import { AV1_SAMPLES, H264_SAMPLES, H265_SAMPLES, type VideoSample } from '../../../media/codec/samples.ts'
import type { Frame } from '../../../media/stream/frame.ts'
import type { Track } from '../../../media/stream/track.ts'
import { aacTrack, av1Track, g711Track, h264Track, h265Track, opusTrack } from '../../../media/stream/track-builders.ts'

const config = (samples: readonly VideoSample[]) => Uint8Array.from(Buffer.from(samples[0]?.record ?? '', 'hex'))
const VIDEO = { id: 0, clockRate: 1000 }
const AUDIO = { id: 1, clockRate: 1000 }

export const TRACKS = {
  h264: h264Track({ ...VIDEO, config: config(H264_SAMPLES) }),
  h265: h265Track({ ...VIDEO, config: config(H265_SAMPLES) }),
  av1: av1Track({ ...VIDEO, config: config(AV1_SAMPLES) }),
  aac: aacTrack({ ...AUDIO, config: Uint8Array.of(0x12, 0x10) }),
  opus: opusTrack({ ...AUDIO, config: Uint8Array.from(defaultOpusHead(2)) }),
  pcma: g711Track({ ...AUDIO, codec: 'pcma', channels: 1 }),
} as const

/** A frame of `size` bytes that looks like one of its codec and says by its bytes which it is. */
export function frameOf(track: Track, dts: number, size = 100, keyframe = track.kind === 'audio', delay = 0): Frame {
  const data = Buffer.alloc(size, dts & 0xff)
  if (track.codec === 'h264' || track.codec === 'h265') {
    data.writeUInt32BE(size - 4, 0)
    data[4] = track.codec === 'h264' ? (keyframe ? 0x65 : 0x41) : keyframe ? 0x26 : 0x02
  } else if (track.codec === 'av1') {
    const rest = size - 4
    data.set([0x32, 0x80 | (rest & 0x7f), 0x80 | ((rest >> 7) & 0x7f), rest >> 14]) // a frame OBU with its size
  }
  return { track, dts, pts: dts + delay, keyframe, data }
}
