import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { isDeviceId } from './device-id.ts'

/** First digit of the SSRC: live, or history (playback and download). */
export type SsrcKind = 'live' | 'history'

/** Packets of the stream before may still be on their way, or its device may not have heard the BYE. */
export const SSRC_REST_MS = 10 * 60_000

/** Four digits: the number of streams of a domain that the line `y=` can tell apart. */
const NUMBERS = 10_000

/**
 * The SSRCs of a domain, for `y=`: ten decimal digits `K DDDDD NNNN`.
 *   K      0 live, 1 history
 *   DDDDD  digits 4 to 8 of the 20-digit id of the domain's server
 *   NNNN   the stream, unique in the domain
 * GB/T 28181-2022 Annex G. The number is one for both kinds, so that devices that mix up K do no harm.
 */
export class SsrcPool {
  readonly #domain: string
  readonly #clock: Clock
  /** Number -> monotonic time from which it may be used again; infinity while in use. */
  readonly #busy = new Map<number, number>()
  #next: number

  /** `first`: where counting begins; a random one keeps a restart from reusing what was just in use. */
  constructor(serverId: string, clock: Clock, first: number) {
    if (!isDeviceId(serverId)) throw new AppError('INVALID', { field: 'sip.id', reason: 'must be 20 digits' })
    this.#domain = serverId.slice(3, 8)
    this.#clock = clock
    this.#next = Math.abs(Math.trunc(first)) % NUMBERS
  }

  get inUse(): number {
    let count = 0
    for (const until of this.#busy.values()) if (until === Number.POSITIVE_INFINITY) count++
    return count
  }

  /** Throws AppError LIMIT_REACHED when all numbers are in use or resting. */
  take(kind: SsrcKind): string {
    const now = this.#clock.monotonicMs()
    for (let tried = 0; tried < NUMBERS; tried++) {
      const number = this.#next
      this.#next = (number + 1) % NUMBERS
      if ((this.#busy.get(number) ?? 0) > now) continue
      this.#busy.set(number, Number.POSITIVE_INFINITY)
      return `${kind === 'live' ? '0' : '1'}${this.#domain}${String(number).padStart(4, '0')}`
    }
    throw new AppError('LIMIT_REACHED', { what: 'streams of the SIP domain', limit: NUMBERS })
  }

  /** The number rests before it is used again. What is not ours is ignored. */
  release(ssrc: string): void {
    const number = Number(ssrc.slice(6))
    if (ssrc.slice(1, 6) !== this.#domain || this.#busy.get(number) !== Number.POSITIVE_INFINITY) return
    this.#busy.set(number, this.#clock.monotonicMs() + SSRC_REST_MS)
  }

  /** A dialog of before a restart still uses it. */
  reserve(ssrc: string): void {
    if (ssrc.slice(1, 6) === this.#domain && /^\d{10}$/.test(ssrc)) {
      this.#busy.set(Number(ssrc.slice(6)), Number.POSITIVE_INFINITY)
    }
  }
}

/** The 32 bits in RTP; ten digits of `y=` may be more than fit, then the device cannot use them either: null. */
export function ssrcNumber(ssrc: string): number | null {
  const value = Number(ssrc)
  return /^\d{1,10}$/.test(ssrc) && value <= 0xffffffff ? value : null
}

export const formatSsrc = (value: number): string => String(value >>> 0).padStart(10, '0')
