import { readFileSync } from 'node:fs'
import { TsDemuxer } from '../../../media/container/mpegts/demuxer.ts'
import type { Frame } from '../../../media/stream/frame.ts'
import type { Track } from '../../../media/stream/track.ts'
import { aacTrack, g711Track, h264Track, h265Track } from '../../../media/stream/track-builders.ts'

/** x264 and x265 parameter sets of a 64x48 picture, 25 frames per second. */
const AVCC = '01f4000affe1001867f4000a919b288f6022000003000200000300641e244b2c01000668ebe3c44844fff8f800'
const HVCC =
  '0104080000009e08000000001ef000fcfff8f800000f03a00001001740010c01ffff0408000003009e0800000300001e959809a10001002b' +
  '4201010408000003009e0800000300001e90041062cb2b35c995e02dc08080010000030001000003001908a2000100084401c17318310890'

export const H264 = h264Track({ id: 1, clockRate: 1000, config: Buffer.from(AVCC, 'hex') })
export const H265 = h265Track({ id: 1, clockRate: 90_000, config: Buffer.from(HVCC, 'hex') })
export const AAC = aacTrack({ id: 2, clockRate: 1000, config: Buffer.from('1190', 'hex') })
export const AAC_MONO = aacTrack({ id: 2, clockRate: 1000, config: Buffer.from('1188', 'hex') })
export const PCMA = g711Track({ id: 2, clockRate: 8000, codec: 'pcma' })

/** A frame at a time in milliseconds; the data are one NAL unit of 100 bytes. */
export function frame(track: Track, ms: number, keyframe = true, compositionMs = 0): Frame {
  const ticks = (value: number) => Math.round((value * track.clockRate) / 1000)
  const data = Buffer.alloc(100, 1)
  data.set(track.codec === 'h265' ? [0, 0, 0, 96, 0x26, 1] : [0, 0, 0, 96, keyframe ? 0x65 : 0x41])
  return { track, dts: ticks(ms), pts: ticks(ms + compositionMs), keyframe, data }
}

/** Video at 25 frames per second with a keyframe every `gopMs`, from `fromMs` to before `toMs`. */
export function video(track: Track, fromMs: number, toMs: number, gopMs: number): Frame[] {
  const frames: Frame[] = []
  for (let ms = fromMs; ms < toMs; ms += 40) frames.push(frame(track, ms, (ms - fromMs) % gopMs === 0))
  return frames
}

export function audio(track: Track, fromMs: number, toMs: number, stepMs = 20): Frame[] {
  const frames: Frame[] = []
  for (let ms = fromMs; ms < toMs; ms += stepMs) frames.push(frame(track, ms))
  return frames
}

/** Several tracks in the order of decoding time, as the hub delivers them. */
export function interleave(...lists: readonly Frame[][]): Frame[] {
  const ms = ({ dts, track }: Frame) => (dts * 1000) / track.clockRate
  return lists.flat().toSorted((a, b) => ms(a) - ms(b))
}

/** Frames of a file in the order a publisher sends them. */
export function framesOf(file: string): Frame[] {
  const frames: Frame[] = []
  const demuxer = new TsDemuxer({ onTrack() {}, onFrame: frame => frames.push(frame) })
  demuxer.push(readFileSync(file))
  demuxer.flush()
  return frames.toSorted((a, b) => a.dts - b.dts)
}
