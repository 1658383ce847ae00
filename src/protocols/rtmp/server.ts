import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { RtmpConnection } from './connection.ts'
import type { RtmpHost } from './host.ts'
import type { CloseReason } from './message-socket.ts'
import { withSharedReads } from './shared-read.ts'

/** How often connections look at the time: timeouts are this exact. */
const TICK_MS = 500
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000
/** Many players at once after a restart: the kernel keeps the ones we have not accepted yet. */
const BACKLOG = 4096

export interface RtmpServerOptions {
  readonly host: RtmpHost
  readonly log: Log
  readonly clock: Clock
  readonly timers: Timers
  /** Chunk size for everything we send, bytes, 128..65535 (MS-032). The packager of viewers must have the same. */
  readonly chunkBytes: number
  /** Milliseconds until a client must have published its first media, or asked for something (MS-035). */
  readonly firstPacketTimeoutMs: number
  /** Milliseconds a publisher may send nothing (MS-036). */
  readonly silenceTimeoutMs: number
  /** RTMP and RTMPS together. */
  readonly maxConnections: number
  /** Switches Nagle's algorithm off (MS-037). Windows are whole anyway; without it a frame may wait for an ACK. */
  readonly noDelay: boolean
}

export interface RtmpAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/** PEM texts. */
export interface TlsIdentity {
  readonly certificate: string
  readonly key: string
}

/** Listens for RTMP and RTMPS clients. Each connection closes once and logs why. */
export class RtmpServer {
  readonly #options: RtmpServerOptions
  readonly #connections = new Set<RtmpConnection>()
  readonly #servers: (Server | TlsServer)[] = []
  readonly #sockets = new Set<Socket>()
  #ticker: Timer | null = null
  #refused = 0
  #invalid = 0
  #closing = false

  constructor(options: RtmpServerOptions) {
    this.#options = options
  }

  get connections(): number {
    return this.#connections.size
  }

  /** Returns the bound port. Throws AppError PORT_IN_USE. */
  listen(address: RtmpAddress): Promise<number> {
    const settings = { noDelay: this.#options.noDelay, pauseOnConnect: true }
    const server = createServer(settings, socket => this.#accept(withSharedReads(socket), 'rtmp'))
    return this.#listen(server, address, 'listen.rtmp')
  }

  /** Returns the bound port. Throws AppError PORT_IN_USE, and CONFIG_INVALID for a certificate OpenSSL refuses. */
  listenTls(address: RtmpAddress, identity: TlsIdentity): Promise<number> {
    let server: TlsServer
    try {
      server = createTlsServer(
        {
          noDelay: this.#options.noDelay,
          cert: identity.certificate,
          key: identity.key,
          minVersion: 'TLSv1.2',
          handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS,
        },
        socket => this.#accept(socket, 'rtmps'),
      )
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new AppError(
        'CONFIG_INVALID',
        { file: 'configuration', key: 'tls.certificate', value: reason, allowed: 'a PEM certificate and its key' },
        { cause: error },
      )
    }
    server.on('connection', (socket: Socket) => this.#track(socket))
    server.on('tlsClientError', () => this.#invalid++)
    return this.#listen(server, address, 'listen.rtmps')
  }

  /** A renewed certificate for connections to come. */
  setTlsIdentity(identity: TlsIdentity): void {
    for (const server of this.#servers) {
      if ('setSecureContext' in server) server.setSecureContext({ cert: identity.certificate, key: identity.key })
    }
  }

  /** Stops listening, tells every client and waits until their connections are gone. */
  async close(): Promise<void> {
    this.#closing = true
    this.#ticker?.cancel()
    this.#ticker = null
    const closed = this.#servers.splice(0).map(server => new Promise<void>(resolve => server.close(() => resolve())))
    for (const connection of [...this.#connections]) connection.close('the server stops')
    // A moment for the last words; what stays is cut.
    const cut = this.#options.timers.after(200, () => {
      for (const socket of this.#sockets) socket.destroy()
    })
    await Promise.all(closed)
    cut.cancel()
  }

  #listen(server: Server | TlsServer, address: RtmpAddress, key: string): Promise<number> {
    server.maxConnections = this.#options.maxConnections
    server.on('drop', () => this.#refused++)
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'EADDRINUSE' ? new AppError('PORT_IN_USE', { key, port: address.port }) : error),
      )
      server.listen({ host: address.host, port: address.port, backlog: BACKLOG }, () => {
        this.#servers.push(server)
        this.#ticker ??= this.#options.timers.every(TICK_MS, () => this.#tick())
        const bound = server.address()
        resolve(bound !== null && typeof bound === 'object' ? bound.port : address.port)
      })
    })
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {}) // told by the connection, or it ended before it became one
  }

  #accept(socket: Socket, protocol: 'rtmp' | 'rtmps'): void {
    this.#track(socket)
    if (this.#closing || this.#connections.size >= this.#options.maxConnections) {
      this.#refused++
      socket.destroy()
      return
    }
    const { host, log, clock, timers, chunkBytes, firstPacketTimeoutMs, silenceTimeoutMs } = this.#options
    const connection = new RtmpConnection(socket, {
      protocol,
      host,
      log,
      clock,
      timers,
      chunkBytes,
      firstPacketTimeoutMs,
      silenceTimeoutMs,
      onClose: (closed, close) => this.#closed(closed, close),
    })
    this.#connections.add(connection)
  }

  #closed(connection: RtmpConnection, close: CloseReason): void {
    this.#connections.delete(connection)
    if (close.fault === 'peer') this.#invalid++
  }

  #tick(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const connection of this.#connections) connection.tick(nowMs)
    if (this.#refused + this.#invalid === 0) return
    // Counted, so that a flood of garbage is not a flood of log lines.
    this.#options.log.warn('rtmp clients turned away', { overLimit: this.#refused, invalid: this.#invalid })
    this.#refused = 0
    this.#invalid = 0
  }
}
