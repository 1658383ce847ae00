import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { GbDevice, GbSession, Quirks } from '../../link/gb28181.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { addressOf } from '../../protocols/gb28181/device-side/identity.ts'
import type { Hub } from '../hub.ts'
import type { Leases, OnDemandSource } from '../leases.ts'
import { addressOfPath } from '../paths.ts'
import type { GbDevices } from './gb-devices.ts'
import type { GbMediaContext } from './gb-media.ts'
import { GbPlayback, type PlaybackAction } from './gb-playback.ts'
import type { GbStore } from './gb-store.ts'
import { transportsOf } from './gb-transports.ts'

export interface GbPlaybacksOptions {
  readonly context: GbMediaContext
  readonly hub: Hub
  readonly leases: Leases
  readonly devices: GbDevices
  readonly store: GbStore | null
  readonly onLearnt: (device: string, quirks: Quirks) => void
}

/** A span of the recordings of a channel. */
export interface RecordedSpan {
  readonly channel: string
  readonly path: string
  readonly startMs: number
  readonly endMs: number
}

/** Recordings that are played at the same time; each may keep 64 MB where its device ignores speed. */
const MAX_PLAYBACKS = 200
/** Who asked gets this long to open the address. */
const HOLD_MS = 30_000
/** Ended ones that are still told of. */
const MAX_ENDED = 200
const DEFAULT_GRACE_S = 20

/** The recordings of devices that are being watched: each has a path of its own, and ends when nobody watches. */
export class GbPlaybacks implements OnDemandSource {
  readonly #options: GbPlaybacksOptions
  readonly #byPath = new Map<string, GbPlayback>()
  /** Leases of who asked, by path. */
  readonly #holds = new Map<string, () => void>()
  readonly #ended: GbSession[] = []

  constructor(options: GbPlaybacksOptions) {
    this.#options = options
    options.leases.addSource(this)
  }

  knows(path: string): boolean {
    return this.#byPath.has(path)
  }

  /** They are started by request alone. */
  start(): void {}

  /** Somebody watches: the lease of who asked has done its work. */
  again(path: string): void {
    this.#holds.get(path)?.()
  }

  stop(path: string): void {
    this.#byPath.get(path)?.end('nobody watches')
  }

  graceMs(path: string): number {
    const space = this.#options.devices.space(addressOfPath(path).space)
    return (space?.stopAfterS ?? DEFAULT_GRACE_S) * 1000
  }

  /** Resolves at the first picture. Throws AppError CONFLICT, LIMIT_REACHED, and what `GbPlayback.open` throws. */
  async play(device: GbDevice, session: DeviceSession, span: RecordedSpan, speed: number): Promise<GbSession> {
    const { channel: channelId, endMs, path, startMs } = span
    if (this.#byPath.has(path)) throw new AppError('CONFLICT', { what: 'playback', id: path })
    if (this.#byPath.size >= MAX_PLAYBACKS)
      throw new AppError('LIMIT_REACHED', { what: 'playbacks', limit: MAX_PLAYBACKS })
    const { context, devices, hub, leases, onLearnt, store } = this.#options
    const playback: GbPlayback = new GbPlayback(
      {
        context,
        publish: (agent, onKick) => {
          const { address, port } = addressOf(session.target)
          const publisher = { protocol: 'gb28181', remote: `${address}:${port}`, agent }
          const id = newId('pb', context.clock.nowMs())
          return hub.publishOwn(addressOfPath(path), { id, ...publisher }, onKick)
        },
        transports: () => transportsOf(devices, device.id),
        onLearnt: quirks => onLearnt(device.id, quirks),
        onJournal: (callId, entry) => store?.noteCall(callId, entry),
        onEnd: () => this.#end(playback),
      },
      { deviceId: device.id, session, channelId, path, startMs, endMs },
    )
    this.#byPath.set(path, playback)
    const release = leases.hold(path, 'api')
    this.#holds.set(path, release)
    try {
      await playback.open(speed)
    } catch (error) {
      if (error instanceof AppError) hub.failed(path, error)
      throw error
    }
    context.timers.after(HOLD_MS, release)
    return playback.view()
  }

  /** Null: it is none of these. Throws as `GbPlayback.control`. */
  async control(id: string, action: PlaybackAction | 'stop', value: number | undefined): Promise<GbSession | null> {
    const playback = [...this.#byPath.values()].find(one => one.id === id)
    if (!playback) return null
    if (action === 'stop') playback.end('stopped')
    else await playback.control(action, value)
    return playback.view()
  }

  sessions(): GbSession[] {
    return [...[...this.#byPath.values()].map(playback => playback.view()), ...this.#ended]
  }

  stopOf(device: string): void {
    for (const playback of [...this.#byPath.values()]) {
      if (playback.wish.deviceId === device) playback.end('the device is switched off')
    }
  }

  close(): void {
    for (const playback of [...this.#byPath.values()]) playback.end('the node is stopping')
  }

  #end(playback: GbPlayback): void {
    this.#byPath.delete(playback.wish.path)
    this.#holds.get(playback.wish.path)?.()
    this.#holds.delete(playback.wish.path)
    this.#ended.unshift(playback.view())
    this.#ended.length = Math.min(this.#ended.length, MAX_ENDED)
  }
}
