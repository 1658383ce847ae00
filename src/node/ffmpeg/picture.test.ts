import { execFileSync } from 'node:child_process'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { TsDemuxer } from '../../media/container/mpegts/demuxer.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { videoFrame } from '../../media/stream/test-frames.ts'
import { decodePicture } from './picture.ts'

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
  const picture = await decodePicture(red(codec), { format, quality: 90, width: null })
  expect(picture).toMatchObject({ width: 320, height: 180 })
  const { dominant } = await sharp(picture.bytes).stats()
  expect([dominant.r > 200, dominant.g < 60, dominant.b < 60]).toEqual([true, true, true])
  expect((await sharp(picture.bytes).metadata()).format).toBe(format)
})

test('it is made smaller, never larger', async () => {
  const keyframe = red('libx264')
  const size = async (width: number) => {
    const picture = await decodePicture(keyframe, { format: 'jpeg', quality: 80, width })
    return [picture.width, picture.height]
  }
  expect(await size(160)).toEqual([160, 90])
  expect(await size(640)).toEqual([320, 180])
})

test('what is no picture is refused', async () => {
  const options = { format: 'jpeg', quality: 80, width: null } as const
  await expect(decodePicture(videoFrame(0, false), options)).rejects.toMatchObject({ code: 'CODEC_UNSUPPORTED' })
  await expect(decodePicture(videoFrame(0, true), options)).rejects.toMatchObject({ code: 'FFMPEG_FAILED' })
})
