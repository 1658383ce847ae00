import { playEnd, playStart } from './answers.ts'
import { onStatus } from './commands.ts'
import { RtmpSink } from './from-stream.ts'
import type { RtmpViewer } from './host.ts'
import type { MessageSocket } from './message-socket.ts'

/** A player, from its wish to its end. */
export class Playing {
  readonly sink: RtmpSink
  readonly #socket: MessageSocket
  readonly #waiting = new AbortController()
  #viewer: RtmpViewer | null = null
  #paused = false

  /** `onEnd` is told when the stream is over or the viewer was put out; not after `stop`. */
  constructor(socket: MessageSocket, onEnd: (reason: string) => void) {
    this.#socket = socket
    this.sink = new RtmpSink(
      socket,
      () => socket.send(...playStart()),
      reason => {
        if (this.#waiting.signal.aborted) return
        this.#viewer = null // the host let go of it already
        socket.send(...playEnd(reason))
        onEnd(reason)
      },
    )
  }

  /** Aborted when the player no longer waits. */
  get signal(): AbortSignal {
    return this.#waiting.signal
  }

  begin(viewer: RtmpViewer): void {
    this.#viewer = viewer
    this.sink.start()
    if (this.#paused) viewer.pause(true)
  }

  /** RTMP 1.0 §7.2.2.8. A live stream goes on meanwhile: it is joined again at its newest keyframe. */
  pause(paused: boolean): void {
    if (this.#paused !== paused) this.#viewer?.pause(paused)
    this.#paused = paused
    this.#socket.send(
      paused
        ? onStatus('status', 'NetStream.Pause.Notify', 'Paused.')
        : onStatus('status', 'NetStream.Unpause.Notify', 'Unpaused.'),
    )
  }

  /** The player left. */
  stop(reason: string): void {
    this.#waiting.abort()
    this.#viewer?.close(reason)
    this.#viewer = null
  }
}
