import type { Schemas } from '@sightline/client'
import type {
  Alarm,
  Attempt,
  Channel,
  Device,
  ParentPlatform,
  Playback,
  PlayUrls,
  TreeNode,
} from '../src/lib/api/types.ts'

/** Invented devices of GB/T 28181 for the fake platform. */

const STARTED_MS = Date.now()
const ago = (ms: number) => new Date(STARTED_MS - ms).toISOString()
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const MAKERS = ['Hikvision', 'Dahua', 'Uniview', ''] as const
const STATES = ['on', 'on', 'suspect', 'failed', 'off', 'new', 'on'] as const
const NAMES = [
  'Gate north',
  'Recorder, building A',
  '停车场出入口',
  'Quay 7',
  'Roof',
  'New camera',
  '区级平台',
] as const
const REASONS: Readonly<Record<string, string>> = {
  suspect: 'a keepalive was missed',
  failed: 'wrong credentials too often',
  off: 'its registration ran out',
}

const devices = (): readonly Device[] => NAMES.map((_, i) => device(i))

function device(i: number): Device {
  const state = STATES[i] ?? 'on'
  const registered = state !== 'new'
  const type = i === 1 ? 'nvr' : i === 6 ? 'platform' : 'ipc'
  return {
    id: `d${i}`,
    space: i === 4 ? 'harbour' : 'default',
    protocol: 'gb28181',
    type,
    gbId: `3402000000${type === 'nvr' ? 118 : type === 'platform' ? 200 : 132}000000${i + 1}`,
    name: NAMES[i] ?? `camera ${i}`,
    enabled: true,
    media: 'auto',
    charset: 'auto',
    subscribe: { catalog: true, alarm: true, positionS: i === 0 ? 5 : null },
    quirks: i === 1 ? { voice: 'talk' } : {},
    redirect: null,
    directoryId: null,
    description: i === 0 ? 'Turned towards the road since the storm.' : '',
    vendor: '',
    longitude: i === 0 ? 120.1551 : null,
    latitude: i === 0 ? 30.2741 : null,
    autoStart: false,
    params: '',
    learntQuirks: i === 1 ? { ssrc: 'other', transports: 'tcp-passive,udp' } : {},
    passwordSet: i % 2 === 0,
    createdAt: ago(900 * HOUR),
    state,
    reason: REASONS[state] ?? '',
    stateAt: registered ? ago((i + 1) * HOUR) : null,
    registeredAt: registered ? ago(20 * MINUTE) : null,
    registeredUntil: registered ? ago(-40 * MINUTE) : null,
    lastSeenAt: registered ? ago((i + 1) * 9000) : null,
    nodeId: registered ? 'n1' : null,
    remote: registered ? `192.0.2.${i + 10}:5060` : '',
    transport: registered ? (i % 2 === 0 ? 'UDP' : 'TCP') : '',
    gbVersion: i % 2 === 0 ? '2.0' : '3.0',
    userAgent: registered ? 'IP Camera' : '',
    manufacturer: registered ? (MAKERS[i % 4] ?? '') : '',
    model: registered ? `DS-2CD${i}T47` : '',
    firmware: registered ? 'V5.7.3 build 220112' : '',
    catalog: registered ? { at: ago(20 * MINUTE), promised: i === 6 ? 1204 : 16, received: i === 6 ? 1198 : 16 } : null,
    stopped: null,
    stats: {
      channels: registered ? (i === 1 ? 16 : i === 6 ? 1198 : 1) : 0,
      online: state === 'on' ? (i === 1 ? 14 : 1) : 0,
    },
  }
}

const CHANNELS = ['Gate', 'Lobby', 'Stairs', '电梯厅', 'Loading dock with a long name of its own', 'Parking'] as const

function channel(i: number, origin: string): Channel {
  const state = i === 3 || i === 9 ? 'off' : 'on'
  const url = (protocol: string, ending: string) =>
    `${origin.replace('http', protocol)}/default/live/34020000001310000001.${ending}?expires=1795219200&sign=4be1c9a0d2f8`
  const play: PlayUrls = {
    rtmp: 'rtmp://127.0.0.1:1935/live/34020000001310000001?sign=4be1c9a0',
    flv: url('http', 'flv'),
    wsFlv: url('ws', 'flv'),
    hls: url('http', 'm3u8'),
    expiresAt: null,
  } as PlayUrls // the fields this console reads
  return {
    id: `c${i}`,
    deviceId: 'd1',
    deviceGbId: device(1).gbId,
    deviceName: device(1).name,
    deviceState: 'on',
    space: 'default',
    gbId: `340200000013100000${String(i + 1).padStart(2, '0')}`,
    kind: i === 12 ? 'audioOut' : i === 13 ? 'alarmIn' : 'video',
    name: `${CHANNELS[i % CHANNELS.length]} ${i + 1}`,
    toldName: `Camera ${String(i + 1).padStart(2, '0')}`,
    givenName: null,
    manufacturer: 'Hikvision',
    model: 'IP Camera',
    civilCode: '340200',
    address: 'Building A, floor 2',
    parentIds: [device(1).gbId],
    businessGroupId: null,
    parental: false,
    status: state,
    longitude: 120.16,
    latitude: 30.28,
    ptzType: i === 0 ? 1 : 3,
    more: { RegisterWay: '1', Secrecy: '0', Resolution: '5/6' },
    enabled: true,
    directoryId: null,
    path: `default/live/3402000000131000000${i}`,
    createdAt: ago(900 * HOUR),
    updatedAt: ago(20 * MINUTE),
    state,
    reason: state === 'off' ? 'its device says so' : '',
    live: i === 0 || i === 2 ? { nodeId: 'n1', viewers: i + 1, bitrateKbps: 2210 + i * 340 } : null,
    play,
  }
}

const VIA = { local: '192.0.2.1:5060', remote: '192.0.2.11:5060', transport: 'udp' }
const sip = (ms: number, direction: 'in' | 'out', line: string, rest = ''): Attempt['messages'][number] => ({
  ...{ ms, direction, line, ...VIA },
  text: `${line}\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1\r\n${rest}`,
})
const INVITE = 'INVITE sip:34020000001310000001@192.0.2.11:5060 SIP/2.0'

const attempts = (): readonly Attempt[] => [
  attempt('at1', 'play', 'answeredButNoPackets', [
    sip(0, 'out', INVITE, 'CSeq: 1 INVITE\r\n\r\nv=0\r\ns=Play\r\nm=video 30000 RTP/AVP 96\r\ny=0200000001\r\n'),
    sip(500, 'out', INVITE, 'CSeq: 1 INVITE\r\n\r\nv=0\r\ns=Play\r\nm=video 30000 RTP/AVP 96\r\ny=0200000001\r\n'),
    sip(541, 'in', 'SIP/2.0 100 Trying', 'CSeq: 1 INVITE\r\n'),
    sip(3712, 'in', 'SIP/2.0 200 OK', 'CSeq: 1 INVITE\r\n\r\ns=Play\r\ny=0200000001\r\n'),
    sip(3714, 'out', 'ACK sip:34020000001310000001@192.0.2.11:5060 SIP/2.0', 'CSeq: 1 ACK\r\n'),
    sip(13_720, 'out', 'BYE sip:34020000001310000001@192.0.2.11:5060 SIP/2.0', 'CSeq: 2 BYE\r\n'),
    sip(13_760, 'in', 'SIP/2.0 200 OK', 'CSeq: 2 BYE\r\n'),
  ]),
  attempt('at2', 'register', 'ok', [
    sip(0, 'in', 'REGISTER sip:34020000002000000001@3402000000 SIP/2.0', 'CSeq: 1 REGISTER\r\n'),
    sip(1, 'out', 'SIP/2.0 401 Unauthorized', 'CSeq: 1 REGISTER\r\n'),
    sip(24, 'in', 'REGISTER sip:34020000002000000001@3402000000 SIP/2.0', 'CSeq: 2 REGISTER\r\n'),
    sip(26, 'out', 'SIP/2.0 200 OK', 'CSeq: 2 REGISTER\r\n'),
  ]),
  attempt('at3', 'catalog', 'catalogShort', []),
]

function attempt(id: string, kind: Attempt['kind'], verdict: string, messages: Attempt['messages']): Attempt {
  const ok = verdict === 'ok'
  const lasted = messages.at(-1)?.ms ?? 400
  return {
    ...{ id, kind, verdict, messages, ok },
    space: 'default',
    deviceId: 'd1',
    gbId: device(1).gbId,
    channel: kind === 'play' ? '34020000001310000001' : null,
    nodeId: 'n1',
    startedAt: ago(3 * MINUTE + lasted),
    endedAt: ago(3 * MINUTE),
    summary: verdict,
    advice: 'check the way',
    figures:
      kind === 'play'
        ? { packets: 0, lost: 0, refused: 0, frames: 0, keyframes: 0, codec: null, skipped: 0 }
        : { packets: null },
  }
}

const alarm = (i: number, method: number, alarmType: number | null, priority: number): Alarm => ({
  id: `a${i}`,
  deviceId: `d${i % 2}`,
  deviceName: device(i % 2).name,
  space: 'default',
  channelId: i === 3 ? null : `c${i}`,
  channelGbId: `340200000013100000${String(i + 1).padStart(2, '0')}`,
  channelName: i === 3 ? null : `${CHANNELS[i]} ${i + 1}`,
  priority,
  method,
  alarmType,
  description: i === 0 ? 'Region 2' : '',
  longitude: i === 1 ? 120.1551 : null,
  latitude: i === 1 ? 30.2741 : null,
  alarmAt: ago((i + 1) * 7 * MINUTE),
  at: ago((i + 1) * 7 * MINUTE),
  acknowledgedAt: i === 2 ? ago(MINUTE) : null,
  acknowledgedBy: i === 2 ? 'admin' : null,
  recordedStreamId: i === 1 ? 's0' : null,
  snapshotId: i < 2 ? 'sn1' : null,
})
const ALARMS = [alarm(0, 5, 2, 1), alarm(1, 5, 6, 2), alarm(2, 2, 1, 4), alarm(3, 6, 1, 3)]

const track = () =>
  Array.from({ length: 120 }, (_, i) => ({
    deviceId: 'd0',
    gbId: device(0).gbId,
    at: ago((120 - i) * 30_000),
    longitude: 120.1551 + 0.0003 * i + 0.002 * Math.sin(i / 9),
    latitude: 30.2741 + 0.0016 * Math.sin(i / 17),
    speed: 34,
    direction: 78,
    altitude: 12,
  }))

const PARENT: ParentPlatform = {
  id: 'p1',
  space: 'default',
  name: 'City platform',
  description: '',
  enabled: true,
  serverId: '34010000002000000001',
  domain: '3401000000',
  host: 'sip.example.org',
  port: 5060,
  transport: 'udp',
  localId: '34020000002000000001',
  username: '',
  expiresS: 3600,
  keepaliveS: 60,
  charset: 'gb18030',
  passwordSet: true,
  createdAt: ago(200 * HOUR),
  state: 'on',
  reason: '',
  stateAt: ago(30 * HOUR),
}
const PARENTS = [
  PARENT,
  { ...PARENT, id: 'p2', name: '省厅平台', state: 'failed' as const, reason: '403 Forbidden: check the password' },
]

const share = (i: number): Schemas['Share'] => ({
  channelId: `c${i}`,
  channelName: `${CHANNELS[i]} ${i + 1}`,
  channelGbId: `340200000013100000${String(i + 1).padStart(2, '0')}`,
  deviceId: 'd1',
  sharedId: `340100000013100000${String(i + 1).padStart(2, '0')}`,
  name: `${CHANNELS[i]} ${i + 1}`,
  groupGbId: i === 0 ? '34010000002160000001' : null,
  directoryId: i === 2 ? 'dir1' : null,
})

/** Channels of the platform in the tree of the scenario 'many'. */
const MANY_CHANNELS = 100_000

const node = (kind: TreeNode['kind'], id: string, name: string, more: Partial<TreeNode> = {}): TreeNode => ({
  ...{ kind, id, name, gbId: null, directoryKind: null, deviceState: null, online: null, path: null, counts: null },
  ...{ expandable: kind !== 'channel', where: [] },
  ...more,
})
const leaf = (i: number): TreeNode =>
  node('channel', `c${i}`, `Camera ${i + 1}`, { online: i % 5 !== 3, gbId: String(34020000001310000001n + BigInt(i)) })

function tree(of: string | null, from: number, limit: number, many: boolean) {
  if (of === null)
    return {
      items: [
        node('directory', 'dir1', 'Site A', { directoryKind: 'own', counts: { channels: 24, online: 21 } }),
        node('directory', 'dir2', '浙江省', { directoryKind: 'area', counts: { channels: 1198, online: 1100 } }),
        ...devices().map(({ id, name, gbId, state, stats }) =>
          node('device', id, name, { gbId, deviceState: state, counts: stats }),
        ),
      ],
      nextCursor: null,
    }
  const total = of === 'dir1' ? 24 : many ? MANY_CHANNELS : 1198
  const items = Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, i) => leaf(from + i))
  return { items, nextCursor: from + limit < total ? String(from + limit) : null }
}

const day = (hours: number) => new Date(new Date(STARTED_MS).setHours(0, 0, 0, 0) + hours * HOUR).toISOString()
const recording = (from: number, to: number, kind: string) => ({
  channel: '34020000001310000001',
  name: 'ch1',
  start: day(from),
  end: day(to),
  kind,
  sizeBytes: 2e8,
  path: '',
})

const playback = (origin: string): Playback => ({
  id: 'pb1',
  channelId: 'c0',
  deviceId: 'd1',
  kind: 'playback',
  state: 'on',
  path: 'default/replay/x',
  transport: 'tcp-passive',
  startedAt: ago(0),
  position: day(8.5),
  speed: 1,
  progress: null,
  ignored: [],
  counters: {},
  reason: '',
  attempt: 'at1',
  play: channel(0, origin).play,
})

const PENDING: readonly Schemas['PendingDevice'][] = [
  {
    id: 'pd1',
    space: 'default',
    gbId: '34020000001320000099',
    remote: '192.0.2.77:5060',
    agent: 'Embedded Net DVR/NVR/DVS',
    firstAt: ago(HOUR),
    lastAt: ago(20_000),
    asked: 58,
    rejectedBy: null,
  },
]

export const GB_PERMISSIONS = ['devices.write', 'devices.play', 'devices.control', 'devices.admin', 'parents.write']

const NOT_FOUND = { error: { code: 'NOT_FOUND', message: 'it does not exist', traceId: '01J9Z3K8Q4' } }
const NO_PICTURE = {
  error: {
    code: 'DEVICE_FAILED',
    message: 'no picture (answeredButNoPackets)',
    hint: 'the device agreed and sends nothing that arrives',
    details: { verdict: 'answeredButNoPackets', attempt: 'at1' },
    traceId: '01J9Z3K8Q4',
  },
}

type Answer = readonly [status: number, body?: unknown]

/** Status and body of what concerns devices; undefined for everything else. */
export function devicesAnswer(
  method: string,
  url: URL,
  origin: string,
  scenario: string,
  arrived: boolean,
): Answer | undefined {
  const [noun = '', id = '', what = ''] = url.pathname.slice('/api/v1/'.length).split('/')
  const get = method === 'GET'
  const list = (items: readonly unknown[]): Answer => [
    200,
    { items: scenario === 'empty' ? [] : items, nextCursor: null },
  ]
  const found = devices().find(each => each.id === id)
  const q = (url.searchParams.get('q') ?? '').toLowerCase()
  const matches = ({ name, gbId }: { name: string; gbId: string }) => `${name} ${gbId}`.toLowerCase().includes(q)
  switch (`${noun} ${what || (id === '' ? '' : '*')}`.trim()) {
    case 'devices':
      return get ? list(devices().filter(matches)) : [201, device(5)]
    case 'channels':
      return list([channel(0, origin), channel(1, origin)].filter(matches))
    case 'devices *':
      if (id === 'import')
        return [
          200,
          {
            created: 1,
            failed: 1,
            rows: [
              { row: 2, gbId: '34020000001320000001', name: 'Gate', ok: true, error: null },
              {
                row: 3,
                gbId: '3402',
                name: 'Short',
                ok: false,
                error: { code: 'INVALID', message: 'gbId is not 20 digits', field: 'gbId' },
              },
            ],
          },
        ]
      if (found === undefined) return [404, NOT_FOUND]
      return [200, id === 'd5' && arrived ? { ...found, state: 'on', remote: '192.0.2.15:5060' } : found]
    case 'devices channels':
      return [
        200,
        {
          items: Array.from({ length: found?.stats.channels ? 16 : 0 }, (_, i) => channel(i, origin)),
          nextCursor: null,
        },
      ]
    case 'devices info':
      return [200, { answer: { deviceName: 'IP CAMERA', result: 'OK', manufacturer: 'Hikvision', channel: 1 } }]
    case 'devices status':
      return [
        200,
        { answer: { online: 'ONLINE', status: 'OK', encode: 'ON', record: 'ON', deviceTime: '2026-11-20T08:15:00' } },
      ]
    case 'devices track':
      return [200, { items: id === 'd0' ? track() : [], complete: true }]
    case 'pending-devices':
      return list(PENDING)
    case 'gb28181 *':
      if (id === 'next-id') return [200, { gbIds: ['34020000001320000008'] }]
      return [
        200,
        {
          serverId: '34020000002000000001',
          domain: '3402000000',
          host: '192.0.2.1',
          port: 5060,
          tlsPort: null,
          transports: ['udp', 'tcp'],
          space: 'default',
          admission: 'approve',
          password: null,
          passwordSet: false,
          registerExpiresS: 3600,
          keepaliveS: 60,
        },
      ]
    case 'channels *':
      return [200, channel(Number(id.slice(1)), origin)]
    case 'channels play':
      if (id === 'c1') return [409, NO_PICTURE]
      return [
        200,
        {
          streamId: 's2',
          path: 'default/live/parking-1',
          play: channel(0, origin).play,
          firstPictureMs: 412,
          attempt: 'at1',
        },
      ]
    case 'channels presets':
      return get
        ? [
            200,
            {
              items: [
                { number: 1, name: 'Gate' },
                { number: 2, name: '停车场' },
                { number: 5, name: '' },
              ],
            },
          ]
        : [200, { result: 'sent' }]
    case 'channels cruises':
      return get ? [200, { items: [{ number: 1, name: 'Night round' }] }] : [200, { result: 'sent' }]
    case 'channels configs':
      return get
        ? [
            200,
            {
              answer: {
                basicParam: { name: 'IPC', expiration: 3600, heartBeatInterval: 60, heartBeatCount: 3 },
                osdConfig: {
                  timeEnable: true,
                  timeX: 10,
                  timeY: 10,
                  timeType: 0,
                  textEnable: true,
                  length: 704,
                  width: 576,
                  lines: [{ text: 'Gate', x: 10, y: 500 }],
                },
                pictureMask: {
                  on: true,
                  sumNum: 2,
                  regions: [
                    { seq: 1, point: { left: 0, top: 0, right: 320, bottom: 180 } },
                    { seq: 2, point: { left: 960, top: 540, right: 1280, bottom: 720 } },
                  ],
                },
                videoRecordPlan: {
                  recordEnable: true,
                  streamNumber: 0,
                  sumNum: 1,
                  schedules: [
                    {
                      weekDay: 1,
                      sumNum: 1,
                      segments: [{ startHour: 8, startMin: 0, startSec: 0, stopHour: 18, stopMin: 30, stopSec: 0 }],
                    },
                  ],
                },
              },
            },
          ]
        : [200, { result: 'answered' }]
    case 'channels device-recordings':
      return [
        200,
        {
          items: [
            recording(0, 3.2, 'time'),
            recording(3.2, 3.4, 'alarm'),
            recording(5, 11.7, 'time'),
            recording(7, 7.2, 'alarm'),
            recording(13, 15, 'manual'),
          ],
          complete: true,
        },
      ]
    case 'channels playback':
    case 'playbacks *':
    case 'playbacks pause':
    case 'playbacks stop':
      return [what === 'playback' ? 201 : 200, playback(origin)]
    case 'alarms':
      return list(ALARMS)
    case 'attempts':
      return list(attempts())
    case 'attempts *': {
      const one = attempts().find(each => each.id === id)
      return one === undefined ? [404, NOT_FOUND] : [200, one]
    }
    case 'directories':
      return [
        200,
        {
          items: [
            {
              id: 'dir1',
              space: 'default',
              parentId: null,
              kind: 'own',
              name: 'Site A',
              description: '',
              deviceId: null,
              gbId: null,
              createdAt: ago(HOUR),
            },
          ],
        },
      ]
    case 'directories *': {
      const { searchParams } = url
      if (id === 'search') return [200, { items: [{ ...leaf(41), where: ['浙江省', '区级平台'] }] }]
      return [
        200,
        tree(
          searchParams.get('of'),
          Number(searchParams.get('cursor') ?? 0),
          Number(searchParams.get('limit') ?? 100),
          scenario === 'many',
        ),
      ]
    }
    case 'parent-platforms':
      return get ? list(PARENTS) : [201, PARENT]
    case 'parent-platforms *':
      return [200, PARENTS.find(each => each.id === id) ?? PARENT]
    case 'parent-platforms channels':
      return list([share(0), share(1), share(2)])
    case 'parent-platforms streams':
      return list([
        {
          ...{ streamId: 'st_cam', path: 'default/live/cam', name: 'cam' },
          ...{ sharedId: '34020000001310000900', groupGbId: null },
        },
      ])
    case 'parent-platforms groups':
      return [200, { items: [{ gbId: '34010000002160000001', name: 'Gates', parentGbId: null, directoryId: null }] }]
    default:
      if (noun === 'channels' && !get) return [200, { result: 'sent' }]
      return undefined
  }
}
