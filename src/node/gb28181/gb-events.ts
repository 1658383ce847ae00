import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { GbDevice } from '../../link/gb28181.ts'
import type { DeviceEvent, PtzPosition } from '../../protocols/gb28181/device-side/device-event.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { DeviceSideEvents } from '../../protocols/gb28181/device-side/device-side.ts'
import { addressOf } from '../../protocols/gb28181/device-side/identity.ts'
import type { RefusalReason } from '../../protocols/gb28181/device-side/registrar.ts'
import { localTimeMs } from '../../protocols/gb28181/gb-time.ts'
import { parseNameAddress } from '../../protocols/sip/name-address.ts'
import type { Flow, TapEvent } from '../../protocols/sip/transport/flow.ts'
import { readUri } from '../../protocols/sip/uri.ts'
import type { GbCatalog } from './gb-catalog.ts'
import type { GbDevices } from './gb-devices.ts'
import type { NatLifetimes } from './nat-lifetimes.ts'

export interface GbEventsOptions {
  readonly devices: GbDevices
  readonly catalog: GbCatalog
  readonly emit: (event: NodeEvent) => void
  readonly clock: Clock
  readonly log: Log
  /** A known device is on, for the first time since the start or after it was away. */
  readonly onOn: (device: GbDevice, session: DeviceSession) => void
  /** It was heard from another address. */
  readonly onMoved: NatLifetimes['moved']
  /** A camera tells where it looks, to who subscribed. */
  readonly onPtzPosition: (device: GbDevice, position: PtzPosition) => void
}

/** Devices whose own words are remembered, and strangers who were told of. */
const MAX_REMEMBERED = 60_000
/** A stranger who keeps knocking is told of once in this time. */
const STRANGER_EVERY_MS = 60_000

const REASONS: Readonly<Record<string, string>> = {
  registered: 'registered',
  traffic: 'heard of again',
  silent: 'a keepalive was missed',
  flowLost: 'its TCP connection ended',
  lost: 'nothing was heard of it for three keepalives',
  expired: 'its registration ran out',
  unregistered: 'it unregistered',
  locked: 'wrong credentials too often',
  unlocked: 'unlocked',
}

/** What devices do, as the platform hears of it. */
export class GbEvents implements DeviceSideEvents {
  readonly #options: GbEventsOptions
  /** User-Agent of the last REGISTER, by code. */
  readonly #agents = new Map<string, string>()
  readonly #strangers = new Map<string, number>()

  constructor(options: GbEventsOptions) {
    this.#options = options
  }

  /** Looks at REGISTER for what the device calls itself. */
  tap({ direction, message }: TapEvent): void {
    if (direction !== 'in' || message?.kind !== 'request' || message.method !== 'REGISTER') return
    const agent = message.headers.get('user-agent')
    const code = readUri(parseNameAddress(message.headers.get('from') ?? '').uri)?.user
    if (agent === undefined || !code) return
    if (this.#agents.size >= MAX_REMEMBERED) this.#agents.clear()
    this.#agents.set(code, agent.slice(0, 255))
  }

  device(session: DeviceSession, event: DeviceEvent): void {
    const device = this.#options.devices.ofGbId(session.gbId)
    if (!device) {
      if (event.type === 'registered') this.#stranger(session)
      return
    }
    const { catalog, clock, emit } = this.#options
    const atMs = clock.nowMs()
    switch (event.type) {
      case 'state':
        this.on(device, session, event.cause)
        return
      case 'catalogChanged':
        catalog.changed(device, event.items)
        return
      case 'alarm': {
        const {
          alarmDescription = '',
          alarmMethod = 7,
          alarmPriority = 4,
          alarmTime = '',
          deviceId,
          info,
          latitude,
          longitude,
        } = event.alarm
        emit({
          type: 'device.alarm',
          device: device.id,
          channel: codeOr(deviceId, device.gbId),
          priority: alarmPriority,
          method: alarmMethod,
          alarmType: info?.alarmType ?? null,
          description: alarmDescription.slice(0, 1024),
          longitude: longitude ?? null,
          latitude: latitude ?? null,
          alarmAtMs: Math.max(0, localTimeMs(alarmTime, session.policy.timeZone) ?? atMs),
          atMs,
        })
        return
      }
      case 'positions': {
        const positions = event.positions.slice(0, 200).map(place => ({
          gbId: codeOr(place.deviceId, device.gbId),
          atMs: Math.max(0, localTimeMs(place.captureTime ?? '', session.policy.timeZone) ?? atMs),
          longitude: place.longitude,
          latitude: place.latitude,
          speed: place.speed ?? null,
          direction: place.direction ?? null,
          altitude: place.altitude ?? null,
        }))
        if (positions.length > 0) emit({ type: 'device.positions', device: device.id, positions, atMs })
        return
      }
      case 'snapshots': {
        const { files, sessionId = '' } = event.finished
        const details = files.map(file => file.slice(0, 255))
        emit({
          type: 'device.finished',
          device: device.id,
          what: 'snapshot',
          session: sessionId.slice(0, 128),
          ok: details.length > 0,
          details,
          atMs,
        })
        return
      }
      case 'upgraded': {
        const { firmware = '', sessionId = '', upgradeFailedReason, upgradeResult } = event.result
        const details = [firmware, ...(upgradeFailedReason ? [`reason ${upgradeFailedReason}`] : [])].map(text =>
          text.slice(0, 255),
        )
        emit({
          type: 'device.finished',
          device: device.id,
          what: 'upgrade',
          session: sessionId.slice(0, 128),
          ok: upgradeResult === 'OK',
          details,
          atMs,
        })
        return
      }
      case 'ptzPosition':
        this.#options.onPtzPosition(device, event.position)
        return
      case 'moved':
        this.#options.onMoved(device, session, event)
        this.#options.log.info('device has another address', { device: device.gbId, from: event.from, to: event.to })
        return
      default:
        return
    }
  }

  /** Tells the state of a device as it is now. */
  on(device: GbDevice, session: DeviceSession, cause: string): void {
    const { clock, emit, onOn } = this.#options
    const { state, target } = session
    const { address, port } = addressOf(target)
    if (state === 'new') return
    emit({
      type: 'device.state',
      device: device.id,
      state,
      reason: REASONS[cause] ?? cause,
      remote: `${address}:${port}`,
      transport: target.transport,
      version: session.version,
      agent: this.#agents.get(session.gbId) ?? '',
      expiresAtMs: session.snapshot().validUntilMs,
      atMs: clock.nowMs(),
    })
    if (state === 'on' && cause !== 'traffic') onOn(device, session)
  }

  refused(gbId: string, reason: RefusalReason, flow: Flow): void {
    this.#options.log.info('a registration was refused', { gbId, reason, remote: flow.remote.address })
    if (reason === 'waiting' || reason === 'unknown')
      this.#asked(gbId, false, `${flow.remote.address}:${flow.remote.port}`)
  }

  locked(gbId: string, flow: Flow): void {
    const { clock, devices, emit } = this.#options
    const device = devices.ofGbId(gbId)
    if (!device) return
    emit({
      type: 'device.state',
      device: device.id,
      state: 'failed',
      reason: REASONS['locked'] ?? '',
      remote: `${flow.remote.address}:${flow.remote.port}`,
      transport: flow.transport,
      version: '',
      agent: this.#agents.get(gbId) ?? '',
      expiresAtMs: null,
      atMs: clock.nowMs(),
    })
  }

  #stranger(session: DeviceSession): void {
    const { address, port } = addressOf(session.target)
    this.#asked(session.gbId, true, `${address}:${port}`)
  }

  #asked(gbId: string, admitted: boolean, remote: string): void {
    const { clock, devices, emit } = this.#options
    if (!/^\d{20}$/.test(gbId)) return
    const now = clock.monotonicMs()
    if (now - (this.#strangers.get(gbId) ?? Number.NEGATIVE_INFINITY) < STRANGER_EVERY_MS) return
    if (this.#strangers.size >= MAX_REMEMBERED) this.#strangers.clear()
    this.#strangers.set(gbId, now)
    const space = devices.entry(gbId)?.space ?? 'default'
    emit({
      type: 'device.asked',
      space,
      gbId,
      admitted,
      remote,
      agent: this.#agents.get(gbId) ?? '',
      atMs: clock.nowMs(),
    })
  }
}

function codeOr(code: string | undefined, fallback: string): string {
  return code !== undefined && /^(\d{2}|\d{4}|\d{6}|\d{8}|\d{20})$/.test(code) ? code : fallback
}
