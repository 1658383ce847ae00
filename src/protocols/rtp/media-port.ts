import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { connect, createServer, isIPv4, isIPv6, type Server, type Socket } from 'node:net'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { Bindings } from './bindings.ts'
import { MediaConnection } from './media-connection.ts'
import { CountingSender, type MediaSender } from './media-sender.ts'
import { isRtcp, ssrcOf } from './packet.ts'
import { type Expectation, Reception } from './reception.ts'
import { type Stray, Strays } from './strays.ts'
import { udpDrops } from './udp-drops.ts'

/** A receiver report without blocks. */
const MIN_PACKET_BYTES = 8
/** Asked for each socket; the kernel gives what net.core.rmem_max allows, and says twice that, its own part included. */
const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024
/**
 * Receive buffers of all sockets as the kernel counts them: what 200 cameras of 2 Mbit/s send in half a second, of which
 * half is bookkeeping.
 */
const WANTED_BUFFERS_BYTES = 64 * 1024 * 1024
/**
 * UDP sockets on the one number. The kernel spreads senders over them by their address, and each has a receive buffer of
 * its own: where that is kept small (212 KB by default on Linux), a burst needs many.
 */
const UDP_SOCKETS = { min: 4, max: 16 } as const
/** How often the kernel is asked what it threw away, in ticks. */
const DROPS_EVERY_TICKS = 5
/** It is said once in this time. */
const DROPS_SAID_MS = 60_000
/** Datagrams handed to the kernel and not yet sent: half a second of 100 Mbit/s. */
const MAX_SEND_QUEUE_BYTES = 6 * 1024 * 1024
/** Connections of all senders: more than channels anybody plays at once on one node. */
const MAX_CONNECTIONS = 4096
/** Connections nobody waits for, and how long one may stay without a packet that says whose it is. */
const MAX_UNKNOWN_CONNECTIONS = 256
const UNKNOWN_TIMEOUT_MS = 10_000
const TICK_MS = 1000
/** Tries to find a number that is free for TCP and UDP, when any will do. */
const ANY_PORT_TRIES = 20
/** GB/T 28181-2022 §9.2: a TCP client tries at least three times, at least a second apart. */
const CONNECT_TRIES = 4
const CONNECT_RETRY_MS = 1000
const CONNECT_TIMEOUT_MS = 5000

export interface MediaPortOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** The port serves one reception only: whoever sends is the one. */
  readonly dedicated?: boolean
}

/** A reception over a connection that we make. */
export interface ConnectOptions extends Omit<Expectation, 'transport' | 'remoteAddress' | 'remotePort'> {
  readonly host: string
  readonly port: number
}

export type SenderOptions =
  /** From the shared port; `over` a reception goes where that one's packets come from, once they do. */
  | { readonly transport: 'udp'; readonly host: string; readonly port: number; readonly over?: Reception }
  /** Over the connection of a reception, made or accepted; without one packets are dropped. */
  | { readonly transport: 'tcp'; readonly over: Reception }

export interface MediaPortCounters {
  readonly receptions: number
  readonly connections: number
  /** Datagrams the kernel threw away because nobody read them in time; null where it does not tell. */
  readonly droppedPackets: number | null
  /** Packets for nobody. */
  readonly strayPackets: number
  readonly strays: readonly Stray[]
}

/** One port for all streams, UDP and TCP. Whose a packet is: see `Bindings`. */
export class MediaPort {
  readonly #options: MediaPortOptions
  readonly #bindings: Bindings
  readonly #strays = new Strays()
  readonly #connections = new Set<MediaConnection>()
  readonly #connecting = new Map<Reception, Socket>()
  readonly #retries = new Map<Reception, Timer>()
  /** The first one sends. */
  #udp: UdpSocket[] = []
  #server: Server | null = null
  #ticker: Timer | null = null
  #ipv6 = false
  #port = 0
  #ticks = 0
  #drops: number | null = null
  #dropsSaidMs = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(options: MediaPortOptions) {
    this.#options = options
    this.#bindings = new Bindings({ dedicated: options.dedicated ?? false })
  }

  get counters(): MediaPortCounters {
    return {
      receptions: this.#bindings.receptions.size,
      connections: this.#connections.size,
      droppedPackets: this.#drops,
      strayPackets: this.#strays.packets,
      strays: this.#strays.list,
    }
  }

  /** Opens UDP and TCP on the same number; 0: any. Returns it. Throws AppError PORT_IN_USE. */
  async listen(port: number, host: string): Promise<number> {
    this.#ipv6 = isIPv6(host)
    for (let tries = port === 0 ? ANY_PORT_TRIES : 1; ; tries--) {
      const server = await this.#listenTcp(port, host)
      const bound = server.address()
      const number = bound !== null && typeof bound === 'object' ? bound.port : port
      try {
        this.#udp = await this.#listenUdp(number, host)
        this.#server = server
        this.#port = number
        this.#ticker = this.#options.timers.every(TICK_MS, () => this.#tick())
        return number
      } catch (error) {
        await new Promise<void>(resolve => server.close(() => resolve()))
        if (tries <= 1 || !(error instanceof AppError)) throw error
      }
    }
  }

  /** A sender will come. Call before it is told where to send. */
  expect(expectation: Expectation): Reception {
    const reception = new Reception(expectation, this.#owner)
    this.#bindings.add(reception)
    return reception
  }

  /** Connects to a sender that waits for us. `onDisconnect` tells when it gives up after four tries, a second apart. */
  connect({ host, port, ...expectation }: ConnectOptions): Reception {
    const reception = new Reception({ ...expectation, transport: 'tcp' }, this.#owner)
    this.#try(reception, host, port, CONNECT_TRIES)
    return reception
  }

  openSender(options: SenderOptions): MediaSender {
    const { over } = options
    if (options.transport === 'tcp') return new CountingSender(packet => options.over.connection?.send(packet) ?? false)
    const { host, port } = options
    const address = this.#ipv6 && isIPv4(host) ? `::ffff:${host}` : host
    return new CountingSender(packet => {
      const [udp] = this.#udp
      if (!udp || udp.getSendQueueSize() > MAX_SEND_QUEUE_BYTES) return false
      if (over?.bound) udp.send(packet, over.port, over.address)
      else udp.send(packet, port, address)
      return true
    })
  }

  /** Closes the port, its receptions and connections. */
  async close(): Promise<void> {
    this.#closed = true
    this.#ticker?.cancel()
    for (const reception of [...this.#bindings.receptions, ...this.#connecting.keys(), ...this.#retries.keys()]) {
      reception.close()
    }
    for (const connection of this.#connections) {
      connection.reception?.close()
      connection.close()
    }
    const udp = this.#udp
    const server = this.#server
    this.#udp = []
    this.#server = null
    await Promise.all([
      ...udp.map(socket => new Promise<void>(resolve => socket.close(() => resolve()))),
      server && new Promise<void>(resolve => server.close(() => resolve())),
    ])
  }

  readonly #owner = {
    changed: (reception: Reception, addresses: readonly string[], ssrc: number | null) => {
      if (this.#bindings.receptions.has(reception)) this.#bindings.changed(reception, addresses, ssrc)
    },
    closed: (reception: Reception) => {
      this.#bindings.remove(reception, this.#options.clock.monotonicMs())
      this.#connecting.get(reception)?.destroy()
      this.#connecting.delete(reception)
      this.#retries.get(reception)?.cancel()
      this.#retries.delete(reception)
    },
  }

  #listenTcp(port: number, host: string): Promise<Server> {
    const server = createServer(socket => this.#accept(socket))
    server.maxConnections = MAX_CONNECTIONS
    return new Promise((resolve, reject) => {
      server.once('error', error => reject(inUse(error, port)))
      server.listen({ host, port }, () => resolve(server))
    })
  }

  /** One socket where the system cannot share a number among several (SO_REUSEPORT with balancing: Linux, FreeBSD). */
  async #listenUdp(port: number, host: string): Promise<UdpSocket[]> {
    if (this.#options.dedicated) return [await this.#bindUdp(port, host, false)]
    const first = await this.#bindUdp(port, host, true).catch((error: Error & { code?: string }) => {
      if (error.code !== 'ENOTSUP') throw error
      return null
    })
    if (!first) return [await this.#bindUdp(port, host, false)]
    const { max, min } = UDP_SOCKETS
    const count = Math.min(max, Math.max(min, Math.ceil(WANTED_BUFFERS_BYTES / first.getRecvBufferSize())))
    const further = Array.from({ length: count - 1 }, () => this.#bindUdp(port, host, true))
    return [first, ...(await Promise.all(further))]
  }

  #bindUdp(port: number, host: string, reusePort: boolean): Promise<UdpSocket> {
    const udp = createSocket({
      type: this.#ipv6 ? 'udp6' : 'udp4',
      reusePort,
      // Addresses only: a name would be looked up for each packet.
      lookup: (address, _, done) => done(null, address, isIPv6(address) ? 6 : 4),
    })
    return new Promise((resolve, reject) => {
      udp.once('error', error => {
        udp.close()
        reject(inUse(error, port))
      })
      udp.bind(port, host, () => {
        udp.removeAllListeners('error')
        udp.on('error', error => this.#options.log.warn('media socket', { error: error.message }))
        udp.on('message', this.#onMessage)
        try {
          udp.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
        } catch (error) {
          this.#options.log.warn('media receive buffer stays small', { error: String(error) })
        }
        resolve(udp)
      })
    })
  }

  readonly #onMessage = (packet: Buffer, { address, port }: RemoteInfo): void => {
    const nowMs = this.#options.clock.monotonicMs()
    if (packet.length < MIN_PACKET_BYTES || packet[0]! >> 6 !== 2) {
      this.#strays.add('udp', address, port, null, this.#options.clock.nowMs())
      return
    }
    const ssrc = ssrcOf(packet)
    if (isRtcp(packet)) {
      this.#bindings.rtcp(address, port)?.receive(packet, ssrc, true, nowMs)
      return
    }
    const reception = this.#bindings.udp(address, port, ssrc, nowMs)
    if (reception) reception.receive(packet, ssrc, false, nowMs)
    else this.#strays.add('udp', address, port, ssrc, this.#options.clock.nowMs())
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {})
    if (this.#closed || this.#unknownConnections() >= MAX_UNKNOWN_CONNECTIONS) {
      socket.destroy()
      return
    }
    const connection = this.#add(socket)
    const reception = this.#bindings.connection(connection.address, connection.port)
    if (reception) this.#assign(connection, reception)
  }

  #add(socket: Socket): MediaConnection {
    const connection = new MediaConnection(socket, this.#options.clock.monotonicMs(), {
      onPacket: this.#onConnectionPacket,
      onClose: this.#onConnectionClose,
    })
    this.#connections.add(connection)
    return connection
  }

  #assign(connection: MediaConnection, reception: Reception): void {
    reception.unbind()
    connection.reception = reception
    reception.bind(connection.address, connection.port, connection)
  }

  readonly #onConnectionPacket = (connection: MediaConnection, packet: Buffer): void => {
    const ssrc = ssrcOf(packet)
    const rtcp = isRtcp(packet)
    const nowMs = this.#options.clock.monotonicMs()
    if (!connection.confirmed && !rtcp) this.#confirm(connection, ssrc, nowMs)
    const reception = connection.reception
    if (reception) reception.receive(packet, ssrc, rtcp, nowMs)
    else this.#strays.add('tcp', connection.address, connection.port, ssrc, this.#options.clock.nowMs())
  }

  /** The first packet tells whether the connection is of the reception its address was waited for by. */
  #confirm(connection: MediaConnection, ssrc: number, nowMs: number): void {
    const { address, reception: tentative } = connection
    const reception = this.#bindings.firstPacket(address, ssrc, nowMs, tentative)
    connection.confirmed = reception !== null
    if (!reception || reception === tentative) return
    if (tentative) {
      tentative.connection = null // the connection goes on, for another one
      tentative.unbind()
    }
    this.#assign(connection, reception)
  }

  readonly #onConnectionClose = (connection: MediaConnection, reason: string): void => {
    this.#connections.delete(connection)
    const { reception } = connection
    if (reception?.connection !== connection) return
    reception.unbind()
    if (!reception.closed) reception.expectation.onDisconnect?.(reason)
  }

  #try(reception: Reception, host: string, port: number, tries: number): void {
    this.#retries.delete(reception)
    const socket = connect({ host, port })
    this.#connecting.set(reception, socket)
    const timeout = this.#options.timers.after(CONNECT_TIMEOUT_MS, () => {
      socket.destroy(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`))
    })
    let reason = ''
    socket.on('error', error => {
      reason = error.message
    })
    const onClose = () => {
      timeout.cancel()
      this.#connecting.delete(reception)
      if (reception.closed) return
      if (tries <= 1) reception.expectation.onDisconnect?.(reason)
      else {
        const retry = this.#options.timers.after(CONNECT_RETRY_MS, () => this.#try(reception, host, port, tries - 1))
        this.#retries.set(reception, retry)
      }
    }
    socket.once('close', onClose)
    socket.once('connect', () => {
      timeout.cancel()
      socket.off('close', onClose)
      this.#connecting.delete(reception)
      const connection = this.#add(socket)
      connection.confirmed = true
      this.#assign(connection, reception)
    })
  }

  #unknownConnections(): number {
    let unknown = 0
    for (const { reception } of this.#connections) if (reception === null) unknown++
    return unknown
  }

  #tick(): void {
    const oldest = this.#options.clock.monotonicMs() - UNKNOWN_TIMEOUT_MS
    for (const connection of this.#connections) {
      if (connection.reception === null && connection.openedAtMs < oldest) connection.close()
    }
    if (++this.#ticks % DROPS_EVERY_TICKS === 0 && this.#options.dedicated !== true) void this.#countDrops()
  }

  async #countDrops(): Promise<void> {
    const { clock, log } = this.#options
    const before = this.#drops ?? 0
    const drops = await udpDrops(this.#port)
    if (this.#closed) return
    this.#drops = drops
    const nowMs = clock.monotonicMs()
    if (drops === null || drops <= before || nowMs - this.#dropsSaidMs < DROPS_SAID_MS) return
    this.#dropsSaidMs = nowMs
    const bufferBytes = this.#udp.reduce((sum, socket) => sum + socket.getRecvBufferSize(), 0)
    const advice = 'raise net.core.rmem_max, or let devices send by TCP'
    log.warn('the kernel threw datagrams of devices away', { packets: drops - before, bufferBytes, advice })
  }
}

function inUse(error: Error & { code?: string }, port: number): Error {
  return error.code === 'EADDRINUSE' ? new AppError('PORT_IN_USE', { key: 'media', port }) : error
}
