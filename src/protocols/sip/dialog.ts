import { AppError } from '../../base/errors.ts'
import type { SipCore } from './core.ts'
import { parseCSeq } from './cseq.ts'
import type { DialogJournalEntry, DialogState } from './dialog-state.ts'
import type { Login } from './digest.ts'
import type { Content } from './draft.ts'
import { type ExchangeOptions, exchange } from './exchange.ts'
import { InviteExchange } from './invite-exchange.ts'
import type { SipRequest, SipResponse } from './message.ts'
import type { RequestContext } from './request-context.ts'
import { type Flow, isFlow, type Target } from './transport/flow.ts'

export type RequestHandler = (request: SipRequest, context: RequestContext) => void | Promise<void>

/**
 * The peer does not know the dialog. RFC 3261 §12.2.1.2. Other refusals, and silence, end nothing here although RFC 5057
 * §5.1 would: a camera that answers INFO with 404 still sends video, and is owed its BYE.
 */
const UNKNOWN_DIALOG = 481

/**
 * A dialog of ours with a peer, by INVITE or SUBSCRIBE, whoever began it. Its requests go where the peer was last seen:
 * behind a NAT its Contact leads nowhere.
 */
export class Dialog {
  readonly state: DialogState
  readonly #core: SipCore
  readonly #login: Login | undefined
  readonly #handlers = new Map<string, RequestHandler>()
  readonly #endListeners: ((reason: string) => void)[] = []
  #target: Flow | Target
  #ended: string | null = null
  #unacknowledged: { readonly cseq: number; acknowledged(): void } | null = null
  /** Null once the caller has acknowledged. */
  #confirmListeners: (() => void)[] | null = []
  #ack: { cseq: number; send: () => void } | null = null

  constructor(core: SipCore, state: DialogState, target: Flow | Target, login?: Login) {
    this.#core = core
    this.state = state
    this.#target = target
    this.#login = login
    core.dialogs.add(this)
  }

  get callId(): string {
    return this.state.callId
  }

  /** Why it ended; null while it lives. */
  get ended(): string | null {
    return this.#ended
  }

  /** Where its requests go. */
  get target(): Flow | Target {
    return this.#target
  }

  /** The peer was seen somewhere else, as after it connected again. */
  moveTo(target: Flow | Target): void {
    this.#target = target
  }

  /** Requests of this method within the dialog. Without a handler the endpoint's own gets them. */
  on(method: string, handler: RequestHandler): this {
    this.#handlers.set(method, handler)
    return this
  }

  handler(method: string): RequestHandler | undefined {
    return this.#handlers.get(method)
  }

  /** Told once; at once when it has ended. */
  onEnd(listener: (reason: string) => void): this {
    if (this.#ended === null) this.#endListeners.push(listener)
    else listener(this.#ended)
    return this
  }

  /**
   * Sends a request within the dialog; a 2xx to a re-INVITE is acknowledged. Resolves with the final response, whatever
   * it says; 481 ends the dialog. Errors as `SipEndpoint.request`; the dialog lives on then.
   */
  async request(method: string, options: Content & ExchangeOptions = {}): Promise<SipResponse> {
    if (this.#ended !== null) throw new AppError('PEER_REFUSED', { peer: 'dialog', reason: this.#ended })
    const request = this.state.request(method, options)
    const withLogin = this.#login ? { authorization: this.#login, ...options } : options
    try {
      const response =
        method === 'INVITE'
          ? await this.#reInvite(request, withLogin)
          : await exchange(this.#core, this.#target, request, this.state, withLogin)
      if (response.status < 300 && method !== 'BYE') this.state.answered(response)
      if (response.status === UNKNOWN_DIALOG) this.end(`${method} was answered ${response.status}`)
      return response
    } finally {
      if (method === 'BYE') this.end('we said BYE')
    }
  }

  /** Ends the session of an INVITE. The dialog has ended when this returns, whether the peer answers or not. */
  bye(options: Content & ExchangeOptions = {}): Promise<SipResponse> {
    return this.request('BYE', options)
  }

  /** Forgets the dialog without a word to the peer. */
  end(reason: string): void {
    if (this.#ended !== null) return
    this.#ended = reason
    this.#core.dialogs.remove(this)
    this.#ack = null
    for (const listener of this.#endListeners.splice(0)) listener(reason)
  }

  /** Enough to end it after a restart: `SipEndpoint.restoreDialog`. Write it when the dialog begins. */
  toJournal(): DialogJournalEntry {
    const target = this.#target
    const address = isFlow(target) ? target.remote : { address: target.host, port: target.port }
    return this.state.toJournal({ transport: target.transport, ...address })
  }

  /** Sends the ACK of a 2xx, and again for each repetition of that 2xx. */
  acknowledge(inviteCseq: number, content: Content = {}): void {
    const draft = this.state.ack(inviteCseq, content)
    const send = () => {
      this.#core
        .flowFor(this.#target, draft)
        .then(flow => this.#core.sendAck(draft, flow))
        .catch((error: unknown) => this.#core.log.debug('sip ACK was not sent', { callId: this.callId, error }))
    }
    this.#ack = { cseq: inviteCseq, send }
    send()
  }

  /** A 2xx that came again: our ACK was lost. */
  repeatAck(response: SipResponse): void {
    if (this.#ack && parseCSeq(response.headers.get('cseq') ?? '')?.number === this.#ack.cseq) this.#ack.send()
  }

  #reInvite(request: SipRequest, options: ExchangeOptions): Promise<SipResponse> {
    const onSuccess = (response: SipResponse, cseq: number, first: boolean) => {
      if (first) this.acknowledge(cseq)
      else this.repeatAck(response)
    }
    return new InviteExchange(this.#core, this.#target, request, this.state, options, onSuccess).response
  }

  /** Told once when the caller has acknowledged our answer, from when on he expects media; at once when he has. */
  onConfirmed(listener: () => void): this {
    if (this.#confirmListeners) this.#confirmListeners.push(listener)
    else listener()
    return this
  }

  /** The ACK of our 2xx came. */
  confirm(): void {
    const listeners = this.#confirmListeners ?? []
    this.#confirmListeners = null
    for (const listener of listeners) listener()
  }

  /** Our 2xx is sent again until `acknowledged`. */
  awaitAck(repeater: { readonly cseq: number; acknowledged(): void }): void {
    this.#unacknowledged = repeater
  }

  /** The peer's ACK came. */
  acknowledged(ack: SipRequest): void {
    const cseq = parseCSeq(ack.headers.get('cseq') ?? '')?.number
    if (this.#unacknowledged?.cseq !== cseq) return
    this.#unacknowledged?.acknowledged()
    this.#unacknowledged = null
  }

  /** Whether a request of the peer is in order. Learns where it comes from. */
  receive(request: SipRequest, flow: Flow): boolean {
    if (request.method !== 'ACK' && !this.state.accepts(request)) return false
    this.#target = flow
    return true
  }
}
