import sharp from 'sharp'
import type { Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Closable } from '../../base/lifecycle.ts'
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

/** Reads a fragmented MP4, the same for all codecs. All is said in its head: to find out more is to decode it twice. */
const READ_ONE = ['-threads', '1', '-nofind_stream_info', '-f', 'mp4', '-i', 'pipe:0', '-frames:v', '1']
/** RGB, three bytes a pixel. */
const WRITE_PIXELS = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1']
const BYTES_PER_PIXEL = 3
/** After the last picture a process waits so long for the next. About 25 MB; loading ffmpeg takes 80 ms. */
const SPARE_MS = 900_000

/** Decodes keyframes, each by an ffmpeg of its own. While pictures are asked for the next one is loaded already. */
export class PictureDecoder implements Closable {
  readonly #timers: Timers
  #spare: OnePicture | null = null
  #idle: Timer | null = null
  #open = true

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Throws AppError CODEC_UNSUPPORTED for anything but a keyframe, FFMPEG_FAILED when nothing comes out. */
  async decode(keyframe: Frame, options: PictureOptions): Promise<Picture> {
    const { track } = keyframe
    if (track.kind !== 'video' || !keyframe.keyframe) {
      throw new AppError('CODEC_UNSUPPORTED', { codec: track.codec, container: 'a picture' })
    }
    const { width, height } = track
    if (width * height > MAX_PIXELS) {
      throw new AppError('LIMIT_EXCEEDED', { what: 'picture', size: width * height, limit: MAX_PIXELS })
    }
    const pixels = await this.#process().pixels(keyframe, width * height * BYTES_PER_PIXEL)
    this.#prepare()
    const picture = sharp(pixels, { raw: { width, height, channels: BYTES_PER_PIXEL } })
    if (options.width !== null && options.width < width) picture.resize({ width: options.width })
    const encoded = picture.toFormat(options.format, { quality: options.quality })
    const { data, info } = await encoded.toBuffer({ resolveWithObject: true })
    return { bytes: data, width: info.width, height: info.height }
  }

  close(): void {
    this.#open = false
    this.#idle?.cancel()
    this.#drop()
  }

  #process(): OnePicture {
    const spare = this.#spare
    this.#spare = null
    return spare && !spare.ended ? spare : new OnePicture()
  }

  /** Behind the picture that is in work, so that it has the processor. */
  #prepare(): void {
    if (!this.#open) return
    this.#idle?.cancel()
    this.#idle = this.#timers.after(SPARE_MS, () => this.#drop())
    if (!this.#spare || this.#spare.ended) this.#spare = new OnePicture()
  }

  #drop(): void {
    this.#spare?.close()
    this.#spare = null
  }
}

/** An ffmpeg that decodes one keyframe. */
class OnePicture {
  readonly #ffmpeg: FfmpegProcess
  readonly #ended = Promise.withResolvers<AppError | null>()
  #pixels: Buffer = Buffer.alloc(0)
  #length = 0
  ended = false

  constructor() {
    this.#ffmpeg = new FfmpegProcess([...READ_ONE, ...WRITE_PIXELS], {
      onOutput: bytes => this.#take(bytes),
      onEnd: error => {
        this.ended = true
        this.#ended.resolve(error)
      },
    })
  }

  /** `size`: bytes of all pixels. */
  async pixels({ track, data }: Frame, size: number): Promise<Buffer> {
    this.#pixels = Buffer.allocUnsafe(size)
    const sample = { data, duration: track.clockRate, compositionOffset: 0, keyframe: true }
    const tracks = [{ track, trackId: 1, baseDecodeTime: 0, samples: [sample] }]
    this.#ffmpeg.write(initSegment([track]))
    for (const part of fragment({ sequence: 1, tracks })) this.#ffmpeg.write(part)
    this.#ffmpeg.finish()
    const error = await this.#ended.promise
    if (this.#length === size) return this.#pixels
    throw error ?? new AppError('FFMPEG_FAILED', { reason: `${this.#length} of ${size} bytes of the picture` })
  }

  close(): void {
    this.#ffmpeg.close()
  }

  #take(bytes: Buffer): void {
    this.#pixels.set(bytes.subarray(0, this.#pixels.length - this.#length), this.#length)
    this.#length += bytes.length
    // All is there, or more than there should be: what ffmpeg does after that is not waited for.
    if (this.#length >= this.#pixels.length) this.close()
  }
}
