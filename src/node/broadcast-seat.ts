import type { Broadcast } from '../media/broadcast/broadcast.ts'
import type { Sink } from '../media/broadcast/packager.ts'
import type { Envelope, Viewer } from '../media/broadcast/viewer.ts'
import type { ViewerHandle, ViewerSession } from './viewers.ts'

/** Between a viewer's place in the broadcast and his session. A class: thousands of them should not be closures. */
export class BroadcastSeat implements Sink, ViewerHandle {
  readonly #broadcast: Broadcast
  readonly #sink: Sink
  readonly #viewer: Viewer
  /** Set right after the viewer was counted. */
  session: ViewerSession | null = null

  constructor(broadcast: Broadcast, sink: Sink, envelope: Envelope | null) {
    this.#broadcast = broadcast
    this.#sink = sink
    this.#viewer = broadcast.add(this, envelope)
  }

  write(bytes: Uint8Array): void {
    this.#sink.write(bytes)
  }

  pendingBytes(): number {
    return this.#sink.pendingBytes()
  }

  end(reason: string): void {
    this.#sink.end(reason)
    this.session?.end(reason)
  }

  counters(): { bytesSent: number; bufferedBytes: number; framesDropped: number } {
    const { bytes, droppedFrames } = this.#viewer
    return { bytesSent: bytes, bufferedBytes: this.#sink.pendingBytes(), framesDropped: droppedFrames }
  }

  kick(reason: string): void {
    this.#broadcast.remove(this.#viewer)
    this.#sink.end(reason)
  }

  pause(paused: boolean): void {
    this.#viewer.pause(paused)
  }

  left(): void {
    this.#broadcast.remove(this.#viewer)
  }
}
