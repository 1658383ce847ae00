import type { Timer } from '../../base/clock.ts'
import type { SipCore } from './core.ts'
import { parseCSeq } from './cseq.ts'
import type { Dialog } from './dialog.ts'
import type { SipResponse } from './message.ts'
import { patienceMs } from './transaction/timing.ts'
import type { Flow } from './transport/flow.ts'
import { writeMessage } from './writer.ts'

/**
 * Sends a 2xx to an INVITE again until its ACK comes, also over TCP: it is a matter of both ends, not of the connection.
 * RFC 3261 §13.3.1.4. Without an ACK for 64*T1 the dialog is ended by BYE.
 */
export class AnswerRepeater {
  readonly cseq: number
  readonly #core: SipCore
  readonly #dialog: Dialog
  readonly #send: () => void
  #intervalMs: number
  #repetition: Timer
  readonly #deadline: Timer

  constructor(core: SipCore, dialog: Dialog, response: SipResponse, flow: Flow) {
    this.#core = core
    this.#dialog = dialog
    this.cseq = parseCSeq(response.headers.get('cseq') ?? '')?.number ?? 0
    this.#intervalMs = core.timing.t1Ms
    const bytes = writeMessage(response)
    this.#send = () => flow.send(bytes, response)
    this.#repetition = this.#arm()
    this.#deadline = core.timers.after(patienceMs(core.timing), () => {
      this.stop()
      dialog.bye().catch((error: unknown) => core.log.debug('sip BYE failed', { callId: dialog.callId, error }))
    })
    dialog.onEnd(() => this.stop())
  }

  /** The ACK came. */
  acknowledged(): void {
    this.stop()
    this.#dialog.confirm()
  }

  stop(): void {
    this.#repetition.cancel()
    this.#deadline.cancel()
  }

  #arm(): Timer {
    return this.#core.timers.after(this.#intervalMs, () => {
      this.#send()
      this.#intervalMs = Math.min(2 * this.#intervalMs, this.#core.timing.t2Ms)
      this.#repetition = this.#arm()
    })
  }
}
