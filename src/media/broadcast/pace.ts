/** What the window is computed from. */
export interface PaceInput {
  /** Viewers of all broadcasts of the process. */
  readonly viewers: number
  /** Measured milliseconds of the event loop one write costs. */
  readonly costMs: number
  /** Share of time the event loop was busy lately, 0 to 1. */
  readonly utilisation: number
}

/** Share of the core the write rounds may take before the window widens: low delay is free up to here. */
const WRITE_BUDGET = 0.05
/** From this utilisation on the loop has other work too, and windows widen faster. */
const BUSY = 0.6
/** Windows shorter than the distance of frames (about 15 ms with sound) gain nothing and cost timers. */
const MIN_WINDOW_MS = 8
/** A write of a few kilobytes to a loopback or LAN socket, until measured: 8 to 12 us on the machines tried. */
const ASSUMED_COST_MS = 0.01

/**
 * Milliseconds of frames one write should carry, up to the ceiling of the stream's latency class.
 * 0 means: write each frame as it comes.
 */
export function windowMs(input: PaceInput, ceilingMs: number): number {
  const wanted = (input.viewers * input.costMs) / WRITE_BUDGET
  const pressed = input.utilisation > BUSY ? wanted * (1 + (input.utilisation - BUSY) * 10) : wanted
  if (pressed < MIN_WINDOW_MS) return 0
  return Math.min(ceilingMs, pressed)
}

/** Measures what writing costs and says how wide the windows are; one for all broadcasts of a process. */
export class Pace {
  #viewers = 0
  #costMs = ASSUMED_COST_MS
  #utilisation = 0

  get viewers(): number {
    return this.#viewers
  }

  viewerAdded(): void {
    this.#viewers++
  }

  viewerRemoved(): void {
    this.#viewers--
  }

  /** A round of `writes` writes took `ms`. Only rounds long enough for the clock's resolution count. */
  measured(writes: number, ms: number): void {
    if (writes < 32) return
    this.#costMs += (ms / writes - this.#costMs) * 0.05
  }

  /** Called a few times a second with the event loop's utilisation since the last call. */
  setUtilisation(share: number): void {
    this.#utilisation += (share - this.#utilisation) * 0.3
  }

  windowMs(ceilingMs: number): number {
    return windowMs({ viewers: this.#viewers, costMs: this.#costMs, utilisation: this.#utilisation }, ceilingMs)
  }
}
