import { AppError, errorText } from '../../base/errors.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { GbDevice, GbParent, SharedChannel } from '../../link/gb28181.ts'
import type { PtzPosition } from '../../protocols/gb28181/device-side/device-event.ts'
import { parseEnvelope, type Root } from '../../protocols/gb28181/manscdp/message.ts'
import { type CallWay, wayTo } from '../../protocols/gb28181/route-path.ts'
import type { SipRequest } from '../../protocols/sip/message.ts'
import { parseNameAddress } from '../../protocols/sip/name-address.ts'
import { readUri } from '../../protocols/sip/uri.ts'
import type { Hub } from '../hub.ts'
import type { Leases } from '../leases.ts'
import type { CascadeContext } from './gb-cascade-context.ts'
import { GbChannelFacts, type News } from './gb-channel-facts.ts'
import type { GbChannels } from './gb-channels.ts'
import type { GbDevices } from './gb-devices.ts'
import type { GbMediaContext } from './gb-media.ts'
import { GbParentSide } from './gb-parent.ts'
import type { SharedView } from './gb-shared-tree.ts'
import type { GbStore } from './gb-store.ts'
import type { GbTalks } from './gb-talks.ts'
import { transportsOf } from './gb-transports.ts'
import { UpperHistory } from './gb-upper-history.ts'
import { UpperVoice, type UpperVoiceOptions } from './gb-upper-voice.ts'
import { Turnstile } from './turnstile.ts'

export interface GbCascadeOptions {
  readonly context: GbMediaContext
  readonly devices: GbDevices
  readonly channels: GbChannels
  readonly hub: Hub
  readonly leases: Leases
  readonly store: GbStore | null
  readonly talks: GbTalks
  readonly serverId: string
  readonly emit: (event: NodeEvent) => void
  /** What devices are to tell has changed: alarms and positions that somebody above wants. */
  readonly onWanted: (deviceGbId: string) => void
  /** A device has shared channels of which nothing is known here: its catalog is worth reading. */
  readonly onUnknown: (deviceGbId: string) => void
  /** Shortest and longest wait before another try to register, ms. */
  readonly retryMs?: readonly [number, number]
  /** Platforms below that bring a path now. */
  readonly routeBelow: (path: string) => readonly string[]
}

/** Streams that are no channels of devices are looked at so often. */
const STREAMS_EVERY_MS = 3000
const BETWEEN_CATALOGS_MS = 50
/** We leave in a hurry: an upper platform that does not answer finds out by itself. */
const CLOSE_PATIENCE_MS = 3000
const DEFAULT_ZONE = 'Asia/Shanghai'

/** What an upper platform sends by MESSAGE, and a device never does. */
const OF_UPPER: ReadonlySet<Root> = new Set(['Query', 'Control'])

/** All platforms above us. */
export class GbCascade {
  readonly #options: GbCascadeOptions
  readonly #sides = new Map<string, GbParentSide>()
  /** Parents that wait until what was registered in their place has gone. */
  readonly #leaving = new Map<string, Promise<void>>()
  readonly #facts = new GbChannelFacts()
  readonly #ways = new Map<string, Set<Required<CallWay>>>()
  /** Channels for which a catalog was asked for. */
  readonly #acquainted = new Set<string>()
  readonly #context: CascadeContext
  #parents: readonly GbParent[] = []
  #closed = false

  constructor(options: GbCascadeOptions) {
    this.#options = options
    const { context, emit, hub, leases, onWanted, retryMs, routeBelow, serverId } = options
    const view: SharedView = {
      facts: shared => this.#facts.get(keyOf(shared.deviceGbId, shared.channelGbId)),
      isOn: shared => this.#isOn(shared),
    }
    this.#context = {
      ...{ media: context, emit, hub, leases, routeBelow, serverId, view, turnstile: new Turnstile(context.timers) },
      ...(retryMs && { retryMs }),
      zoneOf: space => options.devices.space(space)?.zone ?? DEFAULT_ZONE,
      session: shared => this.#session(shared),
      pathOf: shared => this.#pathOf(shared),
      history: (call, shared, way) => this.#history(call, shared, way),
      talk: async (call, shared) => UpperVoice.answer(this.#voice(shared), call),
      broadcast: async (side, sourceId, shared) => UpperVoice.dial(this.#voice(shared), side, sourceId),
      onWay: (path, way) => this.#onWay(path, way),
      onWanted: side => {
        for (const device of side.tree.devices) onWanted(device)
      },
    }
    const looking = context.timers.every(STREAMS_EVERY_MS, () => {
      if (this.#closed) looking.cancel()
      for (const side of this.#sides.values())
        side.refresh([...side.tree.channels.values()].filter(({ path }) => path !== undefined))
    })
  }

  get sides(): ReadonlyMap<string, GbParentSide> {
    return this.#sides
  }

  /** The upper platforms there shall be, and what they get to see. */
  apply(parents: readonly GbParent[]): void {
    this.#parents = parents.filter(({ enabled }) => enabled)
    this.#facts.keep(
      this.#parents.flatMap(({ channels }) => channels.map(one => keyOf(one.deviceGbId, one.channelGbId))),
    )
    const { channels, devices } = this.#options
    for (const parent of this.#parents)
      for (const { channelGbId, deviceGbId, path } of parent.channels) {
        const device = path === undefined ? devices.ofGbId(deviceGbId) : undefined
        if (device) channels.add(device.id, [channelGbId])
      }
    const wanted = new Map(this.#parents.map(parent => [parent.id, parent]))
    for (const [id, side] of [...this.#sides]) {
      const parent = wanted.get(id)
      if (parent && isSamePlace(parent, side.parent)) side.share(parent)
      else this.#leave(id, side)
    }
    for (const parent of this.#parents) this.#enter(parent)
    this.#acquaint()
  }

  /**
   * The side a request is for: it says to be from that platform, and is for a code of ours there. Where both platforms
   * are below each other, what it says decides.
   */
  sideOf(request: SipRequest): GbParentSide | null {
    const from = userOf(request, 'from')
    const sides = [...this.#sides.values()].filter(({ parent }) => parent.serverId === from)
    if (sides.length === 0) return null
    const codes = [readUri(request.uri)?.user ?? '', userOf(request, 'to')]
    const meant = sides.find(side => codes.some(code => side.has(code)))
    if (this.#options.context.side.sessions.get(from) && request.method === 'MESSAGE')
      return isOfUpper(request) ? (meant ?? sides[0] ?? null) : null
    return meant ?? (request.method === 'NOTIFY' ? null : (sides[0] ?? null))
  }

  /** What devices did, as the platform hears of it. */
  observe(event: NodeEvent): void {
    if (this.#sides.size === 0) return
    switch (event.type) {
      case 'device.catalog':
        for (const item of event.items) this.#learn(event.device, item.gbId, key => this.#facts.learn(key, item))
        return
      case 'device.catalog-changed':
        for (const { event: what, gbId, item } of event.changes) {
          const whole = what === 'ADD' || what === 'UPDATE'
          this.#learn(event.device, gbId, key =>
            item && (whole || this.#facts.get(key) === null) ? this.#facts.learn(key, item) : null,
          )
          if (!whole) this.#learn(event.device, gbId, key => this.#facts.state(key, what === 'ON'))
        }
        return
      case 'device.state': {
        const gbId = this.#options.devices.get(event.device)?.gbId
        if (gbId !== undefined) for (const side of this.#sides.values()) side.refresh(side.tree.ofDevice(gbId))
        return
      }
      case 'device.alarm':
        this.#shared(event.device, event.channel, (side, shared, zone) => side.alarm(shared, event, zone))
        return
      case 'device.positions':
        for (const place of event.positions)
          this.#shared(event.device, place.gbId, (side, shared, zone) => side.position(shared, place, zone))
        return
      case 'device.finished':
        for (const side of this.#sides.values()) void side.finished(event)
        return
      default:
        return
    }
  }

  /** A camera tells where it looks. */
  ptzPosition({ gbId }: GbDevice, position: PtzPosition): void {
    for (const side of this.#sides.values()) {
      const shared = side.tree.ofSource(gbId, position.deviceId)
      if (shared) void side.ptzPosition(shared, position)
    }
  }

  /** What platforms above want a device to tell. */
  wantedOf(deviceGbId: string): {
    readonly catalog: boolean
    readonly alarm: boolean
    readonly positionS: number | null
    /** Channels that are to tell where they look. */
    readonly ptzPositions: readonly string[]
  } {
    const sides = [...this.#sides.values()].filter(({ tree }) => tree.ofDevice(deviceGbId).length > 0)
    const intervals = sides.flatMap(({ positionS }) => (positionS === null ? [] : [positionS]))
    return {
      catalog: sides.length > 0,
      alarm: sides.some(({ wantsAlarms }) => wantsAlarms),
      positionS: intervals.length === 0 ? null : Math.min(...intervals),
      ptzPositions: [...new Set(sides.flatMap(side => side.ptzPositionsOf(deviceGbId)))],
    }
  }

  /** The way of the calls that wait for a path, as the platform below is told it. */
  wayOf(path: string): Required<CallWay> {
    const ways = [...(this.#ways.get(path) ?? [])]
    const route = [this.#options.serverId, ...new Set(ways.flatMap(way => way.route))]
    // one call for all who wait: the first that says where it is to go is heard
    return { route, preferred: ways.find(({ preferred }) => preferred.length > 0)?.preferred ?? [] }
  }

  async close(): Promise<void> {
    this.#closed = true
    const { timers } = this.#options.context
    const patience = Promise.withResolvers<void>()
    const timer = timers.after(CLOSE_PATIENCE_MS, patience.resolve)
    await Promise.race([Promise.all([...this.#sides.values()].map(side => side.close())), patience.promise])
    timer.cancel()
    this.#sides.clear()
  }

  #enter(parent: GbParent): void {
    if (this.#sides.has(parent.id) || this.#closed) return
    const before = this.#leaving.get(parent.id)
    if (before) {
      // our REGISTER that ends the old registration must not end the new one
      void before.then(() => {
        const now = this.#parents.find(({ id }) => id === parent.id)
        if (now) this.#enter(now)
      })
      return
    }
    const side = new GbParentSide(this.#context, parent)
    this.#sides.set(parent.id, side)
    side.start()
  }

  #leave(id: string, side: GbParentSide): void {
    this.#sides.delete(id)
    const left = side.close().catch((error: unknown) => {
      this.#options.context.log.info('the upper platform was not told that we leave', { reason: errorText(error) })
    })
    const gone = left.then(() => {
      if (this.#leaving.get(id) === gone) this.#leaving.delete(id)
    })
    this.#leaving.set(id, gone)
  }

  /** Devices that are on already told their catalogs when nobody kept them; they are asked, one after the other. */
  #acquaint(): void {
    const { context, devices, onUnknown, onWanted } = this.#options
    let waitMs = 0
    for (const { tree } of this.#sides.values()) {
      for (const gbId of tree.devices) {
        const unknown = tree
          .ofDevice(gbId)
          .map(one => keyOf(gbId, one.channelGbId))
          .filter(key => !this.#acquainted.has(key) && !this.#facts.get(key))
        if (unknown.length === 0 || !devices.ofGbId(gbId)) continue
        for (const key of unknown) this.#acquainted.add(key)
        waitMs += BETWEEN_CATALOGS_MS
        context.timers.after(waitMs, () => {
          if (this.#closed) return
          onWanted(gbId)
          if (unknown.some(key => !this.#facts.get(key))) onUnknown(gbId)
        })
      }
    }
  }

  #learn(device: string, channel: string, learn: (key: string) => News | null): void {
    const gbId = this.#options.devices.get(device)?.gbId
    const news = gbId === undefined ? null : learn(keyOf(gbId, channel))
    if (gbId === undefined || news === null) return
    for (const side of this.#sides.values()) {
      const shared = side.tree.ofSource(gbId, channel)
      if (shared) side.refresh([shared], news)
    }
  }

  #shared(
    device: string,
    channel: string,
    tell: (side: GbParentSide, shared: SharedChannel, zone: string) => Promise<void>,
  ): void {
    const known = this.#options.devices.get(device)
    if (!known) return
    for (const side of this.#sides.values()) {
      const shared = side.tree.ofSource(known.gbId, channel)
      if (shared) void tell(side, shared, this.#context.zoneOf(known.space))
    }
  }

  #isOn({ channelGbId, deviceGbId, path }: SharedChannel): boolean {
    const { context, hub, leases } = this.#options
    if (path !== undefined) return hub.find(path) !== undefined || leases.isOnDemand(path)
    const state = context.side.sessions.get(deviceGbId)?.state
    if (state !== 'on' && state !== 'suspect') return false
    return this.#facts.get(keyOf(deviceGbId, channelGbId))?.on !== false
  }

  #session({ channelGbId, deviceGbId }: SharedChannel) {
    const session = this.#options.context.side.sessions.get(deviceGbId)
    const state = session?.state ?? 'new'
    if (session && (state === 'on' || state === 'suspect')) return session
    throw new AppError('DEVICE_OFFLINE', { device: deviceGbId, state, reason: `of channel ${channelGbId}` })
  }

  /** The name people use, unless another device has the same code; both lead to the channel. */
  #pathOf({ channelGbId, deviceGbId, path, space }: SharedChannel): string {
    if (path !== undefined) return path
    const found = this.#options.channels.resolve({ space, app: 'live', name: channelGbId })
    const name = found?.device.gbId === deviceGbId ? channelGbId : `${deviceGbId}_${channelGbId}`
    return `${space}/live/${name}`
  }

  #history(...[call, shared, { preferred, route }]: Parameters<CascadeContext['history']>) {
    if (shared.path !== undefined) throw new AppError('NOT_FOUND', { what: 'recording of', id: shared.sharedId })
    const { context, devices, serverId, store } = this.#options
    const session = this.#session(shared)
    const device = devices.ofGbId(shared.deviceGbId)
    const transports = transportsOf(devices, device?.id ?? '')
    const way = device?.type === 'platform' ? wayTo(device.gbId, { route: [serverId, ...route], preferred }) : null
    const { turnstile } = this.#context
    return UpperHistory.open({ context, call, session, shared, transports, store, turnstile, way })
  }

  #voice(shared: SharedChannel): UpperVoiceOptions {
    const { context, devices, talks } = this.#options
    const device = shared.path === undefined ? devices.ofGbId(shared.deviceGbId) : undefined
    if (!device) throw new AppError('NOT_FOUND', { what: 'loudspeaker of', id: shared.sharedId })
    return { context, talks, device, session: this.#session(shared), shared }
  }

  #onWay(path: string, way: Required<CallWay>): () => void {
    const ways = this.#ways.get(path) ?? new Set()
    this.#ways.set(path, ways.add(way))
    return () => {
      ways.delete(way)
      if (ways.size === 0) this.#ways.delete(path)
    }
  }
}

const keyOf = (deviceGbId: string, channelGbId: string): string => `${deviceGbId} ${channelGbId}`

function userOf(request: SipRequest, header: 'from' | 'to'): string {
  return readUri(parseNameAddress(request.headers.get(header) ?? '').uri)?.user ?? ''
}

/** A query or an order, or the invitation to call for audio. */
function isOfUpper({ body }: SipRequest): boolean {
  try {
    const { cmdType, root } = parseEnvelope(body)
    return OF_UPPER.has(root) || (root === 'Notify' && cmdType === 'Broadcast')
  } catch {
    return false // the device side answers 400
  }
}

/** What a registration is made of; anything else can change while it stands. */
function isSamePlace(a: GbParent, b: GbParent): boolean {
  const keys = ['serverId', 'domain', 'host', 'port', 'transport', 'localId', 'username', 'password'] as const
  const further = ['expiresS', 'keepaliveS', 'charset'] as const
  return [...keys, ...further].every(key => a[key] === b[key])
}
