import type { Timer } from '../../../base/clock.ts'
import type { SipRequest, SipResponse } from '../message.ts'
import type { StateTable } from './states.ts'
import { patienceMs } from './timing.ts'
import type { ClientEvents, TransactionWire } from './wire.ts'

/**
 * Client transaction of anything but INVITE and ACK: RFC 3261 §17.1.2.2, figure 6.
 *
 * trying     -> trying      timer E                    (sent again; interval doubles up to T2)
 *            -> proceeding  1xx                        (passed up)
 *            -> completed   200-699                    (passed up; timer K starts)
 *            -> terminated  timer F, transport error   (passed up)
 * proceeding -> proceeding  timer E (sent again each T2), 1xx
 *            -> completed | terminated, as above
 * completed  -> completed   200-699                    (absorbed)
 *            -> terminated  timer K
 */
export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated'
export type NonInviteClientInput = '1xx' | '200-699' | 'timerE' | 'timerF' | 'timerK' | 'transportError'

export const NON_INVITE_CLIENT = {
  trying: {
    timerE: 'trying',
    '1xx': 'proceeding',
    '200-699': 'completed',
    timerF: 'terminated',
    transportError: 'terminated',
  },
  proceeding: {
    timerE: 'proceeding',
    '1xx': 'proceeding',
    '200-699': 'completed',
    timerF: 'terminated',
    transportError: 'terminated',
  },
  completed: { '200-699': 'completed', timerK: 'terminated', transportError: 'terminated' },
  terminated: {},
} as const satisfies StateTable<NonInviteClientState, NonInviteClientInput>

export class NonInviteClient {
  readonly #wire: TransactionWire
  readonly #events: ClientEvents
  readonly #request: SipRequest
  readonly #bytes: Buffer
  #state: NonInviteClientState = 'trying'
  #intervalMs: number
  #retransmission: Timer | null = null
  #deadline: Timer
  #ended = false

  constructor(request: SipRequest, bytes: Buffer, wire: TransactionWire, events: ClientEvents) {
    this.#request = request
    this.#bytes = bytes
    this.#wire = wire
    this.#events = events
    this.#intervalMs = wire.timing.t1Ms
    this.#deadline = wire.timers.after(patienceMs(wire.timing), () => this.#input('timerF'))
    this.#armTimerE()
    wire.send(bytes, request)
  }

  get state(): NonInviteClientState {
    return this.#state
  }

  receive(response: SipResponse): void {
    this.#input(response.status < 200 ? '1xx' : '200-699', response)
  }

  transportError(error: Error): void {
    this.#input('transportError', undefined, error)
  }

  /** Ends without telling anybody. */
  abandon(): void {
    this.#terminate()
  }

  #input(input: NonInviteClientInput, response?: SipResponse, error?: Error): void {
    const from = this.#state
    const row: StateTable<NonInviteClientState, NonInviteClientInput>[NonInviteClientState] = NON_INVITE_CLIENT[from]
    const to = row[input]
    if (to === undefined) return
    this.#state = to
    if (input === 'timerE') {
      this.#wire.send(this.#bytes, this.#request)
      this.#intervalMs = from === 'trying' ? Math.min(2 * this.#intervalMs, this.#wire.timing.t2Ms) : this.#t2Ms
      this.#armTimerE()
    } else if (input === '1xx') this.#intervalMs = this.#t2Ms
    else if (to === 'completed' && from !== 'completed' && !this.#wire.reliable) {
      // Timer K: late repetitions of the answer are absorbed so long; a stream has none.
      this.#cancelTimers()
      this.#deadline = this.#wire.timers.after(this.#wire.timing.t4Ms, () => this.#input('timerK'))
    }
    if (from !== 'completed') {
      if (response) this.#events.onResponse(response)
      if (input === 'timerF') this.#events.onTimeout()
      if (error) this.#events.onTransportError(error)
    }
    if (to === 'terminated' || (to === 'completed' && this.#wire.reliable)) this.#terminate()
  }

  get #t2Ms(): number {
    return this.#wire.timing.t2Ms
  }

  #armTimerE(): void {
    if (this.#wire.reliable) return
    this.#retransmission = this.#wire.timers.after(this.#intervalMs, () => this.#input('timerE'))
  }

  #cancelTimers(): void {
    this.#retransmission?.cancel()
    this.#deadline.cancel()
  }

  #terminate(): void {
    if (this.#ended) return
    this.#ended = true
    this.#state = 'terminated'
    this.#cancelTimers()
    this.#events.onTerminated()
  }
}
