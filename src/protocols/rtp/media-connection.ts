import type { Socket } from 'node:net'
import { asBuffer } from '../../base/bytes.ts'
import type { Reception, ReceptionConnection } from './reception.ts'
import { frameForTcp, RtpStreamFramer } from './tcp-framing.ts'

/** Written and not yet taken by the peer: four seconds of 2 Mbit/s. Then packets are dropped until half of it is gone. */
const MAX_PENDING_BYTES = 1024 * 1024

interface ConnectionEvents {
  onPacket(connection: MediaConnection, packet: Buffer): void
  onClose(connection: MediaConnection, reason: string): void
}

/** RTP over one TCP connection, both ways. */
export class MediaConnection implements ReceptionConnection {
  readonly address: string
  readonly port: number
  readonly openedAtMs: number
  /** Whom its packets are for. */
  reception: Reception | null = null
  /** Its first packet has confirmed the reception. */
  confirmed = false
  readonly #socket: Socket
  readonly #events: ConnectionEvents
  readonly #framer: RtpStreamFramer
  #dropping = false
  #reason = 'the peer closed the connection'
  #closed = false

  constructor(socket: Socket, openedAtMs: number, events: ConnectionEvents) {
    this.#socket = socket
    this.#events = events
    this.openedAtMs = openedAtMs
    this.address = socket.remoteAddress ?? ''
    this.port = socket.remotePort ?? 0
    this.#framer = new RtpStreamFramer(packet => this.#receive(packet))
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 15_000)
    socket.on('data', (bytes: Buffer) => this.#framer.push(bytes))
    socket.on('error', (error: Error) => {
      this.#reason = error.message
    })
    socket.on('close', () => this.#finish())
  }

  get skipped(): number {
    return this.#framer.skipped
  }

  get resyncs(): number {
    return this.#framer.resyncs
  }

  /** Framed as the peer frames. False: dropped, because the peer does not take what it was sent before. */
  send(packet: Uint8Array): boolean {
    if (this.#closed) return false
    const pending = this.#socket.writableLength
    if (pending > MAX_PENDING_BYTES) this.#dropping = true
    else if (pending <= MAX_PENDING_BYTES / 2) this.#dropping = false
    if (this.#dropping) return false
    this.#socket.write(frameForTcp(packet, this.#framer.framing ?? 'rfc4571'))
    return true
  }

  close(): void {
    this.#reason = 'closed by us'
    this.#socket.destroy()
  }

  #receive(packet: Uint8Array): void {
    if (this.#closed) return
    this.#events.onPacket(this, asBuffer(packet))
  }

  #finish(): void {
    if (this.#closed) return
    this.#closed = true
    this.#events.onClose(this, this.#reason)
  }
}
