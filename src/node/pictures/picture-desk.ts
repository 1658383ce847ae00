import { AppError } from '../../base/errors.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Picture, PictureOptions } from '../ffmpeg/picture.ts'

/** Decoders at the same time: each is a core for a tenth of a second, and frames go first. */
const DECODERS = 2
/** Pictures waited for; more is a flood that nobody waits out. */
const MAX_WAITING = 200
/** So many are made in about this time. */
const RETRY_S = 10

export type DecodePicture = (keyframe: Frame, options: PictureOptions) => Promise<Picture>

/** Makes pictures of keyframes, few at a time. A keyframe is decoded once for all who want the same picture of it. */
export class PictureDesk {
  readonly #decode: DecodePicture
  /** As long as somebody has the keyframe. */
  readonly #made = new WeakMap<Frame, Map<string, Promise<Picture>>>()
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(decode: DecodePicture) {
    this.#decode = decode
  }

  /** Throws AppError TOO_MANY_REQUESTS, CODEC_UNSUPPORTED, FFMPEG_FAILED. */
  picture(keyframe: Frame, options: PictureOptions): Promise<Picture> {
    const { format, quality, width } = options
    const key = `${format} ${quality} ${width}`
    const pictures = this.#made.get(keyframe) ?? new Map<string, Promise<Picture>>()
    this.#made.set(keyframe, pictures)
    const known = pictures.get(key)
    if (known) return known
    const making = this.#make(keyframe, options)
    pictures.set(key, making)
    making.catch(() => pictures.delete(key))
    return making
  }

  async #make(keyframe: Frame, options: PictureOptions): Promise<Picture> {
    if (this.#running >= DECODERS) {
      if (this.#waiting.length >= MAX_WAITING) throw new AppError('TOO_MANY_REQUESTS', { seconds: RETRY_S })
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.push(resolve)
      await promise
    } else this.#running++
    try {
      return await this.#decode(keyframe, options)
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
