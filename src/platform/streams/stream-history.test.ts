import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PlatformUnderTest, platformUnderTest } from '../../../test/support/platform-under-test.ts'
import { silentLog } from '../../base/log.ts'
import type { NodeEvent } from '../../link/events.ts'
import { StreamHistory } from './stream-history.ts'

const DAY_MS = 86_400_000
const path = 'default/live/cam'
const publisher = { id: 'pb_1', protocol: 'rtmp', remote: '192.0.2.7:1', agent: '' }
const totals = { bytesIn: 1, bytesOut: 2, framesIn: 3, durationMs: 4 }

let platform: PlatformUnderTest
let history: StreamHistory

beforeEach(async () => {
  platform = await platformUnderTest()
  history = new StreamHistory(platform.time, silentLog)
})

afterEach(() => platform.close())

const apply = (...events: NodeEvent[]) =>
  events.reduce(async (before, event) => {
    await before
    await history.apply(platform.db, 'node-1', event)
  }, Promise.resolve())

const viewerStopped = (atMs: number): NodeEvent => ({
  type: 'viewer.stopped',
  viewer: 'vw_1',
  path,
  protocol: 'hls',
  remote: '192.0.2.8:1',
  bytes: 9,
  durationMs: 300,
  reason: 'closed by the viewer',
  atMs,
})

test('a run that lost its end is ended by the next start', async () => {
  await apply(
    { type: 'stream.started', path, publisher, atMs: 100 },
    { type: 'stream.started', path, publisher, atMs: 200 },
    { type: 'stream.stopped', path, reason: 'kicked', atMs: 300, totals },
  )
  const runs = await platform.db.selectFrom('stream_runs').selectAll().orderBy('started_at').execute()
  expect(runs).toMatchObject([
    { started_at: 100, stopped_at: 200, stop_reason: 'published again', frames_in: 0 },
    { started_at: 200, stopped_at: 300, stop_reason: 'kicked', frames_in: 3 },
  ])
})

test('the end of a viewer whose start was given up tells it all', async () => {
  await apply(viewerStopped(1000))
  const runs = await platform.db.selectFrom('viewer_runs').selectAll().execute()
  expect(runs).toMatchObject([{ started_at: 700, stopped_at: 1000, bytes_sent: 9, protocol: 'hls' }])
})

test('a stream of an unknown space leaves its run and no row', async () => {
  await apply({ type: 'stream.started', path: 'gone/live/cam', publisher, atMs: 100 })
  expect(await platform.db.selectFrom('streams').selectAll().execute()).toEqual([])
  expect(await platform.db.selectFrom('stream_runs').select('path').execute()).toEqual([{ path: 'gone/live/cam' }])
})

test('viewers and refusals are kept 7 days, streams 90, what is open for ever', async () => {
  const now = platform.time.nowMs()
  await apply(
    { type: 'stream.started', path, publisher, atMs: now },
    { type: 'stream.stopped', path, reason: '', atMs: now, totals },
    { type: 'stream.started', path, publisher, atMs: now },
    viewerStopped(now),
    { type: 'refused', action: 'play', path, remote: '', reason: 'expired', atMs: now },
  )
  const left = async () => {
    await history.tidy(platform.db)
    const counts: number[] = []
    for (const table of ['stream_runs', 'viewer_runs', 'refusals'] as const) {
      counts.push((await platform.db.selectFrom(table).select('id').execute()).length)
    }
    return counts
  }
  platform.time.jump(7 * DAY_MS)
  expect(await left()).toEqual([2, 1, 1])
  platform.time.advance(1)
  expect(await left()).toEqual([2, 0, 0])
  platform.time.jump(83 * DAY_MS)
  expect(await left()).toEqual([1, 0, 0])
})
