import { systemClock, systemTimers } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { signedQuery } from '../../src/base/signed-url.ts'
import type { GbDevice, GbSession } from '../../src/link/gb28181.ts'
import type { SpaceState } from '../../src/link/messages.ts'
import { Access } from '../../src/node/access.ts'
import { DownloadRoute } from '../../src/node/gb28181/download-route.ts'
import { TalkRoute } from '../../src/node/gb28181/talk-route.ts'
import { DOMAIN, GbRoom, listed, PASSWORD, SERVER_ID } from '../../src/node/gb28181/testing/gb-room.ts'
import { HttpVisitors } from '../../src/node/http-visitor.ts'
import { MediaServer } from '../../src/node/media-server.ts'
import { RequestCounter } from '../../src/node/request-counter.ts'
import { Spaces } from '../../src/node/spaces.ts'
import { CAMERA, type Clip, type ClipRecipe, makeClip } from '../../src/simulator/clip.ts'
import { type Fault, parseFaults } from '../../src/simulator/faults.ts'
import type { GbDevice as SimulatedDevice } from '../../src/simulator/gb-device.ts'
import { GbFleet, type GbFleetOptions } from '../../src/simulator/gb-fleet.ts'

export const NVR = '34020000001180000001'
export const CHANNEL = '34020000001310000001'
export const DEVICE = listed(NVR).id
const SMALL = { ...CAMERA, size: '320x180', bitrateKbps: 200, seconds: 4, fps: 10 } as const

const clips = new Map<string, Promise<Clip>>()

export interface SiteOptions extends Partial<Pick<GbFleetOptions, 'channels' | 'voice' | 'version'>> {
  readonly faults?: string
  readonly device?: Partial<GbDevice>
  readonly clip?: Partial<ClipRecipe>
  readonly room?: ConstructorParameters<typeof GbRoom>[0]
}

const KEY = 'play-key-of-the-space'
const SIGNED: SpaceState = {
  ...{ name: 'default', publish: 'key', play: 'signed', latency: 'normal', gopCache: true },
  ...{ pushKeys: [], playKeys: [KEY] },
}

/** The media port of a node, as far as devices are concerned; viewers need a signature. */
export class MediaDoor {
  readonly #server: MediaServer
  port = 0

  constructor(site: GbSite) {
    const spaces = new Spaces(SIGNED)
    const { downloads, talks } = site.room.host.sessions
    this.#server = new MediaServer({
      ...{ listen: { port: 0, host: '127.0.0.1' }, key: 'listen.media', tls: null, noDelay: true, log: silentLog },
      requests: new RequestCounter(),
      routes: [
        new DownloadRoute(() => downloads, new Access(spaces, systemClock), new HttpVisitors(spaces, false)),
        new TalkRoute(() => talks, systemTimers),
      ],
    })
  }

  async open(): Promise<this> {
    this.port = await this.#server.open()
    return this
  }

  /** The address of a file, signed as the platform signs it. */
  url(file: string, path: string): string {
    const expires = Math.floor(Date.now() / 1000) + 60
    return `http://127.0.0.1:${this.port}${file}?${signedQuery(KEY, 'play', path, expires)}`
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}

/** A node with one recorder that has registered, and whose catalog has been read. */
export class GbSite {
  /** Another one after a restart of the node. */
  room: GbRoom
  readonly #fleet: GbFleet

  private constructor(room: GbRoom, fleet: GbFleet) {
    this.room = room
    this.#fleet = fleet
  }

  static async open({
    channels = 1,
    clip,
    device,
    faults = '',
    room: given,
    ...rest
  }: SiteOptions = {}): Promise<GbSite> {
    const room = await new GbRoom(given).open()
    const recipe = { ...SMALL, ...clip }
    const key = JSON.stringify(recipe)
    const made = clips.get(key) ?? makeClip(recipe)
    clips.set(key, made)
    room.apply([listed(NVR, device)])
    const fleet = new GbFleet({
      upper: { serverId: SERVER_ID, domain: DOMAIN, host: '127.0.0.1', port: room.port, transport: 'udp' },
      ...{ devices: 1, channels, firstId: NVR, password: PASSWORD, clip: await made },
      ...{ localHost: '127.0.0.1', clock: systemClock, timers: systemTimers, log: silentLog, retryMs: [50, 100] },
      ...{ faults: parseFaults(faults) as ReadonlySet<Fault>, ...rest },
    })
    await fleet.start()
    await room.until(() => room.eventsOf('device.catalog').find(({ end }) => end !== null))
    return new GbSite(room, fleet)
  }

  get device(): SimulatedDevice {
    const device = this.#fleet.device(NVR)
    if (!device) throw new Error('the fleet has lost its device')
    return device
  }

  /** The platform asks. */
  get ask() {
    const { requests } = this.room.host
    const of = <K extends keyof typeof requests>(type: K) => {
      const handler = requests[type]
      if (!handler) throw new Error(`${type} is not answered`)
      return handler
    }
    return {
      recordings: of('gb.recordings'),
      playback: of('gb.playback'),
      control: of('gb.playback.control'),
      sessions: of('gb.sessions'),
      talk: of('gb.talk'),
    }
  }

  async session(id: string): Promise<GbSession> {
    const { sessions } = await this.ask.sessions({ session: id })
    const [session] = sessions
    if (!session) throw new Error(`${id} is not told of`)
    return session
  }

  /** Looks again and again at what makes no event. */
  async until(look: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await look())) await new Promise(resolve => setTimeout(resolve, 20))
  }

  /** No call of ours is left at the device. */
  async idle(): Promise<void> {
    await this.until(() => this.device.callsOf() === 0 && this.device.talks === 0)
  }

  attempt(kind: string) {
    return this.room.until(() => this.room.eventsOf('device.attempt').find(({ attempt }) => attempt.kind === kind))
  }

  async close(): Promise<void> {
    await this.#fleet.close()
    await this.room.close()
  }
}
