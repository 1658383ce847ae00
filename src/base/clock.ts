/** Time as a value, so that tests own it. The rest of the code never calls Date.now or setTimeout itself. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. May jump. */
  nowMs(): number
  /** Monotonic milliseconds with fraction; only differences mean something. */
  monotonicMs(): number
}

export interface Timer {
  cancel(): void
}

export interface Timers {
  after(ms: number, run: () => void): Timer
  every(ms: number, run: () => void): Timer
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** Timers of the process. They do not keep the process alive: sockets and servers do. */
export const systemTimers: Timers = {
  after(ms, run) {
    const handle = setTimeout(run, ms)
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
  every(ms, run) {
    const handle = setInterval(run, ms)
    handle.unref()
    return { cancel: () => clearInterval(handle) }
  },
}
