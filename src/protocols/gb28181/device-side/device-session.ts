import type { Clock, Timers } from '../../../base/clock.ts'
import { AppError, errorText } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import type { SipRequest } from '../../sip/message.ts'
import type { RequestContext } from '../../sip/request-context.ts'
import { type Flow, isFlow, type SipTransport, type Target } from '../../sip/transport/flow.ts'
import type { Attempt, AttemptLog } from '../attempt.ts'
import type { GbCharset } from '../charset.ts'
import {
  ASSUMED_VERSION,
  type GbVersion,
  iFrameSpelling,
  knowsConfig,
  knowsControl,
  knowsQuery,
} from '../gb-version.ts'
import { type AlarmNotify, alarmResponse } from '../manscdp/alarm.ts'
import { type CatalogItem, catalogQuery, catalogResponse } from '../manscdp/catalog.ts'
import {
  type ConfigType,
  type Configuration,
  configDownloadQuery,
  configDownloadResponse,
  deviceConfig,
  deviceConfigResponse,
} from '../manscdp/configuration.ts'
import { type DeviceControl, deviceControl, deviceControlResponse, isAnswered } from '../manscdp/device-control.ts'
import { type Envelope, type Message, parseEnvelope } from '../manscdp/message.ts'
import { type AnyMessage, readMessage } from '../manscdp/messages.ts'
import { type RecordItem, recordInfoQuery, recordInfoResponse } from '../manscdp/record-info.ts'
import type { AttemptKind } from '../verdict.ts'
import { type Asked, type AskOptions, Conversation } from './conversation.ts'
import type { DeviceEvent } from './device-event.ts'
import type { DevicePolicy, DirectoryEntry } from './directory.ts'
import { addressOf, type Identity } from './identity.ts'
import { type DeviceState, Liveness } from './liveness.ts'
import type { MultiPartResult } from './multi-part.ts'
import { eventOf } from './notification.ts'

/** AlarmMethod of what a device finds out about itself. A.2.5.3. */
const DEVICE_ALARM = 2

/** A session as plain JSON, to go on after a restart. */
export interface DeviceSnapshot {
  readonly format: 1
  readonly gbId: string
  readonly peer: { readonly transport: SipTransport; readonly address: string; readonly port: number }
  readonly version: GbVersion | null
  readonly charset: GbCharset | null
  readonly keepaliveMs: number
  readonly state: DeviceState
  /** Milliseconds since 1970. */
  readonly validUntilMs: number
  readonly lastSeenMs: number
}

export interface SessionContext {
  readonly endpoint: SipEndpoint
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly random: () => number
  readonly identity: Identity
  readonly attempts?: AttemptLog
  readonly onEvent: (session: DeviceSession, event: DeviceEvent) => void
}

/** What a control says beside SN and DeviceID. */
export type Order = Omit<DeviceControl, 'sn' | 'deviceId'>

/** Orders that only refine another one: left out for a device that does not know them. */
const REFINEMENTS: ReadonlySet<keyof Order> = new Set(['ptzCmdParams', 'streamNumber'])

/** One registered device: where it is, whether it is there, what it speaks; questions to it and orders. */
export class DeviceSession {
  readonly gbId: string
  readonly liveness: Liveness
  readonly conversation: Conversation
  readonly #context: SessionContext
  #entry: DirectoryEntry
  #target: Flow | Target
  #version: GbVersion | null = null
  #charset: GbCharset | null = null
  #validUntilMs = 0
  #lastSeenMs: number
  #moves = 0
  #flowLost = false

  constructor(context: SessionContext, gbId: string, entry: DirectoryEntry, target: Flow | Target) {
    const { clock, timers, endpoint, identity, random } = context
    this.#context = context
    this.gbId = gbId
    this.#entry = entry
    this.#target = target
    this.#lastSeenMs = clock.nowMs()
    this.conversation = new Conversation({
      ...{ endpoint, timers, identity, gbId },
      target: () => this.#target,
      charset: () => this.charset,
    })
    this.liveness = new Liveness({
      ...{ clock, timers, random },
      keepaliveMs: entry.policy.keepaliveMs,
      keepaliveCount: entry.policy.keepaliveCount,
      onChange: (state, cause) => this.#emit({ type: 'state', state, cause }),
    })
  }

  /** The session of before a restart: nobody is off because we were not there. */
  static restore(context: SessionContext, entry: DirectoryEntry, snapshot: DeviceSnapshot): DeviceSession {
    const { transport, address, port } = snapshot.peer
    const session = new DeviceSession(context, snapshot.gbId, entry, { transport, host: address, port })
    session.#version = snapshot.version
    session.#charset = snapshot.charset
    session.#validUntilMs = snapshot.validUntilMs
    session.#lastSeenMs = snapshot.lastSeenMs
    session.liveness.expect(snapshot.keepaliveMs, entry.policy.keepaliveCount)
    session.liveness.restore(snapshot.state, snapshot.validUntilMs - context.clock.nowMs())
    return session
  }

  snapshot(): DeviceSnapshot {
    const { address, port } = addressOf(this.#target)
    return {
      format: 1,
      gbId: this.gbId,
      peer: { transport: this.#target.transport, address, port },
      version: this.#version,
      charset: this.#charset,
      keepaliveMs: this.liveness.intervalMs,
      state: this.state,
      validUntilMs: this.#validUntilMs,
      lastSeenMs: this.#lastSeenMs,
    }
  }

  get state(): DeviceState {
    return this.liveness.state
  }

  get entry(): DirectoryEntry {
    return this.#entry
  }

  get policy(): DevicePolicy {
    return this.#entry.policy
  }

  /** Where it is reached now. */
  get target(): Flow | Target {
    return this.#target
  }

  /** Milliseconds since 1970. */
  get lastSeenMs(): number {
    return this.#lastSeenMs
  }

  /** How often its address changed: a sign of a NAT that forgets. */
  get moves(): number {
    return this.#moves
  }

  /** The edition to go by. */
  get version(): GbVersion {
    return this.policy.quirks.version ?? this.#version ?? ASSUMED_VERSION
  }

  /** What it reads: what it was seen to write, or what its edition asks for. */
  get charset(): GbCharset {
    return this.policy.quirks.charset ?? this.#charset ?? (this.version === '3.0' ? 'GB18030' : 'GB2312')
  }

  /** It registered, or did again. */
  registered(entry: DirectoryEntry, flow: Flow, version: GbVersion | null, expiresS: number): void {
    this.#entry = entry
    this.#version = version ?? this.#version
    this.#validUntilMs = this.#context.clock.nowMs() + expiresS * 1000
    this.#moveTo(flow, 'register')
    this.#seen()
    this.liveness.expect(entry.policy.keepaliveMs, entry.policy.keepaliveCount)
    this.liveness.register(expiresS * 1000)
    this.#emit({ type: 'registered' })
  }

  /** Its policy or its password changed. */
  update(entry: DirectoryEntry): void {
    this.#entry = entry
    this.liveness.expect(entry.policy.keepaliveMs, entry.policy.keepaliveCount)
  }

  unregistered(): void {
    this.liveness.unregister()
    this.conversation.abort('it unregistered')
  }

  /**
   * A packet of it came this way. Another port of the same address is believed at once, NAT does that; another address
   * only while nothing is heard from the one before, so that whoever knows an id cannot take a device over.
   */
  heard(flow: Flow): void {
    const known = addressOf(this.#target)
    if (flow.remote.address !== known.address && this.state === 'on' && this.#entry.password !== null) return
    this.#moveTo(flow, 'traffic')
    this.#seen()
    this.liveness.traffic()
  }

  /** Its TCP connection is gone: it dials again, or it is off. Told once for each connection. */
  checkFlow(): void {
    if (!isFlow(this.#target) || !this.#target.closed || this.#flowLost) return
    this.#flowLost = true
    this.liveness.flowLost()
  }

  /** A body of it by MESSAGE or NOTIFY, which this answers. */
  receive(request: SipRequest, context: RequestContext): void {
    this.heard(context.flow)
    let envelope: Envelope
    let message: AnyMessage | null
    try {
      envelope = parseEnvelope(request.body)
      message = readMessage(envelope)
    } catch (error) {
      this.#context.log.info('gb28181 body cannot be read', { gbId: this.gbId, error: errorText(error) })
      context.respond(400)
      return
    }
    if (message?.name === 'keepaliveNotify' && !this.liveness.registered) {
      // RFC 3261 has no "register first"; this is what devices understand
      context.respond(403)
      return
    }
    context.respond(200)
    if (envelope.charset !== null) this.#charset = envelope.charset
    this.#dispatch(envelope, message, request, context)
  }

  /** Everything it has, in batches. Throws AppError PEER_TIMEOUT, PEER_REFUSED; an abort ends it as incomplete. */
  catalog(
    onItems: (items: readonly CatalogItem[], expected: number | null) => void,
    options: { readonly id?: string; readonly signal?: AbortSignal; readonly silenceMs?: number } = {},
  ): Promise<MultiPartResult> {
    const deviceId = options.id ?? this.gbId
    return this.#recorded('catalog', deviceId, attempt =>
      this.conversation.collect(catalogQuery, catalogResponse, { deviceId }, item => item.deviceId, onItems, {
        ...options,
        attempt,
      }),
    )
  }

  /** What it has recorded of a channel; times in its own zone. Errors as `catalog`. */
  records(
    query: Asked<Parameters<typeof recordInfoQuery.write>[0]>,
    onItems: (items: readonly RecordItem[]) => void,
    options: { readonly signal?: AbortSignal; readonly silenceMs?: number } = {},
  ): Promise<MultiPartResult> {
    const key = (item: RecordItem) => `${item.startTime} ${item.endTime} ${item.filePath ?? ''} ${item.type ?? ''}`
    return this.#recorded('query', query.deviceId, attempt =>
      this.conversation.collect(recordInfoQuery, recordInfoResponse, query, key, onItems, { ...options, attempt }),
    )
  }

  /** Any question with one answer. Throws AppError INVALID for what its edition does not know, else as Conversation. */
  ask<Q extends object, R>(
    query: Message<Q & { readonly sn: number }>,
    response: Message<R>,
    value: Asked<Q>,
    options: Omit<AskOptions, 'attempt'> = {},
  ): Promise<R> {
    if (!knowsQuery(this.version, query.cmdType)) this.#refuse(query.cmdType)
    return this.#recorded('query', this.gbId, attempt =>
      this.conversation.ask(query, response, value, { ...options, attempt }),
    )
  }

  /** Its configuration; kinds its edition does not know are not asked for, kinds it does not answer are missing. */
  async configuration(deviceId: string, types: readonly ConfigType[]): Promise<Configuration> {
    const configTypes = types.filter(type => knowsConfig(this.version, type))
    const found: Record<string, unknown> = {}
    if (configTypes.length === 0) return found
    const query = { deviceId, configTypes }
    await this.#recorded('query', deviceId, attempt =>
      this.conversation.until(configDownloadQuery, configDownloadResponse, query, { attempt }, answer => {
        const { sn: _sn, deviceId: _deviceId, result, ...configuration } = answer
        Object.assign(found, configuration)
        return result === 'ERROR' || Object.keys(found).length >= configTypes.length
      }),
    ).catch((error: unknown) => {
      if (Object.keys(found).length === 0) throw error // some kinds came: that is what it has
    })
    return found
  }

  /** Throws AppError INVALID for what its edition does not know, else as `ask`. */
  async configure(deviceId: string, configuration: Configuration): Promise<'OK' | 'ERROR'> {
    const answer = await this.conversation.ask(deviceConfig, deviceConfigResponse, { deviceId, ...configuration })
    return answer.result ?? 'OK'
  }

  /** An order: its result, or null for those that are only taken. Throws AppError INVALID, else as `ask`. */
  async control(deviceId: string, order: Order): Promise<'OK' | 'ERROR' | null> {
    const fitting = { deviceId, ...this.#fit(order) }
    if (!isAnswered(fitting)) {
      await this.conversation.send(deviceControl, { ...fitting, sn: this.conversation.nextSn() })
      return null
    }
    const answer = await this.conversation.ask(deviceControl, deviceControlResponse, fitting)
    return answer.result ?? 'OK'
  }

  /** Asks for a keyframe, as the device spells it. */
  async keyframe(channelId: string): Promise<void> {
    const spelling = this.policy.quirks.iFrame ?? iFrameSpelling(this.version)
    if (spelling !== 'none') await this.control(channelId, { [spelling]: 'Send' })
  }

  /** Begins the record of something tried with it; null when there is nobody to take it. */
  attempt(kind: AttemptKind, channelId: string | null): Attempt | null {
    const attempt = this.#context.attempts?.begin(kind, this.gbId, channelId) ?? null
    attempt?.learn({ deviceState: this.state })
    return attempt
  }

  close(): void {
    this.liveness.close()
    this.conversation.abort('we are closing')
  }

  async #recorded<T>(kind: AttemptKind, channelId: string, run: (attempt: Attempt | null) => Promise<T>): Promise<T> {
    const attempt = this.attempt(kind, channelId)
    const moves = this.#moves
    try {
      const value = await run(attempt)
      attempt?.end()
      return value
    } catch (error) {
      // 200 and then no Response is an answer without parts
      if (attempt?.facts.status === 200) attempt.learn({ parts: { received: 0, expected: null } })
      attempt?.end({ addressChanged: this.#moves !== moves })
      throw error
    }
  }

  #fit(order: Order): Order {
    const fitting: Record<string, unknown> = {}
    for (const key in order) {
      const name = key as keyof Order // the keys of a literal of that type
      if (order[name] === undefined) continue
      if (knowsControl(this.version, name) || (name === 'iFrameCmd' && this.policy.quirks.iFrame === name)) {
        fitting[name] = order[name]
      } else if (!REFINEMENTS.has(name)) this.#refuse(name)
    }
    return fitting
  }

  #refuse(field: string): never {
    const reason = `is of the edition of 2022, and the device follows ${this.version}`
    throw new AppError('INVALID', { field, reason })
  }

  #dispatch(envelope: Envelope, message: AnyMessage | null, request: SipRequest, context: RequestContext): void {
    const { clock } = this.#context
    if (envelope.root === 'Response') {
      let taken: Attempt | null | false = false
      try {
        taken = this.conversation.receive(envelope)
      } catch (error) {
        this.#context.log.info('gb28181 answer cannot be read', { gbId: this.gbId, error: errorText(error) })
      }
      if (taken !== false) {
        const { transport, local, remote } = context.flow
        taken?.note(request, { direction: 'in', atMs: clock.nowMs(), transport, local, remote })
        return
      }
    }
    if (message?.name === 'keepaliveNotify') this.liveness.keepalive()
    const callId = request.headers.get('call-id') ?? ''
    const event = message === null ? null : eventOf(message, callId)
    this.#emit(event ?? { type: 'unknown', envelope })
    if (message?.name === 'alarmNotify') void this.#answerAlarm(message.value, request.method === 'MESSAGE')
  }

  /** A Response of our own, and for a device alarm the reset without which it is told only once. §9.4. */
  async #answerAlarm(alarm: AlarmNotify, byMessage: boolean): Promise<void> {
    try {
      const deviceId = alarm.deviceId || this.gbId
      // a NOTIFY is answered by its 200 alone
      if (byMessage) await this.conversation.send(alarmResponse, { sn: Math.max(1, alarm.sn), deviceId, result: 'OK' })
      if (alarm.alarmMethod !== DEVICE_ALARM || !this.policy.resetAlarms) return
      const type = alarm.info?.alarmType
      await this.control(deviceId, {
        alarmCmd: 'ResetAlarm',
        info: { alarmMethod: [String(DEVICE_ALARM)], ...(type === undefined ? {} : { alarmType: [String(type)] }) },
      })
    } catch (error) {
      this.#context.log.info('gb28181 alarm was not answered', { gbId: this.gbId, error: errorText(error) })
    }
  }

  #moveTo(flow: Flow, by: 'register' | 'traffic'): void {
    const before = addressOf(this.#target)
    this.#target = flow
    this.#flowLost = false
    if (before.address === flow.remote.address && before.port === flow.remote.port) return
    this.#moves++
    this.#emit({ type: 'moved', by, from: before, to: flow.remote })
  }

  #seen(): void {
    this.#lastSeenMs = this.#context.clock.nowMs()
  }

  #emit(event: DeviceEvent): void {
    this.#context.onEvent(this, event)
  }
}
