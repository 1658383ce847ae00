/** Packets to one receiver. */
export interface MediaSender {
  /** An RTP or RTCP packet; false when it was dropped because the receiver, or the network card, does not keep up. */
  send(packet: Uint8Array): boolean
  readonly counters: MediaSenderCounters
  /** Nothing more is sent; the connection of a reception stays open until that is closed. */
  close(): void
}

export interface MediaSenderCounters {
  readonly packets: number
  readonly bytes: number
  /** Packets dropped. */
  readonly dropped: number
}

/** Counts around a way to send. */
export class CountingSender implements MediaSender {
  readonly #write: (packet: Uint8Array) => boolean
  #packets = 0
  #bytes = 0
  #dropped = 0
  #closed = false

  constructor(write: (packet: Uint8Array) => boolean) {
    this.#write = write
  }

  get counters(): MediaSenderCounters {
    return { packets: this.#packets, bytes: this.#bytes, dropped: this.#dropped }
  }

  send(packet: Uint8Array): boolean {
    if (this.#closed || !this.#write(packet)) {
      this.#dropped++
      return false
    }
    this.#packets++
    this.#bytes += packet.length
    return true
  }

  close(): void {
    this.#closed = true
  }
}
