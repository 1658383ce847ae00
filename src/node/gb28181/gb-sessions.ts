import { AppError } from '../../base/errors.ts'
import type { RequestHandlers } from '../../link/connection.ts'
import type { GbDevice, GbSession, Quirks } from '../../link/gb28181.ts'
import type { PLATFORM_SAYS } from '../../link/messages.ts'
import type { DeviceSession } from '../../protocols/gb28181/device-side/device-session.ts'
import type { GrowingStore } from '../../storage/objects/object-store.ts'
import type { Hub } from '../hub.ts'
import type { Leases } from '../leases.ts'
import type { GbChannels } from './gb-channels.ts'
import type { GbDevices } from './gb-devices.ts'
import { GbDownloads } from './gb-downloads.ts'
import type { GbLive } from './gb-live.ts'
import type { GbMediaContext } from './gb-media.ts'
import { GbPlaybacks } from './gb-playbacks.ts'
import { findRecordings } from './gb-recordings.ts'
import type { GbStore } from './gb-store.ts'
import { GbTalks } from './gb-talks.ts'

export interface GbSessionsOptions {
  readonly context: GbMediaContext
  readonly hub: Hub
  readonly leases: Leases
  readonly devices: GbDevices
  readonly channels: GbChannels
  readonly live: GbLive
  readonly store: GbStore | null
  /** Where downloads lie; null: none are made here. */
  readonly files: GrowingStore | null
  readonly onLearnt: (device: string, quirks: Quirks) => void
  /** The device and its session. Throws AppError NOT_FOUND or DEVICE_OFFLINE. */
  readonly reach: (device: string) => [GbDevice, DeviceSession]
}

/** What one answer on the link holds. */
const MAX_SESSIONS = 10_000

type Requests = Pick<
  RequestHandlers<typeof PLATFORM_SAYS>,
  'gb.recordings' | 'gb.playback' | 'gb.playback.control' | 'gb.sessions' | 'gb.talk'
>

/** Sessions with devices that somebody steers: recordings played and fetched, and voices. */
export class GbSessions {
  readonly playbacks: GbPlaybacks
  readonly downloads: GbDownloads
  readonly talks: GbTalks
  readonly #options: GbSessionsOptions

  constructor(options: GbSessionsOptions) {
    this.#options = options
    this.playbacks = new GbPlaybacks(options)
    this.downloads = new GbDownloads(options)
    this.talks = new GbTalks(options)
  }

  /** The platform's answers. */
  get requests(): Requests {
    const { context, reach } = this.#options
    return {
      'gb.recordings': ({ device, ...query }) => findRecordings(reach(device)[1], query, context.timers),
      'gb.playback': async ({ device, mode, speed, ...span }) => {
        const [known, session] = reach(device)
        if (span.endMs <= span.startMs)
          throw new AppError('INVALID', { field: 'endMs', reason: 'is not after startMs' })
        const played = mode === 'playback'
        const made = played
          ? await this.playbacks.play(known, session, span, speed)
          : await this.downloads.fetch(known, session, span, speed)
        const name = played ? 'Playback' : 'Download'
        return { session: made, attempt: context.attempts.last(known.gbId, span.channel, name)?.id ?? 'none' }
      },
      'gb.playback.control': async ({ action, session, value }) => {
        const made = await this.#control(session, action, value)
        if (!made) throw new AppError('NOT_FOUND', { what: 'session', id: session })
        return { session: made }
      },
      'gb.sessions': ({ device, session }) => {
        const all = this.#all().filter(
          one => (device === undefined || one.device === device) && (session === undefined || one.id === session),
        )
        return { sessions: all.slice(0, MAX_SESSIONS) }
      },
      'gb.talk': ({ channel, device, mode }) => this.talks.open(...reach(device), channel, mode),
    }
  }

  /** The device was deleted, switched off or locked. */
  stopOf(device: string): void {
    this.playbacks.stopOf(device)
    this.downloads.stopOf(device)
    this.talks.stopOf(device)
  }

  async close(): Promise<void> {
    this.playbacks.close()
    this.talks.close()
    await this.downloads.close()
  }

  async #control(
    id: string,
    action: 'pause' | 'resume' | 'seek' | 'speed' | 'stop',
    value: number | undefined,
  ): Promise<GbSession | null> {
    const playback = await this.playbacks.control(id, action, value)
    if (playback || action !== 'stop') return playback
    return this.talks.stop(id) ?? (await this.downloads.stop(id))
  }

  #all(): GbSession[] {
    return [...this.playbacks.sessions(), ...this.downloads.sessions(), ...this.talks.sessions(), ...this.#lives()]
  }

  #lives(): GbSession[] {
    return [...this.#options.live.runs].flatMap(([path, { session, state }]) => {
      if (!session) return []
      const { channelId, session: peer, transport } = session.wish
      const device = this.#options.devices.ofGbId(peer.gbId)
      if (!device) return []
      return {
        ...{ id: session.id, kind: 'play', device: device.id, channel: channelId, path, transport },
        state: state === 'on' ? 'on' : 'starting',
        startedAtMs: session.startedAtMs,
        ...{ atMs: null, speed: null, progress: null, ignored: [], counters: session.counters() },
      }
    })
  }
}
