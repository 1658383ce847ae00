import { AppError } from '../../base/errors.ts'
import { type AnswerContent, answerTo } from './answer.ts'
import { AnswerRepeater } from './answer-repeater.ts'
import type { SipCore } from './core.ts'
import { Dialog } from './dialog.ts'
import { DialogState } from './dialog-state.ts'
import type { SipRequest, SipResponse } from './message.ts'
import { parseNameAddress, tagOf } from './name-address.ts'
import { Notifier, type NotifierOptions } from './notifier.ts'
import { newTag } from './tokens.ts'
import type { ServerTransaction } from './transaction/table.ts'
import type { Flow, SipTransport, SocketAddress } from './transport/flow.ts'
import { readUri } from './uri.ts'

/** A request of a peer, to be answered. */
export class RequestContext {
  readonly request: SipRequest
  /** The way back to the peer: the same TCP connection, or the address it sent from. */
  readonly flow: Flow
  /** The dialog it belongs to. */
  readonly dialog: Dialog | null
  readonly #core: SipCore
  readonly #transaction: ServerTransaction
  readonly #cancelled = new AbortController()
  /** The tag of our answers. */
  readonly #localTag: string
  #answered = false
  #provisional = false
  #repeater: AnswerRepeater | null = null

  constructor(
    core: SipCore,
    request: SipRequest,
    flow: Flow,
    dialog: Dialog | null,
    transaction: ServerTransaction,
    localTag: string,
  ) {
    this.#core = core
    this.request = request
    this.flow = flow
    this.dialog = dialog
    this.#transaction = transaction
    this.#localTag = localTag
  }

  get remote(): SocketAddress & { readonly transport: SipTransport } {
    return { transport: this.flow.transport, ...this.flow.remote }
  }

  /** A final response was given. */
  get answered(): boolean {
    return this.#answered
  }

  /** Aborted when the caller cancels an INVITE; 487 has been answered then. */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal
  }

  /**
   * Answers. What comes after a final response is not sent. A 2xx to an INVITE is `accept`, with its dialog.
   */
  respond(status: number, content: AnswerContent = {}): void {
    if (this.#answered) return
    if (status >= 200 && status < 300 && this.request.method === 'INVITE') {
      this.accept({ status, ...content })
      return
    }
    this.#answered = status >= 200
    this.#provisional = true
    this.#transaction.respond(this.#answer(status, content))
  }

  /**
   * Answers INVITE or SUBSCRIBE with 2xx, which makes a dialog; within one it is that dialog. The 2xx to an INVITE is sent
   * again until its ACK comes; without one the dialog is ended by BYE. Throws AppError CONFLICT when it was answered.
   */
  accept(content: AnswerContent & { status?: number } = {}): Dialog {
    if (this.#answered) throw new AppError('CONFLICT', { what: 'final response of', id: this.request.method })
    const { status = 200 } = content
    const response = this.#answer(status, content)
    const to = parseNameAddress(this.request.headers.get('to') ?? '').uri
    if (!response.headers.has('contact'))
      response.headers.append('Contact', this.#core.contact(this.flow, readUri(to)?.user ?? ''))
    const dialog = this.dialog ?? new Dialog(this.#core, DialogState.ofCallee(this.request, this.#localTag), this.flow)
    this.#answered = true
    this.#transaction.respond(response)
    if (this.request.method === 'INVITE') {
      this.#repeater = new AnswerRepeater(this.#core, dialog, response, this.flow)
      dialog.awaitAck(this.#repeater)
    }
    return dialog
  }

  /** Answers SUBSCRIBE with 2xx and keeps the subscription. */
  acceptSubscription(options: NotifierOptions, content: AnswerContent = {}): Notifier {
    return new Notifier(this.#core, this, options, content)
  }

  /** 100, unless something was said already. RFC 3261 §17.2.1. */
  trying(): void {
    if (!this.#provisional) this.respond(100)
  }

  /** The caller sent CANCEL. */
  cancel(): void {
    if (this.#answered) return
    this.respond(487)
    this.#cancelled.abort()
  }

  /** The ACK of our 2xx, found by its branch. */
  acknowledged(): void {
    this.#repeater?.acknowledged()
  }

  #answer(status: number, content: AnswerContent): SipResponse {
    // RFC 3261 §8.2.6.2: 100 has no tag of ours, and a To that has one keeps it.
    const toTag = status === 100 ? '' : this.#localTag
    const response = answerTo(this.request, status, toTag, content)
    if (!response.headers.has('user-agent')) response.headers.append('User-Agent', this.#core.userAgent)
    return response
  }
}

/** The tag our answers to a request have: the dialog's, or a new one. */
export function localTagOf(request: SipRequest): string {
  return tagOf(request.headers.get('to') ?? '') || newTag()
}
