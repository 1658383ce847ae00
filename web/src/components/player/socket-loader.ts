import mpegts from 'mpegts.js'

/** WebSocket.OPEN and CONNECTING. */
const ALIVE: ReadonlySet<number> = new Set([0, 1])

/**
 * A loader class for mpegts.js that receives by WebSocket, and answers through it: `send` of the newest one. The
 * library's own cannot send, and throws at nobody when a connection that is being given up fails.
 */
export function socketLoader() {
  let socket: WebSocket | null = null

  class SocketLoader extends mpegts.BaseLoader {
    #received = 0

    constructor() {
      super('sightline-websocket')
      this._needStash = true
    }

    override open({ url }: { readonly url: string }): void {
      const mine = new WebSocket(url)
      mine.binaryType = 'arraybuffer'
      socket = mine
      this._status = mpegts.LoaderStatus.kConnecting
      const current = () => socket === mine
      mine.onopen = () => {
        if (current()) this._status = mpegts.LoaderStatus.kBuffering
      }
      mine.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
        if (!current()) return
        const from = this.#received
        this.#received += data.byteLength
        this.onDataArrival(data, from, this.#received)
      }
      mine.onerror = () => {
        if (!current()) return
        this._status = mpegts.LoaderStatus.kError
        // Browsers do not tell why a WebSocket failed.
        this.onError('Exception' as never, { code: -1, msg: 'the WebSocket failed' }) // the library's types say object
      }
      mine.onclose = () => {
        if (!current() || this._status === mpegts.LoaderStatus.kError) return
        this._status = mpegts.LoaderStatus.kComplete
        this.onComplete(0, this.#received - 1)
      }
    }

    override abort(): void {
      const old = socket
      socket = null
      this._status = mpegts.LoaderStatus.kComplete
      if (old !== null && ALIVE.has(old.readyState)) old.close()
    }

    override destroy(): void {
      this.abort()
      super.destroy()
    }
  }

  return {
    loader: SocketLoader,
    send(report: { readonly delayMs: number; readonly droppedFrames: number }): void {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(report))
    },
  }
}
