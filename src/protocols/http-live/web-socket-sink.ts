import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Sink } from '../../media/broadcast/packager.ts'
import type { Envelope } from '../../media/broadcast/viewer.ts'

const BINARY_FINAL = 0x82

/**
 * Header of one unmasked binary frame, server to client: RFC 6455 §5.2. One frame carries one write window, so the
 * header is part of the shared buffer and a WebSocket viewer costs what an HTTP viewer costs.
 */
export const webSocketEnvelope: Envelope = payloadBytes => {
  if (payloadBytes < 126) return Uint8Array.of(BINARY_FINAL, payloadBytes)
  if (payloadBytes < 65536) return Uint8Array.of(BINARY_FINAL, 126, payloadBytes >> 8, payloadBytes & 0xff)
  const header = Buffer.alloc(10)
  header[0] = BINARY_FINAL
  header[1] = 127
  header.writeUIntBE(payloadBytes, 4, 6)
  return header
}

/** The socket under a WebSocket: frames come ready-made, `ws` keeps handshake, ping and close. */
export class WebSocketSink implements Sink {
  readonly #socket: Socket
  readonly #webSocket: WebSocket

  constructor(socket: Socket, webSocket: WebSocket) {
    this.#socket = socket
    this.#webSocket = webSocket
  }

  write(bytes: Uint8Array): void {
    if (!this.#socket.destroyed && this.#webSocket.readyState === this.#webSocket.OPEN) this.#socket.write(bytes)
  }

  pendingBytes(): number {
    return this.#socket.writableLength
  }

  /** 1001 going away; a reason is at most 123 bytes (RFC 6455 §5.5). */
  end(reason: string): void {
    this.#webSocket.close(1001, reason.slice(0, 120))
  }
}
