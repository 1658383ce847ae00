import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ADMINISTRATOR,
  liveStream,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import { PATH, RecorderAtNode, segment, storeStatus } from '../../../test/support/recorder-at-node.ts'
import type { NodeEvent } from '../../link/events.ts'
import type { Actor } from '../access/actor.ts'

const OPERATOR: Actor = { ...ADMINISTRATOR, id: 'us_o', name: 'olga', role: 'operator' }
const OTHER: Actor = { ...OPERATOR, id: 'us_p', name: 'paul' }
const DAY_MS = 86_400_000

let platform: PlatformUnderTest
let node: NodeUnderTest
let recorder: RecorderAtNode
let streamId: string
let now: number

beforeEach(async () => {
  platform = await platformUnderTest()
  recorder = new RecorderAtNode()
  node = new NodeUnderTest(platform, { features: recorder.features })
  node.client.start()
  now = platform.time.nowMs()
  streamId = (await platform.services.streams.create(ADMINISTRATOR, { space: 'default', app: 'live', name: 'cam' })).id
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1), { interval: 2 })
  await tell({ type: 'recording.segment', segment: segment('sg_1', now - 600_000), atMs: now })
})

afterEach(async () => {
  await node.close()
  await platform.close()
})

async function tell(...events: NodeEvent[]): Promise<void> {
  for (const event of events) node.client.emit(event)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

const passing = (check: () => unknown) =>
  vi.waitFor(
    () => {
      platform.time.advance(250)
      return check()
    },
    { interval: 5, timeout: 5000 },
  )

const span = () => ({ startMs: now - 500_000, endMs: now - 100_000 })
const status = (id: string, change: object) => {
  const before = recorder.exports.get(id)
  if (before) recorder.exports.set(id, { ...before, ...change })
}

test('an export is an operation with progress, and a URL when it is done', async () => {
  const { exports, operations } = platform.services
  const { id, kind, total } = await exports.start(OPERATOR, streamId, span(), 'mp4')
  expect([kind, total]).toEqual(['recordings.export', 100])
  await vi.waitFor(() => expect(recorder.exports.size).toBe(1), { interval: 2 })
  status('ex_1', { progress: 0.42 })
  await passing(async () => expect((await operations.get(OPERATOR, id)).done).toBe(42))
  expect(await exports.get(OPERATOR, id)).toMatchObject({ export: { url: null, path: PATH, exportId: 'ex_1' } })
  status('ex_1', { state: 'done', progress: 1, sizeBytes: 12_345, url: `/${PATH}/exports/ex_1` })
  await passing(async () => expect((await operations.get(OPERATOR, id)).state).toBe('done'))
  const done = await exports.get(OPERATOR, id)
  expect(done).toMatchObject({ export: { sizeBytes: 12_345, url: `/${PATH}/exports/ex_1` }, operation: { done: 100 } })
  const page = { sort: { by: 'createdAt', descending: true }, limit: 5 } as const
  expect((await exports.list(OPERATOR, page)).items).toHaveLength(1)
  expect((await exports.list(OTHER, page)).items).toHaveLength(0)
  expect((await exports.list(ADMINISTRATOR, page)).items).toHaveLength(1)
  await expect(exports.get(OTHER, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('an export can be cancelled, and says why it failed', async () => {
  const { exports, operations } = platform.services
  const { id } = await exports.start(OPERATOR, streamId, span(), 'flv')
  await vi.waitFor(() => expect(recorder.exports.size).toBe(1), { interval: 2 })
  await new Promise(resolve => setImmediate(resolve))
  expect((await operations.cancel(OPERATOR, id)).state).toBe('cancelled')
  expect(recorder.cancelled).toEqual(['ex_1'])
  const failing = await exports.start(OPERATOR, streamId, span(), 'mp4')
  await vi.waitFor(() => expect(recorder.exports.size).toBe(2), { interval: 2 })
  status('ex_2', { state: 'failed', error: 'the disk is full' })
  await passing(async () => {
    const { state, error } = await operations.get(OPERATOR, failing.id)
    expect([state, error?.message]).toEqual(['failed', expect.stringContaining('the disk is full')])
  })
})

test('nothing is exported where nothing is, and no week at once', async () => {
  const { exports } = platform.services
  const nothing = { startMs: now - DAY_MS, endMs: now - DAY_MS / 2 }
  await expect(exports.start(OPERATOR, streamId, nothing, 'mp4')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const week = { startMs: now - 7 * DAY_MS, endMs: now }
  await expect(exports.start(OPERATOR, streamId, week, 'mp4')).rejects.toMatchObject({ code: 'INVALID' })
  await expect(exports.start({ ...OPERATOR, role: 'viewer' }, streamId, span(), 'mp4')).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
})

test('pictures are taken live and of any recorded second, and listed at once', async () => {
  const { snapshots, templates } = platform.services
  recorder.hasStreams = false
  await expect(snapshots.take(OPERATOR, streamId, { atMs: null, template: null })).rejects.toMatchObject({
    code: 'STREAM_NOT_FOUND',
  })
  recorder.hasStreams = true
  node.streams = [liveStream(PATH)]
  platform.time.advance(1000)
  await vi.waitFor(() => expect(platform.services.links.live(PATH)).not.toBeNull(), { interval: 2 })
  const { template } = await templates.create(ADMINISTRATOR, 'snapshot', {
    ...{ name: 'small', notes: '', snapshot: { trigger: 'ondemand', format: 'webp', width: 320 } },
  })
  const live = await snapshots.take(OPERATOR, streamId, { atMs: null, template: template.id })
  expect(live).toMatchObject({ format: 'webp', width: 320, height: 180, cause: 'demand', nodeId: 'node-1' })
  const past = await snapshots.take(OPERATOR, streamId, { atMs: now - 300_000, template: null, format: 'jpeg' })
  expect(past).toMatchObject({ cause: 'recorded', takenAtMs: now - 300_000, width: 1280 })
  await expect(snapshots.take(OPERATOR, streamId, { atMs: now + DAY_MS, template: null })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  // the event that tells the same again changes nothing
  await tell({ type: 'snapshot.taken', snapshot: past, atMs: now })
  const page = { sort: { by: 'takenAt', descending: false }, limit: 9 } as const
  const ids = async (filter = {}) => (await snapshots.list(OPERATOR, { ...filter, ...page })).items.map(({ id }) => id)
  expect(await ids({ stream: streamId, startMs: now - 400_000, endMs: now })).toEqual([past.id])
  expect((await platform.services.storages.total()).snapshots).toBe(2)
  const results = await snapshots.deleteMany(OPERATOR, [past.id, 'sn_none'])
  expect(results.map(({ error }) => error?.code ?? 'done')).toEqual(['done', 'NOT_FOUND'])
  expect(await ids()).toEqual([live.id])
})

test('storage: what lies where, what each day added, and days left', async () => {
  recorder.stores = [
    storeStatus({ freeBytes: 30_000_000 }),
    storeStatus({ store: 's3', kind: 's3', freeBytes: null, totalBytes: null, location: 'bucket/x' }),
    storeStatus({ store: 'disk2', state: 'unreachable', freeBytes: 5e12 }),
  ]
  const day = now - (now % DAY_MS)
  const file = (id: string, daysAgo: number, sizeBytes: number, path = PATH): NodeEvent => {
    const atMs = day - daysAgo * DAY_MS
    return { type: 'recording.segment', segment: segment(id, atMs, { sizeBytes, path }), atMs }
  }
  await platform.services.spaces.create(ADMINISTRATOR, 'school', {})
  await tell(
    file('sg_a', 2, 4_000_000),
    file('sg_b', 1, 3_000_000, 'school/a/b'),
    { type: 'recording.deleted', segments: ['sg_a'], reason: 'old', atMs: day - DAY_MS },
    file('sg_c', 0, 9_000_000),
    file('sg_d', 1, 7_000_000),
  )
  const { storages } = platform.services
  const overview = await storages.overview(OPERATOR)
  expect(overview.stores.map(({ nodeId, store }) => `${nodeId}/${store}`)).toEqual([
    ...['node-1/disk1', 'node-1/disk2', 'node-1/s3'],
  ])
  expect(overview.total).toMatchObject({ segments: 4, segmentBytes: 20_000_000 })
  expect(overview.spaces).toMatchObject([
    { space: 'default', streams: 1, segmentBytes: 17_000_000 },
    { space: 'school', streams: 1, segmentBytes: 3_000_000 },
  ])
  expect(overview.streams.map(({ path }) => path)).toEqual([PATH, 'school/a/b'])
  expect(overview.days).toHaveLength(14)
  expect(overview.days.slice(-3).map(({ writtenBytes, deletedBytes }) => [writtenBytes, deletedBytes])).toEqual([
    [4_000_000, 0],
    [10_000_000, 4_000_000],
    [10_000_000, 0],
  ])
  // two whole days added 4 and 6 MB; what is unreachable or unlimited does not count
  expect(overview.forecast).toEqual({ freeBytes: 30_000_000, bytesPerDay: 5_000_000, daysLeft: 6 })
  const school = await storages.overview(OPERATOR, 'school')
  expect([school.streams.length, school.days.at(-2)?.writtenBytes]).toEqual([1, 3_000_000])
  expect(school.forecast.daysLeft).toBe(6)
})
