import type { Clock, Timers } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { GbCharset } from '../protocols/gb28181/charset.ts'
import type { RegistrationState, UpperPlatform } from '../protocols/gb28181/client-side/registration.ts'
import { isDeviceId } from '../protocols/gb28181/device-id.ts'
import type { GbVersion } from '../protocols/gb28181/gb-version.ts'
import { SipEndpoint } from '../protocols/sip/endpoint.ts'
import type { SipRequest } from '../protocols/sip/message.ts'
import { parseNameAddress } from '../protocols/sip/name-address.ts'
import type { RequestContext } from '../protocols/sip/request-context.ts'
import type { TapEvent } from '../protocols/sip/transport/flow.ts'
import { readUri } from '../protocols/sip/uri.ts'
import type { Clip } from './clip.ts'
import type { Fault } from './faults.ts'
import { GbChannel } from './gb-channel.ts'
import { GbDevice, type GbDeviceOptions } from './gb-device.ts'
import type { VoiceTransport } from './gb-talk.ts'

export interface GbFleetOptions {
  readonly upper: UpperPlatform
  readonly devices: number
  readonly channels: number
  /** Code of the first device; those of the others count on. */
  readonly firstId: string
  readonly password: string
  readonly clip: Clip
  readonly faults: ReadonlySet<Fault>
  readonly version?: GbVersion
  readonly charset?: GbCharset
  readonly expiresS?: number
  readonly keepaliveS?: number
  readonly localHost: string
  readonly zone?: string
  readonly recordedHours?: number
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly refuses?: 'udp' | 'tcp'
  readonly voice?: VoiceTransport
  readonly retryMs?: readonly [number, number]
  readonly onState?: (device: string, state: RegistrationState, reason: string) => void
  /** Sees every SIP message of all devices, both ways. */
  readonly tap?: (event: TapEvent) => void
  /** Makes devices of another kind. */
  readonly makeDevice?: (options: GbDeviceOptions) => GbDevice
}

/** Serial numbers of channels have seven digits, the network digit among them. */
const MAX_CHANNELS = 10_000_000
const CHANNEL_TYPE = '131'

/** Many simulated devices behind one SIP port. */
export class GbFleet {
  readonly devices: readonly GbDevice[]
  readonly #endpoint: SipEndpoint
  readonly #byId = new Map<string, GbDevice>()
  readonly #localHost: string

  /** Throws AppError INVALID for codes that do not fit. */
  constructor(options: GbFleetOptions) {
    const { channels, clock, devices, firstId, log, tap, timers } = options
    if (!isDeviceId(firstId)) throw new AppError('INVALID', { field: '--first-id', reason: 'must be 20 digits' })
    if (devices * channels > MAX_CHANNELS)
      throw new AppError('LIMIT_REACHED', { what: 'channels', limit: MAX_CHANNELS })
    this.#localHost = options.localHost
    this.#endpoint = new SipEndpoint({ clock, timers, log, userAgent: 'Sightline simulator', ...(tap && { tap }) })
    for (const method of ['MESSAGE', 'INVITE', 'SUBSCRIBE'])
      this.#endpoint.on(method, (request, context) => this.#receive(request, context))
    this.devices = Array.from({ length: devices }, (_, index) => this.#device(options, index))
    for (const device of this.devices) for (const id of device.ids) this.#byId.set(id, device)
  }

  /** Opens the port and registers all devices. */
  async start(): Promise<void> {
    await this.#endpoint.listen({ port: 0, host: this.#localHost })
    for (const device of this.devices) device.start()
  }

  device(id: string): GbDevice | undefined {
    return this.#byId.get(id)
  }

  async close(): Promise<void> {
    await Promise.all(this.devices.map(device => device.close()))
    await this.#endpoint.close()
  }

  /** As if the machine of all of them had lost its power. */
  async crash(): Promise<void> {
    for (const device of this.devices) device.crash()
    await this.#endpoint.close()
  }

  #device(options: GbFleetOptions, index: number): GbDevice {
    const { channels, makeDevice = (of: GbDeviceOptions) => new GbDevice(of), onState, upper } = options
    const id = String(BigInt(options.firstId) + BigInt(index))
    const first = index * channels + 1
    const list = Array.from({ length: channels }, (_, channel) => {
      const serial = String(first + channel).padStart(7, '0')
      return new GbChannel(`${options.firstId.slice(0, 10)}${CHANNEL_TYPE}${serial}`, `通道 ${first + channel}`)
    })
    return makeDevice({
      ...options,
      upper,
      endpoint: this.#endpoint,
      id,
      name: `设备 ${index + 1}`,
      channels: list,
      version: options.version ?? '3.0',
      charset: options.charset ?? 'GB18030',
      expiresS: options.expiresS ?? 3600,
      keepaliveS: options.keepaliveS ?? 60,
      zone: options.zone ?? 'Asia/Shanghai',
      recordedHours: options.recordedHours ?? 24,
      onState: (state, reason) => onState?.(id, state, reason),
    })
  }

  /** A request is for the code in its Request-URI, or, where platforms put their own there, in To. */
  async #receive(request: SipRequest, context: RequestContext): Promise<void> {
    const to = parseNameAddress(request.headers.get('to') ?? '').uri
    const codes = [readUri(request.uri)?.user, readUri(to)?.user]
    const device = codes.map(code => this.#byId.get(code ?? '')).find(found => found !== undefined)
    if (device) await device.side.receive(request, context)
    else context.respond(404)
  }
}
