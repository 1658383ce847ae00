import type { Carrier, CarrierHandlers } from './carrier.ts'

/** Two ends of a link within one process, for tests: asynchronous like a network, and it can be cut like one. */
export class InProcessCarrier implements Carrier {
  #peer: InProcessCarrier | null = null
  #handlers: CarrierHandlers | null = null
  #early: string[] = []
  #closed = false
  #cut = false

  static pair(): [InProcessCarrier, InProcessCarrier] {
    const a = new InProcessCarrier()
    const b = new InProcessCarrier()
    a.#peer = b
    b.#peer = a
    return [a, b]
  }

  start(handlers: CarrierHandlers): void {
    this.#handlers = handlers
    for (const text of this.#early.splice(0)) handlers.onMessage(text)
  }

  send(text: string): void {
    const peer = this.#peer
    if (this.#closed || this.#cut || !peer) return
    queueMicrotask(() => peer.#receive(text))
  }

  pendingBytes(): number {
    return 0
  }

  /** The cable is pulled: nothing arrives in either direction any more and nobody is told. */
  cut(): void {
    this.#cut = true
    if (this.#peer) this.#peer.#cut = true
  }

  close(reason: string): void {
    if (this.#closed) return
    this.#closed = true
    const peer = this.#peer
    queueMicrotask(() => {
      this.#handlers?.onClose(reason)
      if (!this.#cut) peer?.close('closed by the peer')
    })
  }

  #receive(text: string): void {
    if (this.#closed || this.#cut) return
    if (this.#handlers) this.#handlers.onMessage(text)
    else this.#early.push(text)
  }
}
