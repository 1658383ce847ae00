import type { Clock, Timers } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import { CloseStack } from '../../base/lifecycle.ts'
import type { Log } from '../../base/log.ts'
import type { RequestHandlers } from '../../link/connection.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { DevicesState, GbDevice, Quirks } from '../../link/gb28181.ts'
import type { PLATFORM_SAYS } from '../../link/messages.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import { DeviceSide } from '../../protocols/gb28181/device-side/device-side.ts'
import type { Identity } from '../../protocols/gb28181/device-side/identity.ts'
import { MESSAGES } from '../../protocols/gb28181/manscdp/messages.ts'
import { MediaPort } from '../../protocols/rtp/media-port.ts'
import { PortRange } from '../../protocols/rtp/port-range.ts'
import { SipEndpoint } from '../../protocols/sip/endpoint.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import type { Hub } from '../hub.ts'
import type { Leases } from '../leases.ts'
import type { NodeStore } from '../node-store.ts'
import { GbAlwaysOn, isStopped } from './gb-always-on.ts'
import { GbAttempts } from './gb-attempts.ts'
import { GbCascade } from './gb-cascade.ts'
import { GbCatalog } from './gb-catalog.ts'
import { GbChannels } from './gb-channels.ts'
import { GbDevices } from './gb-devices.ts'
import { GbEvents } from './gb-events.ts'
import { GbLive } from './gb-live.ts'
import type { GbMediaContext, GbSettings } from './gb-media.ts'
import { askDevice, orderDevice } from './gb-orders.ts'
import { routeRequests } from './gb-router.ts'
import { GbSessions } from './gb-sessions.ts'
import { GbStore } from './gb-store.ts'
import { NatLifetimes } from './nat-lifetimes.ts'

export interface GbHostOptions {
  readonly identity: Identity
  readonly settings: () => GbSettings & { readonly keepaliveTimeoutMs: number }
  readonly hub: Hub
  readonly leases: Leases
  /** null: the node stands alone, and nothing outlives it. */
  readonly store: NodeStore | null
  /** Where recordings fetched from devices lie; null: none are fetched. */
  readonly files: GrowingStore | null
  readonly emit: (event: NodeEvent) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  /** Shortest and longest wait before an upper platform is tried again, ms; by the standard where it is missing. */
  readonly upperRetryMs?: readonly [number, number]
}

export interface GbListen {
  readonly sip: { readonly port: number; readonly host?: string }
  readonly media: { readonly port: number; readonly host?: string }
  /** First and last of a range; null: all streams share the media port. */
  readonly mediaPorts: readonly [number, number] | null
}

/** Sessions are written down so often: a crash forgets at most this much of what was heard. */
const SAVE_EVERY_MS = 15_000
/** Calls of before a restart whose devices did not answer BYE are tried again. */
const SETTLE_EVERY_MS = 30_000
/** A range port without a packet for so long is given back. */
const RANGE_IDLE_MS = 60_000
const ALL_ADDRESSES = '0.0.0.0'

type Handlers = Partial<RequestHandlers<typeof PLATFORM_SAYS>>

/** GB/T 28181 of one node: devices register, are asked and called, and their channels are streams of the hub. */
export class GbHost {
  readonly devices: GbDevices
  readonly channels: GbChannels
  readonly live: GbLive
  readonly sessions: GbSessions
  readonly cascade: GbCascade
  readonly side: DeviceSide
  readonly endpoint: SipEndpoint
  readonly #options: GbHostOptions
  readonly #attempts: GbAttempts
  readonly #nats: NatLifetimes
  readonly #alwaysOn: GbAlwaysOn
  readonly #catalog: GbCatalog
  readonly #events: GbEvents
  readonly #context: GbMediaContext
  readonly #store: GbStore | null
  readonly #nodeStore: NodeStore | null
  readonly #media: MediaPort
  readonly #closing = new CloseStack()
  #range: PortRange | null = null
  #mediaPort = 0

  constructor(options: GbHostOptions) {
    const { clock, hub, identity, leases, log, settings, store, timers, tls, upperRetryMs } = options
    const emit = (event: NodeEvent) => {
      options.emit(event)
      this.cascade.observe(event)
    }
    this.#options = { ...options, emit }
    this.#nodeStore = store
    this.#store = store && new GbStore(store.db)
    this.devices = new GbDevices(() => Math.round(settings().keepaliveTimeoutMs / 3))
    this.channels = new GbChannels(this.devices, this.#store)
    this.#alwaysOn = new GbAlwaysOn({ leases, devices: this.devices, channels: this.channels, clock, timers })
    this.#attempts = new GbAttempts(this.devices, clock, emit, (device, quirks) => this.#learnt(device, quirks))
    this.#catalog = new GbCatalog({ channels: this.channels, emit, clock, log })
    this.#events = new GbEvents({
      ...{ devices: this.devices, catalog: this.#catalog, emit, clock, log },
      onOn: (device, session) => this.#came(device, session),
      onMoved: (device, session, event) => this.#nats.moved(device, session, event),
      onPtzPosition: (device, position) => this.cascade.ptzPosition(device, position),
    })
    this.endpoint = new SipEndpoint({
      ...{ clock, timers, log },
      ...(tls && { tls: { cert: tls.cert.toString(), key: tls.key.toString() } }),
      tap: event => {
        this.#attempts.log.tap(event)
        this.#events.tap(event)
      },
    })
    this.side = new DeviceSide({
      ...{ endpoint: this.endpoint, clock, timers, log, identity, random: Math.random },
      directory: this.devices,
      attempts: this.#attempts.log,
      events: this.#events,
    })
    this.#nats = new NatLifetimes({
      ...{ sessions: this.side.sessions, clock, timers, log },
      ask: ({ conversation, gbId }) =>
        conversation.ask(MESSAGES.deviceStatusQuery, MESSAGES.deviceStatusResponse, { deviceId: gbId }),
      onLearnt: (device, quirks) => this.#learnt(device, quirks),
    })
    this.#media = new MediaPort({ clock, timers, log })
    const own = this
    this.#context = {
      ...{ side: this.side, endpoint: this.endpoint, attempts: this.#attempts, settings, clock, timers, log },
      mediaPort: this.#media,
      boundPort: () => this.#mediaPort,
      get portRange() {
        return own.#range
      },
    }
    this.live = new GbLive({
      ...{ context: this.#context, hub, leases, devices: this.devices, channels: this.channels, store: this.#store },
      wayOf: path => this.cascade.wayOf(path),
      onLearnt: (device, quirks) => this.#learnt(device, quirks),
    })
    this.sessions = new GbSessions({
      ...{ context: this.#context, hub, leases, devices: this.devices, channels: this.channels, live: this.live },
      ...{ store: this.#store, files: options.files, reach: id => this.#reach(id) },
      onLearnt: (device, quirks) => this.#learnt(device, quirks),
    })
    this.cascade = new GbCascade({
      ...{ context: this.#context, hub, leases, devices: this.devices, channels: this.channels, store: this.#store },
      ...{ serverId: identity.serverId, talks: this.sessions.talks, emit },
      ...(upperRetryMs && { retryMs: upperRetryMs }),
      routeBelow: path => this.live.runs.get(path)?.session?.route ?? [],
      onWanted: gbId => this.#there(gbId, (device, session) => this.#subscribe(device, session)),
      onUnknown: gbId => this.#there(gbId, (device, session) => this.#catalog.sync(device, session)),
    })
    routeRequests(this.endpoint, this.side, this.cascade)
  }

  /** What playback, talk and cascade are made of too. */
  get media(): GbMediaContext {
    return this.#context
  }

  /** Of the media port: datagrams that were not read in time; null where the system does not tell. */
  get droppedPackets(): number | null {
    return this.#media.counters.droppedPackets
  }

  get store(): GbStore | null {
    return this.#store
  }

  /** Opens the ports, brings back who was registered, and ends calls of before. Throws AppError PORT_IN_USE. */
  async open({ media, mediaPorts, sip }: GbListen): Promise<{ readonly sip: number; readonly media: number }> {
    const { clock, log, timers } = this.#options
    await this.endpoint.listen({ port: sip.port, host: sip.host ?? ALL_ADDRESSES })
    this.#closing.add(this.endpoint)
    this.#mediaPort = await this.#media.listen(media.port, media.host ?? ALL_ADDRESSES)
    this.#closing.add(this.#media)
    if (mediaPorts) {
      const [first, last] = mediaPorts
      const host = media.host ?? ALL_ADDRESSES
      this.#range = new PortRange({ clock, timers, log, host, first, last, idleMs: RANGE_IDLE_MS })
      this.#closing.add(this.#range)
    }
    this.#restore()
    const saving = timers.every(SAVE_EVERY_MS, () => this.save())
    this.#closing.defer(() => saving.cancel())
    return { sip: this.endpoint.address.port, media: this.#mediaPort }
  }

  /** The platform's answers. */
  get requests(): Handlers {
    return {
      'devices.apply': state => {
        this.#nodeStore?.saveState('devices', state)
        this.apply(state)
        return {}
      },
      'gb.catalog': ({ device }) => ({ sync: this.#catalog.sync(...this.#reach(device)) }),
      'gb.query': async ({ device, channel, query }) => {
        const [known, session] = this.#reach(device)
        return { answer: await askDevice(session, channel ?? known.gbId, query) }
      },
      'gb.control': async ({ device, channel, control }) => {
        const [known, session] = this.#reach(device)
        return { result: await orderDevice(session, channel ?? known.gbId, control) }
      },
      'gb.play': ({ path, device, channel, holdS }) => this.#play(path, device, channel, holdS),
      ...this.sessions.requests,
      'gb.stop': ({ device, path }) => ({ stopped: this.live.stopOf(device, path ?? null) }),
    }
  }

  apply(state: DevicesState): void {
    const { removed, taken } = this.devices.apply(state)
    if (!taken) return
    for (const { gbId, id } of removed) {
      this.live.stopOf(id, null)
      this.sessions.stopOf(id)
      this.channels.forget(id)
      if (!this.devices.ofGbId(gbId)) this.side.remove(gbId)
    }
    for (const device of this.devices) {
      const session = this.side.sessions.get(device.gbId)
      const entry = this.devices.entry(device.gbId)
      if (!device.enabled || device.locked || isStopped(device, this.#options.clock.nowMs())) {
        this.live.stopOf(device.id, null)
        this.sessions.stopOf(device.id)
      }
      if (!entry) continue
      if (!device.locked) {
        this.side.registrar.forgive(device.gbId)
        this.side.sessions.unlocked(device.gbId)
      }
      if (!session) continue
      const stranger = session.entry.id === null
      session.update(entry)
      // taken by the password of its space, and known only now
      if (stranger && session.state === 'on') this.#events.on(device, session, 'admitted')
      else if (session.state === 'on') this.#subscribe(device, session)
    }
    this.#alwaysOn.look()
    this.cascade.apply(state.parents)
  }

  async close(): Promise<void> {
    this.#alwaysOn.close()
    this.#nats.close()
    await this.cascade.close()
    this.live.close()
    await this.sessions.close()
    this.save()
    await this.side.close()
    await this.#closing.close()
  }

  /** The device and its session. Throws AppError NOT_FOUND or DEVICE_OFFLINE. */
  #reach(id: string): [GbDevice, DeviceSession] {
    const device = this.devices.get(id)
    if (!device) throw new AppError('NOT_FOUND', { what: 'device', id })
    const session = this.side.sessions.get(device.gbId)
    if (!session || session.state === 'off' || session.state === 'new' || session.state === 'failed') {
      const reason = session ? 'nothing was heard of it' : 'it has not registered here'
      throw new AppError('DEVICE_OFFLINE', { device: device.gbId, state: session?.state ?? 'new', reason })
    }
    return [device, session]
  }

  async #play(path: string, device: string, channel: string, holdS: number) {
    this.channels.add(device, [channel]) // the platform may know of it before our own catalog does
    const { leases, timers } = this.#options
    const release = leases.hold(path, 'api')
    try {
      const firstPictureMs = await this.live.picture(path)
      const gbId = this.devices.get(device)?.gbId ?? ''
      timers.after(holdS * 1000, release)
      return { attempt: this.#attempts.last(gbId, channel, 'Play')?.id ?? 'none', firstPictureMs }
    } catch (error) {
      release()
      throw error
    }
  }

  /** A device has come, for the first time or again: it is asked what it is and what it has. */
  #came(device: GbDevice, session: DeviceSession): void {
    this.#subscribe(device, session)
    this.live.deviceOn(device.id)
    void this.#introduce(device, session)
  }

  async #introduce(device: GbDevice, session: DeviceSession): Promise<void> {
    const { clock, emit, log } = this.#options
    this.#catalog.sync(device, session)
    try {
      const info = (await askDevice(session, device.gbId, { type: 'DeviceInfo' })) as Record<string, unknown> // of its table
      const text = (key: string) => String(info[key] ?? '').slice(0, 255)
      emit({
        type: 'device.info',
        device: device.id,
        name: text('deviceName'),
        manufacturer: text('manufacturer'),
        model: text('model'),
        firmware: text('firmware'),
        channels: Number(info['channel'] ?? 0) || 0,
        atMs: clock.nowMs(),
      })
    } catch (error) {
      log.info('device does not say what it is', { device: device.gbId, reason: errorText(error) })
    }
  }

  #subscribe(device: GbDevice, session: DeviceSession): void {
    const own = device.subscribe
    const above = this.cascade.wantedOf(device.gbId)
    const intervals = [own.positionS, above.positionS].filter(seconds => seconds !== null)
    this.side.subscribe(session.gbId, {
      catalog: own.catalog || above.catalog,
      ...((own.alarm || above.alarm) && { alarm: { startPriority: 0, endPriority: 0 } }),
      ...(above.ptzPositions.length > 0 && { ptzPosition: above.ptzPositions }),
      ...(intervals.length > 0 && { mobilePosition: { intervalS: Math.min(...intervals) } }),
    })
  }

  /** For a device that is here now. */
  #there(gbId: string, run: (device: GbDevice, session: DeviceSession) => void): void {
    const device = this.devices.ofGbId(gbId)
    const session = this.side.sessions.get(gbId)
    if (device && session?.state === 'on') run(device, session)
  }

  #learnt(device: string, quirks: Quirks): void {
    this.#options.emit({ type: 'device.quirks', device, quirks, atMs: this.#options.clock.nowMs() })
  }

  #restore(): void {
    const { log, timers } = this.#options
    const state = this.#nodeStore?.state('devices')
    if (state) this.apply(state)
    this.side.restore(this.#store?.sessions() ?? [], gbId => this.devices.entry(gbId))
    for (const session of this.side.sessions) {
      const device = this.devices.ofGbId(session.gbId)
      if (device && session.state === 'on') this.#subscribe(device, session)
    }
    const settle = async () => {
      const owed = (this.#store?.calls() ?? []).filter(({ dialog }) => !this.side.isUp(dialog.callId))
      if (owed.length === 0) return
      for (const callId of await this.side.settle(owed)) this.#store?.noteCall(callId, null)
    }
    const again = () =>
      void settle().catch((error: unknown) => log.warn('calls of before are not ended', { reason: errorText(error) }))
    again()
    const settling = timers.every(SETTLE_EVERY_MS, again)
    this.#closing.defer(() => settling.cancel())
  }

  /** Writes down who is registered. */
  save(): void {
    try {
      this.#store?.saveSessions(this.side.snapshot())
    } catch (error) {
      this.#options.log.warn('registered devices are not written down', { reason: errorText(error) })
    }
  }
}
