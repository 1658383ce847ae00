import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AppError, errorText } from '../base/errors.ts'
import { CloseStack } from '../base/lifecycle.ts'
import { LogTail } from '../base/log-tail.ts'
import { describeSettings } from '../config/describe.ts'
import type { Settings } from '../config/schema.ts'
import { type Certificate, Server } from '../http/server.ts'
import type { NodeEvent } from '../link/events.ts'
import type { Actor } from '../platform/access/actor.ts'
import { Authenticator } from '../platform/access/authenticator.ts'
import { ApiKeyService } from '../platform/api-keys/api-key-service.ts'
import { AuditLog } from '../platform/audit/audit-log.ts'
import { AuditService } from '../platform/audit/audit-service.ts'
import { Devices } from '../platform/devices/compose-devices.ts'
import { EventFeed } from '../platform/events-feed/event-feed.ts'
import { fromNodeEvent } from '../platform/events-feed/feed-event.ts'
import { LastingEvents } from '../platform/events-feed/lasting-events.ts'
import { KeptAnswerService } from '../platform/kept-answers/kept-answer-service.ts'
import { MetricSampler } from '../platform/metrics/metric-sampler.ts'
import { MetricService } from '../platform/metrics/metric-service.ts'
import { MetricStore } from '../platform/metrics/metric-store.ts'
import { NodeEvents } from '../platform/nodes/node-events.ts'
import { NodeLinks } from '../platform/nodes/node-links.ts'
import { NodeService } from '../platform/nodes/node-service.ts'
import { NodeStore } from '../platform/nodes/node-store.ts'
import { OperationService } from '../platform/operations/operation-service.ts'
import { RecordingRoom } from '../platform/recordings/recording-room.ts'
import { SiteService } from '../platform/site/site-service.ts'
import { DEFAULT_SPACE } from '../platform/spaces/space.ts'
import { type Forbidden, SpaceService } from '../platform/spaces/space-service.ts'
import { BulkService } from '../platform/streams/bulk-service.ts'
import { ForbidService } from '../platform/streams/forbid-service.ts'
import { StreamHistory } from '../platform/streams/stream-history.ts'
import { StreamRunStore } from '../platform/streams/stream-run-store.ts'
import { StreamService } from '../platform/streams/stream-service.ts'
import { SupportService } from '../platform/system/support-service.ts'
import { SystemService } from '../platform/system/system-service.ts'
import { SessionService } from '../platform/users/session-service.ts'
import { UserService } from '../platform/users/user-service.ts'
import { ViewerService } from '../platform/viewers/viewer-service.ts'
import { BackupSocket } from '../storage/backup-socket.ts'
import { isPostgresUrl, openDatabase } from '../storage/database.ts'
import { diagnose } from './doctor.ts'
import type { RoleEnvironment, Running } from './role-process.ts'
import { secretFile } from './secret-file.ts'
import { ROOT } from './step.ts'
import { version } from './version.ts'

const TIDY_EVERY_MS = 3_600_000

/** Who adds what the process that started us asks for. */
const SUPERVISOR: Actor = {
  ...{ kind: 'system', id: 'supervisor', name: 'supervisor', role: 'administrator', scopes: null, credential: '' },
  ...{ remote: '', traceId: '' },
}

/** Where the listeners are bound; null where one is off. */
interface Bound {
  http: AddressInfo | null
  https: AddressInfo | null
}

export interface RunningPlatform extends Running, Readonly<Bound> {}

/** Builds the platform from its settings and starts it. */
export async function runPlatform(settings: Settings, environment: RoleEnvironment): Promise<RunningPlatform> {
  const { clock, origins, reload, timers } = environment
  const tail = new LogTail(clock)
  const log = tail.over(environment.log)
  const closing = new CloseStack()
  let current = settings
  const bound: Bound = { http: null, https: null }
  try {
    const db = await openDatabase({ url: settings.database, dataDir: settings.data, log })
    closing.defer(() => db.destroy())
    if (!isPostgresUrl(settings.database)) closing.add(await BackupSocket.listen(settings.data, db, log))

    const auditLog = new AuditLog(clock)
    const users = new UserService(db, clock, auditLog)
    const administrator = await users.ensureAdministrator(settings.admin.password)
    const sessions = new SessionService(db, clock, auditLog)
    const apiKeys = new ApiKeyService(db, clock, auditLog)
    const authenticator = new Authenticator(sessions, apiKeys)
    const audit = new AuditService(db, clock)
    const spaces = await SpaceService.open(db, clock, auditLog)
    const history = new StreamHistory(clock, log)
    const lasting = closing.add(await LastingEvents.open(db, timers, log))
    const feed: EventFeed = closing.add(new EventFeed({ links: () => links, clock, timers, lasting }))
    const tellFeed = (nodeId: string, event: NodeEvent) => {
      const told = fromNodeEvent(nodeId, event)
      if (told) feed.publish(told)
      recording.applied(nodeId, event)
      devices.applied(event)
    }
    const recording = closing.add(
      await RecordingRoom.open({ db, audit: auditLog, feed, links: () => links, clock, timers, log }),
    )
    const devices = closing.add(await Devices.open({ db, audit: auditLog, clock, timers, log }))
    const events = new NodeEvents(db, [history, ...devices.sinks, ...recording.sinks], log, tellFeed)
    const nodeStore = new NodeStore(db)
    const desired = [spaces.topic, devices.topic, recording.topic]
    const onNode = (nodeId: string, state: 'on' | 'lost', reason: string) => {
      feed.publish({ type: `node.${state}`, permission: 'nodes.read', path: null, data: { nodeId, reason } })
      recording.nodeChanged(nodeId, state)
    }
    const links: NodeLinks = closing.add(
      new NodeLinks({ store: nodeStore, events, desired, onNode, clock, timers, log }),
    )
    devices.onChange(() => links.applyDesired())
    spaces.onChange(() => {
      links.applyDesired()
      devices.spacesChanged()
      recording.spacesChanged(space => spaces.state(space) !== undefined)
    })
    const site = new SiteService(db, spaces, auditLog)
    const streams = new StreamService({
      db,
      audit: auditLog,
      runs: new StreamRunStore(db),
      links,
      spaces,
      clock,
    })
    const forbidden = new ForbidService(db, clock, spaces, auditLog)
    const viewers = new ViewerService(db, links, auditLog)
    const nodes = new NodeService(db, links, auditLog)
    const operations = closing.add(await OperationService.open({ db, feed, clock, log }))
    const gb28181 = devices.services({
      links,
      operations,
      domain: () => current.sip.domain,
      serverId: () => current.sip.id,
      pictures: {
        directory: join(settings.data, 'device-snapshots'),
        uploadOrigin: () => uploadOrigin(current, bound),
      },
    })
    // Upper platforms see streams by their names.
    streams.onChange(() => {
      gb28181.parents.streamsChanged().catch((error: unknown) => {
        log.warn('upper platforms are told later what was shared', { reason: errorText(error) })
      })
    })
    const bulk = new BulkService(operations, 'streams', 'streams.write', {
      kick: (actor, id) => streams.kick(actor, id),
      delete: (actor, id) => streams.delete(actor, id),
      forbid: (actor, id, how: Forbidden) => forbidden.forbid(actor, id, how),
      resume: (actor, id) => forbidden.resume(actor, id),
    })
    const keptAnswers = new KeptAnswerService(db, clock)
    const metricStore = new MetricStore(db)
    const sampler = closing.add(new MetricSampler({ store: metricStore, links, clock, timers, log }))
    const metrics = new MetricService({ store: metricStore, sampler, links, nodes, clock })
    const configuration = () =>
      describeSettings(current, origins).map(({ key, origin, value }) => ({
        key,
        value,
        source: origin,
      }))
    const system = new SystemService({ version, configuration, reload, db, audit: auditLog, links, clock, log })
    const doctor = () => diagnose({ settings: current, origins, file: null, unknownVariables: [] })
    const directory = join(settings.data, 'support')
    const support = new SupportService({ directory, tail, system, nodes, links, operations, doctor, clock })

    const tidy = () =>
      Promise.all([
        sessions.tidy(),
        operations.tidy(),
        keptAnswers.tidy(),
        audit.tidy(),
        spaces.tidy(),
        recording.tidy(),
        gb28181.tidy(),
        history.tidy(db),
      ]).catch((error: unknown) => log.error('tidying the database failed', { reason: errorText(error) }))
    const tidying = timers.every(TIDY_EVERY_MS, () => void tidy())
    closing.defer(() => tidying.cancel())

    const server = closing.add(
      await Server.create({
        services: {
          authenticator,
          users,
          sessions,
          apiKeys,
          audit,
          forbidden,
          viewers,
          spaces,
          streams,
          nodes,
          links,
          events,
          site,
          system,
          feed,
          support,
          operations,
          bulk,
          keptAnswers,
          metrics,
          ...recording.services({
            ...{ streams, operations, nodes, spaces },
            allowPrivate: () => current.callbacks.allowPrivate,
            addresses: () => addressesOf(current, origins),
          }),
          gb28181,
        },
        version,
        clock,
        log,
        addresses: () => addressesOf(current, origins),
        trustProxy: settings.http.trustProxy,
        consoleDirectory: join(ROOT, 'web', 'dist'),
        linkToken: settings.link.token ?? secretFile(settings.data, 'link-token'),
      }),
    )
    const { http, https } = settings.listen
    const certificate = https && certificateOf(settings)
    bound.http = http && (await server.listen(http))
    bound.https = https && certificate && (await server.listenSecure(https, certificate))
    return {
      ...bound,
      initialPassword: administrator?.password ?? undefined,
      publishKey: spaces.state(DEFAULT_SPACE)?.pushKeys[0],
      async admit(admitted) {
        for (const device of admitted)
          await gb28181.devices.create(SUPERVISOR, { ...device, space: DEFAULT_SPACE }).catch((error: unknown) => {
            if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error // it is known
          })
      },
      reload(next) {
        current = next
        const renewed = certificateOf(next)
        if (renewed) server.setCertificate(renewed)
      },
      async close() {
        await links.close() // a listener ends only when its links have
        await closing.close()
      },
    }
  } catch (error) {
    await closing.close()
    throw error
  }
}

/** What URLs say while no node has told where it listens: the ports of the node beside us. */
function addressesOf(settings: Settings, origins: RoleEnvironment['origins']) {
  const { listen, public: open } = settings
  const port = (name: 'media' | 'mediaTls' | 'rtmp' | 'rtmps') => open[name] ?? listen[name]?.port ?? null
  const ports = { media: port('media'), mediaTls: port('mediaTls'), rtmp: port('rtmp'), rtmps: port('rtmps') }
  const detected = (origins['public.host'] ?? 'default') === 'default'
  return {
    publicHost: detected ? null : open.host,
    fallbackHost: open.host,
    endpoints: { host: null, ...ports, sip: sipOf(settings) },
  }
}

/** Where devices send pictures: the plain listener, since few check certificates right. */
function uploadOrigin({ public: open }: Settings, { http, https }: Bound): string {
  const plain = http !== null || https === null
  const port = plain ? (open.http ?? http?.port) : (open.https ?? https?.port)
  return `${plain ? 'http' : 'https'}://${bracketed(open.host)}${port === undefined ? '' : `:${port}`}`
}

/** Null where the node beside us takes no devices. */
function sipOf({ listen, public: open, sip: { id, domain }, tls }: Settings) {
  if (!listen.sip) return null
  const port = open.sip ?? listen.sip.port
  return { id, domain, host: open.host, port, tls: tls.certificate === null ? null : port }
}

function certificateOf({ tls: { certificate, key } }: Settings): Certificate | null {
  return certificate === null || key === null ? null : { cert: readFileSync(certificate), key: readFileSync(key) }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
