import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeTime } from '../../base/fake-time.ts'
import { TsDemuxer } from '../../media/container/mpegts/demuxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { videoFrame } from '../../media/stream/test-frames.ts'
import { PictureDecoder } from './picture.ts'

let time: FakeTime
let decoder: PictureDecoder

beforeEach(() => {
  time = new FakeTime()
  decoder = new PictureDecoder(time)
})
afterEach(() => decoder.close())

/** The first keyframe of a picture that is red all over. */
function red(codec: 'libx264' | 'libx265'): Frame {
  const source = ['-f', 'lavfi', '-i', 'color=red:size=320x180:rate=25:duration=0.2']
  const coding = ['-c:v', codec, '-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-f', 'mpegts', 'pipe:1']
  const found: Frame[] = []
  const demuxer = new TsDemuxer({ onTrack() {}, onFrame: frame => void found.push(frame) })
  demuxer.push(execFileSync('ffmpeg', ['-v', 'error', ...source, ...coding], { stdio: ['ignore', 'pipe', 'ignore'] }))
  demuxer.flush()
  return found.find(({ keyframe }) => keyframe)!
}

test.each([
  ['h264 as JPEG', 'libx264', 'jpeg'],
  ['h265 as WebP', 'libx265', 'webp'],
] as const)('a keyframe becomes a picture: %s', async (_, codec, format) => {
  const picture = await decoder.decode(red(codec), { format, quality: 90, width: null })
  expect(picture).toMatchObject({ width: 320, height: 180 })
  const { dominant } = await sharp(picture.bytes).stats()
  expect([dominant.r > 200, dominant.g < 60, dominant.b < 60]).toEqual([true, true, true])
  expect((await sharp(picture.bytes).metadata()).format).toBe(format)
})

test('it is made smaller, never larger', async () => {
  const keyframe = red('libx264')
  const size = async (width: number) => {
    const picture = await decoder.decode(keyframe, { format: 'jpeg', quality: 80, width })
    return [picture.width, picture.height]
  }
  expect(await size(160)).toEqual([160, 90])
  expect(await size(640)).toEqual([320, 180])
})

test('what is no picture is refused', async () => {
  const options = { format: 'jpeg', quality: 80, width: null } as const
  await expect(decoder.decode(videoFrame(0, false), options)).rejects.toMatchObject({ code: 'CODEC_UNSUPPORTED' })
  await expect(decoder.decode(videoFrame(0, true), options)).rejects.toMatchObject({ code: 'FFMPEG_FAILED' })
})

/** Processes of ffmpeg that this process has started and that live. */
function ffmpegs(): number {
  const { pid } = process
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return children.filter(child => {
    try {
      const [name = '', state] = readFileSync(`/proc/${child}/stat`, 'utf8').split(/[()]/).slice(1)
      return name === 'ffmpeg' && !state?.startsWith(' Z')
    } catch {
      return false // it has just gone
    }
  }).length
}

test('a process waits for the next picture, one at most, and not for ever', async () => {
  const keyframe = red('libx264')
  const options = { format: 'jpeg', quality: 80, width: 160 } as const
  await Promise.all([decoder.decode(keyframe, options), decoder.decode(keyframe, options)])
  await vi.waitFor(() => expect(ffmpegs()).toBe(1))
  const again = await decoder.decode(keyframe, options)
  expect(again.width).toBe(160)
  await vi.waitFor(() => expect(ffmpegs()).toBe(1))
  time.advance(900_000)
  await vi.waitFor(() => expect(ffmpegs()).toBe(0))
  await decoder.decode(keyframe, options)
  decoder.close()
  await vi.waitFor(() => expect(ffmpegs()).toBe(0))
})
