import type { CallbackTable } from '../../storage/tables.ts'
import type { CallbackEvent } from './announcement.ts'

/** Somebody who is told what happens. */
export interface Callback {
  readonly id: string
  readonly name: string
  /** http or https. */
  readonly url: string
  readonly events: readonly CallbackEvent[]
  /** Which streams. */
  readonly scope: CallbackTable['scope']
  /** Name of the space or id of the template; '' for all. */
  readonly target: string
  /** Signs what is sent. */
  readonly secret: string
  /** The headers of the older signature are sent too. */
  readonly aliSignature: boolean
  readonly enabled: boolean
  readonly createdAtMs: number
}

export type CallbackFacts = Omit<Callback, 'id' | 'secret' | 'createdAtMs'>

/** One event on its way to one receiver. */
export interface Delivery {
  /** In the order of the events. */
  readonly number: number
  readonly id: string
  readonly callbackId: string
  readonly event: CallbackEvent
  readonly object: string
  /** JSON. */
  readonly body: string
  readonly state: 'waiting' | 'delivered' | 'dead'
  readonly attempts: number
  readonly nextAtMs: number
  readonly createdAtMs: number
  readonly finishedAtMs: number | null
  /** HTTP status of the last answer; null: none came. */
  readonly lastStatus: number | null
  readonly lastError: string
  /** Begin of the last answer. */
  readonly lastAnswer: string
}

/** Whether a callback wants to hear of something. */
export function wants(
  { enabled, events, scope, target }: Callback,
  what: { readonly event: CallbackEvent; readonly space: string; readonly template: string | null },
): boolean {
  if (!enabled || !events.includes(what.event)) return false
  return scope === 'all' || target === (scope === 'space' ? what.space : what.template)
}
