import { sequenceDelta } from './sequence.ts'

/** MAX_DROPOUT and MAX_MISORDER of RFC 3550 Appendix A.1. */
const MAX_DROPOUT = 3000
const MAX_MISORDER = 100

/** What a report block of RTCP says. RFC 3550 §6.4.1. */
export interface ReceptionReport {
  readonly ssrc: number
  /** Of the interval since the last report, in 256ths. */
  readonly fractionLost: number
  /** Cumulative, signed 24 bits. */
  readonly lost: number
  readonly highestSequence: number
  /** Ticks of the RTP clock. */
  readonly jitter: number
  readonly lastReport: number
  readonly delaySinceLastReport: number
}

/** Sequence numbers and jitter of one source: RFC 3550 Appendix A.1, A.3 and A.8. */
export class RtpStats {
  #first = -1
  #highest = 0
  #cycles = 0
  #bad = -1
  #transit: number | null = null
  #expectedBefore = 0
  #receivedBefore = 0
  received = 0
  /** Interarrival jitter in ticks. */
  jitter = 0

  /** `arrivalMs` is monotonic. */
  update(sequence: number, timestamp: number, arrivalMs: number, clockRate: number): void {
    if (this.#first < 0) this.#restart(sequence)
    else {
      const ahead = sequenceDelta(this.#highest, sequence)
      if (ahead > MAX_DROPOUT || ahead <= -MAX_MISORDER) {
        if (sequence !== this.#bad) {
          this.#bad = (sequence + 1) & 0xffff
          return // two in a row make a restart
        }
        this.#restart(sequence)
      } else if (ahead > 0) {
        if (sequence < this.#highest) this.#cycles += 0x10000
        this.#highest = sequence
      }
    }
    this.received++
    const transit = (arrivalMs * clockRate) / 1000 - timestamp
    if (this.#transit !== null) {
      const step = Math.abs(transit - this.#transit)
      // A clock that was set, or wrapped, is no jitter.
      if (step < clockRate * 10) this.jitter += (step - this.jitter) / 16
    }
    this.#transit = transit
  }

  get extendedHighest(): number {
    return this.#cycles + this.#highest
  }

  get expected(): number {
    return this.#first < 0 ? 0 : this.extendedHighest - this.#first + 1
  }

  /** Packets that did not come; duplicates make it smaller, as the RFC has it. */
  get lost(): number {
    return this.expected - this.received
  }

  /** The next report block; its fraction is of the time since the one before. */
  report(ssrc: number): ReceptionReport {
    const expected = this.expected - this.#expectedBefore
    const lost = expected - (this.received - this.#receivedBefore)
    this.#expectedBefore = this.expected
    this.#receivedBefore = this.received
    return {
      ssrc,
      fractionLost: expected > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / expected)) : 0,
      lost: Math.max(-0x800000, Math.min(0x7fffff, this.lost)),
      highestSequence: this.extendedHighest,
      jitter: Math.round(this.jitter),
      lastReport: 0,
      delaySinceLastReport: 0,
    }
  }

  #restart(sequence: number): void {
    this.#first = sequence
    this.#highest = sequence
    this.#cycles = 0
    this.#bad = -1
    this.#transit = null
    this.#expectedBefore = 0
    this.#receivedBefore = 0
    this.received = 0
  }
}
