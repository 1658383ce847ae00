import type { DevicesState, GbDevice, GbParent, GbSpace, Quirks as LinkQuirks } from '../../link/gb28181.ts'
import {
  DEFAULT_POLICY,
  type DevicePolicy,
  type Directory,
  type DirectoryEntry,
} from '../../protocols/gb28181/device-side/directory.ts'
import type { MediaTransport, Quirks } from '../../protocols/gb28181/quirks.ts'

/** What the node knows of the devices that may register here: the platform says it, and it is kept. */
export class GbDevices implements Directory {
  readonly #keepaliveMs: () => number
  #revision = -1
  #byId: ReadonlyMap<string, GbDevice> = new Map()
  #byGbId: ReadonlyMap<string, GbDevice> = new Map()
  #spaces: ReadonlyMap<string, GbSpace> = new Map()
  #parents: readonly GbParent[] = []

  /** `keepaliveMs`: the interval devices are asked to keep. */
  constructor(keepaliveMs: () => number) {
    this.#keepaliveMs = keepaliveMs
  }

  /** Takes a newer desired state; an older one changes nothing. Gives what is gone. */
  apply(state: DevicesState): { readonly taken: boolean; readonly removed: readonly GbDevice[] } {
    if (state.revision < this.#revision) return { taken: false, removed: [] }
    const before = this.#byId
    this.#revision = state.revision
    this.#byId = new Map(state.devices.map(device => [device.id, device]))
    // of a code in two spaces the device that was first keeps it
    this.#byGbId = new Map(state.devices.toReversed().map(device => [device.gbId, device]))
    this.#spaces = new Map(state.spaces.map(space => [space.name, space]))
    this.#parents = state.parents
    const removed = [...before.values()].filter(({ id, gbId }) => this.#byId.get(id)?.gbId !== gbId)
    return { taken: true, removed }
  }

  get(id: string): GbDevice | undefined {
    return this.#byId.get(id)
  }

  ofGbId(gbId: string): GbDevice | undefined {
    return this.#byGbId.get(gbId)
  }

  space(name: string): GbSpace | undefined {
    return this.#spaces.get(name)
  }

  /** The space that shares with an upper platform. */
  spaceAbove(serverId: string): string | undefined {
    return this.#parents.find(parent => parent.serverId === serverId)?.space
  }

  [Symbol.iterator](): Iterator<GbDevice> {
    return this.#byId.values()
  }

  async lookup(gbId: string): Promise<DirectoryEntry | 'unknown' | 'unavailable'> {
    if (this.#revision < 0) return 'unavailable'
    return this.entry(gbId) ?? 'unknown'
  }

  /** As the registrar sees it; null: nobody knows the code, and no space takes strangers. */
  entry(gbId: string): DirectoryEntry | null {
    const device = this.#byGbId.get(gbId)
    if (device) return this.#known(device)
    const host = this.#host()
    if (!host) return null
    const admission = host.admission === 'password' ? 'admitted' : 'waiting'
    return { id: null, space: host.name, password: host.password, admission, policy: this.#policy(host, {}) }
  }

  /** The space that takes, or shows, devices nobody has listed. One that has no password takes nobody unseen. */
  #host(): GbSpace | undefined {
    const open = [...this.#spaces.values()].filter(({ admission, password }) => {
      return admission === 'approve' || (admission === 'password' && password !== null)
    })
    return open.find(({ admission }) => admission === 'password') ?? open[0]
  }

  #known(device: GbDevice): DirectoryEntry {
    const space = this.#spaces.get(device.space)
    const policy = this.#policy(space, quirksOf(device.quirks))
    const charset = device.charset === 'auto' ? null : device.charset === 'utf-8' ? 'UTF-8' : 'GB18030'
    const { redirect } = device
    return {
      id: device.id,
      space: device.space,
      password: device.password ?? space?.password ?? null,
      admission: device.locked ? 'locked' : device.enabled ? 'admitted' : 'disabled',
      policy: {
        ...policy,
        ...(charset && { quirks: { ...policy.quirks, charset } }),
        redirect: redirect && { serverId: redirect.gbId, host: redirect.host, port: redirect.port },
      },
    }
  }

  #policy(space: GbSpace | undefined, quirks: Quirks): DevicePolicy {
    return {
      ...DEFAULT_POLICY,
      timeZone: space?.zone ?? DEFAULT_POLICY.timeZone,
      sendDate: space?.sendDate ?? DEFAULT_POLICY.sendDate,
      keepaliveMs: this.#keepaliveMs(),
      quirks,
    }
  }
}

/** On the link and in the database a list is a text with commas; the names are the same. */
function quirksOf({ transports, ...rest }: LinkQuirks): Quirks {
  const quirks = rest as Quirks // set and learnt by these names
  return typeof transports === 'string' ? { ...quirks, transports: transports.split(',') as MediaTransport[] } : quirks
}
