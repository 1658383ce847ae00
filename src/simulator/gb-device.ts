import type { Timer, Timers } from '../base/clock.ts'
import { AppError, errorText } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { GbCharset } from '../protocols/gb28181/charset.ts'
import type { IncomingCall, LowerHost, OutgoingMedia } from '../protocols/gb28181/client-side/lower-host.ts'
import { LowerSide } from '../protocols/gb28181/client-side/lower-side.ts'
import { inParts } from '../protocols/gb28181/client-side/parts.ts'
import type { RegistrationState, UpperPlatform } from '../protocols/gb28181/client-side/registration.ts'
import { formatLocalTime } from '../protocols/gb28181/gb-time.ts'
import type { GbVersion } from '../protocols/gb28181/gb-version.ts'
import { type AnyMessage, MESSAGES } from '../protocols/gb28181/manscdp/messages.ts'
import type { RecordItem } from '../protocols/gb28181/manscdp/record-info.ts'
import type { SipEndpoint } from '../protocols/sip/endpoint.ts'
import type { Clip } from './clip.ts'
import type { Fault } from './faults.ts'
import { GbCall } from './gb-call.ts'
import type { GbChannel } from './gb-channel.ts'
import { GbRecorded, type GbRecordedOptions } from './gb-recorded.ts'
import { type SnapshotsOptions, uploadSnapshots } from './gb-snapshots.ts'
import { GbTalk, type VoiceTransport } from './gb-talk.ts'

export interface GbDeviceOptions extends GbRecordedOptions {
  readonly endpoint: SipEndpoint
  readonly upper: UpperPlatform
  readonly id: string
  readonly name: string
  readonly channels: readonly GbChannel[]
  readonly password: string
  readonly clip: Clip
  readonly faults: ReadonlySet<Fault>
  readonly version: GbVersion
  readonly charset: GbCharset
  readonly expiresS: number
  readonly keepaliveS: number
  /** Address the media of the device come from. */
  readonly localHost: string
  readonly timers: Timers
  readonly log: Log
  /** Calls for media by this are answered 488. */
  readonly refuses?: 'udp' | 'tcp'
  /** How it takes voice after a broadcast. */
  readonly voice?: VoiceTransport
  readonly retryMs?: readonly [number, number]
  readonly onState?: (state: RegistrationState, reason: string) => void
}

const CATALOG_PER_PART = 8
const RECORDS_PER_PART = 10
const LATE_MS = 6000
const FLAP_MS = 10_000
/** A short answer about recordings ends here. */
const RECORDS_TOLD = 20
/** Sound of talks that is kept to be looked at: eight seconds. */
const MAX_HEARD_BYTES = 64_000
const CLOCK_OFF_MS = 2 * 3_600_000
/** A walk around a square of the city: degrees, once in ten minutes. */
const WALK_DEGREES = 0.01
const WALK_MS = 600_000

/** A camera or recorder that does not exist, at an upper platform that does. */
export class GbDevice implements LowerHost {
  readonly side: LowerSide
  readonly channels: ReadonlyMap<string, GbChannel>
  readonly #options: GbDeviceOptions
  readonly #calls = new Map<GbCall, string>()
  readonly #talks = new Set<{ hangUp?(): Promise<void> }>()
  readonly #timers = new Set<Timer>()
  readonly #recorded: GbRecorded
  #positions: Timer | null = null
  /** The last of the sound that was heard in talks, A-law. */
  heard: Buffer = Buffer.alloc(0)

  constructor(options: GbDeviceOptions) {
    this.#options = options
    this.#recorded = new GbRecorded(options)
    this.channels = new Map(options.channels.map(channel => [channel.id, channel]))
    const {
      charset,
      clock,
      endpoint,
      expiresS,
      faults,
      id,
      keepaliveS,
      log,
      onState,
      retryMs,
      timers,
      upper,
      version,
    } = options
    this.side = new LowerSide({
      ...{ charset, clock, endpoint, expiresS, log, timers, upper, version },
      localId: id,
      username: id,
      password: faults.has('wrong-password') ? `${options.password}-wrong` : options.password,
      keepaliveS: faults.has('no-keepalive') ? 1e6 : keepaliveS,
      host: this,
      ...(retryMs && { retryMs }),
      ...(onState && { onState }),
    })
  }

  get id(): string {
    return this.#options.id
  }

  /** Codes requests may be for. */
  get ids(): readonly string[] {
    return [this.id, ...this.channels.keys()]
  }

  /** Calls for a channel, or for all. */
  callsOf(channel?: string): number {
    return [...this.#calls.values()].filter(id => channel === undefined || id === channel).length
  }

  /** Voices that are up. */
  get talks(): number {
    return this.#talks.size
  }

  start(): void {
    const { faults, timers } = this.#options
    this.side.registration.start()
    if (!faults.has('flap')) return
    let gone = false
    this.#timers.add(
      timers.every(FLAP_MS, () => {
        gone = !gone
        if (gone) this.#hangUp('the power is off')
        else this.side.registration.again('the power is back')
      }),
    )
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) timer.cancel()
    this.#positions?.cancel()
    this.#hangUp('the device is stopping')
    await this.side.close()
  }

  /** Ends without a word. */
  crash(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#positions?.cancel()
    this.#hangUp('the power is off')
    this.side.registration.drop()
  }

  /** Ends all calls by BYE, as a device does that runs out of channels. */
  async hangUpByBye(): Promise<void> {
    await Promise.all([...this.#calls.keys(), ...this.#talks].map(call => call.hangUp?.()))
  }

  /** Raises an alarm on a channel: to subscribers, or as a message. */
  async alarm(channel: string, method: number, type: number, description = ''): Promise<void> {
    const found = this.channels.get(channel)
    if (found) found.alarmed = true
    const value = {
      sn: this.side.nextSn(),
      deviceId: channel,
      alarmPriority: 2,
      alarmMethod: method,
      alarmTime: this.#time(),
      alarmDescription: description,
      info: { alarmType: type },
    }
    if (await this.side.notify('Alarm', MESSAGES.alarmNotify, value)) return
    await this.side.tell(MESSAGES.alarmNotify, value)
  }

  /** Tells subscribers of the catalog. */
  async channelChanged(channel: string, event: 'ON' | 'OFF' | 'ADD' | 'DEL' | 'UPDATE'): Promise<void> {
    const item = this.#catalogItem(channel)
    const value = { sn: this.side.nextSn(), deviceId: this.id, sumNum: 1, items: [{ ...item, event }] }
    await this.side.notify('Catalog', MESSAGES.catalogNotify, value)
  }

  async answer(query: AnyMessage): Promise<readonly AnyMessage[] | null> {
    const { channels, clock, name } = this.#options
    const { sn } = query.value
    const deviceId = 'deviceId' in query.value ? query.value.deviceId : this.id
    const head = { sn, deviceId }
    const channel = this.channels.get(deviceId) ?? channels[0]
    switch (query.name) {
      case 'catalogQuery':
        return this.#catalog(head)
      case 'deviceInfoQuery': {
        const facts = { deviceName: name, manufacturer: 'Sightline', model: 'simulator', firmware: 'V1.0' }
        return [{ name: 'deviceInfoResponse', value: { ...head, ...facts, result: 'OK', channel: channels.length } }]
      }
      case 'deviceStatusQuery': {
        const state = { result: 'OK', online: 'ONLINE', status: 'OK', encode: 'ON', deviceTime: this.#time() } as const
        const record = channel?.recording ? 'ON' : 'OFF'
        return [{ name: 'deviceStatusResponse', value: { ...head, ...state, record, alarmStatus: [] } }]
      }
      case 'presetQuery': {
        const presets = [...(channel?.presets ?? [])].map(([presetId, { name }]) => ({ presetId, presetName: name }))
        return [{ name: 'presetResponse', value: { ...head, sumNum: presets.length, presets } }]
      }
      case 'recordInfoQuery':
        return this.#records({ ...head, name }, this.#recorded.files(query.value, channel?.name ?? deviceId))
      case 'homePositionQuery':
        return [{ name: 'homePositionResponse', value: { ...head, ...(channel && { homePosition: channel.home }) } }]
      case 'cruiseTrackListQuery': {
        const tracks = [...(channel?.cruises.keys() ?? [])].map(number => ({ number, name: `cruise ${number}` }))
        return [{ name: 'cruiseTrackListResponse', value: { ...head, sumNum: tracks.length, tracks } }]
      }
      case 'cruiseTrackQuery': {
        const { number } = query.value
        const track = channel?.cruises.get(number)
        const points = (track?.points ?? []).map(presetIndex => ({
          presetIndex,
          stayTime: track?.dwellS ?? 0,
          speed: Math.max(1, Math.min(15, track?.speed ?? 1)),
        }))
        return [{ name: 'cruiseTrackResponse', value: { ...head, number, sumNum: points.length, points } }]
      }
      case 'ptzPositionQuery':
        return [{ name: 'ptzPositionResponse', value: { ...head, ...channel?.position(clock.monotonicMs()) } }]
      case 'sdCardStatusQuery': {
        const card = { id: 1, name: 'card 1', status: 'ok', capacity: 64_000, freeSpace: 32_000 } as const
        return [{ name: 'sdCardStatusResponse', value: { ...head, sumNum: 1, cards: [card] } }]
      }
      case 'configDownloadQuery':
        return [{ name: 'configDownloadResponse', value: { ...head, result: 'OK', ...this.#configuration() } }]
      default:
        return null
    }
  }

  async order(order: AnyMessage): Promise<'OK' | 'ERROR' | null> {
    const { clock } = this.#options
    if (order.name === 'deviceConfig') {
      const { deviceId, snapShotConfig } = order.value
      // the answer goes first
      if (snapShotConfig) setImmediate(() => void this.#takePictures(deviceId, snapShotConfig))
      return 'OK'
    }
    if (order.name !== 'deviceControl') return null
    const { value } = order
    if (value.teleBoot) {
      this.#hangUp('reboot')
      this.side.registration.again('reboot')
      return 'OK'
    }
    const channel = this.channels.get(value.deviceId) ?? this.#options.channels[0]
    if (value.iFrameCmd || value.iFameCmd) {
      for (const [call, id] of this.#calls) if (id === channel?.id) call.keyframe()
    }
    const result = channel?.order(value, clock.monotonicMs()) ?? 'ERROR'
    if (channel && this.side.subscriptions('PTZPosition').length > 0) void this.#tellPtz(channel)
    return result
  }

  async call({ offer, channelId, cancelled }: IncomingCall): Promise<OutgoingMedia> {
    const { clip, clock, faults, localHost, timers } = this.#options
    if (offer.sessionName === 'Download' && faults.has('no-download'))
      throw new AppError('BYTES_INVALID', { what: 'offer', reason: 'no downloads here' })
    if (offer.transport === this.#options.refuses) {
      throw new AppError('BYTES_INVALID', { what: 'offer', reason: `${offer.transport} is not spoken here` })
    }
    if (faults.has('busy')) throw new AppError('LIMIT_REACHED', { what: 'calls', limit: 0 })
    if (faults.has('silent-invite')) await new Promise(resolve => cancelled.addEventListener('abort', resolve))
    if (faults.has('late-200')) await new Promise<void>(resolve => timers.after(LATE_MS, resolve))
    const channel = this.channels.get(channelId)
    if (!channel) throw new AppError('NOT_FOUND', { what: 'channel', id: channelId })
    if (offer.sessionName === 'Talk' || offer.media === 'audio') {
      if (faults.has('no-talk')) throw new AppError('BYTES_INVALID', { what: 'offer', reason: 'no talk here' })
      const onEnd = () => this.#talks.delete(talk)
      const sound = { clip, clock, timers, onEnd, heard: this.#hear }
      const talk: GbTalk = await GbTalk.answer(offer, channelId, localHost, sound)
      this.#talks.add(talk)
      return talk
    }
    const history = offer.sessionName !== 'Play'
    const recorded = history ? this.#recorded.within(offer.start * 1000, offer.end * 1000) : null
    const seconds = recorded ? (recorded.endMs - recorded.startMs) / 1000 : 0
    const clipBytes = clip.frames.reduce((sum, { frame }) => sum + frame.data.length, 0)
    const fileSize =
      offer.sessionName === 'Download' ? Math.round((clipBytes * 1000 * seconds) / clip.periodMs) : undefined
    const call: GbCall = await GbCall.open({
      ...{ clip, clock, faults, localHost, offer, recorded, timers },
      ownerId: channelId,
      ...(fileSize !== undefined && { fileSize }),
      onEnd: () => this.#calls.delete(call),
    })
    this.#calls.set(call, channelId)
    return call
  }

  async broadcast(sourceId: string, targetId: string): Promise<boolean> {
    const { clock, endpoint, faults, localHost, log, upper, voice = 'udp' } = this.#options
    if (faults.has('no-broadcast')) return false
    if (faults.has('no-call')) return true
    const target = this.side.registration.target
    const call = { ...{ clock, endpoint, localHost, sourceId, target, targetId, upper }, ps: faults.has('ps-voice') }
    const talk: { hangUp?(): Promise<void> } = {}
    const end = () => this.#talks.delete(talk)
    // the answer goes first, then the device calls
    setImmediate(() => {
      this.#talks.add(talk)
      GbTalk.dial({ ...call, transport: voice }, this.#hear, end).then(
        ({ hangUp }) => {
          talk.hangUp = hangUp
        },
        (error: unknown) => {
          end()
          log.warn('the device could not call for audio', { reason: errorText(error) })
        },
      )
    })
    return true
  }

  subscribed(kind: string, query: AnyMessage | null): void {
    if (kind === 'PTZPosition') {
      const channel = query && 'deviceId' in query.value ? this.channels.get(query.value.deviceId) : undefined
      // the answer to SUBSCRIBE goes first
      if (channel) setImmediate(() => void this.#tellPtz(channel))
    }
    if (kind !== 'MobilePosition') return
    this.#positions?.cancel()
    this.#positions = null
    if (query?.name !== 'mobilePositionQuery') return
    const { interval = 5 } = query.value
    this.#positions = this.#options.timers.every(interval * 1000, () => void this.#tellPosition())
  }

  readonly #hear = (samples: Uint8Array): void => {
    this.heard = Buffer.concat([this.heard, samples]).subarray(-MAX_HEARD_BYTES)
  }

  /** Sends pictures to where they are wanted, then says so. */
  async #takePictures(deviceId: string, config: SnapshotsOptions['config']): Promise<void> {
    const { clip, clock, faults, log, timers, zone } = this.#options
    const { picture } = clip
    const { sessionId } = config
    try {
      const short = faults.has('short-snapshots')
      const files = await uploadSnapshots({ channelId: deviceId, config, picture, short, zone, clock, timers })
      await this.side.tell(MESSAGES.uploadSnapShotFinishedNotify, {
        sn: this.side.nextSn(),
        deviceId,
        sessionId,
        files,
      })
    } catch (error) {
      log.warn('pictures were not sent', { device: this.id, reason: errorText(error) })
    }
  }

  /** Where a camera looks, to who follows it. */
  async #tellPtz(channel: GbChannel): Promise<void> {
    const at = channel.position(this.#options.clock.monotonicMs())
    const value = { ...{ sn: this.side.nextSn(), deviceId: channel.id }, ...at }
    const wants = (query: AnyMessage) => 'deviceId' in query.value && query.value.deviceId === channel.id
    await this.side.notify('PTZPosition', MESSAGES.ptzPositionResponse, value, wants).catch(() => false) // told again
  }

  async #tellPosition(): Promise<void> {
    const angle = ((this.#options.clock.nowMs() % WALK_MS) / WALK_MS) * 2 * Math.PI
    const value = {
      sn: this.side.nextSn(),
      deviceId: this.id,
      time: this.#time(),
      longitude: 116.39 + WALK_DEGREES * Math.cos(angle),
      latitude: 39.9 + WALK_DEGREES * Math.sin(angle),
      speed: 40,
      direction: Math.round((angle * 180) / Math.PI),
      altitude: 44,
      items: [],
    }
    await this.side.notify('MobilePosition', MESSAGES.mobilePositionNotify, value).catch(() => false) // told again soon
  }

  #catalog(head: { readonly sn: number; readonly deviceId: string }): AnyMessage[] {
    const { faults } = this.#options
    const items = [...this.channels.keys()].map(id => this.#catalogItem(id))
    const perPart = faults.has('split-catalog') ? 1 : CATALOG_PER_PART
    let parts = inParts({ name: 'catalogResponse', value: { ...head, items } }, perPart)
    if (faults.has('shuffled-catalog')) parts = parts.reverse()
    if (faults.has('duplicate-catalog')) parts = parts.flatMap(part => [part, part])
    const last = parts.at(-1)
    if (faults.has('short-catalog') && last?.name === 'catalogResponse') {
      parts = [...parts.slice(0, -1), { ...last, value: { ...last.value, items: last.value.items.slice(0, -1) } }]
    }
    return parts
  }

  #catalogItem(id: string) {
    const channel = this.channels.get(id)
    return {
      deviceId: id,
      name: channel?.name ?? id,
      manufacturer: 'Sightline',
      model: 'simulator',
      owner: 'Owner',
      civilCode: this.id.slice(0, 6),
      address: 'here',
      parental: false,
      parentIds: [this.id],
      registerWay: 1,
      secrecy: false,
      status: 'ON' as const,
      longitude: 116.39,
      latitude: 39.9,
      info: { ptzType: 1 },
    }
  }

  #configuration() {
    const { expiresS, keepaliveS, name } = this.#options
    return {
      basicParam: {
        name,
        expiration: expiresS,
        heartBeatInterval: Math.max(1, Math.round(keepaliveS)),
        heartBeatCount: 3,
      },
      osdConfig: { length: 1280, width: 720, timeX: 10, timeY: 10, timeEnable: true, textEnable: false, lines: [] },
    }
  }

  #records(
    head: { readonly sn: number; readonly deviceId: string; readonly name: string },
    items: readonly RecordItem[],
  ): AnyMessage[] {
    const parts = inParts({ name: 'recordInfoResponse', value: { ...head, items } }, RECORDS_PER_PART)
    return this.#options.faults.has('cut-records') ? parts.slice(0, RECORDS_TOLD / RECORDS_PER_PART) : parts
  }

  #time(): string {
    const { clock, faults, zone } = this.#options
    return formatLocalTime(clock.nowMs() + (faults.has('clock-off') ? CLOCK_OFF_MS : 0), zone)
  }

  #hangUp(reason: string): void {
    for (const call of [...this.#calls.keys()]) call.end(reason)
  }
}
