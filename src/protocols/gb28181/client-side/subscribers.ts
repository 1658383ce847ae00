import { AppError } from '../../../base/errors.ts'
import type { Content } from '../../sip/draft.ts'
import type { Notifier } from '../../sip/notifier.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import type { AnyMessage, MessageName } from '../manscdp/messages.ts'
import type { SubscriptionKind } from './lower-host.ts'

/** Seconds of a subscription: the standard's default, and what upper platforms ask for at most. */
const SUBSCRIPTION_S = { min: 10, max: 7 * 24 * 3600, byDefault: 600 }
/** Some upper platforms subscribe to each channel by itself. */
const MAX_SUBSCRIPTIONS = 20_000

const SUBSCRIBED_TO: Readonly<Partial<Record<MessageName, SubscriptionKind>>> = {
  alarmQuery: 'Alarm',
  catalogQuery: 'Catalog',
  mobilePositionQuery: 'MobilePosition',
  ptzPositionQuery: 'PTZPosition',
}

/** What the body of a SUBSCRIBE asks for; null: nothing that can be subscribed to. */
export const subscribedTo = (query: AnyMessage): SubscriptionKind | null => SUBSCRIBED_TO[query.name] ?? null

interface Held {
  readonly kind: SubscriptionKind
  query: AnyMessage
  notifier: Notifier | null
}

/** Subscriptions of one upper platform, each by what it is about. GB/T 28181-2022 §9.11. */
export class Subscribers {
  readonly #held = new Map<string, Held>()

  /** Answers SUBSCRIBE; one about the same takes the place of the one before. Throws AppError LIMIT_REACHED. */
  accept(
    kind: SubscriptionKind,
    query: AnyMessage,
    context: RequestContext,
    events: { readBody(body: Buffer): AnyMessage | null; changed(query: AnyMessage | null): void },
  ): void {
    const key = `${kind} ${deviceIdOf(query)}`
    if (!this.#held.has(key) && this.#held.size >= MAX_SUBSCRIPTIONS)
      throw new AppError('LIMIT_REACHED', { what: 'subscriptions', limit: MAX_SUBSCRIPTIONS })
    this.#held.get(key)?.notifier?.dialog.end('subscribed anew')
    const held: Held = { kind, query, notifier: null }
    this.#held.set(key, held)
    held.notifier = context.acceptSubscription({
      expiresS: SUBSCRIPTION_S,
      onRenew: ({ body }) => {
        const renewed = body.length > 0 ? events.readBody(body) : null
        if (renewed?.name !== query.name) return
        held.query = renewed
        events.changed(renewed)
      },
      onEnd: () => {
        if (this.#held.get(key) !== held) return
        this.#held.delete(key)
        events.changed(null)
      },
    })
    events.changed(query)
  }

  /** What is subscribed to now. */
  queries(kind: SubscriptionKind): AnyMessage[] {
    return [...this.#held.values()].filter(held => held.kind === kind).map(held => held.query)
  }

  /** Tells those who want it; false when there is nobody. */
  async notify(kind: SubscriptionKind, content: Content, wants: (query: AnyMessage) => boolean): Promise<boolean> {
    const chosen = [...this.#held.values()].filter(
      ({ kind: of, notifier, query }) => of === kind && notifier?.dialog.ended === null && wants(query),
    )
    await Promise.all(chosen.map(({ notifier }) => notifier?.notify(content)))
    return chosen.length > 0
  }

  close(): void {
    for (const { notifier } of [...this.#held.values()]) notifier?.dialog.end('we are stopping')
  }
}

/** Whom a subscription is about: one channel, or all by the code of the platform. */
function deviceIdOf({ value }: AnyMessage): string {
  return 'deviceId' in value ? value.deviceId : ''
}
