import type { Timer } from '../../base/clock.ts'
import type { Frame } from '../../media/stream/frame.ts'
import { dtsMs } from '../../media/stream/frame.ts'
import type { Track } from '../../media/stream/track.ts'
import { openRtmpClient, type RtmpClient, type RtmpClientOptions } from './client.ts'
import { RtmpPackager } from './rtmp-packager.ts'

/** What the socket may hold back: 5 s of 10 Mbit/s. Past it the far side is too slow and loses frames. */
const MAX_PENDING_BYTES = 6 * 1024 * 1024
/** Frames go on once the socket holds back no more than this. */
const RESUME_PENDING_BYTES = 512 * 1024
/** The far side took nothing for this long: it is gone. */
const STALL_TIMEOUT_MS = 10_000
const CHECK_MS = 1000

export interface RtmpPublicationOptions extends RtmpClientOptions {
  /** Once, when the connection ends, whoever ended it. */
  readonly onEnd: (reason: string) => void
}

/**
 * A stream pushed to another server. A far side that is too slow loses frames up to the next keyframe; what waits is
 * bounded. Nothing is thrown after the start: the end comes by `onEnd`.
 */
export class RtmpPublication {
  readonly #client: RtmpClient
  readonly #packager: RtmpPackager
  readonly #tracks = new Map<number, Track>()
  #wroteHeader = false
  #dropping = false
  /** Frames not sent because the far side was too slow. */
  droppedFrames = 0

  constructor(client: RtmpClient) {
    this.#client = client
    this.#packager = new RtmpPackager(client.chunkBytes, 'server')
  }

  /** Announces a track or its new configuration. Tracks known before the first frame are in the metadata. */
  setTrack(track: Track): void {
    this.#tracks.set(track.id, track)
  }

  /** Sends a frame of an announced track. Returns false when it was dropped. */
  write(frame: Frame): boolean {
    if (this.#client.closed) return false
    if (!this.#mayWrite(frame)) {
      this.droppedFrames++
      return false
    }
    const parts = this.#wroteHeader ? [] : [...this.#packager.header([...this.#tracks.values()], dtsMs(frame))]
    this.#wroteHeader = true
    parts.push(...this.#packager.frame(frame))
    this.#client.write(Buffer.concat(parts))
    return true
  }

  end(reason: string): void {
    this.#client.close(reason)
  }

  #mayWrite(frame: Frame): boolean {
    const pending = this.#client.pendingBytes
    if (pending > MAX_PENDING_BYTES) this.#dropping = true
    if (!this.#dropping) return true
    if (pending > RESUME_PENDING_BYTES || !this.#isEntry(frame)) return false
    this.#dropping = false
    return true
  }

  /** Where a decoder can start again: a video keyframe, or anything when there is no video. */
  #isEntry(frame: Frame): boolean {
    if (frame.track.kind === 'video') return frame.keyframe
    return ![...this.#tracks.values()].some(track => track.kind === 'video')
  }
}

/** Publishes at an `rtmp://` or `rtmps://` URL. Throws as `openRtmpClient` does. */
export async function publishRtmp(url: string, options: RtmpPublicationOptions): Promise<RtmpPublication> {
  const { clock, timers, onEnd } = options
  let watch: Timer | null = null
  const client = await openRtmpClient('publish', url, options, {
    onMedia() {},
    onClose(close) {
      watch?.cancel()
      onEnd(close.reason)
    },
  })
  let pendingBefore = 0
  let progressAtMs = clock.monotonicMs()
  watch = timers.every(CHECK_MS, () => {
    const pending = client.pendingBytes
    if (pending === 0 || pending < pendingBefore) progressAtMs = clock.monotonicMs()
    pendingBefore = pending
    if (clock.monotonicMs() - progressAtMs >= STALL_TIMEOUT_MS)
      client.close('the server took nothing for too long', 'peer')
  })
  if (client.closed) watch.cancel()
  return new RtmpPublication(client)
}
