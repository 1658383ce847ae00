import type { Timer } from '../../../base/clock.ts'
import type { SipRequest, SipResponse } from '../message.ts'
import { writeMessage } from '../writer.ts'
import { type ResponseClass, responseClass, type StateTable } from './states.ts'
import { patienceMs, timerDMs } from './timing.ts'
import type { ClientEvents, TransactionWire } from './wire.ts'

/**
 * INVITE client transaction: RFC 3261 §17.1.1.2 figure 5, with the Accepted state of RFC 6026 §7.2.
 *
 * calling    -> calling     timer A                    (sent again; interval doubles)
 *            -> proceeding  1xx                        (passed up)
 *            -> accepted    2xx                        (passed up; timer M starts)
 *            -> completed   300-699                    (passed up, ACK sent; timer D starts)
 *            -> terminated  timer B, transport error   (passed up)
 * proceeding -> proceeding  1xx                        (passed up)
 *            -> accepted | completed, as above; terminated by transport error
 * completed  -> completed   300-699                    (ACK sent again)
 *            -> terminated  timer D, transport error
 * accepted   -> accepted    2xx                        (passed up: the dialog sends its ACK again)
 *            -> terminated  timer M
 */
export type InviteClientState = 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated'
export type InviteClientInput = ResponseClass | 'timerA' | 'timerB' | 'timerD' | 'timerM' | 'transportError'

export const INVITE_CLIENT = {
  calling: {
    timerA: 'calling',
    '1xx': 'proceeding',
    '2xx': 'accepted',
    '300-699': 'completed',
    timerB: 'terminated',
    transportError: 'terminated',
  },
  proceeding: { '1xx': 'proceeding', '2xx': 'accepted', '300-699': 'completed', transportError: 'terminated' },
  accepted: { '2xx': 'accepted', timerM: 'terminated' },
  completed: { '300-699': 'completed', timerD: 'terminated', transportError: 'terminated' },
  terminated: {},
} as const satisfies StateTable<InviteClientState, InviteClientInput>

export class InviteClient {
  readonly #wire: TransactionWire
  readonly #events: ClientEvents
  readonly #request: SipRequest
  readonly #bytes: Buffer
  #state: InviteClientState = 'calling'
  #intervalMs: number
  #retransmission: Timer | null = null
  #deadline: Timer
  #ended = false
  #ack: { request: SipRequest; bytes: Buffer } | null = null

  constructor(request: SipRequest, bytes: Buffer, wire: TransactionWire, events: ClientEvents) {
    this.#request = request
    this.#bytes = bytes
    this.#wire = wire
    this.#events = events
    this.#intervalMs = wire.timing.t1Ms
    this.#deadline = wire.timers.after(patienceMs(wire.timing), () => this.#input('timerB'))
    this.#armTimerA()
    wire.send(bytes, request)
  }

  get state(): InviteClientState {
    return this.#state
  }

  receive(response: SipResponse): void {
    this.#input(responseClass(response.status), response)
  }

  transportError(error: Error): void {
    this.#input('transportError', undefined, error)
  }

  abandon(): void {
    this.#terminate()
  }

  #input(input: InviteClientInput, response?: SipResponse, error?: Error): void {
    const from = this.#state
    const row: StateTable<InviteClientState, InviteClientInput>[InviteClientState] = INVITE_CLIENT[from]
    const to = row[input]
    if (to === undefined) return
    this.#state = to
    if (input === 'timerA') {
      this.#wire.send(this.#bytes, this.#request)
      this.#intervalMs *= 2
      this.#armTimerA()
    } else if (to !== from && to !== 'terminated') {
      this.#cancelTimers()
      if (to === 'accepted') this.#await('timerM', patienceMs(this.#wire.timing))
      // Timer D is zero on a stream.
      if (to === 'completed' && !this.#wire.reliable) this.#await('timerD', timerDMs(this.#wire.timing))
    }
    if (to === 'completed') this.#acknowledge(response)
    if (from !== 'completed') {
      if (response) this.#events.onResponse(response)
      if (input === 'timerB') this.#events.onTimeout()
      if (error) this.#events.onTransportError(error)
    }
    if (to === 'terminated' || (to === 'completed' && this.#wire.reliable)) this.#terminate()
  }

  /** RFC 3261 §17.1.1.3: the ACK of a refusal belongs to the transaction and has its branch. */
  #acknowledge(response: SipResponse | undefined): void {
    if (!this.#ack && response) {
      const request = ackOf(this.#request, response)
      this.#ack = { request, bytes: writeMessage(request) }
    }
    if (this.#ack) this.#wire.send(this.#ack.bytes, this.#ack.request)
  }

  #armTimerA(): void {
    if (this.#wire.reliable) return
    this.#retransmission = this.#wire.timers.after(this.#intervalMs, () => this.#input('timerA'))
  }

  #await(input: 'timerD' | 'timerM', ms: number): void {
    this.#deadline = this.#wire.timers.after(ms, () => this.#input(input))
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

function ackOf(invite: SipRequest, response: SipResponse): SipRequest {
  const ack = withinTransaction(invite, 'ACK')
  ack.headers.set('To', response.headers.get('to') ?? '')
  return ack
}

/** The ACK or CANCEL of an INVITE: RFC 3261 §17.1.1.3 and §9.1 ask for the same headers. */
export function withinTransaction(invite: SipRequest, method: 'ACK' | 'CANCEL'): SipRequest {
  const headers = invite.headers.clone()
  const via = headers.get('via') ?? ''
  const cseq = headers.get('cseq') ?? ''
  for (const { name } of [...headers]) {
    if (!['via', 'from', 'to', 'call-id', 'route', 'max-forwards', 'user-agent'].includes(name.toLowerCase()))
      headers.delete(name)
  }
  headers.set('Via', via)
  headers.append('CSeq', `${Number.parseInt(cseq, 10)} ${method}`)
  return { ...invite, method, headers, body: Buffer.alloc(0) }
}
