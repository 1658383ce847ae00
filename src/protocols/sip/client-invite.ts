import { AppError } from '../../base/errors.ts'
import type { SipCore } from './core.ts'
import { Dialog } from './dialog.ts'
import type { DialogState } from './dialog-state.ts'
import type { Content } from './draft.ts'
import { type ExchangeOptions, exchange } from './exchange.ts'
import { InviteExchange } from './invite-exchange.ts'
import type { SipResponse } from './message.ts'
import { tagOf } from './name-address.ts'
import type { Flow, Target } from './transport/flow.ts'

/** An INVITE of ours. RFC 3261 §13.2. */
export class ClientInvite {
  /**
   * The final response, whatever it says; 487 after `cancel`. Rejects with AppError PEER_TIMEOUT, PEER_REFUSED and others
   * of `SipEndpoint.request`.
   */
  readonly response: Promise<SipResponse>
  readonly #core: SipCore
  readonly #state: DialogState
  readonly #options: ExchangeOptions
  readonly #target: Flow | Target
  readonly #exchange: InviteExchange
  /** Tags of forks that were ended. */
  readonly #forks = new Set<string>()
  #dialog: Dialog | null = null
  #cseq = 0

  constructor(core: SipCore, target: Flow | Target, state: DialogState, content: Content, options: ExchangeOptions) {
    this.#core = core
    this.#state = state
    this.#options = options
    this.#target = target
    const draft = state.request('INVITE', content)
    this.#exchange = new InviteExchange(core, target, draft, state, options, (response, cseq, first) =>
      this.#succeeded(response, cseq, first),
    )
    this.response = this.#exchange.response
  }

  /** There is one after a 2xx. */
  get dialog(): Dialog | null {
    return this.#dialog
  }

  get callId(): string {
    return this.#state.callId
  }

  /** Owed after a 2xx, once; it is repeated as the 2xx is. Throws AppError NOT_READY before. */
  ack(content: Content = {}): void {
    if (!this.#dialog) throw new AppError('NOT_READY', { what: 'the answer to INVITE' })
    this.#dialog.acknowledge(this.#cseq, content)
  }

  /** CANCEL as soon as the peer has said anything; a 2xx that comes all the same is ended by BYE. */
  cancel(): void {
    this.#exchange.cancel()
  }

  #succeeded(response: SipResponse, cseq: number, first: boolean): void {
    const tag = tagOf(response.headers.get('to') ?? '')
    const flow = this.#exchange.sent?.flow ?? this.#target
    if (first && !this.#exchange.cancelled) {
      this.#state.answered(response)
      this.#cseq = cseq
      this.#dialog = new Dialog(this.#core, this.#state, flow, this.#options.authorization)
    } else if (this.#dialog && tag === this.#state.remoteTag) this.#dialog.repeatAck(response)
    else void this.#endFork(this.#state.fork(response), cseq, tag, flow)
  }

  /** RFC 3261 §13.2.2.4: each 2xx is acknowledged, and the dialogs that nobody wants are ended. */
  async #endFork(fork: DialogState, cseq: number, tag: string, target: Flow | Target): Promise<void> {
    try {
      const ack = fork.ack(cseq)
      this.#core.sendAck(ack, await this.#core.flowFor(target, ack))
      if (this.#forks.has(tag)) return
      this.#forks.add(tag)
      await exchange(this.#core, target, fork.request('BYE'), fork, this.#options)
    } catch (error) {
      this.#core.log.debug('sip fork was not ended', { callId: this.#state.callId, error })
    }
  }
}
