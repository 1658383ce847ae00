import type { Frame } from './frame.ts'
import type { AudioTrack, VideoTrack } from './track.ts'

/** Tracks and frames for tests of what does not look into them. Clock rate 1000: ticks are milliseconds. */
const VIDEO: VideoTrack = {
  kind: 'video',
  id: 0,
  codec: 'h264',
  clockRate: 1000,
  config: Buffer.from('0142c01effe10009', 'hex'),
  width: 640,
  height: 360,
  fps: 25,
  profile: 'Constrained Baseline',
  codecString: 'avc1.42c01e',
}
const AUDIO: AudioTrack = {
  kind: 'audio',
  id: 1,
  codec: 'aac',
  clockRate: 1000,
  config: Buffer.from('1210', 'hex'),
  sampleRate: 44_100,
  channels: 2,
  profile: 'LC',
  codecString: 'mp4a.40.2',
}

export const videoTrack = (): VideoTrack => VIDEO
export const audioTrack = (): AudioTrack => AUDIO

export function videoFrame(dts: number, keyframe = false, data: Uint8Array = Buffer.from(`v${dts} `)): Frame {
  return { track: VIDEO, dts, pts: dts, keyframe, data }
}

export function audioFrame(dts: number, data: Uint8Array = Buffer.from(`a${dts} `)): Frame {
  return { track: AUDIO, dts, pts: dts, keyframe: true, data }
}
