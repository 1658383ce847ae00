import type { Timer, Timers } from '../../base/clock.ts'
import { sequenceDelta } from './sequence.ts'

/** A step further than this, ahead or back, is a sender that started anew: MAX_DROPOUT of RFC 3550 Appendix A.1. */
const MAX_STEP = 3000
/** Sequence numbers given up that are remembered to tell late packets from duplicates; a power of two. */
const REMEMBERED = 1024

export interface ReorderOptions {
  readonly timers: Timers
  /** Packets that wait for a missing one, a power of two. 256 of 1400 bytes are 1.4 s of 2 Mbit/s. */
  readonly maxPackets: number
  /** How long a missing packet is waited for. */
  readonly maxDelayMs: number
  /** Packets in the order of their sequence numbers. */
  readonly onPacket: (packet: Uint8Array) => void
  /** Packets are given up: before the one that follows them. */
  readonly onLoss: (packets: number) => void
}

/** Brings the packets of one UDP source into order. What comes in order passes at once. */
export class ReorderBuffer {
  readonly #options: ReorderOptions
  readonly #slots: (Uint8Array | null)[]
  readonly #mask: number
  readonly #givenUp = new Int32Array(REMEMBERED).fill(-1)
  /** Sequence number due next; -1 before the first packet. */
  #next = -1
  #held = 0
  #timer: Timer | null = null
  lost = 0
  /** Packets that came behind one with a higher number, in time. */
  reordered = 0
  duplicates = 0
  /** Packets that came after they were given up. */
  late = 0

  constructor(options: ReorderOptions) {
    this.#options = options
    this.#slots = Array<Uint8Array | null>(options.maxPackets).fill(null)
    this.#mask = options.maxPackets - 1
  }

  push(packet: Uint8Array, sequence: number): void {
    if (this.#next < 0) this.#next = sequence
    const ahead = sequenceDelta(this.#next, sequence)
    if (ahead === 0) {
      if (this.#held > 0) this.reordered++
      this.#deliver(packet)
      if (this.#held > 0) this.#drain()
    } else if (ahead > MAX_STEP || ahead < -MAX_STEP) {
      this.#restart(packet, sequence)
    } else if (ahead < 0) {
      if (this.#givenUp[sequence & (REMEMBERED - 1)] === sequence) this.late++
      else this.duplicates++
    } else {
      this.#hold(packet, sequence, ahead)
    }
  }

  /** Nothing more comes: what waits goes out. */
  flush(): void {
    while (this.#held > 0) this.#skipGap()
    this.#timer?.cancel()
    this.#timer = null
  }

  #hold(packet: Uint8Array, sequence: number, ahead: number): void {
    let left = ahead
    while (left > this.#mask && this.#held > 0) {
      this.#skipGap()
      left = sequenceDelta(this.#next, sequence)
    }
    if (left > this.#mask) {
      this.#giveUp(left) // nothing waits any more: the gap is wider than the buffer
      left = 0
    }
    if (left === 0) {
      this.#deliver(packet)
      this.#drain()
      return
    }
    const slot = sequence & this.#mask
    if (this.#slots[slot]) {
      this.duplicates++
      return
    }
    if (this.#slots[(sequence + 1) & this.#mask]) this.reordered++
    this.#slots[slot] = packet
    this.#held++
    this.#timer ??= this.#options.timers.after(this.#options.maxDelayMs, this.#onDelay)
  }

  readonly #onDelay = (): void => {
    this.#timer = null
    if (this.#held > 0) this.#skipGap()
    if (this.#held > 0) this.#timer ??= this.#options.timers.after(this.#options.maxDelayMs, this.#onDelay)
  }

  #deliver(packet: Uint8Array): void {
    this.#next = (this.#next + 1) & 0xffff
    this.#options.onPacket(packet)
  }

  #drain(): void {
    for (;;) {
      const slot = this.#next & this.#mask
      const packet = this.#slots[slot]
      if (!packet) break
      this.#slots[slot] = null
      this.#held--
      this.#deliver(packet)
    }
    if (this.#held > 0) return
    this.#timer?.cancel()
    this.#timer = null
  }

  /** Gives up what is missing before the first packet that waits. */
  #skipGap(): void {
    let missing = 0
    while (!this.#slots[(this.#next + missing) & this.#mask]) missing++
    this.#giveUp(missing)
    this.#drain()
  }

  #giveUp(packets: number): void {
    for (let n = Math.max(0, packets - REMEMBERED); n < packets; n++) {
      const sequence = (this.#next + n) & 0xffff
      this.#givenUp[sequence & (REMEMBERED - 1)] = sequence
    }
    this.lost += packets
    this.#next = (this.#next + packets) & 0xffff
    this.#options.onLoss(packets)
  }

  #restart(packet: Uint8Array, sequence: number): void {
    this.flush()
    this.#givenUp.fill(-1)
    this.#next = sequence
    this.#options.onLoss(0)
    this.#deliver(packet)
  }
}
