import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Timers } from '../base/clock.ts'
import { errorText } from '../base/errors.ts'
import { CloseStack } from '../base/lifecycle.ts'
import type { Log } from '../base/log.ts'
import { LogTail } from '../base/log-tail.ts'
import type { Settings } from '../config/schema.ts'
import type { NodeEvent } from '../link/events.ts'
import type { SpaceState } from '../link/messages.ts'
import { Pace } from '../media/broadcast/pace.ts'
import { Access } from '../node/access.ts'
import { FileRoute } from '../node/file-route.ts'
import { HubHlsHost } from '../node/hls-host.ts'
import { HttpVisitors } from '../node/http-visitor.ts'
import { Hub } from '../node/hub.ts'
import { HubLinkHandlers } from '../node/hub-link-handlers.ts'
import type { HubSettings } from '../node/hub-settings.ts'
import { Leases } from '../node/leases.ts'
import { createLinkClient, type LinkClient } from '../node/link-client.ts'
import { HubLiveHost } from '../node/live-host.ts'
import { LoadMonitor } from '../node/load.ts'
import { deviceLoads, MachineIo } from '../node/machine-io.ts'
import { MediaServer, type TlsFiles } from '../node/media-server.ts'
import { NodeMetrics } from '../node/metrics.ts'
import { MetricsRoute } from '../node/metrics-route.ts'
import { NodeStore } from '../node/node-store.ts'
import { Outbox } from '../node/outbox.ts'
import { DEFAULT_SPACE } from '../node/paths.ts'
import { PublishPrograms } from '../node/publish-programs.ts'
import { Redirect } from '../node/redirect.ts'
import { RequestCounter } from '../node/request-counter.ts'
import { HubRtmpHost } from '../node/rtmp-host.ts'
import { Spaces } from '../node/spaces.ts'
import { streamStatus } from '../node/status.ts'
import type { HlsSettings } from '../protocols/hls/hls-channels.ts'
import { HlsHandler } from '../protocols/hls/hls-handler.ts'
import { AAC_FORMAT, MP3_FORMAT } from '../protocols/http-live/audio-packager.ts'
import { FLV_FORMAT } from '../protocols/http-live/flv-packager.ts'
import { LiveHandler } from '../protocols/http-live/live-handler.ts'
import { TS_FORMAT } from '../protocols/http-live/ts-packager.ts'
import { RtmpServer, type RtmpServerOptions } from '../protocols/rtmp/server.ts'
import { Checkpoints } from '../storage/checkpoints.ts'
import { localRtmp } from './local-address.ts'
import { deviceRoutes, openDevices, type RunningDevices } from './node-devices.ts'
import { createRecording } from './node-recording.ts'
import type { RoleEnvironment, Running } from './role-process.ts'
import { version } from './version.ts'

const LIVE_FORMATS = [FLV_FORMAT, TS_FORMAT, MP3_FORMAT, AAC_FORMAT]

/** Nothing taken for this long, and a viewer's connection is given up. */
const VIEWER_STALL_MS = 60_000

export interface RunningNode extends Running {
  /** Bound ports; null where a listener is off. */
  readonly ports: Ports
}

/** Builds a media node from its settings and starts it. */
export async function runNode(initial: Settings, environment: RoleEnvironment): Promise<RunningNode> {
  const { clock, timers } = environment
  const tail = new LogTail(clock)
  const log = tail.over(environment.log)
  const stack = new CloseStack()
  let settings = initial
  let link: LinkClient | null = null
  let hls: HlsHandler | null = null
  let outbox: Outbox | null = null
  let devices: RunningDevices | null = null
  let recording: ReturnType<typeof createRecording> | null = null

  let ports: Ports = { media: null, mediaTls: null, rtmp: null, rtmps: null, sip: null, gbMedia: null }

  const spaces = new Spaces(ownSpace(settings))
  const pace = new Pace()
  const load = stack.add(new LoadMonitor(clock, timers, pace))
  const io = stack.add(
    new MachineIo({ networks: () => settings.stats.network, disks: () => settings.stats.disks, clock, timers }),
  )
  const programs = stack.add(
    new PublishPrograms({
      settings: () => settings.exec,
      rtmpUrls: path => localRtmp(path, spaces, settings.listen.rtmp, ports.rtmp, clock),
      timers,
      log,
    }),
  )
  const leases = stack.add(new Leases(timers))
  const redirect = new Redirect(() => settings.redirect, spaces)
  const hub = stack.add(
    new Hub({
      settings: () => hubSettings(settings),
      access: new Access(spaces, clock),
      redirect,
      leases,
      pace,
      clock,
      timers,
      log,
      emit: event => {
        link?.emit(event)
        programs.heard(event)
        recording?.host.heard(event)
      },
      onOpen: stream => hls?.published(hub.withAac(stream)),
    }),
  )

  const host = new HubRtmpHost(hub, spaces, redirect, clock, settings.rtmp.chunkSize)
  const rtmp = stack.add(new RtmpServer(rtmpOptions(() => settings, host, { log, clock, timers })))
  const visitors = new HttpVisitors(spaces, settings.http.trustProxy)
  hls = stack.add(
    new HlsHandler({
      host: new HubHlsHost(hub, visitors),
      settings: () => hlsSettings(settings),
      onFileError: error => log.warn('hls files', { reason: errorText(error) }),
      clock,
      timers,
    }),
  )
  const requests = new RequestCounter()
  const metrics = new NodeMetrics({
    hub,
    load,
    io,
    requests,
    site: () => spaces.site,
    rtmpConnections: () => rtmp.connections,
    droppedPackets: () => devices?.host.droppedPackets ?? 0,
    link: () => link && outbox && { up: link.state === 'up', outboxEvents: outbox.size, outboxDropped: outbox.dropped },
    recording: () => recording?.host.numbers() ?? null,
    dataDirectory: settings.data,
    nodeId: settings.node.id,
    version,
  })
  const { token, url } = settings.link
  const store = url !== null && token !== null ? stack.add(new NodeStore(join(settings.data, 'node.sqlite'))) : null
  if (store) {
    const events = new Outbox({ store, clock, timers, log })
    outbox = stack.add(events)
    const emit = (event: NodeEvent) => events.add(event)
    const access = new Access(spaces, clock)
    recording = stack.add(
      createRecording({ settings, hub, leases, spaces, access, visitors, store, emit, clock, timers, log }),
    )
    stack.add(new Checkpoints({ dbs: [store.db, recording.host.index.db], log }))
  }
  const routes = [
    new MetricsRoute(metrics, () => settings.metrics.token),
    new FileRoute(() => settings.media.files),
    ...(recording?.routes ?? []),
    ...deviceRoutes(() => devices, new Access(spaces, clock), visitors, timers),
    hls,
    stack.add(new LiveHandler(new HubLiveHost(hub, visitors), LIVE_FORMATS)),
  ]
  const common = { routes, requests, log, noDelay: settings.media.tcpNoDelay }
  const media = settings.listen.media
    ? stack.add(new MediaServer({ ...common, listen: settings.listen.media, key: 'listen.media', tls: null }))
    : null
  const tls = readTls(settings)
  const mediaTls =
    settings.listen.mediaTls && tls
      ? stack.add(new MediaServer({ ...common, listen: settings.listen.mediaTls, key: 'listen.mediaTls', tls }))
      : null
  ports = {
    ...ports,
    ...(await listenRtmp(rtmp, settings)),
    media: (await media?.open()) ?? null,
    mediaTls: (await mediaTls?.open()) ?? null,
  }
  log.info('node is listening', ports)

  if (store && outbox && url !== null && token !== null) {
    const handlers = new HubLinkHandlers(hub, spaces, clock, environment.reload)
    const hostIsSet = environment.origins['public.host'] !== 'default'
    const emit = (event: NodeEvent) => link?.emit(event)
    const current = () => settings
    devices = await openDevices({ settings: current, hostIsSet, hub, leases, store, emit, tls, clock, timers, log })
    if (devices) {
      log.info('devices register here', { ...devices.ports })
      ports = { ...ports, ...devices.ports }
    }
    link = stack.add(
      createLinkClient({
        url,
        token,
        nodeId: settings.node.id,
        name: settings.node.name ?? settings.node.id,
        version,
        endpoints: () => ({ ...endpoints(settings, ports, hostIsSet), sip: devices?.endpoint() ?? null }),
        store,
        outbox,
        handlers,
        features: {
          'node.logs': ({ tail: count }) => ({ lines: [...tail.lines(count)] }),
          ...devices?.host.requests,
          ...recording?.host.requests,
        },
        report: () => ({
          load: { ...load.take(), ...deviceLoads(io) },
          streams: [...hub.streams].map(stream => streamStatus(stream, hub)),
        }),
        clock,
        timers,
        log,
      }),
    )
    link.start()
    await recording?.host.open() // behind the event that this node has started
    // Until the first desired state has come, publishers with the right key would be refused.
    if (store.state('spaces') === null) await handlers.firstState(timers)
  }

  return {
    ports,
    close: async () => {
      // While BYE can still be said, and the outbox takes the events of it; what is recorded has its last frames.
      await devices?.host.close()
      await recording?.close()
      hub.close()
      await stack.close()
    },
    reload: next => {
      settings = next
      if (settings.link.url === null) spaces.setOwn(ownSpace(settings))
      recording?.reload(settings)
      const files = readTls(settings)
      if (!files) return
      mediaTls?.setTls(files)
      rtmp.setTlsIdentity({ certificate: files.cert.toString(), key: files.key.toString() })
    },
  }
}

/** The tenant of a node that stands alone, or whose platform has not spoken yet. */
function ownSpace({ access, media }: Settings): SpaceState {
  return {
    name: DEFAULT_SPACE,
    publish: access.publish,
    play: access.play,
    pushKeys: access.publishKey === null ? [] : [access.publishKey],
    playKeys: access.playKey === null ? [] : [access.playKey],
    latency: media.latency,
    gopCache: media.gopCache,
  }
}

function hubSettings({ media }: Settings): HubSettings {
  return {
    timestamps: media.timestamps,
    republishGraceMs: media.republishGraceMs,
    standbyMs: media.standbyMs,
    maxViewersPerStream: media.maxViewersPerStream,
    windowMs: media.windowMs,
    floorMs: media.sendMinIntervalMs,
    queue: { bytes: media.queueBytes, ageMs: media.queueSeconds * 1000, stallMs: VIEWER_STALL_MS },
  }
}

function hlsSettings({ hls: { directory, segmentFile, playlistFile, ...hls } }: Settings): HlsSettings {
  return { ...hls, files: directory === null ? null : { directory, segmentFile, playlistFile } }
}

type Ports = Readonly<Record<'media' | 'mediaTls' | 'rtmp' | 'rtmps' | 'sip' | 'gbMedia', number | null>>

/** Ports as the outside reaches them: a proxy or NAT in front may show others. */
function endpoints({ public: outside }: Settings, ports: Ports, hostIsSet: boolean) {
  return {
    // A detected address is a guess; the name by which somebody reaches the console is better.
    host: hostIsSet ? outside.host : null,
    media: outside.media ?? ports.media,
    mediaTls: outside.mediaTls ?? ports.mediaTls,
    rtmp: outside.rtmp ?? ports.rtmp,
    rtmps: outside.rtmps ?? ports.rtmps,
  }
}

/** Timeouts are read for each connection, so that a reload counts from the next one on. */
function rtmpOptions(
  settings: () => Settings,
  host: HubRtmpHost,
  environment: { log: Log; clock: Clock; timers: Timers },
): RtmpServerOptions {
  return {
    ...environment,
    host,
    chunkBytes: settings().rtmp.chunkSize,
    maxConnections: settings().rtmp.maxConnections,
    noDelay: settings().media.tcpNoDelay,
    get firstPacketTimeoutMs() {
      return settings().rtmp.firstPacketTimeoutMs
    },
    get silenceTimeoutMs() {
      return settings().rtmp.silenceTimeoutMs
    },
  }
}

async function listenRtmp(
  server: RtmpServer,
  settings: Settings,
): Promise<{ rtmp: number | null; rtmps: number | null }> {
  const { rtmp, rtmps } = settings.listen
  const address = (at: NonNullable<typeof rtmp>) => ({ host: at.host ?? '::', port: at.port })
  const tls = readTls(settings)
  return {
    rtmp: rtmp ? await server.listen(address(rtmp)) : null,
    rtmps:
      rtmps && tls
        ? await server.listenTls(address(rtmps), { certificate: tls.cert.toString(), key: tls.key.toString() })
        : null,
  }
}

function readTls({ tls }: Settings): TlsFiles | null {
  if (tls.certificate === null || tls.key === null) return null
  return { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }
}
