import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { SipCore } from './core.ts'
import type { Dialog, RequestHandler } from './dialog.ts'
import type { Content } from './draft.ts'
import type { ExchangeOptions } from './exchange.ts'
import type { SipResponse } from './message.ts'
import { parseNameAddress } from './name-address.ts'

/** A renewal goes out so long before the end, or after half of the time where that is shorter. */
const RENEWAL_LEAD_S = 30
/** Longer than this is not believed: a timer of the process ends at 2^31 ms. */
const MAX_EXPIRES_S = 7 * 24 * 3600

export interface SubscriptionOptions {
  /** Value of Event. */
  readonly event: string
  /** Wanted duration, seconds; the answer may shorten it. */
  readonly expiresS: number
  /** Each NOTIFY; it is answered 200 when the handler does not answer. */
  readonly onNotify: RequestHandler
  /** Once: refused, not renewed, or ended by the peer. Not told after `unsubscribe`. */
  readonly onEnd?: (reason: string) => void
}

/**
 * Our subscription at a notifier. RFC 6665 §4.1.
 *
 * pending    -> active      2xx, or a NOTIFY that comes before it
 * active     -> active      renewal answered 2xx
 *            -> terminated  NOTIFY with terminated, renewal refused or unanswered, `unsubscribe`
 */
export class Subscription {
  readonly dialog: Dialog
  readonly #core: SipCore
  readonly #options: SubscriptionOptions & Content & ExchangeOptions
  #state: 'pending' | 'active' | 'terminated' = 'pending'
  #renewal: Timer | null = null
  #expiresS = 0

  private constructor(core: SipCore, dialog: Dialog, options: SubscriptionOptions & Content & ExchangeOptions) {
    this.#core = core
    this.dialog = dialog
    this.#options = options
    dialog.on('NOTIFY', async (request, context) => {
      await options.onNotify(request, context)
      context.respond(200)
      const { uri } = parseNameAddress(request.headers.get('subscription-state') ?? '')
      if (uri.toLowerCase() === 'terminated') dialog.end('the peer ended the subscription')
    })
    dialog.onEnd(reason => this.#terminated(reason))
  }

  static async open(core: SipCore, dialog: Dialog, options: SubscriptionOptions & Content & ExchangeOptions) {
    const subscription = new Subscription(core, dialog, options)
    try {
      const response = await subscription.#send(options.expiresS)
      if (response.status < 300) return subscription
      throw new AppError('PEER_REFUSED', { peer: options.event, reason: `${response.status} ${response.reason}` })
    } catch (error) {
      subscription.#state = 'terminated'
      dialog.end(errorText(error))
      throw error
    }
  }

  get state(): 'pending' | 'active' | 'terminated' {
    return this.#state
  }

  /** Granted duration, seconds. */
  get expiresS(): number {
    return this.#expiresS
  }

  /** Renews now. Resolves with the answer. */
  async renew(): Promise<SipResponse> {
    return this.#send(this.#options.expiresS)
  }

  /** Tells the peer that it has ended. Resolves with the answer; errors as `SipEndpoint.request`. */
  async unsubscribe(): Promise<SipResponse> {
    this.#state = 'terminated'
    try {
      return await this.#send(0)
    } finally {
      this.dialog.end('unsubscribed')
    }
  }

  async #send(expiresS: number): Promise<SipResponse> {
    this.#renewal?.cancel()
    const headers = { ...this.#options.headers, Event: this.#options.event, Expires: String(expiresS) }
    const response = await this.dialog.request('SUBSCRIBE', { ...this.#options, headers })
    if (this.#state === 'terminated') return response
    if (response.status >= 300) {
      if (this.#state === 'active') this.dialog.end(`renewal was answered ${response.status}`)
      return response
    }
    this.#state = 'active'
    const granted = Number(response.headers.get('expires') ?? expiresS)
    this.#expiresS = granted > 0 && granted <= MAX_EXPIRES_S ? granted : Math.min(expiresS, MAX_EXPIRES_S)
    const leadS = Math.min(RENEWAL_LEAD_S, this.#expiresS / 2)
    this.#renewal = this.#core.timers.after((this.#expiresS - leadS) * 1000, () => {
      this.renew().catch((error: unknown) => this.dialog.end(errorText(error)))
    })
    return response
  }

  #terminated(reason: string): void {
    this.#renewal?.cancel()
    if (this.#state !== 'active') return
    this.#state = 'terminated'
    this.#options.onEnd?.(reason)
  }
}
