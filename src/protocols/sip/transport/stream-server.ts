import { once } from 'node:events'
import { connect, createServer, isIP, type Server, type Socket } from 'node:net'
import {
  createServer as createTlsServer,
  type TLSSocket,
  type Server as TlsServer,
  connect as tlsConnect,
} from 'node:tls'
import type { Clock, Timer, Timers } from '../../../base/clock.ts'
import { AppError, errorText } from '../../../base/errors.ts'
import type { SocketAddress, Target } from './flow.ts'
import { plainAddress } from './local-address.ts'
import { StreamConnection, type StreamEvents, type StreamLimits } from './stream-connection.ts'

/** A peer that does not answer so long is not there. */
const CONNECT_TIMEOUT_MS = 5000
const SWEEP_INTERVAL_MS = 1000
/** Unfinished messages of all connections together. Past it the largest are closed. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024
/** First byte of a TLS handshake record. RFC 8446 §5.1. No SIP message begins with it. */
const TLS_HANDSHAKE = 0x16

export interface TlsOptions {
  /** PEM; both are needed to accept connections. */
  readonly key?: string
  readonly cert?: string
  /** PEM of authorities that peers we connect to are checked against; the system's when left out. */
  readonly ca?: string
  /** Takes any certificate of a peer we connect to. Cameras with self-signed ones. */
  readonly insecure?: boolean
}

export interface StreamServerOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly tls: TlsOptions
  readonly limits: StreamLimits & { readonly maxConnections: number }
  readonly events: StreamEvents
}

/** The TCP and TLS side of the port, and the connections we open. */
export class StreamServer {
  readonly #options: StreamServerOptions
  readonly #connections = new Set<StreamConnection>()
  /** Accepted, and not yet known whether TCP or TLS; since when, monotonic milliseconds. */
  readonly #undecided = new Map<Socket, number>()
  #server: Server | null = null
  #tlsServer: TlsServer | null = null
  #sweep: Timer
  #closed = false

  constructor(options: StreamServerOptions) {
    this.#options = options
    this.#sweep = options.timers.every(SWEEP_INTERVAL_MS, () => this.#tick())
  }

  get connections(): number {
    return this.#connections.size
  }

  /** Rejects with the error of the socket. */
  async listen(host: string, port: number): Promise<SocketAddress> {
    const { key, cert } = this.#options.tls
    if (key !== undefined && cert !== undefined) {
      this.#tlsServer = createTlsServer({ key, cert, handshakeTimeout: CONNECT_TIMEOUT_MS })
      this.#tlsServer.on('secureConnection', (socket: TLSSocket) => this.#adopt(socket, 'tls', false))
      this.#tlsServer.on('tlsClientError', (_error, socket) => socket.destroy())
    }
    const server = createServer({ noDelay: true }, socket => this.#accept(socket))
    this.#server = server
    server.listen({ port, host, backlog: 4096 })
    await once(server, 'listening')
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new AppError('INTERNAL', { what: 'listening for SIP' })
    return { address: plainAddress(bound.address), port: bound.port }
  }

  /** Opens a connection. Throws AppError PEER_TIMEOUT, PEER_REFUSED or LIMIT_REACHED. */
  async connect(target: Target, localAddress?: string): Promise<StreamConnection> {
    const peer = `${target.transport} ${target.host}:${target.port}`
    if (this.#connections.size >= this.#options.limits.maxConnections) {
      throw new AppError('LIMIT_REACHED', { what: 'SIP connections', limit: this.#options.limits.maxConnections })
    }
    const { ca, insecure } = this.#options.tls
    const where = { host: target.host, port: target.port, ...(localAddress === undefined ? {} : { localAddress }) }
    const secure = target.transport === 'tls'
    const socket = secure
      ? tlsConnect({
          ...where,
          ...(ca === undefined ? {} : { ca }),
          ...(isIP(target.host) ? {} : { servername: target.host }),
          rejectUnauthorized: insecure !== true,
        })
      : connect(where)
    let late = false
    const timer = this.#options.timers.after(CONNECT_TIMEOUT_MS, () => {
      late = true
      socket.destroy(new Error('timeout'))
    })
    try {
      await once(socket, secure ? 'secureConnect' : 'connect')
    } catch (cause) {
      if (late) throw new AppError('PEER_TIMEOUT', { what: `connecting to ${peer}`, ms: CONNECT_TIMEOUT_MS }, { cause })
      throw new AppError('PEER_REFUSED', { peer, reason: errorText(cause) }, { cause })
    } finally {
      timer.cancel()
    }
    if (this.#closed) {
      socket.destroy()
      throw new AppError('NOT_READY', { what: 'SIP' })
    }
    return this.#adopt(socket, target.transport === 'tls' ? 'tls' : 'tcp', true)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#sweep.cancel()
    for (const socket of this.#undecided.keys()) socket.destroy()
    for (const connection of [...this.#connections]) connection.close('we are closing')
    await this.stopListening()
  }

  /** Connections stay. */
  async stopListening(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server?.listening) await new Promise<void>(resolve => server.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    if (this.#closed || this.#connections.size + this.#undecided.size >= this.#options.limits.maxConnections) {
      socket.destroy()
      return
    }
    if (!this.#tlsServer) {
      this.#adopt(socket, 'tcp', false)
      return
    }
    this.#undecided.set(socket, this.#options.clock.monotonicMs())
    const onError = () => socket.destroy()
    socket.on('error', onError)
    socket.once('close', () => this.#undecided.delete(socket))
    socket.once('readable', () => {
      this.#undecided.delete(socket)
      const first: Buffer | null = socket.read()
      if (!first) {
        socket.destroy()
        return
      }
      socket.unshift(first)
      if (first[0] === TLS_HANDSHAKE) this.#tlsServer?.emit('connection', socket)
      else this.#adopt(socket, 'tcp', false)
    })
  }

  #adopt(socket: Socket, transport: 'tcp' | 'tls', outgoing: boolean): StreamConnection {
    const { events, clock } = this.#options
    const connection = new StreamConnection(socket, transport, outgoing, clock, {
      ...events,
      onClose: (flow, reason) => {
        this.#connections.delete(flow)
        events.onClose(flow, reason)
      },
    })
    this.#connections.add(connection)
    events.onOpen(connection)
    return connection
  }

  #tick(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const [socket, sinceMs] of this.#undecided) if (nowMs - sinceMs >= CONNECT_TIMEOUT_MS) socket.destroy()
    let bufferedBytes = 0
    for (const connection of this.#connections) {
      connection.tick(this.#options.limits)
      bufferedBytes += connection.bufferedBytes
    }
    if (bufferedBytes <= MAX_BUFFERED_BYTES) return
    const largest = [...this.#connections].sort((a, b) => b.bufferedBytes - a.bufferedBytes)
    for (const connection of largest) {
      if (bufferedBytes <= MAX_BUFFERED_BYTES) return
      bufferedBytes -= connection.bufferedBytes
      connection.close('too much is unfinished on all connections')
    }
  }
}
