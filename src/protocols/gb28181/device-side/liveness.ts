import type { Clock, Timer, Timers } from '../../../base/clock.ts'

/**
 * What is shown of a device.
 *
 * new      -> on       registered
 * on       -> suspect  silent (one keepalive missed), flowLost (its TCP connection ended)
 *          -> off      unregistered, expired
 * suspect  -> on       traffic, registered
 *          -> off      lost (three keepalives missed), unregistered, expired
 * off      -> on       registered; traffic while the registration is valid
 * any      -> failed   locked (wrong credentials)
 * failed   -> off      unlocked
 */
export type DeviceState = 'new' | 'on' | 'suspect' | 'off' | 'failed'
export type LivenessInput =
  | 'registered'
  | 'traffic'
  | 'silent'
  | 'flowLost'
  | 'lost'
  | 'expired'
  | 'unregistered'
  | 'locked'
  | 'unlocked'

const NEXT: Readonly<Record<DeviceState, Partial<Readonly<Record<LivenessInput, DeviceState>>>>> = {
  new: { registered: 'on', locked: 'failed' },
  on: { silent: 'suspect', flowLost: 'suspect', unregistered: 'off', expired: 'off', locked: 'failed' },
  suspect: {
    registered: 'on',
    traffic: 'on',
    lost: 'off',
    unregistered: 'off',
    expired: 'off',
    locked: 'failed',
  },
  off: { registered: 'on', traffic: 'on', locked: 'failed' },
  failed: { unlocked: 'off' },
}

/** The state after `input`; the same one where the table has nothing. */
function nextState(state: DeviceState, input: LivenessInput): DeviceState {
  return NEXT[state][input] ?? state
}

/** GB/T 28181-2022 §9.6: keepalive each 60 s, off after three. */
const DEFAULT_KEEPALIVE_MS = 60_000
const DEFAULT_KEEPALIVE_COUNT = 3
/** Answers and keepalives that are late by what a mobile network may hold them up. */
const GRACE_MS = 10_000
/** A device whose TCP connection broke dials again within this; longer is off. */
export const RECONNECT_MS = 20_000
/** Longest keepalive interval believed; NAT forgets sooner. */
const MAX_KEEPALIVE_MS = 10 * 60_000
/** Shortest: less is a flood. */
const MIN_KEEPALIVE_MS = 5_000
/** Part of the interval by which deadlines are spread, so that a switch that restarts does not end 10 000 at once. */
const JITTER = 0.1

export interface LivenessOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** 0 to 1, for the jitter. */
  readonly random: () => number
  readonly keepaliveMs?: number
  readonly keepaliveCount?: number
  readonly onChange: (state: DeviceState, cause: LivenessInput) => void
}

/**
 * Whether a device is there: any traffic counts, not keepalives alone, and nothing is off before three intervals and a
 * grace. One timer per device, moved when it fires and not with each packet.
 */
export class Liveness {
  readonly #options: LivenessOptions
  readonly #jitter: number
  #state: DeviceState = 'new'
  #keepaliveMs: number
  #count: number
  /** Monotonic; for deadlines. */
  #heardMs: number
  #flowLostMs: number | null = null
  #validUntilMs = Number.NEGATIVE_INFINITY
  #keepaliveAtMs: number | null = null
  #lastGapMs: number | null = null
  #observedMs = 0
  #timer: Timer | null = null

  constructor(options: LivenessOptions) {
    this.#options = options
    this.#jitter = options.random()
    this.#keepaliveMs = 0
    this.#count = DEFAULT_KEEPALIVE_COUNT
    this.#heardMs = options.clock.monotonicMs()
    this.expect(options.keepaliveMs ?? DEFAULT_KEEPALIVE_MS, options.keepaliveCount ?? DEFAULT_KEEPALIVE_COUNT)
  }

  get state(): DeviceState {
    return this.#state
  }

  /** The interval that is reckoned with: what was agreed, or longer where the device takes longer. Milliseconds. */
  get intervalMs(): number {
    return Math.max(this.#keepaliveMs, this.#observedMs)
  }

  /** Whether its registration has not run out. */
  get registered(): boolean {
    return this.#options.clock.monotonicMs() < this.#validUntilMs
  }

  /** What was agreed with the device; nonsense falls back to the defaults. */
  expect(keepaliveMs: number, count: number): void {
    this.#keepaliveMs =
      keepaliveMs >= MIN_KEEPALIVE_MS && keepaliveMs <= MAX_KEEPALIVE_MS ? keepaliveMs : DEFAULT_KEEPALIVE_MS
    this.#count = Number.isInteger(count) && count >= 1 && count <= 100 ? count : DEFAULT_KEEPALIVE_COUNT
  }

  register(validMs: number): void {
    const now = this.#options.clock.monotonicMs()
    this.#validUntilMs = now + validMs
    this.#hear(now)
    this.#input('registered')
  }

  /** A packet of the device, whatever it says. */
  traffic(): void {
    this.#hear(this.#options.clock.monotonicMs())
    if (this.#state !== 'on' && this.registered) this.#input('traffic')
  }

  keepalive(): void {
    const now = this.#options.clock.monotonicMs()
    const gap = this.#keepaliveAtMs === null ? null : now - this.#keepaliveAtMs
    if (gap !== null && gap <= MAX_KEEPALIVE_MS) {
      // the shorter of two gaps: one that was missed doubles a gap and teaches nothing
      this.#observedMs = this.#lastGapMs === null ? 0 : Math.min(gap, this.#lastGapMs)
      this.#lastGapMs = gap
    }
    this.#keepaliveAtMs = now
    this.traffic()
  }

  flowLost(): void {
    if (this.#state !== 'on' && this.#state !== 'suspect') return
    this.#flowLostMs = this.#options.clock.monotonicMs()
    this.#input('flowLost')
    this.#arm()
  }

  unregister(): void {
    this.#validUntilMs = Number.NEGATIVE_INFINITY
    this.#input('unregistered')
  }

  lock(): void {
    this.#input('locked')
  }

  unlock(): void {
    this.#input('unlocked')
  }

  /** After a restart: the state of before, and a full deadline from now, since it was us who did not listen. */
  restore(state: DeviceState, validMs: number): void {
    const now = this.#options.clock.monotonicMs()
    this.#state = state
    this.#validUntilMs = now + validMs
    this.#hear(now)
    this.#arm()
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #hear(now: number): void {
    this.#heardMs = now
    this.#flowLostMs = null
  }

  #input(input: LivenessInput): void {
    const before = this.#state
    this.#state = nextState(before, input)
    if (this.#state === before) return
    this.#arm()
    this.#options.onChange(this.#state, input)
  }

  /** When the state of now ends by itself, and by what. */
  #deadline(): { at: number; input: LivenessInput } | null {
    if (this.#state !== 'on' && this.#state !== 'suspect') return null
    const late = GRACE_MS + this.#jitter * JITTER * this.intervalMs
    const silence =
      this.#state === 'on'
        ? { at: this.#heardMs + this.intervalMs + late, input: 'silent' as const }
        : this.#flowLostMs !== null
          ? { at: this.#flowLostMs + RECONNECT_MS, input: 'lost' as const }
          : { at: this.#heardMs + this.#count * this.intervalMs + late, input: 'lost' as const }
    const expiry = { at: this.#validUntilMs + late, input: 'expired' as const }
    return expiry.at < silence.at ? expiry : silence
  }

  #arm(): void {
    this.close()
    const deadline = this.#deadline()
    if (!deadline) return
    const wait = Math.max(0, deadline.at - this.#options.clock.monotonicMs())
    this.#timer = this.#options.timers.after(wait, () => this.#due())
  }

  #due(): void {
    const deadline = this.#deadline()
    if (deadline && deadline.at <= this.#options.clock.monotonicMs()) this.#input(deadline.input)
    else this.#arm()
  }
}
