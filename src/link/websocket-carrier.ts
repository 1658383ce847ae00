import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { systemTimers } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { type Carrier, type CarrierHandlers, MAX_MESSAGE_BYTES } from './carrier.ts'

/** A platform that accepts the connection but does not answer the upgrade is given up after this. */
const HANDSHAKE_TIMEOUT_MS = 5000

/** A peer that does not answer our close frame is cut off after this. */
const CLOSE_TIMEOUT_MS = 1000

/** RFC 6455 §5.5: a close frame's reason fits in 123 bytes. */
const MAX_CLOSE_REASON = 120

class WebSocketCarrier implements Carrier {
  readonly #socket: WebSocket
  #reason: string | null = null

  /** The socket must be open. It is paused so that nothing arrives before `start`. */
  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.pause()
    socket.on('error', error => {
      this.#reason ??= error.message
    })
  }

  start(handlers: CarrierHandlers): void {
    this.#socket.on('message', (data, isBinary) => {
      if (isBinary) this.close('binary message on the link')
      else handlers.onMessage(data.toString())
    })
    this.#socket.on('close', (_code, reason) => {
      handlers.onClose(this.#reason ?? (reason.length > 0 ? reason.toString() : 'connection lost'))
    })
    this.#socket.resume()
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  pendingBytes(): number {
    return this.#socket.bufferedAmount
  }

  close(reason: string): void {
    if (this.#reason !== null) return
    this.#reason = reason
    this.#socket.close(1000, Buffer.from(reason).subarray(0, MAX_CLOSE_REASON))
    // a cut network never answers the close frame
    systemTimers.after(CLOSE_TIMEOUT_MS, () => this.#socket.terminate())
  }
}

/** Opens the link. Rejects with UNAUTHENTICATED when the token is refused, LINK_CLOSED for every other failure. */
export function dialWebSocket(url: string, token: string): Promise<Carrier> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    })
    const closed = (cause: unknown) => reject(new AppError('LINK_CLOSED', { peer: url }, { cause }))
    socket.on('error', closed)
    socket.once('unexpected-response', (request, response) => {
      if (response.statusCode === 401) reject(new AppError('UNAUTHENTICATED'))
      else closed(new Error(`HTTP status ${response.statusCode}`))
      request.destroy()
    })
    socket.once('open', () => resolve(new WebSocketCarrier(socket)))
  })
}

const upgrades = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })

/** Completes the upgrade of a request whose token has been checked. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  accept: (carrier: Carrier) => void,
): void {
  upgrades.handleUpgrade(request, socket, head, webSocket => accept(new WebSocketCarrier(webSocket)))
}
