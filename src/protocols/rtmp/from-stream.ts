import type { RtmpViewerSink } from './host.ts'
import type { MessageSocket } from './message-socket.ts'

/**
 * A viewer's end of the broadcast: shared bytes go to the socket as they are. Each `write` holds whole messages, so
 * control messages may be sent between two of them.
 */
export class RtmpSink implements RtmpViewerSink {
  readonly #socket: MessageSocket
  readonly #onStart: () => void
  readonly #onEnd: (reason: string) => void
  #started = false

  /** `onStart` runs before the first byte, `onEnd` after the last. */
  constructor(socket: MessageSocket, onStart: () => void, onEnd: (reason: string) => void) {
    this.#socket = socket
    this.#onStart = onStart
    this.#onEnd = onEnd
  }

  /** Tells the player that it plays; the first `write` does so too. */
  start(): void {
    if (this.#started) return
    this.#started = true
    this.#onStart()
  }

  useChunks(bytes: number): void {
    this.#socket.useChunks(bytes)
  }

  write(bytes: Uint8Array): void {
    if (!this.#started) this.start()
    this.#socket.writeShared(bytes)
  }

  pendingBytes(): number {
    return this.#socket.pendingBytes
  }

  end(reason: string): void {
    this.#onEnd(reason)
  }
}
