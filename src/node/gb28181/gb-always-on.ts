import type { Clock, Timer, Timers } from '../../base/clock.ts'
import type { GbDevice } from '../../link/gb28181.ts'
import type { Leases } from '../leases.ts'
import type { GbChannels } from './gb-channels.ts'
import type { GbDevices } from './gb-devices.ts'

export interface GbAlwaysOnOptions {
  readonly leases: Leases
  readonly devices: GbDevices
  readonly channels: GbChannels
  readonly clock: Clock
  readonly timers: Timers
}

/** What is wanted is compared with what is held this often. */
const LOOK_MS = 5000

/** Leases on the channels of devices that are to run although nobody watches. */
export class GbAlwaysOn {
  readonly #options: GbAlwaysOnOptions
  readonly #held = new Map<string, () => void>()
  readonly #looking: Timer

  constructor(options: GbAlwaysOnOptions) {
    this.#options = options
    this.#looking = options.timers.every(LOOK_MS, () => this.look())
  }

  look(): void {
    const { channels, clock, devices, leases } = this.#options
    const wanted = new Set<string>()
    for (const device of devices) {
      if (device.autoStart !== true || !device.enabled || device.locked) continue
      if (isStopped(device, clock.nowMs())) continue
      for (const channel of channels.of(device.id)) wanted.add(channels.pathOf(device, channel))
    }
    for (const [path, release] of this.#held) {
      if (wanted.has(path)) continue
      this.#held.delete(path)
      release()
    }
    for (const path of wanted) if (!this.#held.has(path)) this.#held.set(path, leases.hold(path, 'always'))
  }

  close(): void {
    this.#looking.cancel()
  }
}

/** Somebody stopped its streams, for now or until they are started again. */
export function isStopped({ stopped }: GbDevice, nowMs: number): boolean {
  return stopped !== undefined && (stopped.untilMs === null || stopped.untilMs > nowMs)
}
