/** RFC 3261 §17.1.1.1, Table 4 in Annex A. Handed in, never global: tests run with their own. */
export interface SipTiming {
  /** Round-trip estimate, milliseconds. */
  readonly t1Ms: number
  /** Longest interval between retransmissions of anything but INVITE, milliseconds. */
  readonly t2Ms: number
  /** How long a message stays in the network, milliseconds. */
  readonly t4Ms: number
}

export const DEFAULT_TIMING: SipTiming = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 }

/** Timers B, F, H, J, L and M: how long a transaction waits, or absorbs, altogether. */
export const patienceMs = (timing: SipTiming): number => 64 * timing.t1Ms

/** Timer D: at least 32 s, whatever T1 is; shorter only where T1 is. */
export const timerDMs = (timing: SipTiming): number => Math.max(64 * timing.t1Ms, timing.t1Ms >= 500 ? 32_000 : 0)

/** A UAS answers 100 when nothing else was said after this time. RFC 3261 §17.2.1. */
export const TRYING_AFTER_MS = 200
