import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Clock, Timers } from '../../../base/clock.ts'
import { AppError, errorText } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { SipMessage } from '../message.ts'
import { type ParsedMessage, parseDatagram } from '../parser.ts'
import { formatHostPort } from '../uri.ts'
import { sentByPort, topVia } from '../via.ts'
import type { Flow, SocketAddress, TapEvent, Target } from './flow.ts'
import { isWildcard, LocalAddresses } from './local-address.ts'
import type { StreamConnection } from './stream-connection.ts'
import { StreamServer, type TlsOptions } from './stream-server.ts'
import { SMALLEST_MESSAGE_BYTES, UdpSocket } from './udp-socket.ts'

/** Tries to find one port that is free for UDP and TCP, when any port will do. */
const PORT_TRIES = 10
/** Cameras behind one platform: each has a connection. About 10 kB each. */
const MAX_CONNECTIONS = 20_000
/** Devices send a keepalive each minute; three are missed, and then some. */
const IDLE_TIMEOUT_MS = 5 * 60_000

export interface TransportLimits {
  /** TCP and TLS connections at a time, both ways. */
  readonly maxConnections?: number
  /** A connection without a byte for so long is closed, milliseconds. */
  readonly idleTimeoutMs?: number
}

export interface TransportsOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly tls?: TlsOptions
  readonly limits?: TransportLimits
  readonly tap?: (event: TapEvent) => void
  readonly onMessage: (parsed: ParsedMessage, flow: Flow) => void
  readonly onFlowClosed: (flow: Flow, error: AppError) => void
}

export interface Transports {
  readonly udp: boolean
  readonly tcp: boolean
}

/** UDP, TCP and TLS on one port, and which connection leads to whom. RFC 3261 §18. */
export class TransportLayer {
  readonly #options: TransportsOptions
  readonly #localAddresses: LocalAddresses
  readonly #streams: StreamServer
  /** Connections by `transport address:port` of the peer; the newest counts. */
  readonly #byRemote = new Map<string, StreamConnection>()
  /** The key a connection has besides, from the sent-by of what came over it. */
  readonly #aliases = new Map<StreamConnection, string>()
  readonly #connecting = new Map<string, Promise<StreamConnection>>()
  #udp: UdpSocket | null = null
  #address: SocketAddress = { address: '127.0.0.1', port: 0 }
  /** Packets that were no SIP, since the start. */
  garbage = 0

  constructor(options: TransportsOptions) {
    this.#options = options
    this.#localAddresses = new LocalAddresses(options.clock)
    const { maxConnections = MAX_CONNECTIONS, idleTimeoutMs = IDLE_TIMEOUT_MS } = options.limits ?? {}
    this.#streams = new StreamServer({
      clock: options.clock,
      timers: options.timers,
      tls: options.tls ?? {},
      limits: { maxConnections, idleTimeoutMs },
      events: {
        onOpen: flow => this.#byRemote.set(keyOf(flow.transport, flow.remote), flow),
        onMessage: (parsed, raw, flow) => {
          this.#learnAlias(parsed.message, flow)
          this.#tap('in', raw, parsed.message, flow)
          options.onMessage(parsed, flow)
        },
        onGarbage: (bytes, flow) => {
          this.garbage++
          this.#tap('in', bytes, null, flow)
        },
        onSent: (bytes, message, flow) => this.#tap('out', bytes, message, flow),
        onClose: (flow, reason) => this.#forget(flow, reason),
      },
    })
  }

  get address(): SocketAddress {
    return this.#address
  }

  get connections(): number {
    return this.#streams.connections
  }

  /** Throws AppError PORT_IN_USE, or the error of the socket. Port 0 takes a port that is free for both. */
  async listen(where: { port: number; host: string }, transports: Transports): Promise<SocketAddress> {
    for (let tries = 1; ; tries++) {
      try {
        this.#address = { address: where.host, port: where.port }
        if (transports.tcp) this.#address = await this.#streams.listen(where.host, where.port)
        if (transports.udp) this.#address = await this.#bindUdp(where.host, this.#address.port)
        return this.#address
      } catch (cause) {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause
        await this.#streams.stopListening()
        if (where.port === 0 && tries < PORT_TRIES) continue
        throw new AppError('PORT_IN_USE', { key: 'listen.sip', port: where.port }, { cause })
      }
    }
  }

  /** How the peer of `flow` reaches us: the address we listen on, or the nearest one when that is all of them. */
  reachableAt(flow: Flow): SocketAddress {
    const own = flow.reliable ? flow.local.address : this.#address.address
    return { address: isWildcard(own) ? this.localAddressTowards(flow.remote.address) : own, port: this.#address.port }
  }

  localAddressTowards(remote: string): string {
    return isWildcard(this.#address.address) ? this.#localAddresses.towards(remote) : this.#address.address
  }

  /** Another port of the host a datagram came from. null without UDP. */
  datagramFlow(remote: SocketAddress): Flow | null {
    return this.#udp?.flow(remote) ?? null
  }

  /** The open connection to a peer, if there is one. */
  existing(transport: 'tcp' | 'tls', address: string, port: number): Flow | null {
    return this.#byRemote.get(keyOf(transport, { address, port })) ?? null
  }

  /**
   * A flow to a peer: its open connection, a new one, or its UDP address. Names are looked up (A and AAAA only).
   * Throws AppError PEER_REFUSED, PEER_TIMEOUT, LIMIT_REACHED, NOT_READY.
   */
  async flowTo(target: Target): Promise<Flow> {
    const address = await this.#resolve(target)
    if (target.transport === 'udp') {
      if (!this.#udp) throw new AppError('NOT_READY', { what: 'SIP over UDP' })
      return this.#udp.flow({ address, port: target.port })
    }
    const key = keyOf(target.transport, { address, port: target.port })
    const open = this.#byRemote.get(key)
    if (open) return open
    const pending = this.#connecting.get(key) ?? this.#streams.connect({ ...target, host: target.host })
    this.#connecting.set(key, pending)
    try {
      return await pending
    } finally {
      this.#connecting.delete(key)
    }
  }

  /** A connection of its own, beside those that may be open to the same peer. Errors as `flowTo`. */
  async connect(target: Target): Promise<Flow> {
    return target.transport === 'udp' ? this.flowTo(target) : this.#streams.connect(target)
  }

  async close(): Promise<void> {
    await this.#streams.close()
    await this.#udp?.close()
  }

  async #bindUdp(host: string, port: number): Promise<SocketAddress> {
    const udp = new UdpSocket(host, {
      onDatagram: (bytes, flow) => this.#datagram(bytes, flow),
      onSent: (bytes, message, flow) => this.#tap('out', bytes, message, flow),
    })
    try {
      const address = await udp.bind(host, port)
      this.#udp = udp
      return address
    } catch (error) {
      await udp.close()
      throw error
    }
  }

  #datagram(bytes: Buffer, flow: Flow): void {
    let parsed: ParsedMessage | null = null
    if (bytes.length >= SMALLEST_MESSAGE_BYTES) {
      try {
        parsed = parseDatagram(bytes)
      } catch (error) {
        this.garbage++
        this.#options.log.debug('sip datagram is no message', { remote: flow.remote.address, reason: errorText(error) })
      }
    }
    this.#tap('in', bytes, parsed?.message ?? null, flow)
    if (parsed) this.#options.onMessage(parsed, flow)
  }

  /**
   * A peer that says by which port it is reached is reached over the connection it opened (RFC 5923 §5), unless the
   * address it gives is not the one it has: behind a NAT several peers give the same port.
   */
  #learnAlias(message: SipMessage, flow: StreamConnection): void {
    if (message.kind !== 'request' || flow.outgoing || this.#aliases.has(flow)) return
    const via = topVia(message.headers)
    const reachable = via !== null && via.host === flow.remote.address
    const alias = keyOf(flow.transport, reachable ? { address: via.host, port: sentByPort(via) } : flow.remote)
    this.#aliases.set(flow, alias)
    this.#byRemote.set(alias, flow)
  }

  #forget(flow: StreamConnection, reason: string): void {
    const alias = this.#aliases.get(flow)
    this.#aliases.delete(flow)
    for (const key of [keyOf(flow.transport, flow.remote), alias]) {
      if (key !== undefined && this.#byRemote.get(key) === flow) this.#byRemote.delete(key)
    }
    const peer = formatHostPort(flow.remote.address, flow.remote.port)
    this.#options.log.debug('sip connection closed', { remote: peer, transport: flow.transport, reason })
    this.#options.onFlowClosed(flow, new AppError('PEER_REFUSED', { peer, reason }))
  }

  async #resolve(target: Target): Promise<string> {
    if (isIP(target.host)) return target.host
    try {
      return (await lookup(target.host)).address
    } catch (cause) {
      throw new AppError('PEER_REFUSED', { peer: target.host, reason: errorText(cause) }, { cause })
    }
  }

  #tap(direction: 'in' | 'out', bytes: Buffer, message: SipMessage | null, flow: Flow): void {
    this.#options.tap?.({
      direction,
      bytes,
      message,
      transport: flow.transport,
      local: isWildcard(flow.local.address) ? this.reachableAt(flow) : flow.local,
      remote: flow.remote,
      atMs: this.#options.clock.nowMs(),
    })
  }
}

function keyOf(transport: string, { address, port }: SocketAddress): string {
  return `${transport} ${address} ${port}`
}
