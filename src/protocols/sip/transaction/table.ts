import type { Timers } from '../../../base/clock.ts'
import { AppError } from '../../../base/errors.ts'
import { parseCSeq } from '../cseq.ts'
import type { SipMessage, SipRequest, SipResponse } from '../message.ts'
import { tagOf } from '../name-address.ts'
import type { Flow } from '../transport/flow.ts'
import { topVia } from '../via.ts'
import { writeMessage } from '../writer.ts'
import { InviteClient } from './invite-client.ts'
import { InviteServer } from './invite-server.ts'
import { NonInviteClient } from './non-invite-client.ts'
import { NonInviteServer } from './non-invite-server.ts'
import type { SipTiming } from './timing.ts'
import type { ClientEvents, ServerEvents, TransactionWire } from './wire.ts'

/**
 * Transactions of each side at a time. One over UDP stays for 32 s after its answer and takes 4.4 kB (measured): this is
 * 1000 requests a second, ten times what 3000 devices send that register with digest in one minute, and 150 MB.
 */
const MAX_TRANSACTIONS = 32_768
/** Looked at to make room: the oldest are nearly always answered. */
const EVICTION_REACH = 64

type ClientTransaction = InviteClient | NonInviteClient
export type ServerTransaction = InviteServer | NonInviteServer

export interface TableOptions {
  readonly timers: Timers
  readonly timing: SipTiming
  readonly maxTransactions?: number
}

/** All transactions of an endpoint, and which message belongs to which. RFC 3261 §17.1.3, §17.2.3. */
export class TransactionTable {
  readonly #options: TableOptions
  readonly #limit: number
  readonly #clients = new Map<string, ClientTransaction>()
  readonly #servers = new Map<string, ServerTransaction>()
  /** Client transactions of a connection, to end them with it. */
  readonly #byFlow = new Map<Flow, Set<ClientTransaction>>()

  constructor(options: TableOptions) {
    this.#options = options
    this.#limit = options.maxTransactions ?? MAX_TRANSACTIONS
  }

  get size(): { clients: number; servers: number } {
    return { clients: this.#clients.size, servers: this.#servers.size }
  }

  /** Sends the request and follows it. Throws AppError LIMIT_REACHED when there are too many. */
  start(request: SipRequest, flow: Flow, events: ClientEvents): ClientTransaction {
    if (this.#clients.size >= this.#limit) {
      throw new AppError('LIMIT_REACHED', { what: 'SIP client transactions', limit: this.#limit })
    }
    const key = clientKey(request)
    const bytes = writeMessage(request)
    const ending: ClientEvents = {
      onResponse: response => events.onResponse(response),
      onTimeout: () => events.onTimeout(),
      onTransportError: error => events.onTransportError(error),
      onTerminated: () => {
        this.#clients.delete(key)
        this.#leaveFlow(flow, transaction)
        events.onTerminated()
      },
    }
    const wire = this.#wire(flow)
    // It sends at once, but nothing answers before this has returned.
    const transaction: ClientTransaction =
      request.method === 'INVITE'
        ? new InviteClient(request, bytes, wire, ending)
        : new NonInviteClient(request, bytes, wire, ending)
    this.#clients.set(key, transaction)
    if (flow.reliable) {
      const members = this.#byFlow.get(flow)
      if (members) members.add(transaction)
      else this.#byFlow.set(flow, new Set([transaction]))
    }
    return transaction
  }

  /** False when no transaction waits for this response. */
  receiveResponse(response: SipResponse): boolean {
    const transaction = this.#clients.get(clientKey(response))
    if (!transaction) return false
    transaction.receive(response)
    return true
  }

  /** Whether the request came before; then it is dealt with. */
  absorb(request: SipRequest): boolean {
    const transaction = this.#servers.get(serverKey(request, request.method))
    if (!transaction) return false
    if (request.method === 'ACK') {
      if (transaction instanceof InviteServer) transaction.acknowledged()
    } else transaction.retransmitted()
    return true
  }

  /** A transaction for a request that `absorb` did not know. null when there are too many that wait for an answer. */
  accept(request: SipRequest, flow: Flow, events: ServerEvents): ServerTransaction | null {
    if (this.#servers.size >= this.#limit && !this.#evict()) return null
    const key = serverKey(request, request.method)
    const wire = this.#wire(flow)
    const ending: ServerEvents = {
      ...events,
      onTerminated: () => {
        this.#servers.delete(key)
        events.onTerminated()
      },
    }
    const transaction = request.method === 'INVITE' ? new InviteServer(wire, ending) : new NonInviteServer(wire, ending)
    this.#servers.set(key, transaction)
    return transaction
  }

  /** Whether the INVITE that this CANCEL means is known. RFC 3261 §9.2. */
  inviteOf(cancel: SipRequest): InviteServer | null {
    const transaction = this.#servers.get(serverKey(cancel, 'INVITE'))
    return transaction instanceof InviteServer ? transaction : null
  }

  flowClosed(flow: Flow, error: Error): void {
    for (const transaction of [...(this.#byFlow.get(flow) ?? [])]) transaction.transportError(error)
    this.#byFlow.delete(flow)
  }

  /** Ends all. Those who wait for an answer get AppError NOT_READY. */
  close(): void {
    const error = new AppError('NOT_READY', { what: 'SIP' })
    for (const transaction of [...this.#clients.values()]) {
      transaction.transportError(error)
      transaction.abandon()
    }
    for (const transaction of [...this.#servers.values()]) transaction.abandon()
  }

  #wire(flow: Flow): TransactionWire {
    return {
      reliable: flow.reliable,
      timers: this.#options.timers,
      timing: this.#options.timing,
      send: (bytes: Buffer, message: SipMessage) => flow.send(bytes, message),
    }
  }

  #leaveFlow(flow: Flow, transaction: ClientTransaction): void {
    const members = this.#byFlow.get(flow)
    if (!members) return
    members.delete(transaction)
    if (members.size === 0) this.#byFlow.delete(flow)
  }

  /** An answered transaction only absorbs repetitions; a flood may cost that. */
  #evict(): boolean {
    let reach = EVICTION_REACH
    for (const transaction of this.#servers.values()) {
      if (transaction.state === 'completed' || transaction.state === 'confirmed') {
        transaction.abandon()
        return true
      }
      if (--reach === 0) return false
    }
    return false
  }
}

function clientKey(message: SipMessage): string {
  const branch = topVia(message.headers)?.parameters.get('branch') ?? ''
  const method =
    message.kind === 'request' ? message.method : (parseCSeq(message.headers.get('cseq') ?? '')?.method ?? '')
  return `${branch} ${method}`
}

/**
 * RFC 3261 §17.2.3: branch, sent-by and method. Call-ID, CSeq and From tag besides, which a repetition has as well: they
 * are all there is of a sender of RFC 2543, and some devices use one branch for everything.
 */
function serverKey(request: SipRequest, method: string): string {
  const { headers } = request
  const via = topVia(headers)
  const branch = via?.parameters.get('branch') ?? ''
  const cseq = parseCSeq(headers.get('cseq') ?? '')?.number ?? ''
  const sentBy = `${via?.host}:${via?.port ?? ''}`
  const caller = `${headers.get('call-id')} ${cseq} ${tagOf(headers.get('from') ?? '')}`
  return `${branch} ${sentBy} ${caller} ${method === 'ACK' ? 'INVITE' : method}`
}
