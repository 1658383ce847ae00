import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ADMINISTRATOR,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import { PATH, RecorderAtNode, segment, snapshot } from '../../../test/support/recorder-at-node.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Actor } from '../access/actor.ts'
import type { FeedEvent } from '../events-feed/feed-event.ts'

const VIEWER: Actor = { ...ADMINISTRATOR, id: 'us_v', name: 'eve', role: 'viewer' }
const HOUR_MS = 3_600_000
const NEWEST = { sort: { by: 'startedAt', descending: true }, limit: 100 } as const
const OLDEST = { sort: { by: 'startedAt', descending: false }, limit: 100 } as const

let platform: PlatformUnderTest
let node: NodeUnderTest
let recorder: RecorderAtNode
let streamId: string
let now: number

beforeEach(async () => {
  platform = await platformUnderTest()
  recorder = new RecorderAtNode()
  node = new NodeUnderTest(platform, { features: recorder.features })
  now = platform.time.nowMs()
  node.client.start()
  const address = { space: 'default', app: 'live', name: 'cam' }
  streamId = (await platform.services.streams.create(ADMINISTRATOR, address)).id
  await vi.waitFor(() => expect(recorder.applied.length).toBeGreaterThan(0), { interval: 2 })
})

afterEach(async () => {
  await node.close()
  await platform.close()
})

async function tell(...events: NodeEvent[]): Promise<void> {
  for (const event of events) {
    node.client.emit(event)
    if (event.type === 'recording.segment') recorder.segments.set(event.segment.id, event.segment)
  }
  platform.time.advance(60)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

const file = (id: string, startMs: number, change = {}): NodeEvent => ({
  ...{ type: 'recording.segment', segment: segment(id, startMs, change), atMs: startMs },
})

const applied = (check: (state: NonNullable<RecorderAtNode['state']>) => void) =>
  vi.waitFor(() => check(recorder.state as NonNullable<RecorderAtNode['state']>), { interval: 2 })

test('templates, bindings, plans and what was started by hand reach the node, and a node that comes later', async () => {
  const { templates, bindings, plans, recordingControl } = platform.services
  const wish = { name: 'week', notes: '', record: { retentionDays: 3 } }
  const { template } = await templates.create(ADMINISTRATOR, 'record', wish)
  const week = [[{ startS: 28_800, endS: 31_500, subject: 'maths', teacher: 'Li' }], [], [], [], [], [], []]
  const plan = await plans.create(ADMINISTRATOR, { name: 'lessons', zone: 'Asia/Shanghai', week })
  const targets = [
    { scope: 'space', target: 'default' },
    { scope: 'stream', target: 'nowhere/live/cam' },
    { scope: 'stream', target: 'no path' },
  ] as const
  const results = await bindings.bind(ADMINISTRATOR, template.id, targets, { plan: plan.id, replace: false })
  expect(results.map(({ error }) => error?.code ?? 'done')).toEqual(['done', 'NOT_FOUND', 'INVALID'])
  await recordingControl.set(ADMINISTRATOR, streamId, 'start', template.id)
  await applied(state => {
    expect(state.templates).toMatchObject([{ name: 'week', retentionDays: 3, segmentS: 600, format: 'fmp4' }])
    expect(state.plans).toMatchObject([{ zone: 'Asia/Shanghai' }])
    expect(state.plans[0]?.week[0]).toEqual([{ startS: 28_800, endS: 31_500 }])
    expect(state.bindings).toMatchObject([{ scope: 'space', target: 'default', kind: 'record', plan: plan.id }])
    expect(state.manual).toEqual([{ path: PATH, on: true, template: template.id }])
  })
  const { revision } = recorder.state ?? {}
  recorder.applied.length = 0
  node.carrier?.close('cut')
  await vi.waitFor(() => expect(node.client.state).toBe('waiting'), { interval: 2 })
  platform.time.advance(1000)
  await applied(state => expect(state?.revision).toBe(revision))

  await expect(templates.delete(ADMINISTRATOR, template.id)).rejects.toMatchObject({ code: 'IN_USE' })
  await expect(plans.delete(ADMINISTRATOR, plan.id)).rejects.toMatchObject({ code: 'IN_USE' })
  await bindings.unbind(ADMINISTRATOR, 'record', [{ scope: 'space', target: 'default' }])
  await recordingControl.set(ADMINISTRATOR, streamId, 'release', null)
  await templates.delete(ADMINISTRATOR, template.id)
  await plans.delete(ADMINISTRATOR, plan.id)
  await applied(state => expect([state.templates, state.plans, state.bindings, state.manual]).toEqual([[], [], [], []]))
})

test('a stream goes over its space; whoever is bound already is replaced only when asked for', async () => {
  const { templates, bindings, recordingControl } = platform.services
  const make = async (name: string) =>
    (await templates.create(ADMINISTRATOR, 'record', { name, notes: '' })).template.id
  const [one, two] = [await make('one'), await make('two')]
  const bind = (id: string, scope: 'space' | 'stream', target: string, replace = false) =>
    bindings.bind(ADMINISTRATOR, id, [{ scope, target }], { plan: null, replace })
  const inForce = async () => (await recordingControl.get(VIEWER, streamId)).binding
  await bind(one, 'space', 'default')
  expect(await inForce()).toMatchObject({ scope: 'space', template: one })
  await bind(two, 'stream', PATH)
  expect(await inForce()).toMatchObject({ scope: 'stream', template: two })
  expect(await bind(one, 'stream', PATH)).toMatchObject([{ error: { code: 'CONFLICT' } }])
  expect(await bind(one, 'stream', PATH, true)).toMatchObject([{ error: null }])
  await bindings.set(ADMINISTRATOR, { scope: 'stream', target: PATH, kind: 'record', template: null, plan: null })
  expect(await recordingControl.get(VIEWER, streamId)).toMatchObject({ state: 'off', binding: { template: null } })
  await bindings.unbind(ADMINISTRATOR, 'record', [{ scope: 'stream', target: PATH }])
  expect(await recordingControl.get(VIEWER, streamId)).toMatchObject({ state: 'waiting', binding: { scope: 'space' } })
  const sort = { by: 'target', descending: false } as const
  expect((await bindings.list(VIEWER, { template: one }, { sort, limit: 1 })).items).toHaveLength(1)
  await expect(
    bind(one, 'space', 'default').then(() => templates.create(VIEWER, 'record', { name: 'x', notes: '' })),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('files are found by time, paged without gaps, and summed up', async () => {
  const times = [0, 1, 2, 3].map(n => now - 4 * HOUR_MS + n * 600_000)
  await tell(
    ...times.map((at, n) => file(`sg_${n}`, at)),
    file('sg_other', now - HOUR_MS, { path: 'default/live/two' }),
  )
  const { recordings } = platform.services
  const ids = async (query: object) =>
    (await recordings.list(VIEWER, { ...NEWEST, ...query })).items.map(({ id }) => id)
  expect(await ids({})).toEqual(['sg_other', 'sg_3', 'sg_2', 'sg_1', 'sg_0'])
  expect(await ids({ stream: streamId, ...OLDEST })).toEqual(['sg_0', 'sg_1', 'sg_2', 'sg_3'])
  // any part of it counts; its end does not
  expect(await ids({ startMs: times[1], endMs: times[2] })).toEqual(['sg_1'])
  expect(await ids({ startMs: (times[1] ?? 0) + 1, endMs: (times[2] ?? 0) + 1 })).toEqual(['sg_2', 'sg_1'])
  const first = await recordings.list(VIEWER, { ...NEWEST, limit: 2 })
  expect(first.items.map(({ id }) => id)).toEqual(['sg_other', 'sg_3'])
  expect(await ids({ limit: 3, after: first.next })).toEqual(['sg_2', 'sg_1', 'sg_0'])
  const rows = await platform.db.selectFrom('storage_usage').selectAll().orderBy('path').execute()
  expect(rows).toMatchObject([
    { path: PATH, space: 'default', segments: 4, segment_bytes: 4_000_000 },
    { path: 'default/live/two', segments: 1, segment_bytes: 1_000_000 },
  ])
})

test('a file grows, is complete, moves and goes; what comes late changes nothing', async () => {
  const grown = { state: 'open', endMs: now + 5000, sizeBytes: 500, sha256: null } as const
  await tell(file('sg_1', now, grown))
  const { recordings } = platform.services
  expect(await recordings.get(VIEWER, 'sg_1')).toMatchObject({ state: 'open', sizeBytes: 500 })
  await tell(file('sg_1', now), file('sg_1', now, grown))
  expect(await recordings.get(VIEWER, 'sg_1')).toMatchObject({ state: 'closed', sizeBytes: 1_000_000 })
  const moved = { store: 's3', object: 'x.mp4', sizeBytes: 900_000, thinned: true }
  await tell({ type: 'recording.moved', segment: 'sg_1', ...moved, atMs: now })
  expect(await recordings.get(VIEWER, 'sg_1')).toMatchObject(moved)
  expect(await platform.db.selectFrom('storage_usage').select('segment_bytes').execute()).toEqual([
    { segment_bytes: 900_000 },
  ])
  await tell({ type: 'recording.deleted', segments: ['sg_1', 'sg_x'], reason: 'older than 7 days', atMs: now })
  await expect(recordings.get(VIEWER, 'sg_1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await platform.db.selectFrom('storage_usage').select(['segments', 'segment_bytes']).execute()).toEqual([
    { segments: 0, segment_bytes: 0 },
  ])
  expect(await platform.db.selectFrom('storage_days').select(['written_bytes', 'deleted_bytes']).execute()).toEqual([
    { written_bytes: 1_000_000, deleted_bytes: 1_000_000 },
  ])
})

test('recordings are filed by the lesson they were made in, until somebody writes something else', async () => {
  const { bindings, plans, recordings, templates } = platform.services
  const { template } = await templates.create(ADMINISTRATOR, 'record', { name: 'lessons', notes: '' })
  const [maths, music] = [
    { startS: 8 * 3600, endS: 9 * 3600, subject: 'maths', teacher: 'Li' },
    { startS: 9 * 3600, endS: 10 * 3600, subject: 'music', teacher: 'Wu' },
  ]
  const zone = 'Asia/Shanghai'
  const plan = await plans.create(ADMINISTRATOR, { name: 'p', zone, week: [[maths, music], [], [], [], [], [], []] })
  const place = { scope: 'stream', target: PATH } as const
  await bindings.bind(ADMINISTRATOR, template.id, [place], { plan: plan.id, replace: false })
  const monday = Date.parse('2026-01-05T08:50:00+08:00')
  // most of it lies in the next lesson; grown further it does not change what somebody wrote
  const half = { endMs: monday + 300_000, state: 'open' }
  await tell(file('sg_1', monday, half), file('sg_2', monday + 9 * HOUR_MS))
  const filed = async (id: string) => {
    const { subject, teacher } = await recordings.get(VIEWER, id)
    return `${subject} ${teacher}`
  }
  expect([await filed('sg_1'), await filed('sg_2')]).toEqual(['maths Li', ' '])
  await tell(file('sg_1', monday, { endMs: monday + 1_500_000, state: 'open' }))
  expect(await filed('sg_1')).toBe('music Wu')
  await recordings.update(ADMINISTRATOR, 'sg_1', { teacher: 'Ma', note: 'in place of Wu' })
  await tell(file('sg_1', monday, { endMs: monday + 300_000 }))
  expect(await filed('sg_1')).toBe('music Ma')
  expect((await recordings.list(VIEWER, { ...NEWEST, teacher: 'Ma' })).items).toHaveLength(1)
})

test('record, file and pictures go together; what is held, played or out of reach stays', async () => {
  await tell(
    ...['sg_1', 'sg_2', 'sg_3'].map((id, n) => file(id, now - HOUR_MS + n * 600_000)),
    {
      type: 'snapshot.taken',
      snapshot: snapshot('sn_1', { cause: 'recordingStart', takenAtMs: now - HOUR_MS }),
      atMs: now,
    },
    { type: 'snapshot.taken', snapshot: snapshot('sn_2', { takenAtMs: now - HOUR_MS }), atMs: now },
  )
  recorder.snapshots.set('sn_1', snapshot('sn_1'))
  const { recordings, audit, snapshots } = platform.services
  await recordings.update(ADMINISTRATOR, 'sg_2', { held: true })
  expect(recorder.segments.get('sg_2')?.held).toBe(true)
  recorder.playing.add('sg_3')
  const results = await recordings.delete(ADMINISTRATOR, ['sg_1', 'sg_2', 'sg_3', 'sg_4'])
  expect(results.map(({ error }) => error?.code ?? 'done')).toEqual([
    ...['done', 'RECORDING_KEPT', 'RECORDING_KEPT', 'NOT_FOUND'],
  ])
  expect(results[2]?.error?.message).toContain('it is being played')
  expect([...recorder.segments.keys()]).toEqual(['sg_2', 'sg_3'])
  expect([...recorder.snapshots.keys()]).toEqual([])
  const sort = { by: 'takenAt', descending: true } as const
  expect((await snapshots.list(VIEWER, { sort, limit: 9 })).items.map(({ id }) => id)).toEqual(['sn_2'])
  await expect(recordings.deleteOne(ADMINISTRATOR, 'sg_2')).rejects.toMatchObject({ code: 'RECORDING_KEPT' })
  await expect(recordings.delete(VIEWER, ['sg_2'])).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const { items } = await audit.list(ADMINISTRATOR, { limit: 10, action: 'recording' })
  expect(items.map(({ action, object }) => `${action} ${object}`)).toEqual([
    'recording.delete sg_1',
    'recording.update sg_2',
  ])
  node.away = true
  node.carrier?.close('cut')
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0), { interval: 2 })
  expect(await recordings.delete(ADMINISTRATOR, ['sg_3'])).toMatchObject([{ error: { code: 'NODE_UNAVAILABLE' } }])
})

test('calendar and timeline merge what follows, across midnight of the zone', async () => {
  const noon = Date.parse('2026-03-28T12:00:00Z')
  const evening = Date.parse('2026-03-28T22:50:00Z') // 23:50 in Berlin
  await tell(
    file('sg_1', noon),
    file('sg_2', noon + 600_400), // follows within a second
    file('sg_3', evening, { endMs: evening + 1_200_000 }),
    {
      ...{ type: 'recording.coverage', path: PATH, fromMs: noon + 1_200_400, toMs: noon + 1_260_400 },
      ...{ plannedS: 60, recordedS: 0, atMs: noon },
      gaps: [{ startMs: noon + 1_200_400, endMs: noon + 1_260_400, reason: 'diskFull' }],
    },
  )
  const { recordings } = platform.services
  const days = await recordings.days(VIEWER, streamId, '2026-03', 'Europe/Berlin')
  expect(days.map(({ date, recordedS }) => [date, recordedS])).toEqual([
    ['2026-03-28', 1800.4],
    ['2026-03-29', 600],
  ])
  expect(await recordings.days(VIEWER, streamId, '2026-03', 'UTC')).toHaveLength(1)
  await expect(recordings.days(VIEWER, streamId, '2026-13', 'UTC')).rejects.toMatchObject({ code: 'INVALID' })
  const timeline = await recordings.timeline(VIEWER, streamId, { startMs: noon + 1000, endMs: evening + 1000 })
  expect(timeline.spans).toEqual([
    { startMs: noon + 1000, endMs: noon + 1_200_400 },
    { startMs: evening, endMs: evening + 1000 },
  ])
  expect(timeline.gaps).toEqual([{ startMs: noon + 1_200_400, endMs: noon + 1_260_400, reason: 'diskFull' }])
  expect(timeline.alerts).toMatchObject([{ kind: 'recording.missing', reason: 'diskFull', clearedAtMs: null }])
  const tooLong = { startMs: 0, endMs: 33 * 24 * HOUR_MS }
  await expect(recordings.timeline(VIEWER, streamId, tooLong)).rejects.toMatchObject({ code: 'INVALID' })
})

test('what a killed node was recording has ended; a state that was told stays', async () => {
  const common = { recording: 'rc_1', cause: 'always', template: null, reason: '', atMs: now } as const
  await tell(
    { type: 'recording.state', ...common, path: PATH, state: 'started' },
    { type: 'recording.state', ...common, path: 'default/live/two', state: 'paused' },
    { type: 'node.started', version: '1', atMs: now + 5000 },
  )
  const { recordings } = platform.services
  const { changes } = await recordings.timeline(VIEWER, streamId, { startMs: now - 1, endMs: now + 10_000 })
  expect(changes.map(({ state, at, reason }) => [state, at - now, reason])).toEqual([
    ['started', 0, ''],
    ['stopped', 5000, 'the node was restarted'],
  ])
  const states = await platform.db.selectFrom('recording_states').select('state').orderBy('path').execute()
  expect(states.map(({ state }) => state)).toEqual(['stopped', 'paused'])
})

test('the index is made anew from the node; what people wrote stays', async () => {
  await tell(file('sg_1', now - HOUR_MS), file('sg_2', now - HOUR_MS), file('sg_3', now - HOUR_MS))
  const { operations, rebuilding, recordings } = platform.services
  await recordings.update(ADMINISTRATOR, 'sg_1', { note: 'keep' })
  recorder.segments.delete('sg_2')
  recorder.segments.set('sg_0', segment('sg_0', now - 2 * HOUR_MS))
  recorder.segments.set('sg_1', segment('sg_1', now - HOUR_MS, { sizeBytes: 7 }))
  const { id } = await rebuilding.start(ADMINISTRATOR)
  await vi.waitFor(async () => expect((await operations.get(ADMINISTRATOR, id)).state).toBe('done'), { interval: 5 })
  expect((await recordings.list(VIEWER, OLDEST)).items).toMatchObject([
    { id: 'sg_0', sizeBytes: 1_000_000 },
    { id: 'sg_1', sizeBytes: 7, note: 'keep' },
    { id: 'sg_3' },
  ])
  expect(await platform.db.selectFrom('storage_usage').select(['segments', 'segment_bytes']).execute()).toEqual([
    { segments: 3, segment_bytes: 2_000_007 },
  ])
})

test('followers of the feed hear of states, complete files, pictures and alerts', async () => {
  const heard: FeedEvent[] = []
  const follower = { reset: () => {}, heartbeat: () => {}, end: () => {}, filter: {}, actor: VIEWER }
  platform.services.feed.follow({ ...follower, event: event => void heard.push(event) }, null)
  const common = { path: PATH, recording: 'rc_1', cause: 'manual', template: null, atMs: now } as const
  await tell(
    { type: 'recording.state', ...common, state: 'started', reason: '' },
    file('sg_1', now, { state: 'open' }),
    file('sg_1', now),
    { type: 'snapshot.taken', snapshot: snapshot('sn_1'), atMs: now },
    { type: 'recording.state', ...common, state: 'error', reason: 'the disk is full' },
    { type: 'storage.state', store: 'disk1', state: 'full', reason: 'ENOSPC', atMs: now },
  )
  const told = heard.map(({ type, data }) => `${type} ${data['state'] ?? ''}`.trim())
  expect(told.filter(text => !text.startsWith('node') && !text.startsWith('changed'))).toEqual([
    ...['recording.state started', 'recording.file closed', 'snapshot.taken', 'recording.state error'],
    ...['storage.state full', 'alert raised', 'alert raised'],
  ])
  const { alerts } = platform.services
  const open = async () =>
    (await alerts.list(VIEWER, { open: true }, { sort: { by: 'raisedAt', descending: false }, limit: 9 })).items
  expect((await open()).map(({ kind }) => kind)).toEqual(['recording.missing', 'storage.full'])
  await tell(
    { type: 'recording.state', ...common, state: 'resumed', reason: '' },
    { type: 'storage.state', store: 'disk1', state: 'ok', reason: '', atMs: now },
  )
  expect(await open()).toEqual([])
})

test('a space that is deleted takes its bindings along', async () => {
  const { templates, bindings, spaces } = platform.services
  await spaces.create(ADMINISTRATOR, 'school', {})
  const { template } = await templates.create(ADMINISTRATOR, 'record', { name: 'week', notes: '' })
  const targets = [{ scope: 'space', target: 'school' } as const, { scope: 'stream', target: PATH } as const]
  await bindings.bind(ADMINISTRATOR, template.id, targets, { plan: null, replace: false })
  await applied(state => expect(state.bindings).toHaveLength(2))
  await spaces.delete(ADMINISTRATOR, 'school', null)
  await applied(state => expect(state.bindings).toMatchObject([{ target: PATH }]))
})

test('a restart of the platform knows all of it again', async () => {
  const { templates, recordingControl } = platform.services
  await templates.create(ADMINISTRATOR, 'snapshot', { name: 'a minute', notes: '' })
  await recordingControl.set(ADMINISTRATOR, streamId, 'stop', null)
  const { RecordingDesire } = await import('./recording-desire.ts')
  const again = await RecordingDesire.open(platform.db, platform.time)
  await applied(state => expect(state.manual).toHaveLength(1))
  expect(again.state).toEqual(recorder.state)
})
