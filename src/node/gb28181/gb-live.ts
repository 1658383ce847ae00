import type { Timer } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/id.ts'
import type { Quirks } from '../../link/gb28181.ts'
import { addressOf } from '../../protocols/gb28181/device-side/identity.ts'
import type { MediaTransport } from '../../protocols/gb28181/quirks.ts'
import { type CallWay, wayTo } from '../../protocols/gb28181/route-path.ts'
import type { Hub } from '../hub.ts'
import type { Leases, OnDemandSource } from '../leases.ts'
import { addressOfPath } from '../paths.ts'
import { isStopped } from './gb-always-on.ts'
import { attemptError, type FailedAttempt } from './gb-attempts.ts'
import type { GbChannels } from './gb-channels.ts'
import type { GbDevices } from './gb-devices.ts'
import type { GbMediaContext } from './gb-media.ts'
import { GbMediaSession } from './gb-media-session.ts'
import type { GbStore } from './gb-store.ts'
import { isOfTransport, preferring, transportsOf } from './gb-transports.ts'

export interface GbLiveOptions {
  readonly context: GbMediaContext
  readonly hub: Hub
  readonly leases: Leases
  readonly devices: GbDevices
  readonly channels: GbChannels
  readonly store: GbStore | null
  /** The way of the calls of platforms above that wait for a path: for the platform below that brings it. */
  readonly wayOf: (path: string) => CallWay
  /** A transport that brought a picture after another one had not. */
  readonly onLearnt: (device: string, quirks: Quirks) => void
}

/** Why a started channel has no picture, or how long it took. */
type Outcome = { readonly firstPictureMs: number } | { readonly error: AppError }

/**
 * One channel that somebody wants to see.
 *
 * starting -> on       the first picture
 *          -> waiting  all ways failed
 * on       -> waiting  the device ended it, or nothing comes any more
 * waiting  -> starting the pause is over, or somebody else wants it
 * any      -> stopped  nobody wants it
 */
interface Run {
  readonly path: string
  readonly deviceId: string
  readonly channelId: string
  state: 'starting' | 'on' | 'waiting' | 'stopped'
  session: GbMediaSession | null
  transports: MediaTransport[]
  failures: number
  retry: Timer | null
  readonly watchers: Set<(outcome: Outcome) => void>
  endedMs: number
}

const DEFAULT_GRACE_S = 20
/** Pauses after failures; somebody new is not kept waiting for them. */
const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000] as const

/** Live channels of devices: invited when the first wants them, ended when the last is gone. */
export class GbLive implements OnDemandSource {
  readonly #options: GbLiveOptions
  readonly #runs = new Map<string, Run>()

  constructor(options: GbLiveOptions) {
    this.#options = options
    options.leases.addSource(this)
  }

  get runs(): ReadonlyMap<string, { readonly state: Run['state']; readonly session: GbMediaSession | null }> {
    return this.#runs
  }

  knows(path: string): boolean {
    return this.#resolve(path) !== null
  }

  graceMs(path: string): number {
    const space = this.#options.devices.space(addressOfPath(path).space)
    return (space?.stopAfterS ?? DEFAULT_GRACE_S) * 1000
  }

  start(path: string): void {
    const found = this.#resolve(path)
    if (!found) return
    const { device, channelId } = found
    const run: Run = {
      ...{ path, channelId, deviceId: device.id, state: 'waiting', session: null, retry: null, failures: 0 },
      transports: this.#transportsOf(device.id),
      watchers: new Set(),
      endedMs: Number.NEGATIVE_INFINITY,
    }
    this.#runs.set(path, run)
    this.#begin(run)
  }

  again(path: string): void {
    const run = this.#runs.get(path)
    if (!run) this.start(path)
    else if (run.state === 'waiting' && this.#options.context.clock.monotonicMs() - run.endedMs > RETRY_MS[0])
      this.#begin(run)
  }

  stop(path: string): void {
    const run = this.#runs.get(path)
    if (!run) return
    this.#runs.delete(path)
    this.#end(run, 'nobody watches')
  }

  /** Ends what runs of a device, or one of its paths; who still wants it gets it back by asking again. */
  stopOf(device: string, path: string | null): number {
    const chosen = [...this.#runs.values()].filter(
      run => run.deviceId === device && (path === null || run.path === path),
    )
    for (const run of chosen) this.stop(run.path)
    return chosen.length
  }

  /** The device is back: what waits for it need not wait longer. */
  deviceOn(device: string): void {
    for (const run of this.#runs.values()) if (run.deviceId === device && run.state === 'waiting') this.#begin(run)
  }

  /** Resolves at the first picture. Throws AppError DEVICE_OFFLINE, DEVICE_FAILED or PEER_REFUSED. */
  async picture(path: string): Promise<number> {
    const run = this.#runs.get(path)
    if (!run) throw new AppError('NOT_FOUND', { what: 'channel of a device', id: path })
    if (run.state === 'on') return run.session?.firstPictureMs ?? 0
    const outcome = await new Promise<Outcome>(resolve => run.watchers.add(resolve))
    if ('error' in outcome) throw outcome.error
    return outcome.firstPictureMs
  }

  close(): void {
    for (const run of [...this.#runs.values()]) this.#end(run, 'the node is stopping')
    this.#runs.clear()
  }

  #begin(run: Run): void {
    const { context, devices, wayOf } = this.#options
    run.retry?.cancel()
    run.retry = null
    const device = devices.get(run.deviceId)
    const session = device && context.side.sessions.get(device.gbId)
    if (!device || !session || session.state === 'off' || session.state === 'failed' || session.state === 'new') {
      const state = session?.state ?? 'new'
      const reason = state === 'failed' ? 'locked after wrong credentials' : 'not registered here now'
      this.#failed(run, new AppError('DEVICE_OFFLINE', { device: device?.gbId ?? run.deviceId, state, reason }))
      return
    }
    if (isStopped(device, context.clock.nowMs())) {
      const advice = 'start the device to see its channels'
      this.#failed(run, new AppError('DEVICE_UNSUITABLE', { device: device.gbId, reason: 'it is stopped', advice }))
      return
    }
    run.state = 'starting'
    const [transport = 'tcp-passive'] = run.transports
    const media = new GbMediaSession(
      context,
      {
        ...{ session, channelId: run.channelId, name: 'Play', transport },
        way: device.type === 'platform' ? wayTo(device.gbId, wayOf(run.path)) : null,
      },
      {
        publish: remote => this.#publish(run, remote || formatAddress(addressOf(session.target)), session.gbId),
        onPicture: firstPictureMs => this.#picture(run, transport, firstPictureMs),
        onEnd: (reason, attempt) => this.#ended(run, media, reason, attempt),
        onJournal: (callId, entry) => this.#options.store?.noteCall(callId, entry),
      },
    )
    run.session = media
    void media.start()
  }

  #publish(run: Run, remote: string, gbId: string) {
    const { context, hub } = this.#options
    const id = newId('pb', context.clock.nowMs())
    const publisher = { id, protocol: 'gb28181', remote, agent: `${gbId} ${run.channelId}` }
    return hub.publishOwn(addressOfPath(run.path), publisher, reason => run.session?.close(reason))
  }

  #picture(run: Run, transport: MediaTransport, firstPictureMs: number): void {
    run.state = 'on'
    run.failures = 0
    this.#tell(run, { firstPictureMs })
    // the first way did not work and this one did
    if (run.transports.length < this.#transportsOf(run.deviceId).length) {
      this.#options.onLearnt(run.deviceId, { transports: preferring(transport) })
    }
  }

  #ended(run: Run, media: GbMediaSession, reason: string, attempt: FailedAttempt | null): void {
    if (run.session !== media) return
    run.session = null
    if (run.state === 'stopped') return
    if (run.state === 'starting' && run.transports.length > 1 && isOfTransport(attempt?.verdict)) {
      run.transports = run.transports.slice(1)
      this.#begin(run)
      return
    }
    const gbId = this.#options.devices.get(run.deviceId)?.gbId ?? run.deviceId
    this.#failed(run, attemptError(gbId, attempt, reason))
  }

  #failed(run: Run, error: AppError): void {
    const { context, hub } = this.#options
    run.state = 'waiting'
    run.endedMs = context.clock.monotonicMs()
    run.transports = this.#transportsOf(run.deviceId)
    const pause = RETRY_MS[Math.min(run.failures++, RETRY_MS.length - 1)] ?? RETRY_MS[0]
    run.retry = context.timers.after(pause, () => this.#begin(run))
    hub.failed(run.path, error)
    this.#tell(run, { error })
  }

  #end(run: Run, reason: string): void {
    run.state = 'stopped'
    run.retry?.cancel()
    const { session } = run
    run.session = null
    session?.close(reason)
    this.#tell(run, { error: new AppError('PEER_REFUSED', { peer: run.path, reason }) })
  }

  #tell(run: Run, outcome: Outcome): void {
    const watchers = [...run.watchers]
    run.watchers.clear()
    for (const watcher of watchers) watcher(outcome)
  }

  #transportsOf(deviceId: string): MediaTransport[] {
    return transportsOf(this.#options.devices, deviceId)
  }

  #resolve(path: string) {
    const found = this.#options.channels.resolve(addressOfPath(path))
    return found?.device.enabled ? found : null
  }
}

function formatAddress({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}
