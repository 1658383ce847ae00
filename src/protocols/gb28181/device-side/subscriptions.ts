import type { Timer, Timers } from '../../../base/clock.ts'
import { errorText } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import type { Subscription } from '../../sip/subscription.ts'
import { knowsQuery } from '../gb-version.ts'
import { alarmQuery } from '../manscdp/alarm.ts'
import { catalogQuery } from '../manscdp/catalog.ts'
import { MANSCDP_CONTENT_TYPE, writeBody } from '../manscdp/message.ts'
import { mobilePositionQuery } from '../manscdp/mobile-position.ts'
import { ptzPositionQuery } from '../manscdp/ptz-query.ts'
import type { DeviceSession } from './device-session.ts'
import { addressing, type Identity } from './identity.ts'

/** GB/T 28181-2022 §9.11: 600 s for the catalog; the others are as good with the same. */
const EXPIRES_S = 600
/** A device that refuses may be busy, or may not know it at all. */
const FIRST_RETRY_MS = 60_000
const LAST_RETRY_MS = 30 * 60_000
/** Cameras of one recorder whose position is followed: each is a dialog of its own. */
const MAX_PTZ_POSITIONS = 64

/** What a device can be subscribed to, with what may be asked for. */
export interface Wanted {
  readonly catalog?: boolean
  /** Highest to lowest; 1 to 4, or zeros for all. */
  readonly alarm?: { readonly startPriority: number; readonly endPriority: number }
  /** Seconds between two places. */
  readonly mobilePosition?: { readonly intervalS: number }
  /** [2022] Channels that tell where they look. */
  readonly ptzPosition?: readonly string[]
}

/** What is subscribed to by itself. */
export type Topic = 'catalog' | 'alarm' | 'mobilePosition' | PtzTopic
type PtzTopic = `${typeof PTZ_POSITION}${string}`
/** Followed by the code of the channel. */
const PTZ_POSITION = 'ptzPosition '

interface Held {
  subscription: Subscription | null
  timer: Timer | null
  retryMs: number
  /** What was asked for, to see that something else is wanted now. */
  readonly want: string
}

export interface SubscriptionsOptions {
  readonly endpoint: SipEndpoint
  readonly timers: Timers
  readonly log: Log
  readonly identity: Identity
  readonly session: DeviceSession
}

/**
 * Keeps a device subscribed to what is wanted: again after a failure with a growing pause, and anew when it comes back.
 * Renewal is the dialog's matter. GB/T 28181-2022 §9.11, Annex N.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #held = new Map<Topic, Held>()
  #wanted: Wanted = {}
  #closed = false

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  /** Topics that are subscribed to at the moment. */
  get active(): Topic[] {
    return [...this.#held].filter(([, held]) => held.subscription?.state === 'active').map(([topic]) => topic)
  }

  /** What is wanted from now on. */
  want(wanted: Wanted): void {
    this.#wanted = wanted
    const wants = this.#wants()
    for (const [topic, held] of [...this.#held]) if (held.want !== wants.get(topic)) this.#drop(topic, held)
    for (const [topic, want] of wants) if (!this.#held.has(topic)) this.#begin(topic, want)
  }

  /** The device came back: what it forgot is asked for again, and what it has moves to where it is now. */
  refresh(): void {
    for (const [topic, held] of [...this.#held]) {
      if (held.subscription) {
        held.subscription.dialog.moveTo(this.#options.session.target)
        // one that forgot it answers 481, which ends the dialog and begins another
        held.subscription.renew().catch((error: unknown) => this.#log(topic, error))
      } else {
        this.#drop(topic, held)
        this.#begin(topic, held.want)
      }
    }
  }

  /** Tells the device that nothing is wanted any more. */
  close(): void {
    this.#closed = true
    for (const [topic, held] of [...this.#held]) this.#drop(topic, held)
  }

  /** What is wanted of each topic, as text to be compared. */
  #wants(): ReadonlyMap<Topic, string> {
    const { ptzPosition = [] } = this.#wanted
    const wants = new Map<Topic, string>()
    for (const topic of ['catalog', 'alarm', 'mobilePosition'] as const) {
      const want = this.#wanted[topic]
      if (want !== undefined && want !== false) wants.set(topic, JSON.stringify(want))
    }
    if (!knowsQuery(this.#options.session.version, 'PTZPosition')) return wants
    for (const channel of ptzPosition.slice(0, MAX_PTZ_POSITIONS)) wants.set(`${PTZ_POSITION}${channel}`, channel)
    return wants
  }

  #begin(topic: Topic, want: string): void {
    const held: Held = { subscription: null, timer: null, retryMs: FIRST_RETRY_MS, want }
    this.#held.set(topic, held)
    void this.#subscribe(topic, held)
  }

  #drop(topic: Topic, held: Held): void {
    this.#held.delete(topic)
    held.timer?.cancel()
    held.subscription?.unsubscribe().catch((error: unknown) => this.#log(topic, error))
  }

  async #subscribe(topic: Topic, held: Held): Promise<void> {
    const { endpoint, identity, session } = this.#options
    const { target, gbId } = session
    try {
      const subscription = await endpoint.subscribe(target, {
        ...addressing(identity, gbId, target),
        event: this.#event(topic),
        expiresS: EXPIRES_S,
        contentType: MANSCDP_CONTENT_TYPE,
        body: this.#body(topic),
        onNotify: (request, context) => session.receive(request, context),
        onEnd: reason => this.#ended(topic, held, reason),
      })
      if (this.#held.get(topic) === held) {
        held.subscription = subscription
        held.retryMs = FIRST_RETRY_MS
      } else await subscription.unsubscribe()
    } catch (error) {
      this.#log(topic, error)
      this.#retry(topic, held)
    }
  }

  #ended(topic: Topic, held: Held, reason: string): void {
    this.#options.log.info('gb28181 subscription ended', { gbId: this.#options.session.gbId, topic, reason })
    held.subscription = null
    this.#retry(topic, held)
  }

  #retry(topic: Topic, held: Held): void {
    if (this.#closed || this.#held.get(topic) !== held) return
    held.timer?.cancel()
    held.timer = this.#options.timers.after(held.retryMs, () => void this.#subscribe(topic, held))
    held.retryMs = Math.min(2 * held.retryMs, LAST_RETRY_MS)
  }

  #event(topic: Topic): string {
    const { quirks } = this.#options.session.policy
    if (topic !== 'catalog' || quirks.catalogEvent === 'presence') return 'presence'
    return `Catalog;id=${this.#options.session.conversation.nextSn()}`
  }

  #body(topic: Topic): Buffer {
    const { session } = this.#options
    const { charset, gbId } = session
    const { alarm, mobilePosition } = this.#wanted
    const sn = session.conversation.nextSn()
    switch (topic) {
      case 'catalog':
        return writeBody(catalogQuery, { sn, deviceId: gbId }, charset)
      case 'alarm': {
        const { startPriority = 0, endPriority = 0 } = alarm ?? {}
        const query = { startAlarmPriority: startPriority, endAlarmPriority: endPriority, alarmMethod: ['0'] }
        return writeBody(alarmQuery, { sn, deviceId: gbId, ...query }, charset)
      }
      case 'mobilePosition':
        return writeBody(mobilePositionQuery, { sn, deviceId: gbId, interval: mobilePosition?.intervalS }, charset)
      default:
        return writeBody(ptzPositionQuery, { sn, deviceId: topic.slice(PTZ_POSITION.length) }, charset)
    }
  }

  #log(topic: Topic, error: unknown): void {
    const { log, session } = this.#options
    log.info('gb28181 subscription failed', { gbId: session.gbId, topic, error: errorText(error) })
  }
}
