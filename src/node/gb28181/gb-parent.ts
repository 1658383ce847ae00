import type { Timer } from '../../base/clock.ts'
import { AppError, errorText } from '../../base/errors.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { GbParent, SharedChannel } from '../../link/gb28181.ts'
import type {
  IncomingCall,
  LowerHost,
  OutgoingMedia,
  SubscriptionKind,
} from '../../protocols/gb28181/client-side/lower-host.ts'
import { LowerSide } from '../../protocols/gb28181/client-side/lower-side.ts'
import { inParts } from '../../protocols/gb28181/client-side/parts.ts'
import { FORGOTTEN, type RegistrationState } from '../../protocols/gb28181/client-side/registration.ts'
import type { PtzPosition } from '../../protocols/gb28181/device-side/device-event.ts'
import { addressOf } from '../../protocols/gb28181/device-side/identity.ts'
import { formatLocalTime } from '../../protocols/gb28181/gb-time.ts'
import { type AnyMessage, MESSAGES } from '../../protocols/gb28181/manscdp/messages.ts'
import type { SipRequest } from '../../protocols/sip/message.ts'
import type { RequestContext } from '../../protocols/sip/request-context.ts'
import type { CascadeContext } from './gb-cascade-context.ts'
import { CatalogChanges } from './gb-catalog-changes.ts'
import type { News } from './gb-channel-facts.ts'
import { askForParent, orderForParent, refusalForParent, sessionOf } from './gb-parent-answers.ts'
import { SharedTree, treeChanges } from './gb-shared-tree.ts'
import { UpperPlay } from './gb-upper-play.ts'

export type AlarmEvent = Extract<NodeEvent, { type: 'device.alarm' }>
export type PositionEvent = Extract<NodeEvent, { type: 'device.positions' }>['positions'][number]
export type FinishedEvent = Extract<NodeEvent, { type: 'device.finished' }>

/** Items of one message: a datagram stays below ten fragments, a connection takes more. */
const ITEMS_PER_PART = { udp: 8, tcp: 50 } as const
const RECORDS_PER_PART = { udp: 10, tcp: 100 } as const
/** Keepalive intervals an upper platform may be away until its calls are given up. */
const AWAY_KEEPALIVES = 3
/** Uploads and upgrades it ordered whose end was not told yet. */
const MAX_ORDERED = 1000

/** One platform above us: registered there, its questions answered, its orders passed on, its calls served. */
export class GbParentSide implements LowerHost {
  readonly side: LowerSide
  readonly #context: CascadeContext
  #parent: GbParent
  #tree: SharedTree
  readonly #changes: CatalogChanges
  /** Whether a channel was on when that was told last. */
  readonly #told = new Map<string, boolean>()
  /** Codes of channels by the session of an order. */
  readonly #ordered = new Map<string, string>()
  #away: Timer | null = null
  #state = ''
  #closed = false

  constructor(context: CascadeContext, parent: GbParent) {
    this.#context = context
    this.#parent = parent
    this.#tree = new SharedTree(parent)
    const { attempts, clock, endpoint, log, timers } = context.media
    const { charset, domain, expiresS, host, keepaliveS, localId, password, port, serverId, transport, username } =
      parent
    this.side = new LowerSide({
      ...{ clock, endpoint, timers, log, expiresS, keepaliveS, localId, username },
      upper: { serverId, domain, host, port, transport },
      password: password ?? '',
      charset: charset === 'utf-8' ? 'UTF-8' : 'GB18030',
      host: this,
      attempts: attempts.log,
      onState: (state, reason, status) => this.#registration(state, reason, status),
      ...(context.retryMs && { retryMs: context.retryMs }),
    })
    this.#changes = new CatalogChanges({
      timers,
      wanted: () => this.side.subscriptions('Catalog').length > 0,
      perPart: () => ITEMS_PER_PART[this.#parent.transport],
      say: items => {
        // Annex N: SumNum counts the message
        const value = {
          sn: this.side.nextSn(),
          deviceId: this.#parent.localId,
          sumNum: items.length,
          items: [...items],
        }
        return this.#saying(() => this.side.notify('Catalog', MESSAGES.catalogNotify, value))
      },
    })
    this.#mark()
  }

  get parent(): GbParent {
    return this.#parent
  }

  get tree(): SharedTree {
    return this.#tree
  }

  start(): void {
    this.side.registration.start()
  }

  /** BYE, and unregistered. */
  async close(): Promise<void> {
    this.#closed = true
    this.#changes.close()
    this.#away?.cancel()
    await this.side.close()
  }

  /** Something else is shared now; who subscribed is told what changed. */
  share(parent: GbParent): void {
    const before = this.#tree
    this.#parent = parent
    this.#tree = new SharedTree(parent)
    for (const change of treeChanges(before, this.#tree, this.#context.view)) this.#changes.add(change)
    this.#mark()
  }

  /** Whether a code is ours there. */
  has(code: string): boolean {
    return this.#tree.has(code)
  }

  /** A request of the upper platform outside of any dialog. */
  async receive(request: SipRequest, context: RequestContext): Promise<void> {
    if (this.#isUpper(context)) return this.side.receive(request, context)
    const { remote } = context
    this.#context.media.log.warn('not the upper platform: its requests come from elsewhere', {
      ...{ upper: this.#parent.serverId, method: request.method, remote: remote.address },
    })
    context.respond(403)
    this.#context.media.attempts.log
      .begin('cascade', this.#parent.serverId)
      ?.end({ sent: true, status: 403, cascade: 'address' })
  }

  async answer(query: AnyMessage): Promise<readonly AnyMessage[] | null> {
    const { localId, name, transport } = this.#parent
    const { sn } = query.value
    const deviceId = 'deviceId' in query.value ? query.value.deviceId : localId
    const head = { sn, deviceId }
    if (query.name === 'catalogQuery') {
      const items = this.#tree.below(deviceId, this.#context.view)
      return inParts({ name: 'catalogResponse', value: { ...head, items } }, ITEMS_PER_PART[transport])
    }
    const shared = this.#tree.get(deviceId)
    if (deviceId === localId || shared?.path !== undefined) {
      const channel = shared ? 1 : this.#tree.channels.size
      const own = this.#ownAnswer(query, shared ? shared.name : name, channel, !shared || this.#isOn(shared))
      if (own) return [own]
    }
    let answer: AnyMessage | null = null
    try {
      if (shared) answer = await askForParent(this.#context.session(shared), shared, query)
    } catch (error) {
      this.#context.media.log.info('a question of the upper platform was not answered below', {
        ...{ upper: this.#parent.serverId, query: query.name, channel: deviceId, reason: errorText(error) },
      })
    }
    answer ??= refusalForParent(query, deviceId)
    if (answer?.name === 'recordInfoResponse') return inParts(answer, RECORDS_PER_PART[transport])
    return answer && [answer]
  }

  async order(order: AnyMessage): Promise<'OK' | 'ERROR' | null> {
    const code = 'deviceId' in order.value ? order.value.deviceId : ''
    const shared = this.#tree.get(code)
    if (!shared || shared.path !== undefined) return 'ERROR'
    const session = sessionOf(order)
    if (session !== null) this.#remember(session, code)
    try {
      const sourceOf = (other: string) => this.#tree.get(other)?.channelGbId ?? other
      return await orderForParent(this.#context.session(shared), shared, order, sourceOf)
    } catch (error) {
      this.#context.media.log.info('an order of the upper platform was not carried out', {
        ...{ upper: this.#parent.serverId, channel: code, reason: errorText(error) },
      })
      return 'ERROR'
    }
  }

  async call(call: IncomingCall): Promise<OutgoingMedia> {
    const { localId, name, serverId } = this.#parent
    const { channelId, offer, preferred, route } = call
    const shared = this.#tree.get(channelId)
    const ours = [localId, this.#context.serverId]
    // it was here before, or would come here again
    if (ours.some(id => route.includes(id) || preferred.includes(id)) || this.#tree.isRefused(channelId))
      throw new AppError('ROUTE_LOOP', { channel: channelId, peer: serverId })
    if (!shared) throw new AppError('NOT_FOUND', { what: 'shared channel', id: channelId })
    if (offer.media === 'audio' || offer.sessionName === 'Talk') return this.#context.talk(call, shared)
    const { hub, leases, media, turnstile } = this.#context
    const way = { route: [...new Set([serverId, ...route])], preferred }
    if (offer.sessionName !== 'Play') return this.#context.history(call, shared, way)
    const path = this.#context.pathOf(shared)
    const leave = this.#context.onWay(path, way)
    try {
      return await UpperPlay.open({
        ...{ context: media, hub, leases, turnstile, call, path, routeBelow: this.#context.routeBelow },
        agent: `${name} ${serverId}`,
      })
    } finally {
      leave()
    }
  }

  async broadcast(sourceId: string, targetId: string): Promise<boolean> {
    const shared = this.#tree.get(targetId)
    if (!shared) return false
    try {
      await this.#context.broadcast(this.side, sourceId, shared)
      return true
    } catch (error) {
      this.#context.media.log.info('a voice from above is not heard below', {
        ...{ upper: this.#parent.serverId, channel: targetId, reason: errorText(error) },
      })
      return false
    }
  }

  subscribed(kind: SubscriptionKind, query: AnyMessage | null): void {
    if (kind !== 'Catalog') this.#context.onWanted(this)
    else if (query) {
      // who subscribes takes everything for on. §9.11
      for (const shared of this.#tree.channels.values())
        if (!this.#isOn(shared)) this.#changes.add({ deviceId: shared.sharedId, event: 'OFF' })
    }
  }

  /** Shortest interval of positions it asked for, seconds; null: none. */
  get positionS(): number | null {
    const asked = this.side
      .subscriptions('MobilePosition')
      .map(query => (query.name === 'mobilePositionQuery' ? (query.value.interval ?? 5) : 5))
    return asked.length === 0 ? null : Math.min(...asked)
  }

  /** Channels of a device whose position it follows, as the device calls them. [2022] */
  ptzPositionsOf(deviceGbId: string): string[] {
    return this.side.subscriptions('PTZPosition').flatMap(query => {
      const shared = 'deviceId' in query.value ? this.#tree.get(query.value.deviceId) : undefined
      return shared?.deviceGbId === deviceGbId && shared.path === undefined ? [shared.channelGbId] : []
    })
  }

  get wantsAlarms(): boolean {
    return this.side.subscriptions('Alarm').length > 0
  }

  /** Channels came or went, as their device did, or are something else: what changed is told to who subscribed. */
  refresh(channels: Iterable<SharedChannel>, news: News = 'state'): void {
    for (const shared of channels) {
      const on = this.#isOn(shared)
      if (news === 'facts') {
        this.#told.set(shared.sharedId, on)
        this.#changes.add({ ...this.#tree.item(shared, this.#context.view), event: 'UPDATE' })
        continue
      }
      if (this.#told.get(shared.sharedId) === on) continue
      this.#told.set(shared.sharedId, on)
      this.#changes.add({ deviceId: shared.sharedId, event: on ? 'ON' : 'OFF' })
    }
  }

  /** To who subscribed; as a message where nobody did. §9.4 */
  async alarm(shared: SharedChannel, alarm: AlarmEvent, zone: string): Promise<void> {
    if (this.side.registration.state !== 'on') return
    const { alarmType, description, latitude, longitude, method, priority } = alarm
    const value = {
      ...{ sn: this.side.nextSn(), deviceId: shared.sharedId, alarmPriority: priority, alarmMethod: method },
      alarmTime: formatLocalTime(alarm.alarmAtMs, zone),
      ...(description !== '' && { alarmDescription: description }),
      ...(longitude !== null && { longitude }),
      ...(latitude !== null && { latitude }),
      ...(alarmType !== null && { info: { alarmType } }),
    }
    await this.#saying(async () => {
      const wants = (query: AnyMessage) => this.#isAbout(query, shared) && wantsAlarm(query, priority, method)
      if (this.wantsAlarms) await this.side.notify('Alarm', MESSAGES.alarmNotify, value, wants)
      else await this.side.tell(MESSAGES.alarmNotify, value)
    })
  }

  async position(shared: SharedChannel, place: PositionEvent, zone: string): Promise<void> {
    const { altitude, direction, latitude, longitude, speed } = place
    const value = {
      ...{ sn: this.side.nextSn(), deviceId: shared.sharedId, time: formatLocalTime(place.atMs, zone) },
      ...{ longitude, latitude, items: [] },
      ...(speed !== null && { speed }),
      ...(direction !== null && { direction }),
      ...(altitude !== null && { altitude }),
    }
    const wants = (query: AnyMessage) => this.#isAbout(query, shared)
    await this.#saying(() => this.side.notify('MobilePosition', MESSAGES.mobilePositionNotify, value, wants))
  }

  /** To who follows this channel. */
  async ptzPosition({ sharedId }: SharedChannel, position: PtzPosition): Promise<void> {
    const value = { ...position, sn: this.side.nextSn(), deviceId: sharedId }
    const wants = (query: AnyMessage) => 'deviceId' in query.value && query.value.deviceId === sharedId
    await this.#saying(() => this.side.notify('PTZPosition', MESSAGES.ptzPositionResponse, value, wants))
  }

  /** The end of an upload or an upgrade that it ordered. */
  async finished({ details, ok, session, what }: FinishedEvent): Promise<void> {
    const deviceId = this.#ordered.get(session)
    if (deviceId === undefined) return
    this.#ordered.delete(session)
    const head = { sn: this.side.nextSn(), deviceId, sessionId: session }
    await this.#saying(() =>
      what === 'snapshot'
        ? this.side.tell(MESSAGES.uploadSnapShotFinishedNotify, { ...head, files: details })
        : this.side.tell(MESSAGES.deviceUpgradeResultNotify, { ...head, upgradeResult: ok ? 'OK' : 'ERROR' }),
    )
  }

  #isOn(shared: SharedChannel): boolean {
    return this.#context.view.isOn(shared)
  }

  #isAbout(query: AnyMessage, { parentId, sharedId }: SharedChannel): boolean {
    const about = 'deviceId' in query.value ? query.value.deviceId : ''
    return about === this.#parent.localId || about === sharedId || about === parentId
  }

  #mark(): void {
    this.#told.clear()
    for (const shared of this.#tree.channels.values()) this.#told.set(shared.sharedId, this.#isOn(shared))
  }

  #ownAnswer(query: AnyMessage, deviceName: string, channel: number, on: boolean): AnyMessage | null {
    const head = { sn: query.value.sn, deviceId: 'deviceId' in query.value ? query.value.deviceId : '' }
    if (query.name === 'deviceInfoQuery') {
      const what = { deviceName, manufacturer: 'Sightline', model: 'platform', firmware: '1' }
      return { name: 'deviceInfoResponse', value: { ...head, ...what, channel, result: 'OK' } }
    }
    if (query.name !== 'deviceStatusQuery') return null
    const deviceTime = formatLocalTime(this.#context.media.clock.nowMs(), this.#context.zoneOf(this.#parent.space))
    const state = { result: 'OK', online: on ? 'ONLINE' : 'OFFLINE', status: on ? 'OK' : 'ERROR' } as const
    return { name: 'deviceStatusResponse', value: { ...head, ...state, deviceTime, alarmStatus: [] } }
  }

  #remember(session: string, code: string): void {
    if (this.#ordered.size >= MAX_ORDERED) this.#ordered.delete(this.#ordered.keys().next().value ?? '')
    this.#ordered.set(session, code)
  }

  async #saying(say: () => Promise<unknown>): Promise<void> {
    try {
      await say()
    } catch (error) {
      this.#context.media.log.info('the upper platform was not told', {
        ...{ upper: this.#parent.serverId, reason: errorText(error) },
      })
    }
  }

  /** Requests come from where we are registered: who only knows the codes cannot steer cameras. */
  #isUpper({ remote }: RequestContext): boolean {
    return addressOf(this.side.registration.target).address === remote.address
  }

  #registration(state: RegistrationState, reason: string, status: number | null): void {
    if (state === 'registering') return
    this.#emitState(state === 'stopped' ? 'off' : state, state === 'stopped' ? 'switched off' : reason)
    this.#away?.cancel()
    this.#away = null
    if (state === 'on' || state === 'stopped' || this.#closed) return
    // one that has forgotten us knows no call either; one that is silent may be back in a moment
    if (status !== null && FORGOTTEN.has(status)) void this.side.hangUp()
    else {
      const patienceMs = this.#parent.keepaliveS * AWAY_KEEPALIVES * 1000
      this.#away = this.#context.media.timers.after(patienceMs, () => void this.side.hangUp())
    }
  }

  #emitState(state: 'on' | 'off' | 'failed', reason: string): void {
    const key = `${state} ${reason}`
    if (key === this.#state) return
    this.#state = key
    const atMs = this.#context.media.clock.nowMs()
    this.#context.emit({ type: 'parent.state', parent: this.#parent.id, state, reason: reason.slice(0, 512), atMs })
  }
}

/** Zeros, or nothing, ask for all. A.2.4.6 */
function wantsAlarm(query: AnyMessage, priority: number, method: number): boolean {
  if (query.name !== 'alarmQuery') return false
  const { alarmMethod = [], endAlarmPriority = 0, startAlarmPriority = 0 } = query.value
  const first = startAlarmPriority
  const last = endAlarmPriority === 0 ? 4 : endAlarmPriority
  const byMethod = alarmMethod.length === 0 || alarmMethod.includes('0') || alarmMethod.includes(String(method))
  return byMethod && priority >= first && priority <= last
}
