import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Timer } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { MediaPort, type MediaPortOptions, type SenderOptions } from './media-port.ts'
import type { MediaSender } from './media-sender.ts'
import type { Expectation, Reception } from './reception.ts'

/** A port is not used again for this long: packets of its last stream may still come. */
const QUARANTINE_MS = 30_000
/** Ports used by other programs that are stepped over for one lease. */
const MAX_TRIES = 16
const REAP_INTERVAL_MS = 5000

export interface PortRangeOptions extends Omit<MediaPortOptions, 'dedicated'> {
  readonly host: string
  /** First and last number. Even numbers carry RTP, the odd ones after them RTCP. */
  readonly first: number
  readonly last: number
  /** A lease without a packet for this long is ended. */
  readonly idleMs: number
}

/** A reception with a port of its own. */
export interface PortLease {
  readonly port: number
  readonly reception: Reception
  openSender(options: SenderOptions): MediaSender
}

interface Lease extends PortLease {
  readonly media: MediaPort
  readonly rtcp: UdpSocket
  readonly leasedAtMs: number
  readonly onDisconnect: ((reason: string) => void) | undefined
}

/** The alternative to one shared port: each reception gets an even port for UDP and TCP, and the odd one after it. */
export class PortRange {
  readonly #options: PortRangeOptions
  readonly #leases = new Map<number, Lease>()
  /** Port -> monotonic milliseconds when it may be used again. */
  readonly #quarantine = new Map<number, number>()
  readonly #opening = new Set<number>()
  readonly #reaper: Timer
  #next: number

  constructor(options: PortRangeOptions) {
    this.#options = options
    this.#next = options.first + (options.first % 2)
    this.#reaper = options.timers.every(REAP_INTERVAL_MS, () => this.#reap())
  }

  get leased(): number {
    return this.#leases.size
  }

  /** A port and its reception; closing the reception gives the port back. Throws AppError LIMIT_REACHED. */
  async lease(expectation: Expectation): Promise<PortLease> {
    const { clock, timers, log, host } = this.#options
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const port = this.#take()
      if (port === null) break
      this.#opening.add(port)
      const media = new MediaPort({ clock, timers, log, dedicated: true })
      try {
        await media.listen(port, host)
        const rtcp = await bindUdp(port + 1, host)
        const reception = media.expect(expectation)
        const onDisconnect = expectation.onDisconnect?.bind(expectation)
        const lease: Lease = {
          port,
          reception,
          media,
          rtcp,
          leasedAtMs: clock.monotonicMs(),
          onDisconnect,
          openSender: options => media.openSender(options),
        }
        this.#leases.set(port, lease)
        return lease
      } catch (error) {
        await media.close()
        if (!(error instanceof AppError)) throw error
        this.#hold(port) // another program has it
      } finally {
        this.#opening.delete(port)
      }
    }
    throw new AppError('LIMIT_REACHED', { what: 'media ports', limit: this.#size })
  }

  async close(): Promise<void> {
    this.#reaper.cancel()
    await Promise.all([...this.#leases.values()].map(lease => this.#end(lease)))
  }

  get #size(): number {
    return Math.floor((this.#options.last - this.#options.first - (this.#options.first % 2) + 1) / 2)
  }

  #take(): number | null {
    const { first, last, clock } = this.#options
    const nowMs = clock.monotonicMs()
    for (let n = 0; n < this.#size; n++) {
      const port = this.#next
      this.#next = port + 3 > last ? first + (first % 2) : port + 2
      const free = (this.#quarantine.get(port) ?? Number.NEGATIVE_INFINITY) <= nowMs
      if (free && !this.#leases.has(port) && !this.#opening.has(port)) return port
    }
    return null
  }

  #hold(port: number): void {
    this.#quarantine.set(port, this.#options.clock.monotonicMs() + QUARANTINE_MS)
  }

  /** Gives back the ports of closed receptions, and ends those that nobody sends to. */
  #reap(): void {
    const oldest = this.#options.clock.monotonicMs() - this.#options.idleMs
    for (const lease of this.#leases.values()) {
      const { reception, leasedAtMs, onDisconnect } = lease
      if (reception.closed) void this.#end(lease)
      else if (Math.max(reception.lastAtMs, leasedAtMs) < oldest) {
        void this.#end(lease)
        onDisconnect?.('nothing was received')
      }
    }
  }

  async #end(lease: Lease): Promise<void> {
    if (!this.#leases.delete(lease.port)) return
    this.#hold(lease.port)
    lease.rtcp.close()
    await lease.media.close()
  }
}

function bindUdp(port: number, host: string): Promise<UdpSocket> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  return new Promise((resolve, reject) => {
    socket.once('error', (error: Error & { code?: string }) =>
      reject(error.code === 'EADDRINUSE' ? new AppError('PORT_IN_USE', { key: 'media', port }) : error),
    )
    socket.bind(port, host, () => {
      socket.removeAllListeners('error')
      socket.on('error', () => {}) // RTCP is not needed: what happens to it ends nothing
      resolve(socket)
    })
  })
}
