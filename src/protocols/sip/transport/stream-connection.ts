import type { Socket } from 'node:net'
import type { Clock } from '../../../base/clock.ts'
import { errorText } from '../../../base/errors.ts'
import type { SipMessage } from '../message.ts'
import type { ParsedMessage } from '../parser.ts'
import { StreamFramer } from '../stream-framer.ts'
import type { Flow, SipTransport, SocketAddress } from './flow.ts'
import { plainAddress } from './local-address.ts'

/** What may wait for a peer that does not read: some large messages. Past it the peer is gone or means harm. */
const MAX_UNSENT_BYTES = 2 * 1024 * 1024
/** A peer has so long to send its first whole message, and the rest of one it began. */
const MESSAGE_TIMEOUT_MS = 10_000
const PONG = Buffer.from('\r\n')

export interface StreamLimits {
  /** A connection without a byte for so long is closed, milliseconds. */
  readonly idleTimeoutMs: number
}

export interface StreamEvents {
  onOpen(flow: StreamConnection): void
  onMessage(parsed: ParsedMessage, raw: Buffer, flow: StreamConnection): void
  /** Bytes that are no SIP; the connection closes. */
  onGarbage(bytes: Buffer, flow: StreamConnection): void
  onSent(bytes: Buffer, message: SipMessage, flow: StreamConnection): void
  /** Once. */
  onClose(flow: StreamConnection, reason: string): void
}

/** One TCP or TLS connection, whoever opened it. */
export class StreamConnection implements Flow {
  readonly transport: SipTransport
  readonly reliable = true
  readonly local: SocketAddress
  readonly remote: SocketAddress
  /** We opened it. */
  readonly outgoing: boolean
  readonly #socket: Socket
  readonly #framer: StreamFramer
  readonly #events: StreamEvents
  readonly #clock: Clock
  #closed = false
  #receivedAtMs: number
  /** Since when a whole message is owed; null while none is. */
  #owedSinceMs: number | null

  constructor(socket: Socket, transport: SipTransport, outgoing: boolean, clock: Clock, events: StreamEvents) {
    this.#socket = socket
    this.transport = transport
    this.outgoing = outgoing
    this.#clock = clock
    this.#events = events
    this.local = { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 }
    this.remote = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    this.#receivedAtMs = clock.monotonicMs()
    this.#owedSinceMs = outgoing ? null : this.#receivedAtMs
    this.#framer = new StreamFramer({
      onMessage: (parsed, raw) => {
        if (this.#closed) return
        this.#owedSinceMs = null
        this.#events.onMessage(parsed, raw, this)
      },
      onPing: () => {
        if (!this.#closed) this.#socket.write(PONG)
      },
    })
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('error', (error: Error) => this.close(error.message))
    socket.on('end', () => this.close('the peer closed the connection'))
    socket.on('close', () => this.close('the connection was cut'))
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Bytes kept of an unfinished message. */
  get bufferedBytes(): number {
    return this.#framer.bufferedBytes
  }

  send(bytes: Buffer, message: SipMessage): void {
    if (this.#closed) return
    this.#socket.write(bytes)
    this.#events.onSent(bytes, message, this)
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) this.close('the peer does not read')
  }

  /** Called every few seconds. */
  tick(limits: StreamLimits): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#owedSinceMs !== null && nowMs - this.#owedSinceMs >= MESSAGE_TIMEOUT_MS) {
      this.close('no whole message in time')
    } else if (nowMs - this.#receivedAtMs >= limits.idleTimeoutMs) this.close('idle')
  }

  close(reason: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#socket.end()
    this.#socket.destroySoon()
    this.#events.onClose(this, reason)
  }

  #read(bytes: Buffer): void {
    if (this.#closed) return
    this.#receivedAtMs = this.#clock.monotonicMs()
    try {
      this.#framer.push(bytes)
    } catch (error) {
      this.#events.onGarbage(bytes, this)
      this.close(errorText(error))
      return
    }
    if (this.#framer.bufferedBytes > 0) this.#owedSinceMs ??= this.#receivedAtMs
  }
}
