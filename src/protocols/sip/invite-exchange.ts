import type { Timer } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { SipCore } from './core.ts'
import { parseCSeq } from './cseq.ts'
import { authorized, type ExchangeOptions, MAX_TRIES, type Repetition } from './exchange.ts'
import { type SipRequest, type SipResponse, sipResponse } from './message.ts'
import { withinTransaction } from './transaction/invite-client.ts'
import { patienceMs } from './transaction/timing.ts'
import type { Flow, Target } from './transport/flow.ts'

/** RFC 3261 §16.6: timer C. A device that rings so long will not answer. */
const ANSWER_TIMEOUT_MS = 180_000

/**
 * starting   -> calling     the INVITE went out
 *            -> ended       cancelled, or there is no way to the peer
 * calling    -> proceeding  1xx
 *            -> starting    401 or 407, and there is a login
 *            -> ended       final response, timer B, connection lost
 * proceeding -> cancelling  cancelled (CANCEL goes out; before a 1xx it must wait, RFC 3261 §9.1)
 *            -> starting | ended, as above
 * cancelling -> ended       final response; 64*T1 without one
 */
type InviteState = 'starting' | 'calling' | 'proceeding' | 'cancelling' | 'ended'

/** One INVITE with its repetitions after challenges and its CANCEL, up to the final response. RFC 3261 §13.2, §9.1. */
export class InviteExchange {
  /** The final response; 487 when it was cancelled in time or not. Rejects as `exchange` does. */
  readonly response: Promise<SipResponse>
  readonly #core: SipCore
  readonly #repetition: Repetition
  readonly #options: ExchangeOptions
  readonly #onSuccess: (response: SipResponse, cseq: number, first: boolean) => void
  readonly #settle: { resolve(response: SipResponse): void; reject(error: unknown): void }
  readonly #timer: Timer
  #draft: SipRequest
  #state: InviteState = 'starting'
  #cancelWanted = false
  #tries = 0
  #sent: { request: SipRequest; flow: Flow; abandon(): void } | null = null

  /** `onSuccess` gets each 2xx, also those that come again or from a fork, and owes each its ACK. */
  constructor(
    core: SipCore,
    target: Flow | Target,
    draft: SipRequest,
    repetition: Repetition,
    options: ExchangeOptions,
    onSuccess: (response: SipResponse, cseq: number, first: boolean) => void,
  ) {
    this.#core = core
    this.#draft = draft
    this.#repetition = repetition
    this.#options = options
    this.#onSuccess = onSuccess
    const { promise, resolve, reject } = Promise.withResolvers<SipResponse>()
    this.response = promise
    this.#settle = { resolve, reject }
    const timeoutMs = options.timeoutMs ?? ANSWER_TIMEOUT_MS
    this.#timer = core.timers.after(timeoutMs, () => {
      // Nobody waits any more, but the peer must be told, and what it says then be acknowledged.
      this.cancel()
      this.#settle.reject(timedOut(timeoutMs))
    })
    const { signal } = options
    if (signal) {
      signal.addEventListener('abort', this.#onAbort)
      if (signal.aborted) this.cancel()
    }
    void this.#start(target)
  }

  /** The flow and the INVITE as it was sent last; null before. */
  get sent(): { readonly request: SipRequest; readonly flow: Flow } | null {
    return this.#sent
  }

  /** The caller does not want it any more. */
  cancel(): void {
    this.#cancelWanted = true
    this.#sendCancel()
  }

  readonly #onAbort = () => this.cancel()

  async #start(target: Flow | Target): Promise<void> {
    this.#tries++
    try {
      const flow = await this.#core.flowFor(target, this.#draft)
      if (this.#state === 'ended') return
      if (this.#cancelWanted) {
        this.#succeed(terminated(this.#draft))
        return
      }
      const request = this.#core.outgoing(this.#draft, flow)
      this.#state = 'calling'
      const transaction = this.#core.transactions.start(request, flow, {
        onResponse: response => this.#receive(response, flow),
        onTimeout: () => this.#fail(timedOut(patienceMs(this.#core.timing))),
        onTransportError: error => this.#fail(error),
        onTerminated: () => {},
      })
      this.#sent = { request, flow, abandon: () => transaction.abandon() }
    } catch (error) {
      this.#fail(error)
    }
  }

  #receive(response: SipResponse, flow: Flow): void {
    if (response.status < 200) {
      if (this.#state !== 'calling' && this.#state !== 'proceeding') return
      this.#state = 'proceeding'
      this.#options.onProvisional?.(response)
      if (this.#cancelWanted) this.#sendCancel()
      return
    }
    if (response.status < 300) {
      const first = this.#state !== 'ended'
      try {
        this.#onSuccess(response, parseCSeq(response.headers.get('cseq') ?? '')?.number ?? 0, first)
      } catch (error) {
        this.#fail(error)
      }
      this.#succeed(this.#cancelWanted ? terminated(this.#draft) : response)
      return
    }
    const next =
      this.#tries < MAX_TRIES && !this.#cancelWanted
        ? authorized(this.#draft, response, this.#options.authorization, this.#repetition)
        : null
    if (!next || this.#state === 'ended') {
      this.#succeed(response)
      return
    }
    this.#draft = next
    this.#state = 'starting'
    void this.#start(flow)
  }

  /** Whether a 2xx came too late: it must be ended again. */
  get cancelled(): boolean {
    return this.#cancelWanted
  }

  #sendCancel(): void {
    const { timers, timing, transactions } = this.#core
    if (!this.#sent || this.#state !== 'proceeding') return
    this.#state = 'cancelling'
    const { request, flow, abandon } = this.#sent
    const ignored = () => {}
    const events = { onResponse: ignored, onTimeout: ignored, onTransportError: ignored, onTerminated: ignored }
    try {
      transactions.start(withinTransaction(request, 'CANCEL'), flow, events)
    } catch (error) {
      this.#fail(error)
    }
    // RFC 3261 §9.1: a peer of RFC 2543 may never send the final response.
    timers.after(patienceMs(timing), () => {
      if (this.#state !== 'cancelling') return
      abandon()
      this.#fail(timedOut(patienceMs(timing)))
    })
  }

  #succeed(response: SipResponse): void {
    this.#end()
    this.#settle.resolve(response)
  }

  #fail(error: unknown): void {
    this.#end()
    this.#settle.reject(error)
  }

  #end(): void {
    this.#state = 'ended'
    this.#timer.cancel()
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }
}

function timedOut(ms: number): AppError {
  return new AppError('PEER_TIMEOUT', { what: 'the answer to INVITE', ms })
}

/** What a peer that was cancelled answers; ours, where it did not. */
function terminated(request: SipRequest): SipResponse {
  const { headers } = request
  const copied = Object.fromEntries(
    ['From', 'To', 'Call-ID', 'CSeq'].map(name => [name, headers.get(name) ?? ''] as const),
  )
  return sipResponse(487, copied)
}
