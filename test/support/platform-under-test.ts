import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { FakeTime } from '../../src/base/fake-time.ts'
import { newSecret } from '../../src/base/id.ts'
import { CloseStack } from '../../src/base/lifecycle.ts'
import { silentLog } from '../../src/base/log.ts'
import { LogTail } from '../../src/base/log-tail.ts'
import type { ServerOptions } from '../../src/http/server.ts'
import type { Services } from '../../src/http/services.ts'
import type { NodeEvent } from '../../src/link/events.ts'
import { InProcessCarrier } from '../../src/link/in-process-carrier.ts'
import type { KickTarget, SpacesState } from '../../src/link/messages.ts'
import type { NodeReport, StreamStatus, ViewerStatus } from '../../src/link/status.ts'
import type { TraceEntry } from '../../src/link/trace.ts'
import { createLinkClient, type LinkClient, type LinkClientOptions } from '../../src/node/link-client.ts'
import { NodeStore as NodeFile } from '../../src/node/node-store.ts'
import { Outbox } from '../../src/node/outbox.ts'
import type { Actor, Role } from '../../src/platform/access/actor.ts'
import { Authenticator } from '../../src/platform/access/authenticator.ts'
import { ApiKeyService } from '../../src/platform/api-keys/api-key-service.ts'
import { AuditLog } from '../../src/platform/audit/audit-log.ts'
import { AuditService } from '../../src/platform/audit/audit-service.ts'
import { Devices } from '../../src/platform/devices/compose-devices.ts'
import { EventFeed } from '../../src/platform/events-feed/event-feed.ts'
import { fromNodeEvent } from '../../src/platform/events-feed/feed-event.ts'
import { KeptAnswerService } from '../../src/platform/kept-answers/kept-answer-service.ts'
import { MetricSampler } from '../../src/platform/metrics/metric-sampler.ts'
import { MetricService } from '../../src/platform/metrics/metric-service.ts'
import { MetricStore } from '../../src/platform/metrics/metric-store.ts'
import { NodeEvents } from '../../src/platform/nodes/node-events.ts'
import { NodeLinks } from '../../src/platform/nodes/node-links.ts'
import { NodeService } from '../../src/platform/nodes/node-service.ts'
import { NodeStore } from '../../src/platform/nodes/node-store.ts'
import { OperationService } from '../../src/platform/operations/operation-service.ts'
import { RecordingRoom } from '../../src/platform/recordings/recording-room.ts'
import { SiteService } from '../../src/platform/site/site-service.ts'
import { type Forbidden, SpaceService } from '../../src/platform/spaces/space-service.ts'
import { BulkService } from '../../src/platform/streams/bulk-service.ts'
import { ForbidService } from '../../src/platform/streams/forbid-service.ts'
import { StreamHistory } from '../../src/platform/streams/stream-history.ts'
import { StreamRunStore } from '../../src/platform/streams/stream-run-store.ts'
import { StreamService } from '../../src/platform/streams/stream-service.ts'
import { SupportService } from '../../src/platform/system/support-service.ts'
import { SystemService } from '../../src/platform/system/system-service.ts'
import { hashPassword } from '../../src/platform/users/password.ts'
import { SessionService } from '../../src/platform/users/session-service.ts'
import { SessionStore } from '../../src/platform/users/session-store.ts'
import { UserService } from '../../src/platform/users/user-service.ts'
import { UserStore } from '../../src/platform/users/user-store.ts'
import { ViewerService } from '../../src/platform/viewers/viewer-service.ts'
import type { Database } from '../../src/storage/database.ts'
import { chosenDatabase } from '../databases.ts'

export const LINK_TOKEN = 'a link token for tests'
export const PASSWORD = 'correct horse'

/** An administrator who logged in. */
export const ADMINISTRATOR: Actor = {
  kind: 'user',
  id: 'us_admin',
  name: 'admin',
  role: 'administrator',
  scopes: null,
  credential: 'ss_admin',
  remote: '192.0.2.1',
  traceId: 't-admin',
}

/** Made once for all tests of a file: it is meant to be slow. */
let passwordHash: Promise<string> | null = null

/** The platform's services on a real database of the kind this run is for; time stands still unless advanced. */
export interface PlatformUnderTest {
  readonly db: Database
  readonly time: FakeTime
  readonly services: Services
  readonly server: ServerOptions
  readonly directory: string
  /** Adds an account with PASSWORD, and answers a token of a session of it. */
  addUser(name: string, role: Role): Promise<string>
  close(): Promise<void>
}

export async function platformUnderTest(overrides: Partial<ServerOptions> = {}): Promise<PlatformUnderTest> {
  const database = await chosenDatabase.create()
  const { db } = database
  const directory = database.options.dataDir
  const time = new FakeTime()
  const tail = new LogTail(time)
  const log = tail.over(silentLog)
  const addUser = async (name: string, role: Role) => {
    passwordHash ??= hashPassword(PASSWORD)
    const created_at = time.nowMs()
    const password_hash = await passwordHash
    await new UserStore(db).insert({
      id: `us_${name}`,
      name,
      role,
      password_hash,
      created_at,
      disabled: 0,
      last_login_at: null,
    })
    const token = newSecret(32)
    const token_hash = createHash('sha256').update(token).digest('hex')
    await new SessionStore(db).insert({
      id: `ss_${name}`,
      token_hash,
      user_id: `us_${name}`,
      created_at,
      expires_at: created_at + 86_400_000,
      last_used_at: created_at,
      remote: '',
      agent: '',
    })
    return token
  }
  const auditLog = new AuditLog(time)
  const sessions = new SessionService(db, time, auditLog)
  const apiKeys = new ApiKeyService(db, time, auditLog)
  const spaces = await SpaceService.open(db, time, auditLog)
  const feed: EventFeed = new EventFeed({ links: () => links, clock: time, timers: time })
  const tellFeed = (nodeId: string, event: NodeEvent) => {
    const told = fromNodeEvent(nodeId, event)
    if (told) feed.publish(told)
    recording.applied(nodeId, event)
    devices.applied(event)
  }
  const recording = await RecordingRoom.open({
    ...{ db, audit: auditLog, feed, links: () => links, clock: time, timers: time, log },
  })
  const devices = await Devices.open({ db, audit: auditLog, clock: time, timers: time, log })
  const events = new NodeEvents(db, [new StreamHistory(time, log), ...devices.sinks, ...recording.sinks], log, tellFeed)
  const store = new NodeStore(db)
  const onNode = (nodeId: string, state: 'on' | 'lost', reason: string) => {
    feed.publish({ type: `node.${state}`, permission: 'nodes.read', path: null, data: { nodeId, reason } })
    recording.nodeChanged(nodeId, state)
  }
  const links = new NodeLinks({
    store,
    events,
    desired: [spaces.topic, devices.topic, recording.topic],
    onNode,
    clock: time,
    timers: time,
    log,
  })
  devices.onChange(() => links.applyDesired())
  spaces.onChange(() => {
    links.applyDesired()
    devices.spacesChanged()
    recording.spacesChanged(space => spaces.state(space) !== undefined)
  })
  const nodes = new NodeService(db, links, auditLog)
  const metricStore = new MetricStore(db)
  const sampler = new MetricSampler({ store: metricStore, links, clock: time, timers: time, log })
  const streams = new StreamService({
    db,
    audit: auditLog,
    runs: new StreamRunStore(db),
    links,
    spaces,
    clock: time,
  })
  const forbidden = new ForbidService(db, time, spaces, auditLog)
  const operations = await OperationService.open({ db, feed, clock: time, log })
  const bulk = new BulkService(operations, 'streams', 'streams.write', {
    kick: (actor, id) => streams.kick(actor, id),
    delete: (actor, id) => streams.delete(actor, id),
    forbid: (actor, id, how: Forbidden) => forbidden.forbid(actor, id, how),
    resume: (actor, id) => forbidden.resume(actor, id),
  })
  const system = new SystemService({
    version: '1.2.3',
    configuration: () => [{ key: 'log.level', value: 'info', source: 'default' }],
    reload: async () => ({ changed: ['log.level'], needRestart: [] }),
    db,
    audit: auditLog,
    links,
    clock: time,
    log,
  })
  const services: Services = {
    authenticator: new Authenticator(sessions, apiKeys),
    users: new UserService(db, time, auditLog),
    sessions,
    apiKeys,
    audit: new AuditService(db, time),
    forbidden,
    viewers: new ViewerService(db, links, auditLog),
    spaces,
    streams,
    nodes,
    feed,
    operations,
    bulk,
    keptAnswers: new KeptAnswerService(db, time),
    gb28181: devices.services({
      links,
      operations,
      domain: () => '3402000000',
      serverId: () => '34020000002000000001',
      pictures: { directory: join(directory, 'device-snapshots'), uploadOrigin: () => 'http://192.0.2.1:8000' },
    }),
    metrics: new MetricService({ store: metricStore, sampler, links, nodes, clock: time }),
    ...recording.services({
      ...{ streams, operations, nodes, spaces },
      allowPrivate: () => true,
      addresses: () => server.addresses(),
    }),
    links,
    events,
    site: new SiteService(db, spaces, auditLog),
    system,
    support: new SupportService({
      directory: join(directory, 'support'),
      tail,
      system,
      nodes,
      links,
      operations,
      doctor: async () => ({ ok: true }),
      clock: time,
    }),
  }
  const server: ServerOptions = {
    services,
    version: '1.2.3',
    clock: time,
    log,
    addresses: () => ({
      publicHost: null,
      fallbackHost: '192.0.2.1',
      endpoints: { host: null, media: 8080, mediaTls: null, rtmp: 1935, rtmps: null },
    }),
    trustProxy: false,
    consoleDirectory: join(directory, 'no-console'),
    linkToken: LINK_TOKEN,
    ...overrides,
  }
  return {
    db,
    time,
    services,
    server,
    directory,
    addUser,
    async close() {
      await links.close()
      await devices.close()
      await recording.close()
      await operations.close()
      feed.close()
      await sampler.close()
      await database.remove()
    },
  }
}

/** A node whose media side is what the test says, with its real end of the link and its real outbox. */
export class NodeUnderTest {
  readonly client: LinkClient
  readonly file: NodeFile
  readonly outbox: Outbox
  readonly applied: SpacesState[] = []
  readonly kicked: KickTarget[] = []
  /** The link in use, to be cut. */
  carrier: InProcessCarrier | null = null
  streams: StreamStatus[] = []
  viewers: ViewerStatus[] = []
  readonly traces = new Map<string, TraceEntry[]>()
  /** Refuse to dial: the platform is away. */
  away = false
  readonly #closing = new CloseStack()

  constructor(platform: PlatformUnderTest, options: Partial<LinkClientOptions> & { file?: string } = {}) {
    const { directory, services, time } = platform
    const { file = join(directory, 'node.db'), ...overrides } = options
    this.file = this.#closing.add(new NodeFile(file))
    this.outbox = this.#closing.add(new Outbox({ store: this.file, clock: time, timers: time, log: silentLog }))
    this.client = createLinkClient({
      url: 'ws://in-process/link',
      token: LINK_TOKEN,
      nodeId: 'node-1',
      name: 'first',
      version: '1.2.3',
      endpoints: () => ({ host: null, media: 18080, mediaTls: null, rtmp: 11935, rtmps: null }),
      store: this.file,
      outbox: this.outbox,
      handlers: {
        applySpaces: state => void this.applied.push(state),
        kick: target => {
          this.kicked.push(target)
          if ('viewerId' in target) return this.viewers.some(viewer => viewer.id === target.viewerId)
          return this.streams.some(stream => stream.path === target.path)
        },
        viewers: path => this.viewers.filter(viewer => viewer.path === path),
        streams: () => this.streams,
        trace: path => this.traces.get(path) ?? [],
        reloadSettings: async () => ({ changed: ['rtmp.chunkSize'], needRestart: ['listen.rtmp'] }),
      },
      report: () => this.report(),
      clock: time,
      timers: time,
      log: silentLog,
      dial: async () => {
        if (this.away) throw new Error('connection refused')
        const [ours, theirs] = InProcessCarrier.pair()
        services.links.accept(theirs, 'in process')
        this.carrier = ours
        return ours
      },
      random: () => 0.5,
      ...overrides,
    })
    this.#closing.add(this.client)
  }

  report(): NodeReport {
    return { load: { cpu: 0.25, memoryBytes: 100e6, eventLoopP99Ms: 2, ...DEVICES }, streams: this.streams }
  }

  close(): Promise<void> {
    return this.#closing.close()
  }
}

/** What the machine of a node under test moves. */
const DEVICES = {
  networks: [{ name: 'eth0', inBytesPerSecond: 125_000, outBytesPerSecond: 250_000 }],
  disks: [{ name: 'sda', inBytesPerSecond: 0, outBytesPerSecond: 4096 }],
}

/** A live H.264 and AAC stream. */
export function liveStream(path: string, change: Partial<StreamStatus> = {}): StreamStatus {
  return {
    path,
    state: 'on',
    startedAtMs: 1_700_000_000_000,
    publisher: { id: 'pb_1', protocol: 'rtmp', remote: '192.0.2.7:50000', agent: 'FMLE/3.0' },
    tracks: [
      { kind: 'video', codec: 'h264', codecString: 'avc1.64001f', profile: 'High', width: 1280, height: 720, fps: 25 },
      { kind: 'audio', codec: 'aac', codecString: 'mp4a.40.2', profile: 'LC', sampleRate: 48000, channels: 2 },
    ],
    bitrateKbps: 2100,
    fps: 25,
    gopFrames: 50,
    gopMs: 2000,
    lastKeyframeAgeMs: 400,
    bytesIn: 1_000_000,
    bytesOut: 3_000_000,
    framesIn: 5000,
    framesRepaired: 0,
    viewers: 3,
    viewersByProtocol: { 'http-flv': 2, rtmp: 1 },
    ...change,
  }
}
