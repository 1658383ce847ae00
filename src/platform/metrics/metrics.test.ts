import { afterEach, beforeEach, expect, test } from 'vitest'
import { chosenDatabase, type TestDatabase } from '../../../test/databases.ts'
import { liveStream } from '../../../test/support/platform-under-test.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import type { StreamStatus } from '../../link/status.ts'
import type { Actor } from '../access/actor.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import type { NodeService } from '../nodes/node-service.ts'
import { HOUR_MS, MINUTE_MS } from './metric.ts'
import { MetricSampler, SAMPLE_EVERY_MS } from './metric-sampler.ts'
import { MetricService } from './metric-service.ts'
import { MetricStore } from './metric-store.ts'

const PATH = 'default/live/cam'
const BEGIN = Date.UTC(2026, 0, 5, 12, 0, 0)
const viewer = { role: 'viewer', scopes: null } as unknown as Actor // the only fields that permissions look at

let database: TestDatabase
let time: FakeTime
let streams: Map<string, StreamStatus>
let sampler: MetricSampler
let metrics: MetricService
let store: MetricStore

beforeEach(async () => {
  database = await chosenDatabase.create()
  time = new FakeTime(BEGIN)
  streams = new Map()
  const node = { id: 'node-1', load: { cpu: 0.5, memoryBytes: 1000, eventLoopP99Ms: 1 }, streams, lastSeenAtMs: 0 }
  const links = { nodes: new Map([['node-1', node]]) } as unknown as NodeLinks // all that is looked at
  const nodes = { list: async () => [{}, {}] } as unknown as NodeService
  store = new MetricStore(database.db)
  sampler = new MetricSampler({ store, links, clock: time, timers: time, log: silentLog })
  metrics = new MetricService({ store, sampler, links, nodes, clock: time })
  await sampler.settled()
})

afterEach(async () => {
  await sampler.close()
  await database.remove()
})

const live = (change: Partial<StreamStatus>) => streams.set(PATH, liveStream(PATH, { startedAtMs: BEGIN, ...change }))

test('a minute holds means, highest values and the bytes of that minute', async () => {
  live({ bytesIn: 0, bytesOut: 0, bitrateKbps: 1000, viewers: 1, fps: 25, gopMs: null })
  time.advance(SAMPLE_EVERY_MS)
  live({ bytesIn: 500, bytesOut: 900, bitrateKbps: 3000, viewers: 4, fps: 20, gopMs: 2000 })
  time.advance(SAMPLE_EVERY_MS)
  streams.clear()
  time.advance(MINUTE_MS)
  await sampler.settled()
  const { points, stepMs, fromMs } = await metrics.stream(viewer, PATH, {})
  expect([stepMs, fromMs]).toEqual([MINUTE_MS, BEGIN - 59 * MINUTE_MS])
  expect(points).toEqual([
    {
      path: PATH,
      resolution: 'minute',
      at: BEGIN,
      samples: 2,
      bitrate_kbps: 2000,
      bitrate_max_kbps: 3000,
      fps: 22.5,
      gop_ms: 2000,
      viewers: 2.5,
      viewers_max: 4,
      bytes_in: 500,
      bytes_out: 900,
    },
  ])
  const total = await metrics.platform(viewer, {})
  expect(total.points).toMatchObject([
    { at: BEGIN, samples: 11, nodes: 1, streams: 2 / 11, streams_max: 1, viewers_max: 4, bytes_in: 500, cpu: 0.5 },
  ])
})

test('counters that begin again, and streams that ran before, add no bytes that were not seen', async () => {
  streams.set(PATH, liveStream(PATH, { startedAtMs: 1, bytesIn: 1e9, bytesOut: 1e9 }))
  time.advance(SAMPLE_EVERY_MS)
  streams.set(PATH, liveStream(PATH, { startedAtMs: 1, bytesIn: 1e9 + 7, bytesOut: 1e9 }))
  time.advance(SAMPLE_EVERY_MS)
  streams.set(PATH, liveStream(PATH, { startedAtMs: time.nowMs() + 1, bytesIn: 30, bytesOut: 2 }))
  time.advance(MINUTE_MS)
  await sampler.settled()
  const { points } = await metrics.stream(viewer, PATH, {})
  expect(points.map(point => [point.bytes_in, point.bytes_out])).toEqual([[37, 2]])
})

test('two samplers of one minute, before and after a restart, add their bytes', async () => {
  live({ bytesIn: 0, bytesOut: 0 })
  time.advance(SAMPLE_EVERY_MS)
  live({ bytesIn: 10, bytesOut: 1 })
  time.advance(SAMPLE_EVERY_MS)
  await sampler.close()
  const links = { nodes: new Map([['node-1', { load: null, streams }]]) } as unknown as NodeLinks
  const next = new MetricSampler({ store, links, clock: time, timers: time, log: silentLog })
  time.advance(SAMPLE_EVERY_MS)
  live({ bytesIn: 15, bytesOut: 1 })
  time.advance(SAMPLE_EVERY_MS)
  await next.close()
  expect((await metrics.stream(viewer, PATH, {})).points).toMatchObject([{ bytes_in: 15, bytes_out: 1 }])
})

test('hours are folded out of minutes, and both are removed when they are old', async () => {
  for (let minute = 0; minute < 60; minute++) {
    const row = {
      path: PATH,
      resolution: 'minute' as const,
      at: BEGIN + minute * MINUTE_MS,
      samples: minute < 30 ? 1 : 3,
    }
    const value = minute < 30 ? 100 : 200
    await store.insert(
      {
        ...{ resolution: 'minute', at: row.at, samples: 1, nodes: 1, streams: 1, streams_max: 1, viewers: minute },
        ...{ viewers_max: minute, bitrate_kbps: 1, bytes_in: 1, bytes_out: 2, cpu: 0.5, memory_bytes: 10 },
      },
      [
        {
          ...row,
          ...{ bitrate_kbps: value, bitrate_max_kbps: value, fps: 25, gop_ms: minute < 30 ? null : 1000 },
          ...{ viewers: 2, viewers_max: minute, bytes_in: 10, bytes_out: 20 },
        },
      ],
    )
  }
  await store.rollUp(BEGIN + HOUR_MS)
  await store.rollUp(BEGIN + HOUR_MS) // again changes nothing
  const all = { fromMs: 0, toMs: BEGIN + 500 * 24 * HOUR_MS }
  expect(await store.stream(PATH, 'hour', all)).toEqual([
    {
      ...{ path: PATH, resolution: 'hour', at: BEGIN, samples: 120, bitrate_kbps: 175, bitrate_max_kbps: 200 },
      ...{ fps: 25, gop_ms: 1000, viewers: 2, viewers_max: 59, bytes_in: 600, bytes_out: 1200 },
    },
  ])
  expect(await store.platform('hour', all)).toMatchObject([
    { samples: 60, viewers: 29.5, viewers_max: 59, bytes_out: 120 },
  ])
  await store.rollUp(BEGIN + 48 * HOUR_MS)
  expect(await store.stream(PATH, 'minute', all)).toHaveLength(60)
  await store.rollUp(BEGIN + 49 * HOUR_MS)
  expect(await store.stream(PATH, 'minute', all)).toHaveLength(0)
  await store.rollUp(BEGIN + 400 * 24 * HOUR_MS)
  expect(await store.stream(PATH, 'hour', all)).toHaveLength(1)
  await store.rollUp(BEGIN + 400 * 24 * HOUR_MS + HOUR_MS)
  expect(await store.stream(PATH, 'hour', all)).toHaveLength(0)
})

test('an hour ends while the sampler runs; a long chart has it and the hour that goes on', async () => {
  live({})
  time.advance(HOUR_MS + 10 * MINUTE_MS)
  await sampler.settled()
  const { points, stepMs } = await metrics.stream(viewer, PATH, { fromMs: BEGIN - 100 * HOUR_MS })
  expect(stepMs).toBe(HOUR_MS)
  expect(points.map(point => [point.at, point.samples])).toEqual([
    [BEGIN, 719],
    [BEGIN + HOUR_MS, 120],
  ])
})

test.each([
  ['from after to', { fromMs: BEGIN, toMs: BEGIN }, 'querystring.from'],
  ['step of seconds', { stepMs: 1000 }, 'querystring.step'],
  ['minutes of last week', { fromMs: BEGIN - 200 * HOUR_MS, stepMs: MINUTE_MS }, 'querystring.step'],
  ['too many points', { fromMs: BEGIN - 40 * HOUR_MS, stepMs: MINUTE_MS }, 'querystring.step'],
])('refused: %s', async (_, query, field) => {
  await expect(metrics.stream(viewer, PATH, query)).rejects.toMatchObject({ code: 'INVALID', details: { field } })
})

test('the overview is the sum of what the nodes report, and the traffic of the last look', async () => {
  live({ bytesIn: 0, bytesOut: 0, bitrateKbps: 800, viewers: 3 })
  time.advance(SAMPLE_EVERY_MS)
  live({ bytesIn: 0, bytesOut: 5000, bitrateKbps: 800, viewers: 3 })
  time.advance(SAMPLE_EVERY_MS)
  expect(await metrics.overview(viewer)).toEqual({
    ...{ streams: 1, viewers: 3, nodesOn: 1, nodesLost: 1, bitrateInKbps: 800, bitrateOutKbps: 8 },
    ...{ cpu: 0.5, memoryBytes: 1000 },
  })
})

test('5000 streams are one transaction, and a minute of them is there', async () => {
  for (let i = 0; i < 5000; i++) streams.set(`default/live/${i}`, liveStream(`default/live/${i}`))
  time.advance(MINUTE_MS)
  await sampler.close()
  const { count } = await database.db
    .selectFrom('stream_metrics')
    .select(e => e.fn.countAll<number>().as('count'))
    .where('at', '=', BEGIN)
    .executeTakeFirstOrThrow()
  expect(count).toBe(5000)
})
