import { expect, test } from 'vitest'
import { H264_SAMPLES, H265_SAMPLES } from '../../codec/samples.ts'
import type { Frame } from '../../stream/frame.ts'
import { VideoStream } from './video-stream.ts'

const SETS = { h264: H264_SAMPLES[0]!.units.join(' '), h265: H265_SAMPLES[0]!.units.join(' ') }

/** One PES packet with these NAL units; the frames that come of it, as the NAL units in each. */
function framesOf(units: string, codec: 'h264' | 'h265', pieceBytes = 1e6): string[] {
  const bytes = Buffer.concat(`${SETS[codec]} ${units}`.split(' ').map(unit => Buffer.from(`00000001${unit}`, 'hex')))
  const frames: string[] = []
  const onFrame = ({ data }: Frame) => {
    const found: string[] = []
    for (let at = 0; at < data.length; ) {
      const size = Buffer.from(data).readUInt32BE(at)
      found.push(Buffer.from(data.subarray(at + 4, at + 4 + size)).toString('hex'))
      at += 4 + size
    }
    frames.push(found.join(' '))
  }
  const stream = new VideoStream(1, codec, { onTrack() {}, onFrame })
  for (let at = 0; at < bytes.length; at += pieceBytes)
    stream.push(bytes.subarray(at, at + pieceBytes), at ? null : 1, at ? null : 1)
  stream.flush()
  return frames
}

const CASES: readonly [name: string, codec: 'h264' | 'h265', units: string, frames: string[]][] = [
  ['one picture', 'h264', '09f0 0605 6588', ['0605 6588']],
  ['slices of one picture', 'h264', '6588 6540 6520', ['6588 6540 6520']],
  ['two pictures by delimiters', 'h264', '09f0 4180 09f0 4181', ['4180', '4181']],
  ['two pictures by first_mb_in_slice', 'h264', '4180 4140 4181 4141', ['4180 4140', '4181 4141']],
  ['SEI starts a picture', 'h264', '4180 0601 4181', ['4180', '0601 4181']],
  ['parameter sets start a picture', 'h264', '4180 68cb83cb20 6588', ['4180', '6588']],
  ['data partitions stay together', 'h264', '4280 4380 4480 4281', ['4280 4380 4480', '4281']],
  ['filler and end of sequence are dropped', 'h264', '4180 0cff 0a 0b 4181', ['4180', '4181']],
  ['SEI alone is no frame', 'h264', '0605', []],
  ['a delimiter alone', 'h264', '09f0', []],
  ['H.265', 'h265', '460150 4e0101 260180 260101 500101 460150 020180', ['4e0101 260180 260101 500101', '020180']],
  ['H.265 without delimiters', 'h265', '020180 020101 020181 4c0101 4a01', ['020180 020101', '020181']],
]

test.each(CASES)('%s', (_, codec, units, frames) => {
  expect(framesOf(units, codec)).toEqual(frames)
  for (const size of [1, 2, 3, 5]) expect(framesOf(units, codec, size)).toEqual(frames)
})
