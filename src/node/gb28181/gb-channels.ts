import type { GbDevice } from '../../link/gb28181.ts'
import type { StreamAddress } from '../paths.ts'
import type { GbDevices } from './gb-devices.ts'
import type { GbStore } from './gb-store.ts'

/** A channel somebody wants to see. */
export interface GbChannelRef {
  readonly device: GbDevice
  readonly channelId: string
}

/** The app of live streams of devices. */
const LIVE_APP = 'live'
/** `channel`, or `device_channel` where two devices of a space have the same code. */
const NAME = /^(?:(\d{20})_)?(\d{20})$/

/** Which device has which channel, so that the URL alone starts it, also while the platform is away. */
export class GbChannels {
  readonly #devices: GbDevices
  readonly #store: GbStore | null
  /** Ids of devices by the code of the channel. */
  readonly #owners = new Map<string, Set<string>>()
  readonly #ofDevice = new Map<string, Set<string>>()

  /** Without a store nothing outlives the process. */
  constructor(devices: GbDevices, store: GbStore | null) {
    this.#devices = devices
    this.#store = store
    for (const { device, channel } of store?.channels() ?? []) this.#add(device, channel)
  }

  get size(): number {
    return this.#owners.size
  }

  /** Codes of what a device has. */
  ofDevice(device: string): readonly string[] {
    return [...(this.#ofDevice.get(device) ?? [])]
  }

  add(device: string, channels: readonly string[]): void {
    const fresh = channels.filter(channel => !this.#ofDevice.get(device)?.has(channel))
    if (fresh.length === 0) return
    for (const channel of fresh) this.#add(device, channel)
    this.#store?.addChannels(device, fresh)
  }

  /** A whole catalog has been read: what is not in it is gone. */
  keep(device: string, channels: ReadonlySet<string>): void {
    const gone = [...(this.#ofDevice.get(device) ?? [])].filter(channel => !channels.has(channel))
    this.remove(device, gone)
  }

  remove(device: string, channels: readonly string[]): void {
    if (channels.length === 0) return
    for (const channel of channels) this.#drop(device, channel)
    this.#store?.dropChannels(device, channels)
  }

  forget(device: string): void {
    for (const channel of [...(this.#ofDevice.get(device) ?? [])]) this.#drop(device, channel)
    this.#store?.dropChannels(device, null)
  }

  /** Codes of a device's channels. */
  of(device: string): Iterable<string> {
    return this.#ofDevice.get(device) ?? []
  }

  /** Path of a channel's live stream: with the code of its device where another one of the space has the same. */
  pathOf({ gbId, id, space }: GbDevice, channel: string): string {
    const alone = this.resolve({ space, app: LIVE_APP, name: channel })?.device.id === id
    return `${space}/${LIVE_APP}/${alone ? channel : `${gbId}_${channel}`}`
  }

  /** The channel a live path stands for; null: none of ours. */
  resolve({ space, app, name }: StreamAddress): GbChannelRef | null {
    const [, deviceCode, channelId] = app === LIVE_APP ? (NAME.exec(name) ?? []) : []
    if (channelId === undefined) return null
    if (deviceCode !== undefined) {
      const device = this.#devices.ofGbId(deviceCode)
      return device?.space === space ? { device, channelId } : null
    }
    for (const id of this.#owners.get(channelId) ?? []) {
      const device = this.#devices.get(id)
      if (device?.space === space) return { device, channelId }
    }
    // a camera whose only channel is itself, before its catalog is known
    const device = this.#devices.ofGbId(channelId)
    return device?.space === space ? { device, channelId } : null
  }

  #add(device: string, channel: string): void {
    const owners = this.#owners.get(channel) ?? new Set()
    this.#owners.set(channel, owners.add(device))
    const own = this.#ofDevice.get(device) ?? new Set()
    this.#ofDevice.set(device, own.add(channel))
  }

  #drop(device: string, channel: string): void {
    const owners = this.#owners.get(channel)
    owners?.delete(device)
    if (owners?.size === 0) this.#owners.delete(channel)
    const own = this.#ofDevice.get(device)
    own?.delete(channel)
    if (own?.size === 0) this.#ofDevice.delete(device)
  }
}
