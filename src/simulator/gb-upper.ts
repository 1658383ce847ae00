import type { Clock, Timers } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Frame } from '../media/stream/frame.ts'
import type { Track } from '../media/stream/track.ts'
import { AttemptLog, type AttemptRecord } from '../protocols/gb28181/attempt.ts'
import type { DeviceEvent } from '../protocols/gb28181/device-side/device-event.ts'
import type { DeviceSession } from '../protocols/gb28181/device-side/device-session.ts'
import { DEVICE_METHODS, DeviceSide } from '../protocols/gb28181/device-side/device-side.ts'
import { DEFAULT_POLICY } from '../protocols/gb28181/device-side/directory.ts'
import type { MediaCall, MediaRequest } from '../protocols/gb28181/device-side/invite.ts'
import type { CatalogItem } from '../protocols/gb28181/manscdp/catalog.ts'
import type { MediaTransport } from '../protocols/gb28181/quirks.ts'
import { ssrcNumber } from '../protocols/gb28181/ssrc.ts'
import { NO_MEDIA } from '../protocols/gb28181/verdict.ts'
import { MediaPort } from '../protocols/rtp/media-port.ts'
import { payloadTypesOf } from '../protocols/rtp/payload-types.ts'
import { PsReceiver, type PsReceiverCounters } from '../protocols/rtp/ps-receiver.ts'
import type { Reception } from '../protocols/rtp/reception.ts'
import { SipEndpoint } from '../protocols/sip/endpoint.ts'

export interface GbUpperOptions {
  readonly serverId: string
  /** null: whoever comes is let in. */
  readonly password: string | null
  readonly localHost: string
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly onEvent?: (session: DeviceSession, event: DeviceEvent) => void
  readonly onAttempt?: (record: AttemptRecord) => void
}

/** What is asked for; the rest of a MediaRequest is the platform's own business. */
export type UpperWish = Pick<MediaRequest, 'name' | 'channelId' | 'range' | 'route' | 'preferred' | 'downloadSpeed'> & {
  readonly transport: MediaTransport
  readonly onFrame?: (frame: Frame) => void
  readonly onFileEnd?: () => void
  readonly onEnd?: (reason: string) => void
}

/** A call of the simulated platform, and what has come. */
export interface UpperCall {
  readonly call: MediaCall
  readonly tracks: ReadonlyMap<number, Track>
  counters(): PsReceiverCounters
  /** BYE. */
  close(): Promise<void>
}

const REORDER = { maxPackets: 256, maxDelayMs: 300 }
const DISCARD_PORT = 9

/** A platform that does not exist, for devices and lower platforms that do: takes them in, asks, orders and calls. */
export class GbUpper {
  readonly endpoint: SipEndpoint
  readonly side: DeviceSide
  readonly #options: GbUpperOptions
  readonly #media: MediaPort
  #mediaPort = 0

  constructor(options: GbUpperOptions) {
    const { clock, log, password, serverId, timers } = options
    this.#options = options
    const attempts = new AttemptLog({ clock, onRecord: record => options.onAttempt?.(record) })
    this.endpoint = new SipEndpoint({ clock, timers, log, tap: attempts.tap, userAgent: 'Sightline simulator' })
    this.#media = new MediaPort({ clock, timers, log })
    const entry = { space: 'simulator', password, admission: 'admitted' as const, policy: DEFAULT_POLICY }
    this.side = new DeviceSide({
      ...{ endpoint: this.endpoint, clock, timers, log, attempts, random: Math.random },
      identity: { serverId, domain: serverId.slice(0, 10) },
      directory: { lookup: async gbId => ({ ...entry, id: gbId }) },
      events: {
        device: (session, event) => options.onEvent?.(session, event),
        refused: (gbId, reason) => log.info('a registration was refused', { gbId, reason }),
        locked: gbId => log.warn('wrong credentials too often', { gbId }),
      },
    })
    for (const method of DEVICE_METHODS)
      this.endpoint.on(method, (request, context) => this.side.receive(request, context))
  }

  /** Opens its ports; 0: any. Gives that of SIP. */
  async open(port = 0): Promise<number> {
    const { localHost } = this.#options
    await this.endpoint.listen({ port, host: localHost })
    this.#mediaPort = await this.#media.listen(0, localHost)
    return this.endpoint.address.port
  }

  /** The whole catalog of who is registered. Errors as `DeviceSession.catalog`. */
  async catalog(gbId: string): Promise<CatalogItem[]> {
    const items: CatalogItem[] = []
    const { complete, expected, received } = await this.side.session(gbId).catalog(found => items.push(...found))
    if (complete) return items
    throw new AppError('PEER_REFUSED', { peer: gbId, reason: `${received} of ${expected ?? '?'} items came` })
  }

  /** Calls for media. Errors as `DeviceSide.invite`. */
  async call(gbId: string, wish: UpperWish): Promise<UpperCall> {
    const { clock, localHost, timers } = this.#options
    const { channelId, name, onEnd, onFileEnd, transport } = wish
    const ssrc = this.side.ssrcs.take(name === 'Play' ? 'live' : 'history')
    const tracks = new Map<number, Track>()
    let receiver: PsReceiver | null = null
    const receive = { onPacket: (packet: Buffer) => receiver?.push(packet) }
    let reception: Reception | null = null
    const dials = transport === 'tcp-active'
    if (!dials) {
      const over = transport === 'udp' ? ('udp' as const) : ('tcp' as const)
      reception = this.#media.expect({ ssrc: ssrcNumber(ssrc), transport: over, ...receive })
    }
    const done = () => {
      reception?.close()
      this.side.ssrcs.release(ssrc)
    }
    try {
      const port = { address: localHost, port: dials ? DISCARD_PORT : this.#mediaPort }
      const call = await this.side.invite(
        gbId,
        {
          ...{ channelId, name, transport, port, ssrc },
          ...(wish.range && { range: wish.range }),
          ...(wish.route && { route: wish.route }),
          ...(wish.preferred && { preferred: wish.preferred }),
          ...(wish.downloadSpeed !== undefined && { downloadSpeed: wish.downloadSpeed }),
        },
        {
          onJournal: () => {},
          onEnd: (_, reason) => {
            done()
            onEnd?.(reason)
          },
          ...(onFileEnd && { onFileEnd }),
        },
      )
      const { remote, sdp } = call.agreed
      const frames = new PsReceiver({
        sink: {
          setTrack: track => tracks.set(track.id, track),
          write: frame => wish.onFrame?.(frame),
        },
        clock,
        payloadTypes: payloadTypesOf(sdp.payloads),
        reorder: transport === 'udp' ? { timers, ...REORDER } : null,
      })
      receiver = frames
      if (dials) {
        const where = { host: remote.address, port: remote.port, ssrc: ssrcNumber(call.agreed.ssrc) }
        reception = this.#media.connect({ ...where, ...receive })
      }
      const close = () => {
        const { frames: found, framesBroken: unreadable, keyframes, lost } = frames.counters
        const { bindings = 0, packets = 0 } = reception?.counters ?? {}
        const connected = transport === 'udp' ? null : bindings > 0
        call.conclude({ ...NO_MEDIA, packets, lost, keyframes, unreadable, connected, frames: found })
        return call.close()
      }
      return { call, tracks, close, counters: () => frames.counters }
    } catch (error) {
      done()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.side.close()
    await this.#media.close()
    await this.endpoint.close()
  }

  /** As if its machine had lost its power. */
  async crash(): Promise<void> {
    await this.endpoint.close()
    await this.#media.close()
    await this.side.close()
  }
}
