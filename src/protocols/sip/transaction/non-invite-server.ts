import type { Timer } from '../../../base/clock.ts'
import type { SipResponse } from '../message.ts'
import { writeMessage } from '../writer.ts'
import type { StateTable } from './states.ts'
import { patienceMs } from './timing.ts'
import type { ServerEvents, TransactionWire } from './wire.ts'

/**
 * Server transaction of anything but INVITE and ACK: RFC 3261 §17.2.2, figure 8.
 *
 * trying     -> trying      request again     (absorbed)
 *            -> proceeding  1xx of the user   (sent)
 *            -> completed   200-699 of the user (sent; timer J starts)
 * proceeding -> proceeding  1xx (sent), request again (newest answer sent again)
 *            -> completed   200-699
 * completed  -> completed   request again     (answer sent again)
 *            -> terminated  timer J
 */
export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated'
export type NonInviteServerInput = 'request' | '1xx' | '200-699' | 'timerJ'

export const NON_INVITE_SERVER = {
  trying: { request: 'trying', '1xx': 'proceeding', '200-699': 'completed' },
  proceeding: { request: 'proceeding', '1xx': 'proceeding', '200-699': 'completed' },
  completed: { request: 'completed', timerJ: 'terminated' },
  terminated: {},
} as const satisfies StateTable<NonInviteServerState, NonInviteServerInput>

/** Keeps the answer, not the request: a catalog of a megabyte must not stay for 32 s. */
export class NonInviteServer {
  readonly #wire: TransactionWire
  readonly #events: ServerEvents
  #state: NonInviteServerState = 'trying'
  #ended = false
  #answer: { response: SipResponse; bytes: Buffer } | null = null
  #timerJ: Timer | null = null

  constructor(wire: TransactionWire, events: ServerEvents) {
    this.#wire = wire
    this.#events = events
  }

  get state(): NonInviteServerState {
    return this.#state
  }

  /** The same request came again. */
  retransmitted(): void {
    this.#input('request')
  }

  /** Ignored after a final response. */
  respond(response: SipResponse): void {
    this.#input(response.status < 200 ? '1xx' : '200-699', response)
  }

  abandon(): void {
    this.#terminate()
  }

  #input(input: NonInviteServerInput, response?: SipResponse): void {
    const row: StateTable<NonInviteServerState, NonInviteServerInput>[NonInviteServerState] =
      NON_INVITE_SERVER[this.#state]
    const to = row[input]
    if (to === undefined) return
    this.#state = to
    if (to === 'terminated') {
      this.#terminate()
      return
    }
    if (response) this.#answer = { response, bytes: writeMessage(response) }
    if (this.#answer) this.#wire.send(this.#answer.bytes, this.#answer.response)
    if (input !== '200-699') return
    if (this.#wire.reliable) this.#terminate()
    else this.#timerJ = this.#wire.timers.after(patienceMs(this.#wire.timing), () => this.#input('timerJ'))
  }

  #terminate(): void {
    if (this.#ended) return
    this.#ended = true
    this.#state = 'terminated'
    this.#timerJ?.cancel()
    this.#answer = null
    this.#events.onTerminated()
  }
}
