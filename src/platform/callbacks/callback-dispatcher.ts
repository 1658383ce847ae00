import type { Timer } from '../../base/clock.ts'
import type { Closable } from '../../base/lifecycle.ts'
import type { Callback } from './callback.ts'
import type { CallbackQueue } from './callback-queue.ts'
import { DeliveryLane, type DeliveryLaneOptions } from './delivery-lane.ts'

/** What nobody told of is seen then. */
const LOOK_EVERY_MS = 2000

export type CallbackDispatcherOptions = Omit<DeliveryLaneOptions, 'onFinished'> & { readonly queue: CallbackQueue }

/** Sends what waits, each receiver by itself. */
export class CallbackDispatcher implements Closable {
  readonly #options: CallbackDispatcherOptions
  readonly #lanes = new Map<string, DeliveryLane>()
  readonly #looking: Timer

  constructor(options: CallbackDispatcherOptions) {
    this.#options = options
    this.#looking = options.timers.every(LOOK_EVERY_MS, () => this.announced())
    this.refresh()
  }

  /** Callbacks were added, changed or removed. */
  refresh(): void {
    const { queue } = this.#options
    const there = new Set(queue.callbacks.map(({ id }) => id))
    for (const [id, lane] of this.#lanes) {
      if (there.has(id)) continue
      this.#lanes.delete(id)
      void lane.close()
    }
    for (const callback of queue.callbacks) this.#laneOf(callback).callback = callback
  }

  /** What was announced is written: its transaction is over. */
  announced(): void {
    for (const id of this.#options.queue.takeTouched()) this.wake(id)
  }

  wake(callbackId: string): void {
    this.#lanes.get(callbackId)?.wake()
  }

  /** Tries since the start. */
  totals(): { delivered: number; failed: number; dead: number } {
    const sum = { delivered: 0, failed: 0, dead: 0 }
    for (const { totals } of this.#lanes.values()) {
      for (const name of ['delivered', 'failed', 'dead'] as const) sum[name] += totals[name]
    }
    return sum
  }

  async close(): Promise<void> {
    this.#looking.cancel()
    await Promise.all([...this.#lanes.values()].map(lane => lane.close()))
  }

  #laneOf(callback: Callback): DeliveryLane {
    const known = this.#lanes.get(callback.id)
    if (known) return known
    const { queue, ...options } = this.#options
    const lane = new DeliveryLane(callback, { ...options, onFinished: id => queue.finished(id) })
    this.#lanes.set(callback.id, lane)
    return lane
  }
}
