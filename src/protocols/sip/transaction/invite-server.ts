import type { Timer } from '../../../base/clock.ts'
import type { SipResponse } from '../message.ts'
import { writeMessage } from '../writer.ts'
import { type ResponseClass, responseClass, type StateTable } from './states.ts'
import { patienceMs } from './timing.ts'
import type { ServerEvents, TransactionWire } from './wire.ts'

/**
 * INVITE server transaction: RFC 3261 §17.2.1 figure 7, with the Accepted state of RFC 6026 §7.1.
 *
 * proceeding -> proceeding  1xx of the user (sent), INVITE again (newest 1xx sent again)
 *            -> accepted    2xx of the user (sent; timer L starts; the dialog sends it again, not we)
 *            -> completed   300-699 of the user (sent; timers G and H start)
 * completed  -> completed   INVITE again, timer G (answer sent again)
 *            -> confirmed   ACK (timer I starts)
 *            -> terminated  timer H (never acknowledged)
 * confirmed  -> confirmed   ACK, INVITE again (absorbed)
 *            -> terminated  timer I
 * accepted   -> accepted    INVITE again (absorbed), ACK (passed up), 2xx of the user (sent)
 *            -> terminated  timer L
 */
export type InviteServerState = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated'
export type InviteServerInput = ResponseClass | 'INVITE' | 'ACK' | 'timerG' | 'timerH' | 'timerI' | 'timerL'

export const INVITE_SERVER = {
  proceeding: { INVITE: 'proceeding', '1xx': 'proceeding', '2xx': 'accepted', '300-699': 'completed' },
  completed: { INVITE: 'completed', timerG: 'completed', ACK: 'confirmed', timerH: 'terminated' },
  confirmed: { INVITE: 'confirmed', ACK: 'confirmed', timerI: 'terminated' },
  accepted: { INVITE: 'accepted', ACK: 'accepted', '2xx': 'accepted', timerL: 'terminated' },
  terminated: {},
} as const satisfies StateTable<InviteServerState, InviteServerInput>

export class InviteServer {
  readonly #wire: TransactionWire
  readonly #events: ServerEvents
  #state: InviteServerState = 'proceeding'
  #ended = false
  #answer: { response: SipResponse; bytes: Buffer } | null = null
  #intervalMs: number
  #retransmission: Timer | null = null
  #deadline: Timer | null = null

  constructor(wire: TransactionWire, events: ServerEvents) {
    this.#wire = wire
    this.#events = events
    this.#intervalMs = wire.timing.t1Ms
  }

  get state(): InviteServerState {
    return this.#state
  }

  /** The INVITE came again. */
  retransmitted(): void {
    this.#input('INVITE')
  }

  acknowledged(): void {
    this.#input('ACK')
  }

  /** Ignored where the state has no place for it. */
  respond(response: SipResponse): void {
    this.#input(responseClass(response.status), response)
  }

  abandon(): void {
    this.#terminate()
  }

  #input(input: InviteServerInput, response?: SipResponse): void {
    const from = this.#state
    const row: StateTable<InviteServerState, InviteServerInput>[InviteServerState] = INVITE_SERVER[from]
    const to = row[input]
    if (to === undefined) return
    this.#state = to
    if (to === 'terminated') {
      if (input === 'timerH') this.#events.onNoAck?.()
      this.#terminate()
      return
    }
    if (response) this.#answer = { response, bytes: writeMessage(response) }
    if (response || input === 'timerG' || (input === 'INVITE' && (from === 'proceeding' || from === 'completed')))
      if (this.#answer) this.#wire.send(this.#answer.bytes, this.#answer.response)
    if (input === 'timerG') {
      this.#intervalMs = Math.min(2 * this.#intervalMs, this.#wire.timing.t2Ms)
      this.#armTimerG()
    }
    if (input === 'ACK' && to === 'accepted') this.#events.onAck?.()
    if (to !== from) this.#enter(to)
  }

  #enter(state: InviteServerState): void {
    const { reliable, timers, timing } = this.#wire
    this.#retransmission?.cancel()
    this.#deadline?.cancel()
    if (state === 'completed') {
      this.#armTimerG()
      this.#deadline = timers.after(patienceMs(timing), () => this.#input('timerH'))
    } else if (state === 'accepted') this.#deadline = timers.after(patienceMs(timing), () => this.#input('timerL'))
    else if (state === 'confirmed') {
      if (reliable) this.#terminate()
      else this.#deadline = timers.after(timing.t4Ms, () => this.#input('timerI'))
    }
  }

  #armTimerG(): void {
    if (this.#wire.reliable) return
    this.#retransmission = this.#wire.timers.after(this.#intervalMs, () => this.#input('timerG'))
  }

  #terminate(): void {
    if (this.#ended) return
    this.#ended = true
    this.#state = 'terminated'
    this.#retransmission?.cancel()
    this.#deadline?.cancel()
    this.#answer = null
    this.#events.onTerminated()
  }
}
