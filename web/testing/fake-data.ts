import type { Schemas } from '@sightline/client'
import type {
  Account,
  ApiKey,
  AuditEntry,
  Line,
  Me,
  Node,
  Operation,
  Overview,
  Session,
  SessionEntry,
  Site,
  Space,
  SpaceKeys,
  Stream,
  StreamMetrics,
  StreamRun,
  System,
  TraceEntry,
  Viewer,
} from '../src/lib/api/types.ts'

/** The invented data of the fake platform. */

const ID = { id: 'u1', name: 'admin', role: 'administrator' } as const
export const SESSION: Session = { token: 'token', expiresAt: '2026-12-01T00:00:00.000Z', user: ID }
export const SITE: Site = {
  mark: '5a2e0aca82597',
  name: 'Harbour control',
  address: 'https://harbour.example/',
  phone: '+49 40 1234-0',
}
export const ME: Me = {
  ...ID,
  kind: 'user',
  permissions: [
    'users.read',
    'users.write',
    'apiKeys.own',
    'sessions.all',
    'audit.read',
    'spaces.write',
    'spaces.keys',
    'streams.write',
    'streams.kick',
    'streams.forbid',
    'nodes.write',
    'system.read',
    'system.reload',
    'site.write',
  ],
}

const NAMES = [
  'gate-north',
  'gate-south',
  'parking-1',
  'parking-2',
  'lobby',
  'warehouse-east-long-name-of-a-camera',
  'radio',
  'crane',
  'dock-4',
  'roof',
  'test',
]
const CODECS = [
  ['h264', 'avc1.64001f', 'High'],
  ['h265', 'hvc1.1.6.L93.B0', 'Main'],
  ['av1', 'av01.0.05M.08', 'Main'],
] as const

const STARTED_MS = Date.now()
const ago = (ms: number) => new Date(STARTED_MS - ms).toISOString()

export const streams = (origin: string): readonly Stream[] =>
  NAMES.map((name, i) => stream(name, i, i !== 9 && i !== 4, origin))

export function stream(name: string, i: number, on: boolean, origin: string): Stream {
  const [codec, codecString, profile] = CODECS[i === 1 ? 1 : i === 8 ? 2 : 0]
  const seconds = (Date.now() - STARTED_MS) / 1000
  const [width, height] = i % 3 === 0 ? [1920, 1080] : [1280, 720]
  const space = i % 4 === 3 ? 'harbour' : 'default'
  const g711 = i === 2
  const wave = 1 + 0.15 * Math.sin(seconds + i)
  const viewers = Math.round([12, 3, 0, 1284, 0, 7, 2, 40, 0, 0, 1][i] ?? 0)
  const url = (protocol: string, ending: string) =>
    `${origin.replace('http', protocol)}/${space}/live/${name}.${ending}?expires=1795219200&sign=4be1c9a0d2f84f0f5b3a6c7788990011223344556677889900aabbccddeeff00`
  const rtmp = `rtmp://127.0.0.1:1935/live/${name}?key=pk_7f3k2m9q4t`
  return {
    id: `s${i}`,
    space,
    app: 'live',
    name,
    path: `${space}/live/${name}`,
    title: i === 7 ? 'Harbour crane, east' : '',
    notes: i === 0 ? 'Turned towards the road since the storm.' : '',
    labels: i === 0 ? ['gate', 'outdoor'] : [],
    createdAt: '2026-11-20T08:00:00.000Z',
    state: on ? 'on' : 'off',
    forbidden: null,
    poster: '',
    live: !on
      ? null
      : {
          nodeId: 'n1',
          waiting: i === 10,
          startedAt: new Date(STARTED_MS - (i + 1) ** 3 * 47_000).toISOString(),
          bitrateKbps: i === 6 ? 128 : (900 + i * 420) * wave,
          fps: 25 - 0.1 * wave,
          viewers,
          viewersByProtocol: {},
          video: i === 6 ? null : { codec, codecString, profile, width, height, fps: 25 },
          audio:
            i === 7
              ? null
              : g711
                ? { codec: 'pcma', codecString: 'pcma', profile: '', sampleRate: 8000, channels: 1 }
                : { codec: 'aac', codecString: 'mp4a.40.2', profile: 'LC', sampleRate: 44_100, channels: 2 },
          gopFrames: 50,
          gopMs: 2000,
          lastKeyframeAgeMs: 700,
          bytesIn: 4e8 + seconds * 1.2e5 * (i + 1),
          bytesOut: 2e9 + seconds * 1.3e5 * viewers,
          framesIn: 1e5,
          framesRepaired: 0,
          publisher: {
            id: 'p1',
            protocol: 'rtmp',
            remote: `192.168.1.${20 + i}:51820`,
            agent: 'obs-output module (libobs version 31.0.1)',
          },
        },
    publish: { rtmp, obs: { server: 'rtmp://127.0.0.1:1935/live', streamKey: `${name}?key=pk_7f3k2m9q4t` } },
    play: {
      flv: url('http', 'flv'),
      wsFlv: url('ws', 'flv'),
      hls: url('http', 'm3u8'),
      ts: url('http', 'ts'),
      rtmp: `rtmp://127.0.0.1:1935/live/${name}?expires=1795219200&sign=4be1c9a0d2f84f0f`,
      expiresAt: '2026-11-21T08:00:00.000Z',
    },
  }
}

export function viewers(count: number): readonly Viewer[] {
  const seconds = (Date.now() - STARTED_MS) / 1000
  return Array.from({ length: count }, (_, i) => ({
    id: `v${i}`,
    protocol: ['ws-flv', 'http-flv', 'hls', 'rtmp'][i % 4] ?? 'hls',
    remote: `10.0.${i % 7}.${i % 250}:${40_000 + i}`,
    agent: 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36',
    startedAt: new Date(STARTED_MS - i * 61_000).toISOString(),
    bytesSent: 1e6 * (i + 1) + seconds * 1.2e5,
    bufferedBytes: i === 2 ? 180_000 : 0,
    framesDropped: i === 2 ? 84 : 0,
  }))
}

const DEVICES = {
  networks: [{ name: 'eth0', receivedBytesPerSecond: 2_100_000, sentBytesPerSecond: 163_000_000 }],
  disks: [
    { name: 'nvme0n1', readBytesPerSecond: 0, writtenBytesPerSecond: 1_900_000 },
    { name: 'sda', readBytesPerSecond: 12_400_000, writtenBytesPerSecond: 8_300_000 },
  ],
}

export function nodes(): readonly Node[] {
  const now = new Date().toISOString()
  return [
    {
      id: 'n1',
      name: 'origin-1',
      version: '0.1.0',
      draining: false,
      state: 'on',
      lastSeenAt: now,
      load: { cpu: 0.31, memoryBytes: 148e6, eventLoopP99Ms: 4.2, ...DEVICES },
      streams: 9,
      viewers: 1348,
    },
    {
      id: 'n2',
      name: 'edge-harbour',
      version: '0.1.0',
      draining: false,
      state: 'on',
      lastSeenAt: now,
      load: { cpu: 0.91, memoryBytes: 96e6, eventLoopP99Ms: 11.8, networks: [], disks: [] },
      streams: 0,
      viewers: 0,
    },
    {
      id: 'n3',
      name: 'edge-roof',
      version: '0.1.0',
      draining: false,
      state: 'lost',
      lastSeenAt: new Date(STARTED_MS - 240_000).toISOString(),
      load: null,
      streams: 0,
      viewers: 0,
    },
  ]
}

export const SYSTEM: System = {
  version: '0.1.0',
  uptimeSeconds: 93_784,
  runtime: 'v24.21.0',
  configuration: [
    { key: 'listen.http', value: 8000, source: 'default' },
    { key: 'listen.media', value: 8080, source: 'default' },
    { key: 'listen.rtmp', value: 1936, source: 'SIGHTLINE_LISTEN_RTMP' },
    { key: 'listen.rtmps', value: 'off', source: 'default' },
    { key: 'data', value: './data', source: 'default' },
    { key: 'public.host', value: 'video.example.org', source: 'sightline.yaml' },
    { key: 'link.token', value: '***', source: 'sightline.yaml' },
    { key: 'media.windowMs.low', value: 50, source: 'default' },
    { key: 'media.gopCache', value: true, source: 'default' },
    { key: 'tls.certificate', value: null, source: 'default' },
  ],
}

export const SPACES: readonly Space[] = [
  space('default', {}),
  space('harbour', {
    addressRules: { publish: { allow: ['192.0.2.0/24'], deny: ['192.0.2.66'] }, play: { allow: ['all'], deny: [] } },
    refererRules: {
      allowEmpty: true,
      all: { allow: ['example.org'], deny: [] },
      publish: { allow: [], deny: [] },
      play: { allow: [], deny: ['bad.example.org'] },
    },
    maxViewers: 5000,
    latency: 'low',
  }),
  space('archive', { enabled: false }),
]

function space(name: string, change: Partial<Space>): Space {
  return {
    name,
    publish: 'key',
    play: 'signed',
    latency: 'normal',
    gopCache: true,
    enabled: true,
    addressRules: null,
    refererRules: null,
    maxViewers: null,
    maxViewersPerStream: null,
    gb28181: { admission: 'password', sendDate: true, zone: 'Asia/Shanghai', stopAfterS: 30, passwordSet: false },
    createdAt: '2026-11-20T08:00:00.000Z',
    chunkSize: null,
    ...change,
  }
}

export const KEYS: SpaceKeys = {
  push: [
    { key: 'pk_7f3k2m9q4t8w', createdAt: ago(3_600_000), validUntil: null },
    { key: 'pk_0a1b2c3d4e5f', createdAt: ago(86_400_000), validUntil: ago(-1_800_000) },
  ],
  play: [
    { key: 'sk_9x8y7z6w5v4u', createdAt: ago(86_400_000), validUntil: null },
    { key: 'sk_1q2w3e4r5t6y', createdAt: ago(86_400_000), validUntil: null },
  ],
}

export const ACCOUNTS: readonly Account[] = (
  [
    ['u1', 'admin', 'administrator', false],
    ['u2', 'li.wei', 'operator', false],
    ['u3', 'gatehouse', 'viewer', false],
    ['u4', 'former.colleague', 'operator', true],
  ] as const
).map(([id, name, role, disabled], i) => ({
  id,
  name,
  role,
  disabled,
  createdAt: '2026-11-01T08:00:00.000Z',
  lastLoginAt: i === 2 ? null : ago(i * 7_200_000),
}))

export const SESSIONS: readonly SessionEntry[] = [0, 1, 2].map(i => ({
  id: `se${i}`,
  userId: i === 2 ? 'u2' : 'u1',
  userName: i === 2 ? 'li.wei' : 'admin',
  createdAt: ago(i * 9_000_000),
  expiresAt: ago(-80_000_000),
  lastUsedAt: ago(i * 60_000),
  remote: `192.168.1.${10 + i}`,
  agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36',
  current: i === 0,
}))

export const API_KEYS: readonly ApiKey[] = [
  {
    id: 'k1',
    name: 'grafana',
    userId: 'u1',
    userName: 'admin',
    scopes: ['metrics'],
    createdAt: ago(864_000_000),
    expiresAt: null,
    lastUsedAt: ago(15_000),
    lastUsedFrom: '10.0.0.5',
  },
  {
    id: 'k2',
    name: 'booking system',
    userId: 'u2',
    userName: 'li.wei',
    scopes: ['read', 'streams:write'],
    createdAt: ago(8_640_000),
    expiresAt: ago(-864_000_000),
    lastUsedAt: null,
    lastUsedFrom: '',
  },
]

const ACTIONS = ['session.create', 'space.update', 'stream.kick', 'session.refuse', 'apiKey.create', 'user.update']

export const AUDIT: readonly AuditEntry[] = Array.from({ length: 24 }, (_, i) => {
  const action = ACTIONS[i % ACTIONS.length] ?? ''
  return {
    number: 100 - i,
    at: ago(i * 432_000),
    actor:
      action === 'session.refuse'
        ? { kind: 'nobody', id: '', name: 'root' }
        : { kind: 'user', id: 'u1', name: 'admin' },
    action,
    object: action.startsWith('space') ? 'harbour' : `id-${i}`,
    before: action === 'space.update' ? { latency: 'normal', maxViewers: null } : null,
    after: action === 'space.update' ? { latency: 'low', maxViewers: 5000 } : null,
    remote: '192.168.1.10',
    traceId: `01j9z3k8q4${i}`,
  }
})

export const RUNS: readonly StreamRun[] = Array.from({ length: 12 }, (_, i) => ({
  id: `r${i}`,
  startedAt: ago(i * 5_000_000 + 4_000_000),
  stoppedAt: i === 0 ? null : ago(i * 5_000_000),
  reason: i === 0 ? null : (['the publisher closed the connection', 'kicked', 'no data for 5000 ms'][i % 3] ?? ''),
  durationMs: 4_000_000,
  nodeId: 'n1',
  publisher: { protocol: 'rtmp', remote: '192.168.1.20:51820', agent: 'obs-output module (libobs version 31.0.1)' },
  totals: i === 0 ? null : { bytesIn: 1.2e9, bytesOut: 9.4e9, framesIn: 100_000 },
}))

export const TRACE: readonly TraceEntry[] = (
  [
    ['publish asked', 'obs'],
    ['publish started', 'obs'],
    ['first keyframe', 'obs'],
    ['viewer joined', 'v1'],
    ['viewer refused', 'v2'],
  ] as const
).map(([step, who], i) => ({
  at: ago(60_000 - i * 900),
  nodeId: 'n1',
  step,
  who,
  traceId: `4be1c9a0d2f84f0f${i}`,
  protocol: i < 3 ? 'rtmp' : 'ws-flv',
  remote: '192.168.1.20:51820',
  ...(step === 'viewer refused' ? { reason: 'the signature has expired' } : {}),
}))

/** An hour of minutes, with a gap. */
export function metrics(): StreamMetrics {
  const toMs = Math.floor(Date.now() / 60_000) * 60_000
  const points = Array.from({ length: 60 }, (_, i) => i).filter(i => i < 20 || i > 26)
  return {
    from: new Date(toMs - 3_600_000).toISOString(),
    to: new Date(toMs).toISOString(),
    stepSeconds: 60,
    points: points.map(i => ({
      at: new Date(toMs - (60 - i) * 60_000).toISOString(),
      bitrateKbps: 2400 + 300 * Math.sin(i / 5),
      bitrateMaxKbps: 2900 + 320 * Math.sin(i / 5),
      fps: 25 - (i % 7 === 0 ? 2 : 0),
      gopMs: 2000,
      viewers: 20 + i,
      viewersMax: 24 + i,
      bytesIn: 18_000_000,
      bytesOut: 18_000_000 * (20 + i),
    })),
  }
}

export const OVERVIEW: Overview = {
  streams: 9,
  viewers: 1349,
  nodesOn: 2,
  nodesLost: 1,
  bitrateInKbps: 26_400,
  bitrateOutKbps: 3_420_000,
  cpu: 1.22,
  memoryBytes: 244e6,
}

export const OPERATIONS: readonly Operation[] = [
  {
    id: 'op1',
    kind: 'streams.kick',
    state: 'done',
    userId: 'u1',
    userName: 'admin',
    createdAt: ago(5000),
    finishedAt: ago(2000),
    done: 3,
    total: 3,
    rows: [
      { name: 'default/live/gate-north', ok: true, error: null },
      {
        name: 'default/live/lobby',
        ok: false,
        error: { code: 'NOT_FOUND', message: 'publisher of default/live/lobby does not exist' },
      },
      { name: 'default/live/roof', ok: true, error: null },
    ],
    error: null,
    file: null,
  },
]

export const EVENTS = [
  [
    'stream.on',
    { path: 'default/live/gate-north', publisher: { protocol: 'rtmp', remote: '192.168.1.20:51820', agent: 'obs' } },
  ],
  ['stream.off', { path: 'default/live/lobby', reason: 'the publisher closed the connection' }],
  [
    'refused',
    { path: 'harbour/live/crane', action: 'publish', remote: '203.0.113.9:4321', reason: 'the key is wrong' },
  ],
  ['node.lost', { nodeId: 'n3', name: 'edge-roof' }],
] as const

export const LOG: readonly Line[] = (
  [
    ['info', 'node is on', '{"nodeId":"n1","version":"0.1.0"}'],
    ['info', 'publishing', '{"path":"default/live/gate-north","protocol":"rtmp","traceId":"01j9z3k8q41"}'],
    ['warn', 'viewer is too slow, frames dropped', '{"path":"default/live/gate-north","frames":84}'],
    ['error', 'link is down', '{"nodeId":"n3","reason":"connect ECONNREFUSED 10.0.0.3:8000"}'],
  ] as const
).map(([level, message, fields], i) => ({ at: ago(400_000 - i * 9000), level, message, fields }))

const WATCHED = {
  path: 'default/live/gate-north',
  nodeId: 'n1',
  state: 'on',
  stoppedAt: null,
  stopReason: null,
} as const

export const VIEWER: Schemas['ViewerDetail'] = {
  ...WATCHED,
  id: 'v1',
  streamId: 's0',
  protocol: 'hls',
  remote: '203.0.113.40:50112',
  agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15',
  startedAt: ago(754_000),
  bytesSent: 48_200_300,
  framesDropped: 4,
  bufferedBytes: 18_000,
  delayMs: 4200,
  playerDroppedFrames: 2,
  traceId: '0f07b8ccc463e3a3',
}

export const WATCHERS: readonly Schemas['ViewerEntry'][] = [0, 1, 2, 3].map(i => ({
  ...WATCHED,
  id: `v${i + 1}`,
  protocol: i % 2 === 0 ? 'hls' : 'ws-flv',
  remote: `203.0.113.4${i}:50112`,
  agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6)',
  startedAt: ago(754_000 * (i + 1)),
  ...(i < 2
    ? { bytesSent: null, framesDropped: null }
    : { state: 'off', stoppedAt: ago(60_000), stopReason: 'left', bytesSent: 8e6 * i, framesDropped: 0 }),
}))

export const PUBLISHER: Schemas['PublisherDetail'] = {
  ...WATCHED,
  id: 'p1',
  streamId: 's0',
  protocol: 'rtmp',
  remote: '192.0.2.7:51820',
  agent: 'FMLE/3.0 (compatible; Lavf60.16.100)',
  startedAt: ago(47_000),
  bytesIn: 4e8,
  bytesOut: 2e9,
  framesIn: 1e5,
  bitrateKbps: 1020,
  fps: 25,
  quality: null,
  traceId: null,
}
