import { FakeTime } from '../../../../base/fake-time.ts'
import { silentLog } from '../../../../base/log.ts'
import { SipEndpoint } from '../../../sip/endpoint.ts'
import { AttemptLog, type AttemptRecord } from '../../attempt.ts'
import type { DeviceEvent } from '../device-event.ts'
import { DEVICE_METHODS, DeviceSide } from '../device-side.ts'
import { DEFAULT_POLICY, type DevicePolicy, type DirectoryEntry } from '../directory.ts'
import { DEVICE_ID, DOMAIN, FakeDevice, type FakeDeviceOptions, SERVER_ID } from './fake-device.ts'

const PASSWORD = 'wordpass'

/** An entry that may register with PASSWORD. */
export function admitted(policy: Partial<DevicePolicy> = {}, entry: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return {
    id: 'dev_1',
    space: 'sp_1',
    password: PASSWORD,
    admission: 'admitted',
    policy: { ...DEFAULT_POLICY, ...policy },
    ...entry,
  }
}

/** Our side on a loopback port, with devices to talk to it. Time stands still until it is advanced. */
export class Platform {
  readonly time: FakeTime
  readonly endpoint: SipEndpoint
  readonly side: DeviceSide
  readonly directory = new Map<string, DirectoryEntry | 'unavailable'>([[DEVICE_ID, admitted()]])
  readonly events: DeviceEvent[] = []
  readonly refusals: string[] = []
  readonly records: AttemptRecord[] = []
  readonly #devices: FakeDevice[] = []

  private constructor(time: FakeTime) {
    this.time = time
    const attempts = new AttemptLog({ clock: time, onRecord: record => this.records.push(record) })
    this.endpoint = new SipEndpoint({ clock: time, timers: time, tap: attempts.tap })
    this.side = new DeviceSide({
      endpoint: this.endpoint,
      clock: time,
      timers: time,
      log: silentLog,
      random: () => 0.5,
      identity: { serverId: SERVER_ID, domain: DOMAIN },
      directory: { lookup: async gbId => this.directory.get(gbId) ?? 'unknown' },
      attempts,
      events: {
        device: (_session, event) => this.events.push(event),
        refused: (gbId, reason) => this.refusals.push(`${gbId} ${reason}`),
        locked: gbId => this.refusals.push(`${gbId} is locked now`),
      },
    })
    for (const method of DEVICE_METHODS)
      this.endpoint.on(method, (request, context) => this.side.receive(request, context))
  }

  static async open(time = new FakeTime()): Promise<Platform> {
    const platform = new Platform(time)
    await platform.endpoint.listen({ host: '127.0.0.1', port: 0 })
    return platform
  }

  async device(options: Partial<FakeDeviceOptions> = {}): Promise<FakeDevice> {
    const { time } = this
    const device = await FakeDevice.open({
      time,
      serverPort: this.endpoint.address.port,
      password: PASSWORD,
      ...options,
    })
    this.#devices.push(device)
    return device
  }

  /** A device that is registered. */
  async registered(options: Partial<FakeDeviceOptions> = {}): Promise<FakeDevice> {
    const device = await this.device(options)
    const response = await device.register()
    if (response.status !== 200) throw new Error(`REGISTER was answered ${response.status}`)
    return device
  }

  eventsOf<T extends DeviceEvent['type']>(type: T): Extract<DeviceEvent, { type: T }>[] {
    return this.events.filter(event => event.type === type) as Extract<DeviceEvent, { type: T }>[] // as asked for
  }

  async close(): Promise<void> {
    await this.side.close()
    for (const device of this.#devices) await device.close()
    await this.endpoint.close()
  }
}
