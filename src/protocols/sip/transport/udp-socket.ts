import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { SipMessage } from '../message.ts'
import type { Flow, SocketAddress } from './flow.ts'
import { plainAddress } from './local-address.ts'

/** Asked of the kernel: 3000 devices that register in the same second send about 2 MB. It gives what it allows. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
/** Datagrams under this size are the line ends that keep a NAT open, and answers to them. */
export const SMALLEST_MESSAGE_BYTES = 16

export interface UdpEvents {
  onDatagram(bytes: Buffer, flow: Flow): void
  onSent(bytes: Buffer, message: SipMessage, flow: Flow): void
}

/** The UDP side of the port. */
export class UdpSocket {
  readonly #socket: Socket
  readonly #v6: boolean
  readonly #events: UdpEvents
  #local: SocketAddress = { address: '', port: 0 }
  #closed = false

  constructor(host: string, events: UdpEvents) {
    this.#events = events
    this.#v6 = isIPv6(host)
    this.#socket = createSocket({
      type: this.#v6 ? 'udp6' : 'udp4',
      // Addresses only: names are looked up before, and a look-up for each datagram costs more than the datagram.
      lookup: (address, _options, done) => done(null, address, isIPv6(address) ? 6 : 4),
    })
    this.#socket.on('message', (bytes, remote) => {
      const flow = this.flow({ address: plainAddress(remote.address), port: remote.port })
      this.#events.onDatagram(bytes, flow)
    })
  }

  /** Rejects with the error of the socket. */
  async bind(host: string, port: number): Promise<SocketAddress> {
    const listening = once(this.#socket, 'listening')
    this.#socket.bind(port, host)
    await listening
    // Without a listener an error of sending to a dead peer would end the process.
    this.#socket.on('error', () => {})
    this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
    const { address, port: bound } = this.#socket.address()
    this.#local = { address: plainAddress(address), port: bound }
    return this.#local
  }

  get local(): SocketAddress {
    return this.#local
  }

  flow(remote: SocketAddress): Flow {
    return new UdpFlow(this, remote)
  }

  get closed(): boolean {
    return this.#closed
  }

  send(bytes: Buffer, message: SipMessage, flow: Flow): void {
    if (this.#closed) return
    const { address, port } = flow.remote
    const name = this.#v6 && !address.includes(':') ? `::ffff:${address}` : address
    this.#socket.send(bytes, port, name, () => {})
    this.#events.onSent(bytes, message, flow)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await new Promise<void>(resolve => this.#socket.close(() => resolve()))
  }
}

class UdpFlow implements Flow {
  readonly transport = 'udp'
  readonly reliable = false
  readonly #socket: UdpSocket
  readonly remote: SocketAddress

  constructor(socket: UdpSocket, remote: SocketAddress) {
    this.#socket = socket
    this.remote = remote
  }

  get local(): SocketAddress {
    return this.#socket.local
  }

  get closed(): boolean {
    return this.#socket.closed
  }

  send(bytes: Buffer, message: SipMessage): void {
    this.#socket.send(bytes, message, this)
  }
}
