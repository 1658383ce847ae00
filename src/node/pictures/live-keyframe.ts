import type { Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Frame } from '../../media/stream/frame.ts'
import type { Stream } from '../../media/stream/stream.ts'
import type { Hub } from '../hub.ts'
import type { Leases } from '../leases.ts'

/** A device is invited and sends a keyframe within this, or the platform has given up asking. */
const WAIT_MS = 9000
const LOOK_MS = 100

export interface LiveKeyframeOptions {
  readonly hub: Pick<Hub, 'find'>
  readonly leases: Pick<Leases, 'hold' | 'isOnDemand'>
  readonly timers: Timers
}

/** The newest keyframe of live streams. Brings a stream that nobody watches, when it can be brought. */
export class LiveKeyframes {
  readonly #options: LiveKeyframeOptions

  constructor(options: LiveKeyframeOptions) {
    this.#options = options
  }

  /** Throws AppError STREAM_NOT_FOUND, CODEC_UNSUPPORTED without pictures, PEER_TIMEOUT without a keyframe. */
  async newest(path: string): Promise<Frame> {
    const { hub, leases } = this.#options
    if (!hub.find(path) && !leases.isOnDemand(path)) throw new AppError('STREAM_NOT_FOUND', { path })
    const release = leases.hold(path, 'snapshot')
    try {
      return await this.#next(path)
    } finally {
      release()
    }
  }

  #next(path: string): Promise<Frame> {
    const { hub, timers } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<Frame>()
    let leave: (() => void) | null = null
    const attach = () => {
      const stream = leave ? undefined : hub.find(path)
      try {
        if (stream) leave = firstKeyframe(stream, resolve, reject)
      } catch (error) {
        reject(error) // it ended just now
      }
    }
    const looking = timers.every(LOOK_MS, attach)
    const late = timers.after(WAIT_MS, () => {
      const there = hub.find(path) !== undefined
      reject(
        there
          ? new AppError('PEER_TIMEOUT', { ms: WAIT_MS, what: `a keyframe of ${path}` })
          : new AppError('STREAM_NOT_FOUND', { path }),
      )
    })
    attach()
    return promise.finally(() => {
      looking.cancel()
      late.cancel()
      leave?.()
    })
  }
}

/** Returns how to stop looking. */
function firstKeyframe(stream: Stream, found: (frame: Frame) => void, failed: (error: AppError) => void): () => void {
  return stream.attach({
    onTracks: tracks => {
      const [track] = tracks
      if (!track || tracks.some(({ kind }) => kind === 'video')) return
      failed(new AppError('CODEC_UNSUPPORTED', { codec: track.codec, container: 'a picture' }))
    },
    onFrame: frame => {
      if (frame.track.kind === 'video' && frame.keyframe) found(frame)
    },
    onEnd: () => failed(new AppError('STREAM_NOT_FOUND', { path: stream.path })),
  })
}
