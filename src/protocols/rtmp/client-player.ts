import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { Publication } from '../../media/stream/publication.ts'
import { openRtmpClient, type RtmpClient, type RtmpClientOptions } from './client.ts'
import { MESSAGE_STREAM_ID, USER_CONTROL, userControl } from './message.ts'
import { ToStream } from './to-stream.ts'

/** Nothing received for this long: the source is gone. Servers ping more often than they have nothing to send. */
const SILENCE_TIMEOUT_MS = 15_000
const CHECK_MS = 1000
/** What we ask servers to send ahead, milliseconds; live servers use it to size their first burst. */
const BUFFER_MS = 1000

export interface RtmpPlayerOptions extends RtmpClientOptions {
  /** Gets tracks, frames and the count of bytes, and its end, once. */
  readonly publication: Publication
  /** A codec the hub does not carry; once per codec. */
  readonly onUnsupported?: (codec: string) => void
}

/** A stream pulled from another server. */
export interface RtmpPlayer {
  close(reason: string): void
}

/** Plays an `rtmp://` or `rtmps://` URL into a publication. Throws as `openRtmpClient` does; then nothing was called. */
export async function playRtmp(url: string, options: RtmpPlayerOptions): Promise<RtmpPlayer> {
  const { clock, timers, publication } = options
  const toStream = new ToStream(publication, options.onUnsupported ?? (() => {}))
  let watch: Timer | null = null
  let counted = 0
  const client: RtmpClient = await openRtmpClient('play', url, options, {
    onMedia(message) {
      toStream.message(message)
    },
    onClose(close) {
      watch?.cancel()
      publication.end(close.reason)
    },
  })
  client.send(userControl(USER_CONTROL.setBufferLength, MESSAGE_STREAM_ID, BUFFER_MS))
  watch = timers.every(CHECK_MS, () => {
    publication.countBytes(client.bytesIn - counted)
    counted = client.bytesIn
    if (clock.monotonicMs() - client.receivedAtMs < SILENCE_TIMEOUT_MS) return
    client.close(errorText(new AppError('PEER_TIMEOUT', { ms: SILENCE_TIMEOUT_MS, what: 'media' })), 'peer')
  })
  if (client.closed) watch.cancel()
  return client
}
