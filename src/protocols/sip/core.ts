import type { Clock, Timers } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { DialogTable } from './dialog-table.ts'
import type { SipRequest } from './message.ts'
import { parseNameAddress } from './name-address.ts'
import { newBranch } from './tokens.ts'
import type { TransactionTable } from './transaction/table.ts'
import type { SipTiming } from './transaction/timing.ts'
import { type Flow, isFlow, type SocketAddress, type Target } from './transport/flow.ts'
import type { TransportLayer } from './transport/transports.ts'
import { formatHostPort, readUri } from './uri.ts'
import { formatVia } from './via.ts'
import { writeMessage } from './writer.ts'

/** RFC 3261 §18.1.1: a larger datagram may be cut on its way, and a lost piece loses all of it. */
const MAX_DATAGRAM_BYTES = 1300
/** The headers of our requests are never longer; a smaller body need not be measured. */
const MEASURED_FROM_BYTES = 300

/** Requests that say where we are reached. RFC 3261 §8.1.1.8, RFC 6665; MESSAGE must not (RFC 3428 §4). */
const WITH_CONTACT: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REGISTER'])

export interface SipCoreOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly timing: SipTiming
  readonly log: Log
  readonly userAgent: string
  /** How peers reach us, where that is not the address we listen on. */
  readonly advertised: Partial<SocketAddress>
  readonly transport: TransportLayer
  readonly transactions: TransactionTable
  readonly dialogs: DialogTable
}

/** What requests, dialogs and invitations share of their endpoint. */
export class SipCore {
  readonly clock: Clock
  readonly timers: Timers
  readonly timing: SipTiming
  readonly log: Log
  readonly transactions: TransactionTable
  readonly dialogs: DialogTable
  readonly #options: SipCoreOptions

  constructor(options: SipCoreOptions) {
    this.#options = options
    this.clock = options.clock
    this.timers = options.timers
    this.timing = options.timing
    this.log = options.log
    this.transactions = options.transactions
    this.dialogs = options.dialogs
  }

  get userAgent(): string {
    return this.#options.userAgent
  }

  /** Our Contact towards the peer of a flow. */
  contact(flow: Flow, user: string): string {
    const { address, port } = this.#reachableAt(flow)
    const transport = flow.transport === 'udp' ? '' : `;transport=${flow.transport}`
    return `<sip:${user === '' ? '' : `${user}@`}${formatHostPort(address, port)}${transport}>`
  }

  /**
   * The way a request goes. One that is too large for a datagram takes the TCP connection to the peer if one is open;
   * RFC 3261 §18.1.1 would open one, which cameras do not accept. Throws AppError PEER_REFUSED, PEER_TIMEOUT, NOT_READY.
   */
  async flowFor(target: Flow | Target, request: SipRequest): Promise<Flow> {
    const { transport } = this.#options
    const flow = isFlow(target) ? target : await transport.flowTo(target)
    if (flow.closed) {
      const peer = formatHostPort(flow.remote.address, flow.remote.port)
      const other =
        flow.transport === 'udp' ? null : transport.existing(flow.transport, flow.remote.address, flow.remote.port)
      if (other) return other
      throw new AppError('PEER_REFUSED', { peer, reason: 'its connection is closed' })
    }
    if (flow.transport !== 'udp' || request.body.length < MEASURED_FROM_BYTES) return flow
    if (writeMessage(this.outgoing(request, flow)).length <= MAX_DATAGRAM_BYTES) return flow
    return transport.existing('tcp', flow.remote.address, flow.remote.port) ?? flow
  }

  /** A request as it goes over `flow`: with a Via of its own, and with our Contact where one belongs. */
  outgoing(request: SipRequest, flow: Flow): SipRequest {
    const headers = request.headers.clone()
    const { address, port } = this.#reachableAt(flow)
    headers.prepend('Via', formatVia(flow.transport, address, port, newBranch()))
    if (WITH_CONTACT.has(request.method) && !headers.has('contact')) {
      const from = parseNameAddress(headers.get('from') ?? '').uri
      headers.append('Contact', this.contact(flow, readUri(from)?.user ?? ''))
    }
    if (!headers.has('user-agent')) headers.append('User-Agent', this.#options.userAgent)
    return { ...request, headers }
  }

  /** The ACK of a 2xx is no transaction. RFC 3261 §13.2.2.4. */
  sendAck(draft: SipRequest, flow: Flow): void {
    const ack = this.outgoing(draft, flow)
    flow.send(writeMessage(ack), ack)
  }

  #reachableAt(flow: Flow): SocketAddress {
    return { ...this.#options.transport.reachableAt(flow), ...this.#options.advertised }
  }
}
