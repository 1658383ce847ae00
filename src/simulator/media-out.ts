import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Fault } from './faults.ts'

/** Where media of one call go. */
export interface MediaTarget {
  readonly transport: 'udp' | 'tcp'
  /** The device dials, or is dialled. */
  readonly setup: 'active' | 'passive'
  readonly host: string
  readonly port: number
  /** Our address. */
  readonly localHost: string
}

/** Bytes a connection may be behind: the receiver does not read, and a camera drops. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024
/** Every so many packets one is lost. */
const LOSE_EVERY = 50

/** The socket of one call of a simulated device: one of its own, as real devices have. */
export class MediaOut {
  readonly #target: MediaTarget
  readonly #faults: ReadonlySet<Fault>
  #udp: UdpSocket | null = null
  #server: Server | null = null
  #tcp: Socket | null = null
  #held: Buffer | null = null
  #count = 0
  #closed = false
  /** Packets of the other side: sound of a talk. */
  onPacket: (packet: Buffer) => void = () => {}

  private constructor(target: MediaTarget, faults: ReadonlySet<Fault>) {
    this.#target = target
    this.#faults = faults
  }

  /** Bound; a connection is made by `begin`. */
  static async open(target: MediaTarget, faults: ReadonlySet<Fault>): Promise<MediaOut> {
    const out = new MediaOut(target, faults)
    await out.#open()
    return out
  }

  /** The port we send from, or are dialled at; 0 for a device that dials. */
  get port(): number {
    if (this.#udp) return this.#udp.address().port
    return this.#server ? (this.#server.address() as AddressInfo).port : 0 // a server that listens has one
  }

  /** Dials, where that is ours to do. */
  begin(): void {
    const { host, port, setup, transport } = this.#target
    if (transport !== 'tcp' || setup !== 'active' || this.#closed) return
    this.#adopt(connect({ host, port }))
  }

  send(packet: Buffer): void {
    if (this.#closed) return
    this.#count++
    if (this.#faults.has('loss') && this.#count % LOSE_EVERY === 0) return
    if (this.#faults.has('reorder') && this.#udp) {
      const held = this.#held
      this.#held = held ? null : packet
      if (!held) return
      this.#write(packet)
      this.#write(held)
      return
    }
    this.#write(packet)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#udp?.close()
    this.#server?.close()
    this.#tcp?.destroy()
  }

  async #open(): Promise<void> {
    const { localHost, setup, transport } = this.#target
    if (transport === 'udp') {
      const udp = createSocket(localHost.includes(':') ? 'udp6' : 'udp4')
      this.#udp = udp
      udp.on('error', () => {}) // what cannot be sent is lost
      udp.on('message', packet => this.onPacket(packet))
      await new Promise<void>(resolve => udp.bind(0, localHost, resolve))
    } else if (setup === 'passive') {
      const server = createServer(socket => this.#adopt(socket))
      this.#server = server
      await new Promise<void>(resolve => server.listen(0, localHost, resolve))
    }
  }

  #adopt(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    this.#tcp = socket
    let rest: Buffer = Buffer.alloc(0)
    socket.on('data', (bytes: Buffer) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const size = rest.readUInt16BE(0)
        this.onPacket(rest.subarray(2, 2 + size))
        rest = rest.subarray(2 + size)
      }
    })
  }

  #write(packet: Buffer): void {
    const { host, port } = this.#target
    if (this.#udp) {
      this.#udp.send(packet, port, host)
      return
    }
    const tcp = this.#tcp
    if (!tcp || tcp.destroyed || tcp.connecting || tcp.writableLength > MAX_PENDING_BYTES) return
    const dollar = this.#faults.has('tcp-dollar')
    const head = Buffer.alloc(dollar ? 4 : 2)
    if (dollar) head[0] = 0x24
    head.writeUInt16BE(packet.length, dollar ? 2 : 0)
    tcp.cork()
    tcp.write(head)
    tcp.write(packet)
    tcp.uncork()
  }
}
