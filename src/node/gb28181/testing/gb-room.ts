import { systemClock, systemTimers } from '../../../base/clock.ts'
import { silentLog } from '../../../base/log.ts'
import type { NodeEvent } from '../../../link/events.ts'
import type { DevicesState, GbDevice, GbSpace } from '../../../link/gb28181.ts'
import type { SpaceState } from '../../../link/messages.ts'
import { Pace } from '../../../media/broadcast/pace.ts'
import type { Frame } from '../../../media/stream/frame.ts'
import { DiskStore } from '../../../storage/objects/disk-store.ts'
import { Access } from '../../access.ts'
import { Hub } from '../../hub.ts'
import { Leases } from '../../leases.ts'
import { NodeStore } from '../../node-store.ts'
import { Redirect } from '../../redirect.ts'
import { Spaces } from '../../spaces.ts'
import { GbHost } from '../gb-host.ts'

export const SERVER_ID = '34020000002000000001'
export const DOMAIN = '3402000000'
export const PASSWORD = 'secret-12'

const SPACE: SpaceState = {
  name: 'default',
  publish: 'open',
  play: 'open',
  pushKeys: [],
  playKeys: [],
  latency: 'normal',
  gopCache: true,
}
const GB_SPACE: GbSpace = {
  name: 'default',
  password: null,
  admission: 'listed',
  sendDate: true,
  zone: 'Asia/Shanghai',
  stopAfterS: 1,
}

export function listed(gbId: string, change: Partial<GbDevice> = {}): GbDevice {
  return {
    id: `dv_${gbId.slice(-4)}`,
    space: 'default',
    gbId,
    name: '',
    type: 'nvr',
    password: PASSWORD,
    enabled: true,
    locked: false,
    media: 'auto',
    charset: 'auto',
    subscribe: { catalog: true, alarm: true, positionS: null },
    quirks: {},
    redirect: null,
    ...change,
  }
}

type EventOf<T extends NodeEvent['type']> = Extract<NodeEvent, { type: T }>

interface GbRoomOptions {
  readonly file?: string
  /** Folder of downloads. */
  readonly folder?: string
  readonly packetTimeoutMs?: number
  readonly serverId?: string
  readonly upperRetryMs?: readonly [number, number]
}

/** A node's hub and its GB/T 28181, on loopback. */
export class GbRoom {
  readonly hub: Hub
  readonly host: GbHost
  readonly leases: Leases
  readonly events: NodeEvent[] = []
  port = 0
  #waiting: (() => void)[] = []
  #revision = 0
  readonly #store: NodeStore | null

  constructor(options: GbRoomOptions = {}) {
    this.#store = options.file === undefined ? null : new NodeStore(options.file)
    const [clock, timers, log] = [systemClock, systemTimers, silentLog]
    const spaces = new Spaces(SPACE)
    this.leases = new Leases(timers)
    const emit = (event: NodeEvent) => {
      this.events.push(event)
      this.wake()
    }
    this.hub = new Hub({
      settings: () => ({
        timestamps: 'full',
        republishGraceMs: 2000,
        standbyMs: 1000,
        maxViewersPerStream: 100,
        windowMs: { low: 50, normal: 350 },
        floorMs: 0,
        queue: { bytes: 1 << 24, ageMs: 30_000, stallMs: 60_000 },
      }),
      access: new Access(spaces, clock),
      redirect: new Redirect(() => ({ when: 'draining', rtmp: null, http: null }), spaces),
      leases: this.leases,
      pace: new Pace(),
      ...{ clock, timers, log, emit },
    })
    const serverId = options.serverId ?? SERVER_ID
    this.host = new GbHost({
      identity: { serverId, domain: serverId.slice(0, 10) },
      upperRetryMs: options.upperRetryMs ?? [100, 200],
      settings: () => ({
        publicHost: null,
        mediaHost: null,
        mediaPort: null,
        inviteTimeoutMs: 3000,
        packetTimeoutMs: options.packetTimeoutMs ?? 2000,
        keepaliveTimeoutMs: 180_000,
      }),
      hub: this.hub,
      leases: this.leases,
      store: this.#store,
      files:
        options.folder === undefined
          ? null
          : new DiskStore({ name: 'downloads', folders: [options.folder], sync: 'never', floorBytes: 0, clock }),
      ...{ clock, timers, log, emit },
    })
  }

  /** At any free port, or at that of a room before. */
  async open(port = 0): Promise<this> {
    const host = '127.0.0.1'
    const opened = await this.host.open({ sip: { port, host }, media: { port: 0, host }, mediaPorts: null })
    this.port = opened.sip
    return this
  }

  /** What a process that is killed now leaves behind. */
  leaveBehind(file: string): void {
    this.host.save()
    this.#store?.db.exec(`VACUUM INTO '${file}'`)
  }

  /** What the platform wants known. */
  apply(devices: readonly GbDevice[], change: Partial<DevicesState> = {}): void {
    void this.host.requests['devices.apply']?.({
      revision: ++this.#revision,
      spaces: [GB_SPACE],
      devices: [...devices],
      parents: [],
      ...change,
    })
  }

  eventsOf<T extends NodeEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type)
  }

  wake(): void {
    for (const resume of this.#waiting.splice(0)) resume()
  }

  /** Looks at each event, and at whatever else wakes it. */
  async until<T>(look: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined && found !== false) return found
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }

  /** A viewer that counts what it gets. Throws what the hub says. */
  async watch(path: string) {
    const [space = '', app = '', name = ''] = path.split('/')
    const address = { space, app, name }
    const leave = new AbortController()
    const visitor = { ...{ address, query: new URLSearchParams(), uri: '', pageUrl: '', traceId: 't' } }
    const { stream, viewer } = await this.hub.admit(
      { ...visitor, protocol: 'test', remote: '127.0.0.1:1', agent: '' },
      leave.signal,
    )
    const frames: Frame[] = []
    const counters = () => ({ bytesSent: 0, bufferedBytes: 0, framesDropped: 0 })
    const session = this.hub.viewers.add(viewer, { counters, kick: () => {}, left: () => {} })
    const detach = stream.attach({
      onFrame: frame => {
        frames.push(frame)
        this.wake()
      },
      onEnd: () => this.wake(),
    })
    return {
      frames,
      video: () => frames.filter(({ track }) => track.kind === 'video'),
      audio: () => frames.filter(({ track }) => track.kind === 'audio'),
      leave: () => {
        detach()
        session.end('left')
      },
    }
  }

  async close(): Promise<void> {
    await this.host.close()
    this.hub.close()
    this.leases.close()
    this.#store?.close()
  }
}
