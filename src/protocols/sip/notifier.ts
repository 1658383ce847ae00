import type { Timer } from '../../base/clock.ts'
import { errorText } from '../../base/errors.ts'
import type { SipCore } from './core.ts'
import type { Dialog } from './dialog.ts'
import type { Content } from './draft.ts'
import type { SipRequest, SipResponse } from './message.ts'
import type { RequestContext } from './request-context.ts'

export interface NotifierOptions {
  /** Shortest and longest duration granted, seconds, and the one of a SUBSCRIBE that names none. */
  readonly expiresS: { readonly min: number; readonly max: number; readonly byDefault: number }
  /** The peer renewed; its body may ask for something else. */
  readonly onRenew?: (request: SipRequest) => void
  /** Once: expired, ended by either side, or not answered. */
  readonly onEnd: (reason: string) => void
}

/** A peer's subscription at us. RFC 6665 §4.2. Made by `RequestContext.acceptSubscription`. */
export class Notifier {
  readonly dialog: Dialog
  /** Value of Event, repeated in each NOTIFY. */
  readonly event: string
  readonly #core: SipCore
  readonly #options: NotifierOptions
  #expiry: Timer | null = null
  #expiresAtMs = 0

  constructor(core: SipCore, context: RequestContext, options: NotifierOptions, content: Content) {
    this.#core = core
    this.#options = options
    this.event = context.request.headers.get('event') ?? 'presence'
    const grantedS = this.#granted(context.request)
    this.dialog = context.accept(withExpires(content, grantedS))
    this.dialog.on('SUBSCRIBE', (request, renewal) => this.#renew(request, renewal))
    this.dialog.onEnd(reason => {
      this.#expiry?.cancel()
      options.onEnd(reason)
    })
    this.#extend(grantedS)
  }

  /** Seconds that are left. */
  get leftS(): number {
    return Math.max(0, Math.ceil((this.#expiresAtMs - this.#core.clock.monotonicMs()) / 1000))
  }

  /** Sends a NOTIFY. Resolves with the answer; errors as `SipEndpoint.request`. */
  notify(content: Content): Promise<SipResponse> {
    return this.#send(content, `active;expires=${this.leftS}`)
  }

  /** Ends the subscription from our side. RFC 6665 §4.2.2: `reason` as deactivated, noresource, timeout. */
  async terminate(reason: string, content: Content = {}): Promise<void> {
    if (this.dialog.ended !== null) return
    try {
      await this.#send(content, `terminated;reason=${reason}`)
    } finally {
      this.dialog.end(reason)
    }
  }

  /** RFC 6665 §4.2.2: a subscriber that does not answer has none any more. */
  async #send(content: Content, state: string): Promise<SipResponse> {
    const headers = { ...content.headers, Event: this.event, 'Subscription-State': state }
    try {
      return await this.dialog.request('NOTIFY', { ...content, headers })
    } catch (error) {
      this.dialog.end(errorText(error))
      throw error
    }
  }

  #granted(request: SipRequest): number {
    const { min, max, byDefault } = this.#options.expiresS
    const text = request.headers.get('expires') ?? ''
    const wanted = /^\d{1,10}$/.test(text) ? Number(text) : byDefault
    return wanted === 0 ? 0 : Math.max(min, Math.min(max, wanted))
  }

  #renew(request: SipRequest, context: RequestContext): void {
    const grantedS = this.#granted(request)
    context.accept(withExpires({}, grantedS))
    if (grantedS > 0) this.#options.onRenew?.(request)
    this.#extend(grantedS)
  }

  #extend(grantedS: number): void {
    this.#expiry?.cancel()
    this.#expiresAtMs = this.#core.clock.monotonicMs() + grantedS * 1000
    const reason = grantedS === 0 ? 'the peer unsubscribed' : 'timeout'
    this.#expiry = this.#core.timers.after(grantedS * 1000, () => {
      // RFC 6665 §4.4.1: the last word is a NOTIFY.
      this.terminate('timeout').catch(() => this.dialog.end(reason))
    })
  }
}

function withExpires(content: Content, expiresS: number): Content {
  return { ...content, headers: { ...content.headers, Expires: String(expiresS) } }
}
