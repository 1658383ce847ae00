import type { Frame } from '../../src/media/stream/frame.ts'
import { PsSender } from '../../src/protocols/rtp/ps-sender.ts'
import { CAMERA, type Clip, makeClip } from '../../src/simulator/clip.ts'

/** What one camera sends at one moment. */
export interface Step {
  readonly ms: number
  /** RTP packets with SSRC 0. */
  readonly packets: readonly Buffer[]
  /** The same as TCP has them (RFC 4571). */
  readonly framed: Buffer
  readonly keyframe: boolean
}

/** All a camera sends, made once: cameras differ in their SSRC only, so that sending costs little more than the socket. */
export interface MediaScript {
  readonly steps: readonly Step[]
  readonly seconds: number
  readonly bitrateKbps: number
}

/** Of RTP: after flags, sequence number and timestamp. */
export const SSRC_AT = 8

/** 720p25 H.264 of about 2 Mbit/s with A-law, keyframes every 2 s, `seconds` long without a seam. */
export async function makeScript(seconds: number): Promise<MediaScript> {
  const clip = await makeClip({ ...CAMERA, size: '1920x1080', bitrateKbps: 1850, seconds: 8 })
  const sender = new PsSender({ format: 'ps', payloadType: 96, ssrc: 0, firstSequence: 0, firstTimestamp: 0 })
  sender.setTracks(clip.tracks)
  const steps: Step[] = []
  let bytes = 0
  for (let round = 0; round * clip.periodMs < seconds * 1000; round++) {
    for (const { ms, frame } of clip.frames) {
      const packets = sender.frame(later(frame, round * clip.periodMs))
      const framed = Buffer.concat(packets.flatMap(packet => [lengthOf(packet), packet]))
      const keyframe = frame.keyframe && frame.track.kind === 'video'
      steps.push({ ms: round * clip.periodMs + ms, packets, framed, keyframe })
      bytes += packets.reduce((sum, packet) => sum + packet.length, 0)
    }
  }
  const lengthMs = Math.ceil((seconds * 1000) / clip.periodMs) * clip.periodMs
  return { steps, seconds: lengthMs / 1000, bitrateKbps: (bytes * 8) / lengthMs }
}

function later(frame: Clip['frames'][number]['frame'], ms: number): Frame {
  const ticks = Math.round((ms * frame.track.clockRate) / 1000)
  return { ...frame, dts: frame.dts + ticks, pts: frame.pts + ticks }
}

function lengthOf(packet: Buffer): Buffer {
  const length = Buffer.allocUnsafe(2)
  length.writeUInt16BE(packet.length)
  return length
}
