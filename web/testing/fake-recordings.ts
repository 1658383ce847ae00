import type { Schemas } from '@sightline/client'
import type { Permission } from '../src/lib/api/may.ts'

/** Invented recordings, templates, plans, callbacks and stores for the fake platform. */

export const RECORDING_PERMISSIONS: readonly Permission[] = [
  'recordings.write',
  'recordings.delete',
  'templates.write',
  'callbacks.read',
  'callbacks.write',
]

const STARTED_MS = Date.now()
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ago = (ms: number) => new Date(STARTED_MS - ms).toISOString()

/** A picture a node would make: a street at some hour. */
export function fakePicture(seed: string): string {
  const hue = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360" viewBox="0 0 640 360">
<rect width="640" height="360" fill="hsl(${hue} 25% 70%)"/><path d="M0 210h640v150H0z" fill="hsl(${hue} 10% 34%)"/>
<path d="M300 210h40l120 150H180z" fill="hsl(${hue} 8% 46%)"/><path d="M40 90h150v120H40zM420 60h170v150H420z" fill="hsl(${hue} 18% 50%)"/>
<circle cx="${80 + ((hue * 2) % 480)}" cy="270" r="22" fill="hsl(${(hue + 180) % 360} 60% 50%)"/></svg>`
}

const picture = (origin: string, seed: string) => `${origin}/picture/${seed}.svg`

const urls = (origin: string): Schemas['ReplayUrls'] => ({
  hls: `${origin}/replay/index.m3u8?start=0&end=0`,
  flv: `${origin}/replay.flv?start=0&end=0`,
  wsFlv: `${origin.replace('http', 'ws')}/replay.flv?start=0&end=0`,
  mp4: `${origin}/replay.mp4?start=0&end=0`,
  thumbnail: `${origin}/picture/thumbnail.svg?at=0&width=320`,
  expiresAt: ago(-DAY),
})

const recording = (i: number, origin: string): Schemas['Recording'] => ({
  id: `r${i}`,
  path: i % 4 === 3 ? 'harbour/live/crane' : 'default/live/gate-north',
  space: i % 4 === 3 ? 'harbour' : 'default',
  nodeId: 'edge-harbour',
  templateId: 't1',
  recordingId: `rec_01J9Z3K8Q4${i}`,
  cause: (['plan', 'always', 'manual', 'event'] as const)[i % 4] ?? 'always',
  format: 'fmp4',
  state: i === 0 ? 'open' : i === 5 ? 'recovered' : 'closed',
  startedAt: ago(i * 10 * MINUTE + 4 * MINUTE),
  endedAt: ago(Math.max(0, (i - 1) * 10 * MINUTE + 4 * MINUTE)),
  durationS: i === 0 ? 240 : 600,
  sizeBytes: 148_000_000 - i * 1_700_000,
  store: 'disk-0',
  object: `default/live/gate-north/2026-11-20/${i}.mp4`,
  video: { codec: 'h264', width: 1920, height: 1080 },
  audio: { codec: 'aac', sampleRate: 48_000, channels: 2 },
  sha256: i === 0 || i === 5 ? null : '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  held: i === 2,
  thinned: i === 7,
  subject: i % 3 === 0 ? 'Physics' : '',
  teacher: i % 3 === 0 ? 'Marie Curie' : '',
  note: '',
  thumbnail: picture(origin, `r${i}`),
})

const snapshot = (i: number, origin: string): Schemas['Snapshot'] => ({
  id: `sn${i}`,
  url: i === 4 ? `${origin}/gone.jpg` : picture(origin, `sn${i}`),
  path: i % 3 === 2 ? 'harbour/live/crane' : 'default/live/gate-north',
  space: i % 3 === 2 ? 'harbour' : 'default',
  nodeId: 'edge-harbour',
  templateId: i % 2 === 0 ? 't3' : null,
  cause: (['periodic', 'demand', 'recordingStart', 'recorded'] as const)[i % 4] ?? 'demand',
  format: 'jpeg',
  width: 1920,
  height: 1080,
  sizeBytes: 184_000 + i * 900,
  takenAt: ago(i * 7 * MINUTE),
  store: 'disk-0',
  object: `default/live/gate-north/${i}.jpg`,
})

/** Of today: two recordings, the newer one still growing, and what happened between. */
function timeline(startMs: number, endMs: number): Schemas['Timeline'] {
  const iso = (ms: number) => new Date(ms).toISOString()
  const now = Date.now()
  const parts = [
    [startMs + 30 * MINUTE, startMs + 7 * HOUR],
    [startMs + 7 * HOUR + 20 * MINUTE, endMs],
  ].filter(([from = 0, to = 0]) => to > from && from < now)
  const gaps = [
    { start: iso(startMs), end: iso(startMs + 30 * MINUTE), reason: 'nodeDown' },
    { start: iso(startMs + 7 * HOUR), end: iso(startMs + 7 * HOUR + 20 * MINUTE), reason: 'noStream' },
  ].filter(({ start }) => Date.parse(start) < now)
  const events: Schemas['Timeline']['events'] = [
    { at: iso(startMs + 30 * MINUTE), kind: 'recording', name: 'started', reason: '', until: null },
    {
      at: iso(startMs + 7 * HOUR),
      kind: 'recording',
      name: 'paused',
      reason: 'nobody publishes the stream',
      until: null,
    },
    {
      ...{ at: iso(startMs + 7 * HOUR + MINUTE), kind: 'alert', name: 'recording.missing', reason: 'noStream' },
      until: iso(startMs + 7 * HOUR + 20 * MINUTE),
    },
    { at: iso(startMs + 7 * HOUR + 20 * MINUTE), kind: 'recording', name: 'resumed', reason: '', until: null },
  ]
  return {
    ...{ path: 'default/live/gate-north', start: iso(startMs), end: iso(endMs), gaps },
    spans: parts.map(([from = 0, to = 0]) => ({ start: iso(from), end: iso(Math.min(to, now, endMs)) })),
    events: events.filter(({ at }) => Date.parse(at) < now),
  }
}

const RECORD: NonNullable<Schemas['Template']['record']> = {
  trigger: 'auto',
  format: 'fmp4',
  segmentS: 600,
  segmentBytes: null,
  overlapKeyframes: 0,
  preRecordS: 10,
  postRecordS: 30,
  objectName: '{Space}/{AppName}/{StreamName}/{Date}/{EscapedStartTime}',
  retentionDays: 30,
  retentionBytes: null,
  thinAfterDays: 14,
  tierAfterDays: 3,
  encrypt: false,
  snapshots: true,
}

const TEMPLATES: readonly Schemas['Template'][] = [
  {
    ...{ id: 't1', type: 'record', name: 'Classrooms', notes: 'Thirty days, thinned after two weeks' },
    ...{ createdAt: ago(40 * DAY), bindings: 3, record: RECORD, snapshot: null },
  },
  {
    ...{ id: 't2', type: 'record', name: 'Events only', notes: '', createdAt: ago(9 * DAY), bindings: 0 },
    ...{ record: { ...RECORD, trigger: 'ondemand', segmentS: 60, retentionDays: null }, snapshot: null },
  },
  {
    ...{
      id: 't3',
      type: 'snapshot',
      name: 'Every minute',
      notes: '',
      createdAt: ago(9 * DAY),
      bindings: 1,
      record: null,
    },
    snapshot: {
      ...{ trigger: 'sequence', intervalS: 60, format: 'jpeg', quality: 80, width: null, retentionDays: 7 },
      objectName: '{Space}/{AppName}/{StreamName}/{UnixTimestamp}',
    },
  },
]

const lesson = (start: string, end: string, subject = '', teacher = '') => ({ start, end, subject, teacher })
const SCHOOL_DAY = [
  lesson('08:00', '09:30', 'Physics', 'Marie Curie'),
  lesson('09:50', '11:20', 'Mathematics', 'Emmy Noether'),
  lesson('13:00', '14:30', '化学', '居里夫人'),
]
const PLANS: readonly Schemas['Plan'][] = [
  {
    ...{ id: 'p1', name: 'Lessons', zone: 'Asia/Shanghai', createdAt: ago(40 * DAY) },
    week: [SCHOOL_DAY, SCHOOL_DAY, SCHOOL_DAY.slice(0, 2), SCHOOL_DAY, SCHOOL_DAY, [], []],
  },
  {
    ...{ id: 'p2', name: 'Nights', zone: 'Europe/Berlin', createdAt: ago(4 * DAY) },
    week: [0, 1, 2, 3, 4, 5, 6].map(() => [lesson('00:00', '06:00'), lesson('22:00', '24:00')]),
  },
]

const BINDINGS: readonly Schemas['Binding'][] = [
  { scope: 'space', target: 'default', type: 'record', templateId: 't1', planId: 'p1' },
  { scope: 'stream', target: 'default/live/lobby', type: 'record', templateId: null, planId: null },
  { scope: 'stream', target: 'default/live/gate-north', type: 'record', templateId: 't1', planId: null },
  { scope: 'stream', target: 'default/live/gate-north', type: 'snapshot', templateId: 't3', planId: null },
]

const CALLBACKS: readonly Schemas['Callback'][] = [
  {
    ...{ id: 'c1', name: 'Archive', url: 'https://archive.example.org/hooks/sightline', scope: 'all', target: '' },
    ...{ events: ['record_file', 'record_error', 'snapshot_created'], aliSignature: false, enabled: true },
    ...{ createdAt: ago(20 * DAY), waiting: 2, delivered: 4311, dead: 1 },
  },
  {
    ...{
      id: 'c2',
      name: '',
      url: 'https://old.example.org/notify',
      scope: 'space',
      target: 'harbour',
      events: ['stream_status'],
    },
    ...{ aliSignature: true, enabled: false, createdAt: ago(90 * DAY), waiting: 0, delivered: 0, dead: 0 },
  },
]

const delivery = (i: number): Schemas['Delivery'] => {
  const state = (['waiting', 'waiting', 'dead'] as const)[i] ?? 'delivered'
  return {
    ...{ id: `dl${i}`, callbackId: 'c1', event: i % 2 === 0 ? 'record_file' : 'snapshot_created', state },
    ...{ object: 'default/live/gate-north', attempts: state === 'dead' ? 15 : i < 2 ? 3 : 1 },
    nextAt: state === 'waiting' ? ago(-MINUTE) : null,
    createdAt: ago(i * 4 * MINUTE + MINUTE),
    finishedAt: state === 'waiting' ? null : ago(i * 4 * MINUTE),
    lastStatus: state === 'delivered' ? 200 : i === 0 ? null : 503,
    lastError: state === 'delivered' ? '' : i === 0 ? 'connect ECONNREFUSED 192.0.2.7:443' : 'answered 503',
    lastAnswer: state === 'delivered' ? '' : '<html>Service Unavailable</html>',
    body: '{"event":"record_file","space":"default","app":"live","stream":"gate-north","durationS":600}',
  }
}

const usage = (segments: number, segmentBytes: number, snapshots: number, snapshotBytes: number) => ({
  ...{ segments, segmentBytes, snapshots, snapshotBytes },
})
const STORAGE: Schemas['Storage'] = {
  stores: [
    {
      ...{
        nodeId: 'edge-harbour',
        store: 'disk-0',
        kind: 'disk',
        location: '/var/lib/sightline/recordings',
        state: 'ok',
      },
      ...{ reason: '', totalBytes: 4e12, freeBytes: 0.9e12, usedBytes: 2.6e12, segments: 18_204, spoolBytes: 0 },
    },
    {
      ...{ nodeId: 'edge-harbour', store: 's3', kind: 's3', location: 'archive/sightline', state: 'unreachable' },
      ...{ reason: 'connect ETIMEDOUT', totalBytes: null, freeBytes: null, usedBytes: 9.1e12, segments: 61_022 },
      spoolBytes: 4.4e9,
    },
  ],
  silent: [{ nodeId: 'edge-roof', reason: 'it is not connected' }],
  total: usage(79_226, 11.7e12, 402_113, 61e9),
  spaces: [
    { space: 'default', streams: 9, ...usage(60_000, 9e12, 300_000, 44e9) },
    { space: 'harbour', streams: 2, ...usage(19_226, 2.7e12, 102_113, 17e9) },
  ],
  streams: ['gate-north', 'gate-south', 'parking-1', 'lobby'].map((name, i) => ({
    path: `default/live/${name}`,
    ...usage(9000 - i * 900, 2e12 / (i + 1), 60_000, 9e9 / (i + 1)),
  })),
  days: Array.from({ length: 14 }, (_, i) => ({
    day: ago((13 - i) * DAY),
    writtenBytes: 210e9 + 30e9 * Math.sin(i),
    deletedBytes: i < 6 ? 0 : 140e9 + 20e9 * Math.cos(i),
  })),
  forecast: { freeBytes: 0.9e12, bytesPerDay: 71e9, daysLeft: 12.6 },
}

const coverage = (i: number): Schemas['Coverage'] => {
  const gaps = i === 0 ? [] : [{ start: ago(9 * HOUR), end: ago(9 * HOUR - i * 6 * MINUTE), reason: 'noStream' }]
  const plannedS = 86_400
  const recordedS = plannedS - (i === 0 ? 0 : i * 360)
  return {
    path: `default/live/${['gate-north', 'gate-south', 'parking-1', 'lobby', 'crane'][i] ?? i}`,
    ...{
      plannedS,
      recordedS,
      percent: (recordedS / plannedS) * 100,
      gaps: i < 4 ? gaps : [...gaps, { start: ago(3 * HOUR), end: ago(HOUR), reason: 'diskFull' }],
    },
  }
}

const ALERTS: readonly Schemas['Alert'][] = [
  {
    ...{ id: 'a1', kind: 'recording.missing', object: 'default/live/crane', path: 'default/live/crane' },
    ...{ nodeId: 'edge-harbour', reason: 'diskFull', raisedAt: ago(3 * HOUR), clearedAt: null },
  },
  {
    ...{ id: 'a2', kind: 'storage.unreachable', object: 'edge-harbour s3', path: null, nodeId: 'edge-harbour' },
    ...{ reason: 'connect ETIMEDOUT', raisedAt: ago(5 * HOUR), clearedAt: ago(4 * HOUR) },
  },
]

const OPERATION: Schemas['Operation'] = {
  ...{
    id: 'op9',
    kind: 'recordings.export',
    state: 'running',
    userId: 'u1',
    userName: 'admin',
    createdAt: ago(MINUTE),
  },
  ...{ finishedAt: null, done: 42, total: 100, rows: [], error: null, file: null },
}
const exported = (i: number, origin: string): Schemas['Export'] => ({
  ...{ id: `op${9 - i}`, path: 'default/live/gate-north', nodeId: 'edge-harbour', format: 'mp4' },
  ...{ start: ago(3 * HOUR), end: ago(3 * HOUR - 5 * MINUTE), createdAt: ago((i + 1) * MINUTE) },
  sizeBytes: i === 0 ? null : 73_000_000,
  url: i === 0 ? null : `${origin}/exports/clip.mp4`,
  operation: i === 0 ? OPERATION : { ...OPERATION, id: `op${9 - i}`, state: 'done', done: 100, finishedAt: ago(0) },
})

const NOW: Schemas['RecordingNow'] = {
  ...{ state: 'recording', reason: '', cause: 'plan', nodeId: 'edge-harbour', recordingId: 'rec_01J9Z3K8Q4' },
  ...{ since: ago(12 * MINUTE), bytes: 31_000_000, droppedFragments: 0, manual: null },
  binding: { scope: 'space', templateId: 't1', planId: 'p1' },
}

const many = <T>(count: number, make: (i: number, origin: string) => T, origin: string): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i, origin))

type Answer = readonly [status: number, body?: unknown]

/** Status and body; undefined for what is not of recording. */
export function recordingsAnswer(method: string, url: URL, origin: string, empty: boolean): Answer | undefined {
  const [noun = '', id, what] = url.pathname.slice('/api/v1/'.length).split('/')
  const list = <T>(items: readonly T[]): Answer => [200, { items: empty ? [] : items, nextCursor: null }]
  const one = <T extends { readonly id: string }>(items: readonly T[]): Answer => {
    const found = items.find(each => each.id === id)
    if (found !== undefined) return [200, found]
    return [404, { error: { code: 'NOT_FOUND', message: `${noun} ${id} does not exist`, traceId: 't1' } }]
  }
  const span = () => ['start', 'end'].map(name => Date.parse(url.searchParams.get(name) ?? '')) as [number, number]
  switch (`${method} ${noun}${id === undefined ? '' : '/*'}${what === undefined ? '' : `/${what}`}`) {
    case 'GET recordings':
      return list(many(12, recording, origin))
    case 'POST recordings/*':
      return [200, { items: [{ id: 'r1', error: null }] }]
    case 'GET recordings/*':
    case 'PATCH recordings/*': {
      const [status, body] = one(many(12, recording, origin))
      return status === 200 ? [200, { ...(body as object), play: urls(origin) }] : [status, body] // a recording
    }
    case 'GET snapshots':
      return list(many(11, snapshot, origin))
    case 'GET snapshots/*':
      return one(many(11, snapshot, origin))
    case 'POST streams/*/snapshots':
      return [201, snapshot(0, origin)]
    case 'GET streams/*/recording':
    case 'POST streams/*/recording':
      return [200, empty ? { ...NOW, state: 'off', cause: null, since: null, bytes: null, binding: null } : NOW]
    case 'GET streams/*/timeline': {
      const [startMs, endMs] = span()
      const nothing = { path: '', start: url.searchParams.get('start'), end: url.searchParams.get('end') }
      return [200, empty ? { ...nothing, spans: [], gaps: [], events: [] } : timeline(startMs, endMs)]
    }
    case 'GET streams/*/recording-days':
      return [
        200,
        {
          items: Array.from({ length: 20 }, (_, i) => {
            const at = new Date(STARTED_MS - i * DAY).toISOString()
            return { date: at.slice(0, 10), recordedS: i === 6 ? 0 : 86_400 - i * 3000, first: at, last: at }
          }),
        },
      ]
    case 'GET streams/*/replay':
      return [200, { start: ago(DAY), end: ago(0), nodeId: 'edge-harbour', play: urls(origin) }]
    case 'GET templates':
      return [200, { items: empty ? [] : TEMPLATES }]
    case 'POST templates':
      return [201, TEMPLATES[1]]
    case 'GET templates/*':
      return one(TEMPLATES)
    case 'GET templates/*/bindings':
      return list(BINDINGS.filter(({ templateId }) => templateId === id))
    case 'POST templates/*/bindings':
      return [200, { items: [{ scope: 'space', target: 'default', error: null }] }]
    case 'GET bindings':
      return list(BINDINGS.filter(({ planId }) => [null, planId].includes(url.searchParams.get('plan'))))
    case 'GET plans':
      return [200, { items: empty ? [] : PLANS }]
    case 'GET plans/*':
    case 'PATCH plans/*':
      return one(PLANS)
    case 'GET callbacks':
      return [200, { items: empty ? [] : CALLBACKS }]
    case 'POST callbacks':
      return [201, { ...CALLBACKS[0], secret: '4be1c9a0d2f84f0f5b3a6c774be1c9a0' }]
    case 'GET callbacks/*':
      return one(CALLBACKS)
    case 'GET callbacks/*/deliveries':
      return list(many(9, delivery, origin))
    case 'POST callbacks/*/test':
      return [
        200,
        { ok: false, status: 503, error: 'answered 503', answer: '<html>Service Unavailable</html>', durationMs: 212 },
      ]
    case 'GET storage':
      return [200, STORAGE]
    case 'GET coverage':
      return list(many(5, coverage, origin))
    case 'GET alerts':
      return list(ALERTS)
    case 'GET exports':
      return list(many(3, exported, origin))
    case 'POST exports':
      return [202, OPERATION]
    case 'GET exports/*':
      return one(many(3, exported, origin))
    default:
      return undefined
  }
}
