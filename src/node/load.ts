import { type EventLoopUtilization, type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Clock, Timer, Timers } from '../base/clock.ts'
import type { Pace } from '../media/broadcast/pace.ts'

/** The histogram samples by a timer of this period and records whole periods: it is taken off again. */
const RESOLUTION_MS = 5
/** Period of the event-loop percentile: long enough that one hiccup is not the 99th percentile. */
const PERCENTILE_PERIOD_MS = 10_000
/** How often the pace of the broadcasts learns how busy the loop is. */
const PACE_PERIOD_MS = 250

export interface Load {
  /** Cores in use, 1 is one full core. */
  readonly cpu: number
  readonly memoryBytes: number
  readonly eventLoopP99Ms: number
}

/** Watches the process: feeds the pace of the broadcasts, and answers for reports and metrics. */
export class LoadMonitor {
  readonly #clock: Clock
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #timers: Timer[]
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()
  #cpu = process.cpuUsage()
  #atMs: number
  /** Of the last complete period; null during the first. */
  #delayP99Ms: number | null = null

  constructor(clock: Clock, timers: Timers, pace: Pace) {
    this.#clock = clock
    this.#atMs = clock.monotonicMs()
    this.#delay.enable()
    this.#timers = [
      timers.every(PACE_PERIOD_MS, () => {
        const now = performance.eventLoopUtilization()
        pace.setUtilisation(performance.eventLoopUtilization(now, this.#utilization).utilization)
        this.#utilization = now
      }),
      timers.every(PERCENTILE_PERIOD_MS, () => {
        this.#delayP99Ms = this.#runningP99Ms()
        this.#delay.reset()
      }),
    ]
  }

  /** 99th percentile of the event-loop delay over the last ten seconds that are complete. */
  delayP99Ms(): number {
    return this.#delayP99Ms ?? this.#runningP99Ms()
  }

  /** The load since the last `take`. */
  take(): Load {
    const now = this.#clock.monotonicMs()
    const used = process.cpuUsage(this.#cpu)
    const elapsedMs = Math.max(1, now - this.#atMs)
    this.#cpu = process.cpuUsage()
    this.#atMs = now
    return {
      cpu: Math.round((used.user + used.system) / 10 / elapsedMs) / 100,
      memoryBytes: process.memoryUsage.rss(),
      eventLoopP99Ms: Math.round(this.delayP99Ms() * 10) / 10,
    }
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#delay.disable()
  }

  #runningP99Ms(): number {
    return Math.max(0, this.#delay.percentile(99) / 1e6 - RESOLUTION_MS)
  }
}
