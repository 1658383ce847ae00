import { join, resolve } from 'node:path'
import type { Clock, Timers } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/schema.ts'
import type { NodeEvent } from '../link/events.ts'
import type { Endpoints } from '../link/messages.ts'
import type { Access } from '../node/access.ts'
import { DownloadRoute } from '../node/gb28181/download-route.ts'
import { GbHost } from '../node/gb28181/gb-host.ts'
import { TalkRoute } from '../node/gb28181/talk-route.ts'
import type { HttpVisitors } from '../node/http-visitor.ts'
import type { Hub } from '../node/hub.ts'
import type { Leases } from '../node/leases.ts'
import type { MediaRoute, TlsFiles } from '../node/media-server.ts'
import type { NodeStore } from '../node/node-store.ts'
import { DiskStore } from '../storage/objects/disk-store.ts'

export interface DevicesOptions {
  readonly settings: () => Settings
  /** Whether `public.host` was set by somebody, rather than guessed. */
  readonly hostIsSet: boolean
  readonly hub: Hub
  readonly leases: Leases
  readonly store: NodeStore
  readonly emit: (event: NodeEvent) => void
  readonly tls: TlsFiles | null
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

export interface RunningDevices {
  readonly host: GbHost
  readonly ports: { readonly sip: number; readonly gbMedia: number }
  /** Where devices register, for the platform to tell people. */
  endpoint(): NonNullable<Endpoints['sip']>
}

const MB = 1024 * 1024

/** What the media port has of devices; they may come later, or be off. */
export function deviceRoutes(
  running: () => RunningDevices | null,
  access: Access,
  visitors: HttpVisitors,
  timers: Timers,
): readonly MediaRoute[] {
  const sessions = () => running()?.host.sessions ?? null
  return [
    new DownloadRoute(() => sessions()?.downloads ?? null, access, visitors),
    new TalkRoute(() => sessions()?.talks ?? null, timers),
  ]
}

/** Starts what GB/T 28181 devices connect to; null where it is off. */
export async function openDevices(options: DevicesOptions): Promise<RunningDevices | null> {
  const { clock, emit, hostIsSet, hub, leases, log, settings, store, timers, tls } = options
  const { listen, sip } = settings()
  if (!listen.sip || !listen.gbMedia) return null
  const host = new GbHost({
    ...{ clock, emit, hub, leases, log, store, timers },
    files: new DiskStore({
      name: 'downloads',
      folders: [join(resolve(settings().data), 'downloads')],
      sync: 'finish',
      floorBytes: settings().recording.freeSpaceMb * MB,
      clock,
    }),
    ...(tls && { tls }),
    identity: { serverId: sip.id, domain: sip.domain },
    settings: () => {
      const { public: outside, sip } = settings()
      return {
        publicHost: outside.host,
        mediaHost: sip.mediaHost,
        mediaPort: outside.gbMedia,
        inviteTimeoutMs: sip.inviteTimeoutSeconds * 1000,
        packetTimeoutMs: sip.packetTimeoutSeconds * 1000,
        keepaliveTimeoutMs: sip.keepaliveTimeoutSeconds * 1000,
      }
    },
  })
  const range = sip.mediaPorts?.split('-').map(Number)
  const bound = await host.open({
    sip: listen.sip,
    media: listen.gbMedia,
    mediaPorts: range ? [range[0] ?? 0, range[1] ?? 0] : null,
  })
  return {
    host,
    ports: { sip: bound.sip, gbMedia: bound.media },
    endpoint: () => {
      const { public: outside, sip } = settings()
      const where = hostIsSet ? outside.host : host.endpoint.localAddressTowards('203.0.113.1')
      const port = outside.sip ?? bound.sip
      // TLS is told apart on the same port
      return { id: sip.id, domain: sip.domain, host: where, port, tls: tls ? port : null }
    },
  }
}
