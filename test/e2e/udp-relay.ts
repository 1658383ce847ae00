import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'

const HOST = '127.0.0.1'
/** Of a pcap file: packets that begin with their IP header. */
const LINKTYPE_RAW = 101
const UDP = 17

interface Seen {
  readonly atMs: number
  readonly fromPort: number
  readonly toPort: number
  readonly bytes: Buffer
}

/** A NAT on loopback that writes down what passes: clients send to `port`, the server hears them from sockets of its own. */
export class UdpRelay {
  readonly #front: Socket
  readonly #backs = new Map<number, Socket>()
  readonly #seen: Seen[] = []
  /** Port of the server; set before anybody sends. */
  target = 0

  private constructor(front: Socket) {
    this.#front = front
    front.on('message', (bytes, from) => this.#outward(bytes, from))
  }

  static async open(): Promise<UdpRelay> {
    const front = createSocket('udp4')
    front.bind(0, HOST)
    await once(front, 'listening')
    return new UdpRelay(front)
  }

  get port(): number {
    return this.#front.address().port
  }

  [Symbol.dispose](): void {
    this.#front.close()
    for (const back of this.#backs.values()) back.close()
  }

  #outward(bytes: Buffer, { port }: RemoteInfo): void {
    this.#note(port, this.port, bytes)
    let back = this.#backs.get(port)
    if (!back) {
      back = createSocket('udp4')
      back.on('message', answer => {
        this.#note(this.port, port, answer)
        this.#front.send(answer, port, HOST)
      })
      this.#backs.set(port, back)
    }
    back.send(bytes, this.target, HOST)
  }

  #note(fromPort: number, toPort: number, bytes: Buffer): void {
    this.#seen.push({ atMs: Date.now(), fromPort, toPort, bytes })
  }

  /** All that passed relays, in the order of time, as a capture. */
  static writeCapture(file: string, ...relays: readonly UdpRelay[]): void {
    const seen = relays.flatMap(relay => relay.#seen).sort((a, b) => a.atMs - b.atMs)
    writeFileSync(file, capture(seen))
  }
}

/** A capture of datagrams between ports of loopback. UDP without a checksum, as RFC 768 allows. */
export function capture(seen: readonly Seen[]): Buffer {
  const file = Buffer.alloc(24)
  file.writeUInt32BE(0xa1b2c3d4, 0)
  file.writeUInt16BE(2, 4)
  file.writeUInt16BE(4, 6)
  file.writeUInt32BE(0xffff, 16)
  file.writeUInt32BE(LINKTYPE_RAW, 20)
  const packets = seen.flatMap(({ atMs, bytes, fromPort, toPort }) => {
    const head = Buffer.alloc(16 + 28)
    const size = 28 + bytes.length
    head.writeUInt32BE(Math.floor(atMs / 1000), 0)
    head.writeUInt32BE((atMs % 1000) * 1000, 4)
    head.writeUInt32BE(size, 8)
    head.writeUInt32BE(size, 12)
    head[16] = 0x45
    head.writeUInt16BE(size, 18)
    head[24] = 64
    head[25] = UDP
    head.set([127, 0, 0, 1, 127, 0, 0, 1], 28)
    head.writeUInt16BE(fromPort, 36)
    head.writeUInt16BE(toPort, 38)
    head.writeUInt16BE(8 + bytes.length, 40)
    return [head, bytes]
  })
  return Buffer.concat([file, ...packets])
}
