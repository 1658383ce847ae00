import type { Socket } from 'node:net'
import type { Sink } from '../../media/broadcast/packager.ts'

/** A viewer's TCP or TLS socket behind the HTTP header: the shared bytes go to it as they are. */
export class HttpSink implements Sink {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  write(bytes: Uint8Array): void {
    // After destroy a write would only make an error event; the close event is on its way.
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  pendingBytes(): number {
    return this.#socket.writableLength
  }

  end(): void {
    this.#socket.end()
  }
}
