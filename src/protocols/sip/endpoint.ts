import type { Clock, Timers } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import { type Log, silentLog } from '../../base/log.ts'
import { answerTo } from './answer.ts'
import { ClientInvite } from './client-invite.ts'
import { SipCore } from './core.ts'
import { Dialog, type RequestHandler } from './dialog.ts'
import { type DialogJournalEntry, DialogState, dialogFromJournal } from './dialog-state.ts'
import { DialogTable } from './dialog-table.ts'
import type { Content } from './draft.ts'
import { countingFrom, type ExchangeOptions, exchange } from './exchange.ts'
import type { SipRequest, SipResponse } from './message.ts'
import { tagOf } from './name-address.ts'
import type { ParsedMessage } from './parser.ts'
import { checkRequest, isSoundResponse } from './request-check.ts'
import { localTagOf, RequestContext } from './request-context.ts'
import { Subscription, type SubscriptionOptions } from './subscription.ts'
import { newCallId, newTag } from './tokens.ts'
import { type ServerTransaction, TransactionTable } from './transaction/table.ts'
import { DEFAULT_TIMING, patienceMs, type SipTiming, TRYING_AFTER_MS } from './transaction/timing.ts'
import type { Flow, SocketAddress, TapEvent, Target } from './transport/flow.ts'
import type { TlsOptions } from './transport/stream-server.ts'
import { TransportLayer, type TransportLimits, type Transports } from './transport/transports.ts'
import { replyPort, stampVia, topVia } from './via.ts'
import { writeMessage } from './writer.ts'

/** Methods of RFC 3261 and its extensions: without a handler 405; others are 501. RFC 3261 §8.2.1, §21.5.2. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'INFO', 'UPDATE'],
  ...['PRACK', 'REFER', 'PUBLISH'],
])
/**
 * With a tag of ours that is unknown these are 481, RFC 3261 §12.2.2. The others stand on their own: devices put the tag
 * of an old answer into REGISTER and MESSAGE, and send NOTIFY with tags of their own.
 */
const ONLY_IN_DIALOG: ReadonlySet<string> = new Set(['BYE', 'INFO', 'INVITE', 'UPDATE', 'PRACK', 'REFER', 'SUBSCRIBE'])

export interface SipEndpointOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly log?: Log
  readonly timing?: SipTiming
  /** User-Agent of requests and answers. */
  readonly userAgent?: string
  /** What Via and Contact say where it is not the address we listen on. */
  readonly advertised?: Partial<SocketAddress>
  readonly tls?: TlsOptions
  readonly limits?: TransportLimits
  /** Sees every message and every packet that is none, both ways. Must not throw. */
  readonly tap?: (event: TapEvent) => void
}

export interface OutgoingRequest extends Content, ExchangeOptions {
  readonly method: string
  /** Request-URI. */
  readonly uri: string
  /** URI or name-addr; a tag is added. */
  readonly from: string
  readonly to: string
  /** New when left out. A further REGISTER keeps the first one's and counts its CSeq on. RFC 3261 §10.2. */
  readonly callId?: string
  readonly fromTag?: string
  /** 1 when left out. */
  readonly cseq?: number
}

export type OutgoingInvite = Omit<OutgoingRequest, 'method'>

/** A SIP endpoint on one port: client and server of requests, dialogs and subscriptions. RFC 3261. */
export class SipEndpoint {
  readonly #options: SipEndpointOptions
  readonly #log: Log
  readonly #timing: SipTiming
  readonly #transport: TransportLayer
  readonly #transactions: TransactionTable
  readonly #dialogs = new DialogTable()
  readonly #core: SipCore
  readonly #handlers = new Map<string, RequestHandler>()
  /** INVITEs that wait for their final response, or their ACK, by transaction. */
  readonly #invites = new Map<ServerTransaction | null, RequestContext>()
  #closed = false

  constructor(options: SipEndpointOptions) {
    const { clock, timers, log = silentLog, timing = DEFAULT_TIMING, tls, limits, tap } = options
    this.#options = options
    this.#log = log
    this.#timing = timing
    this.#transactions = new TransactionTable({ timers, timing })
    this.#transport = new TransportLayer({
      ...{ clock, timers, log },
      ...(tls ? { tls } : {}),
      ...(limits ? { limits } : {}),
      ...(tap ? { tap } : {}),
      onMessage: (parsed, flow) => this.#guarded(parsed, flow),
      onFlowClosed: (flow, error) => this.#transactions.flowClosed(flow, error),
    })
    this.#core = new SipCore({
      ...{ clock, timers, timing, log },
      userAgent: options.userAgent ?? 'Sightline',
      advertised: options.advertised ?? {},
      transport: this.#transport,
      transactions: this.#transactions,
      dialogs: this.#dialogs,
    })
    this.on('OPTIONS', (_request, context) => context.respond(200, { headers: { Allow: this.#allow() } }))
  }

  /**
   * Opens the port. Port 0 takes one that is free for all transports. TLS comes on the TCP port, when `tls` has a key.
   * Throws AppError PORT_IN_USE.
   */
  async listen(where: { port: number; host: string }, transports: Transports = { udp: true, tcp: true }) {
    return this.#transport.listen(where, transports)
  }

  /** Address and port we listen on. */
  get address(): SocketAddress {
    return this.#transport.address
  }

  /** TCP and TLS connections, dialogs, transactions, and packets that were no SIP. */
  get counts() {
    return {
      connections: this.#transport.connections,
      dialogs: this.#dialogs.size,
      transactions: this.#transactions.size,
      garbage: this.#transport.garbage,
    }
  }

  /** Our address as the peer sees it without NAT; for SDP. */
  localAddressTowards(remote: string): string {
    return this.#transport.localAddressTowards(remote)
  }

  /** A connection of its own, as each simulated device has; UDP gives a flow without one. Errors as `request`. */
  connect(target: Target): Promise<Flow> {
    return this.#transport.connect(target)
  }

  /** Requests of this method that belong to no dialog, or whose dialog has no handler for it. */
  on(method: string, handler: RequestHandler): this {
    this.#handlers.set(method, handler)
    return this
  }

  /**
   * Sends a request and resolves with its final response, whatever it says. Challenges are answered when there is
   * `authorization`. Throws AppError PEER_TIMEOUT without an answer, PEER_REFUSED when there is no way to the peer,
   * LIMIT_REACHED; an abort of `signal` rejects with its reason.
   */
  async request(target: Flow | Target, outgoing: OutgoingRequest): Promise<SipResponse> {
    const request = this.#begin(outgoing).request(outgoing.method, outgoing)
    return exchange(this.#core, target, request, countingFrom(request), outgoing)
  }

  /** Sends an INVITE. After a 2xx there is a dialog, and an `ack` is owed. */
  invite(target: Flow | Target, outgoing: OutgoingInvite): ClientInvite {
    return new ClientInvite(this.#core, target, this.#begin(outgoing), outgoing, outgoing)
  }

  /**
   * Subscribes, and renews until it is ended. Resolves after the first 2xx; throws AppError PEER_REFUSED with the status
   * of another answer, and what `request` throws.
   */
  subscribe(target: Flow | Target, outgoing: OutgoingInvite & SubscriptionOptions): Promise<Subscription> {
    const dialog = new Dialog(this.#core, this.#begin(outgoing), target, outgoing.authorization)
    return Subscription.open(this.#core, dialog, outgoing)
  }

  /** The dialog of a journal entry, to end it or go on with it. The peer is where it was, unless `target` says otherwise. */
  restoreDialog(entry: DialogJournalEntry, target?: Flow | Target): Dialog {
    const { transport, address, port } = entry.peer
    const peer = transport === 'udp' ? null : this.#transport.existing(transport, address, port)
    return new Dialog(this.#core, dialogFromJournal(entry), target ?? peer ?? { transport, host: address, port })
  }

  /** Ends all transactions and connections; dialogs are forgotten, their peers are told nothing. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#dialogs.close()
    this.#transactions.close()
    await this.#transport.close()
  }

  #begin(outgoing: OutgoingInvite): DialogState {
    const { callId = newCallId(), fromTag = newTag(), from, to, uri, cseq } = outgoing
    return DialogState.begin({ callId, localTag: fromTag, from, to, uri, ...(cseq === undefined ? {} : { cseq }) })
  }

  /** One message must never end the process. */
  #guarded(parsed: ParsedMessage, flow: Flow): void {
    try {
      this.#receive(parsed, flow)
    } catch (error) {
      this.#log.error('sip message failed', { remote: flow.remote.address, error: errorText(error) })
    }
  }

  #receive({ message, problem }: ParsedMessage, flow: Flow): void {
    if (this.#closed) return
    if (message.kind === 'response') {
      if (problem === null && isSoundResponse(message)) this.#transactions.receiveResponse(message)
      return
    }
    const refusal = checkRequest(message, problem)
    const back = this.#wayBack(message, flow)
    if (refusal) {
      if (back) this.#refuse(message, back, refusal.status, { reason: refusal.reason })
      return
    }
    if (!back) return
    if (message.method === 'ACK') this.#acknowledge(message)
    else if (!this.#transactions.absorb(message)) this.#begun(message, back)
  }

  /** Where answers go. RFC 3261 §18.2, RFC 3581 §4. Writes into the Via what it learns. null: there is no Via. */
  #wayBack(request: SipRequest, flow: Flow): Flow | null {
    const via = topVia(request.headers)
    if (!via) return null
    stampVia(request.headers, via, flow.remote)
    if (flow.reliable) return flow
    const port = replyPort(via, flow.remote)
    return port === flow.remote.port ? flow : this.#transport.datagramFlow({ ...flow.remote, port })
  }

  /** An answer without a transaction. An ACK gets none. RFC 3261 §8.2.7. */
  #refuse(request: SipRequest, flow: Flow, status: number, content: Parameters<typeof answerTo>[3]): void {
    if (request.method === 'ACK') return
    const response = answerTo(request, status, localTagOf(request), content)
    flow.send(writeMessage(response), response)
  }

  #acknowledge(ack: SipRequest): void {
    this.#transactions.absorb(ack)
    this.#dialogs.find(ack)?.acknowledged(ack)
  }

  #begun(request: SipRequest, flow: Flow): void {
    // These outlive the request by 32 s: what they refer to must not have it.
    const transaction = this.#transactions.accept(request, flow, {
      onAck: () => this.#invites.get(transaction)?.acknowledged(),
      onTerminated: () => this.#invites.delete(transaction),
    })
    if (transaction) this.#handle(request, flow, transaction)
    else this.#refuse(request, flow, 503, { headers: { 'Retry-After': '10' } })
  }

  #handle(request: SipRequest, flow: Flow, transaction: ServerTransaction): void {
    const { method } = request
    const dialog = this.#dialogs.find(request)
    const context = new RequestContext(this.#core, request, flow, dialog, transaction, localTagOf(request))
    if (method === 'INVITE') this.#invites.set(transaction, context)
    if (method === 'CANCEL') this.#cancel(context)
    else if (dialog && !dialog.receive(request, flow)) context.respond(500, { reason: 'CSeq is lower than before' })
    else if (!this.#refusesExtensions(context)) this.#dispatch(context)
    // RFC 3261 §17.2.1: 100, unless there is something better to say soon.
    if (method === 'INVITE' && !context.answered) this.#options.timers.after(TRYING_AFTER_MS, () => context.trying())
  }

  /** RFC 3261 §9.2. */
  #cancel(context: RequestContext): void {
    const invite = this.#transactions.inviteOf(context.request)
    context.respond(invite ? 200 : 481)
    if (invite) this.#invites.get(invite)?.cancel()
  }

  /** RFC 3261 §8.2.2.3: what a peer requires and we do not know. */
  #refusesExtensions(context: RequestContext): boolean {
    const required = context.request.headers.list('require')
    if (required.length === 0) return false
    context.respond(420, { headers: { Unsupported: required.join(', ') } })
    return true
  }

  #dispatch(context: RequestContext): void {
    const { request, dialog } = context
    const { method } = request
    if (!dialog && ONLY_IN_DIALOG.has(method) && (method === 'BYE' || tagOf(request.headers.get('to') ?? '') !== '')) {
      context.respond(481)
      return
    }
    const handler = dialog?.handler(method) ?? (dialog && method === 'INVITE' ? undefined : this.#handlers.get(method))
    if (handler) void this.#run(handler, context)
    else if (dialog && method === 'INVITE') context.respond(488)
    else if (method !== 'BYE') {
      if (KNOWN_METHODS.has(method)) context.respond(405, { headers: { Allow: this.#allow() } })
      else context.respond(501)
    }
    if (dialog && method === 'BYE') {
      context.respond(200)
      dialog.end('the peer said BYE')
    }
  }

  /** A handler that fails, or leaves without an answer, answers 500; one that takes too long 504. An INVITE may ring. */
  async #run(handler: RequestHandler, context: RequestContext): Promise<void> {
    const { method } = context.request
    const overdue =
      method === 'INVITE' ? null : this.#options.timers.after(patienceMs(this.#timing), () => context.respond(504))
    try {
      await handler(context.request, context)
      if (method !== 'INVITE') context.respond(500, { reason: 'No answer' })
    } catch (error) {
      this.#log.warn('sip request failed', { method, remote: context.flow.remote.address, error: errorText(error) })
      context.respond(500)
    } finally {
      overdue?.cancel()
    }
  }

  #allow(): string {
    return [...new Set([...this.#handlers.keys(), 'ACK', 'CANCEL', 'BYE'])].join(', ')
  }
}
