import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ADMINISTRATOR,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../../test/support/platform-under-test.ts'
import { PATH, RecorderAtNode } from '../../../test/support/recorder-at-node.ts'
import type { NodeEvent } from '../../link/events.ts'
import { CoverageStore } from './coverage-store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** On the hour. */
const BEGIN = 1_700_000_000_000 - (1_700_000_000_000 % HOUR_MS)

let platform: PlatformUnderTest
let node: NodeUnderTest

beforeEach(async () => {
  platform = await platformUnderTest()
  node = new NodeUnderTest(platform, { features: new RecorderAtNode().features })
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1), { interval: 2 })
})

afterEach(async () => {
  await node.close()
  await platform.close()
})

async function tell(...events: NodeEvent[]): Promise<void> {
  for (const event of events) node.client.emit(event)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

/** A minute of a stream: what of it was recorded, and why not the rest. */
const minute = (n: number, recordedS: number, reason?: 'diskFull' | 'noStream', path = PATH): NodeEvent => {
  const fromMs = BEGIN + n * MINUTE_MS
  const toMs = fromMs + MINUTE_MS
  const gaps = reason ? [{ startMs: fromMs + recordedS * 1000, endMs: toMs, reason }] : []
  return { type: 'recording.coverage', path, fromMs, toMs, plannedS: 60, recordedS, gaps, atMs: toMs }
}

const coverage = async (startMs: number, endMs: number, query = {}) =>
  (
    await platform.services.coverage.list(ADMINISTRATOR, {
      ...{ startMs, endMs, sort: { by: 'path', descending: false }, limit: 10 },
      ...query,
    })
  ).items

const open = async () =>
  (
    await platform.services.alerts.list(
      ADMINISTRATOR,
      { open: true },
      { sort: { by: 'raisedAt', descending: false }, limit: 10 },
    )
  ).items

/** In steps in which both ends of the link hear each other. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    platform.time.advance(500)
    await new Promise(resolve => setImmediate(resolve))
  }
}

const state = (state: 'started' | 'error' | 'resumed' | 'stopped', reason = ''): NodeEvent => ({
  ...{ type: 'recording.state', path: PATH, recording: 'rc_1', state, cause: 'always', template: null, reason },
  atMs: platform.time.nowMs(),
})

test('minutes add up by the hour; a gap that goes on is one gap', async () => {
  await tell(
    minute(0, 60),
    minute(1, 20, 'diskFull'),
    minute(2, 0, 'diskFull'),
    minute(3, 0, 'noStream'),
    minute(4, 60),
    minute(65, 60),
    minute(0, 30, 'diskFull', 'default/live/two'),
  )
  const rows = await coverage(BEGIN, BEGIN + HOUR_MS)
  expect(rows).toMatchObject([
    { path: PATH, plannedS: 300, recordedS: 140 },
    { path: 'default/live/two', plannedS: 60, recordedS: 30 },
  ])
  expect(rows[0]?.gaps).toEqual([
    { startMs: BEGIN + 80_000, endMs: BEGIN + 180_000, reason: 'diskFull' },
    { startMs: BEGIN + 180_000, endMs: BEGIN + 240_000, reason: 'noStream' },
  ])
  expect(await coverage(BEGIN, BEGIN + 2 * HOUR_MS)).toMatchObject([{ plannedS: 360, recordedS: 200 }, {}])
  expect(await coverage(BEGIN, BEGIN + HOUR_MS, { space: 'school' })).toEqual([])
  await expect(coverage(BEGIN, BEGIN)).rejects.toMatchObject({ code: 'INVALID' })
})

test('what lies in two hours is divided between them', async () => {
  const fromMs = BEGIN + HOUR_MS - 20_000
  const span = { fromMs, toMs: fromMs + MINUTE_MS, plannedS: 60, recordedS: 30, gaps: [] }
  await tell({ type: 'recording.coverage', path: PATH, ...span, atMs: fromMs })
  expect((await coverage(BEGIN, BEGIN + HOUR_MS))[0]).toMatchObject({ plannedS: 20, recordedS: 10 })
  expect((await coverage(BEGIN + HOUR_MS, BEGIN + 2 * HOUR_MS))[0]).toMatchObject({ plannedS: 40, recordedS: 20 })
})

test('a part of an hour has its own minutes; after two days they are an hour', async () => {
  await tell(...Array.from({ length: 60 }, (_, n) => minute(n, n < 30 ? 60 : 15)))
  const at = (from: number, to: number) => coverage(BEGIN + from * MINUTE_MS, BEGIN + to * MINUTE_MS)
  expect(await at(20, 40)).toMatchObject([{ path: PATH, plannedS: 1200, recordedS: 750 }])
  expect(await at(45, 60)).toMatchObject([{ plannedS: 900, recordedS: 225 }])
  platform.time.jump(2 * 24 * HOUR_MS + 3 * HOUR_MS)
  const whole = { plannedS: 3600, recordedS: 2250 }
  for (let times = 0; times < 2; times++) {
    await platform.db.transaction().execute(trx => new CoverageStore(trx).tidy(0, platform.time.nowMs()))
    expect(await at(0, 60)).toMatchObject([whole])
    const rows = await platform.db.selectFrom('coverage_hours').select(['at']).where('path', '=', PATH).execute()
    expect(rows.map(row => Number(row.at))).toEqual([BEGIN])
  }
  // Known by the hour only now.
  expect(await at(20, 40)).toMatchObject([whole])
})

test('a gap that is open raises an alert at once; what is recorded again clears it', async () => {
  await tell(minute(0, 40, 'diskFull'))
  expect(await open()).toMatchObject([{ kind: 'recording.missing', path: PATH, reason: 'diskFull' }])
  await tell(minute(1, 0, 'noStream'))
  expect(await open()).toMatchObject([{ reason: 'noStream', raisedAtMs: BEGIN + 40_000 }])
  await tell(minute(2, 60))
  expect(await open()).toEqual([])
  await tell(state('error', 'the disk is full'))
  expect(await open()).toMatchObject([{ reason: 'the disk is full' }])
  await tell(state('resumed'))
  expect(await open()).toEqual([])
})

test('a node that is gone is told within a minute for what it recorded, one that comes back at once is not', async () => {
  await tell(state('started'))
  const goes = async () => {
    node.away = true
    node.carrier?.close('cut')
    await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0), { interval: 2 })
  }
  const comes = () =>
    vi.waitFor(
      () => {
        node.away = false
        platform.time.advance(100)
        expect(platform.services.links.nodes.size).toBe(1)
      },
      { interval: 5 },
    )
  await goes()
  await pass(15_000)
  await comes()
  await pass(40_000)
  expect(await open()).toEqual([])
  await goes()
  const goneMs = platform.time.nowMs()
  await pass(50_000)
  await vi.waitFor(async () => {
    expect(await open()).toMatchObject([{ path: PATH, reason: 'nodeDown', nodeId: 'node-1', raisedAtMs: goneMs }])
  })
  await comes()
  await tell(state('started'))
  expect(await open()).toEqual([])
})

test('an alert of a plan that is over ends when nothing is told any more', async () => {
  await tell(minute(0, 0, 'noStream'))
  expect(await open()).toHaveLength(1)
  await pass(140_000)
  expect(await open()).toHaveLength(1)
  await pass(60_000)
  await vi.waitFor(async () => expect(await open()).toEqual([]), { interval: 5 })
})

test('alerts and coverage are forgotten after their time', async () => {
  await tell(minute(0, 0, 'noStream'), minute(1, 60))
  platform.time.jump(401 * 24 * HOUR_MS)
  const { alerts } = platform.services
  await alerts.tidy()
  expect(await platform.db.selectFrom('alerts').selectAll().execute()).toEqual([])
})
