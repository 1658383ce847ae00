import sharp from 'sharp'
import { AppError } from '../../base/errors.ts'
import { fragment } from '../../media/container/fmp4/fragment.ts'
import { initSegment } from '../../media/container/fmp4/init-segment.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { FfmpegProcess } from './ffmpeg-process.ts'

export interface PictureOptions {
  readonly format: 'jpeg' | 'webp'
  /** 1 to 100. */
  readonly quality: number
  /** Pixels; null: as the video. Never larger than it. */
  readonly width: number | null
}

export interface Picture {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}

/** Pixels of 16K; more is not a camera's. */
const MAX_PIXELS = 15_360 * 8640

/** Decodes a keyframe. Throws AppError CODEC_UNSUPPORTED for anything else, FFMPEG_FAILED when nothing comes out. */
export async function decodePicture(keyframe: Frame, options: PictureOptions): Promise<Picture> {
  const { track } = keyframe
  if (track.kind !== 'video' || !keyframe.keyframe) {
    throw new AppError('CODEC_UNSUPPORTED', { codec: track.codec, container: 'a picture' })
  }
  const { width, height } = track
  if (width * height > MAX_PIXELS) {
    throw new AppError('LIMIT_EXCEEDED', { what: 'picture', size: width * height, limit: MAX_PIXELS })
  }
  const pixels = await decode(keyframe, width * height * 3)
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } })
  if (options.width !== null && options.width < width) picture.resize({ width: options.width })
  const encoded = picture.toFormat(options.format, { quality: options.quality })
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true })
  return { bytes: data, width: info.width, height: info.height }
}

/** RGB, three bytes a pixel. The keyframe goes in as a fragmented MP4 of one sample: the same for all codecs. */
function decode(keyframe: Frame, size: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const parts: Buffer[] = []
  let length = 0
  const ffmpeg = new FfmpegProcess(
    ['-threads', '1', '-f', 'mp4', '-i', 'pipe:0', '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
    {
      onOutput: bytes => {
        parts.push(bytes)
        length += bytes.length
        if (length > size) ffmpeg.close()
      },
      onEnd: error => {
        if (length === size) resolve(Buffer.concat(parts, size))
        else reject(error ?? new AppError('FFMPEG_FAILED', { reason: `${length} of ${size} bytes of the picture` }))
      },
    },
  )
  const { track, data } = keyframe
  const sample = { data, duration: track.clockRate, compositionOffset: 0, keyframe: true }
  const tracks = [{ track, trackId: 1, baseDecodeTime: 0, samples: [sample] }]
  ffmpeg.write(initSegment([track]))
  for (const part of fragment({ sequence: 1, tracks })) ffmpeg.write(part)
  ffmpeg.finish()
  return promise
}
