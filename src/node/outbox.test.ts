import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { silentLog } from '../base/log.ts'
import type { NodeEvent } from '../link/events.ts'
import { NodeStore } from './node-store.ts'
import { Outbox, type OutboxLimits } from './outbox.ts'

let directory: string
let time: FakeTime
let store: NodeStore

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-outbox-'))
  time = new FakeTime()
  store = new NodeStore(join(directory, 'node.db'))
})

afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true })
})

const open = (limits?: OutboxLimits) =>
  new Outbox({ store, clock: time, timers: time, log: silentLog, ...(limits ? { limits } : {}) })

const started: NodeEvent = { type: 'node.started', version: '1', atMs: 1 }
const viewer = (n: number): NodeEvent => ({
  type: 'viewer.started',
  viewer: `v${n}`,
  path: 'default/live/cam',
  protocol: 'rtmp',
  remote: '192.0.2.1:1',
  atMs: n,
})

test('events wait in order until they are acknowledged', () => {
  const outbox = open()
  for (const event of [viewer(1), viewer(2), started]) outbox.add(event)
  expect(outbox.peek(0)).toEqual([
    { number: 1, event: viewer(1) },
    { number: 2, event: viewer(2) },
    { number: 3, event: started },
  ])
  expect(outbox.peek(1, 1).map(({ number }) => number)).toEqual([2])
  outbox.acknowledge(2)
  expect(outbox.size).toBe(1)
  expect(outbox.peek(0)).toEqual([{ number: 3, event: started }])
})

test('viewers are written together, a moment later', () => {
  const outbox = open()
  let written = 0
  outbox.onWritten(() => written++)
  outbox.add(viewer(1))
  outbox.add(viewer(2))
  expect([written, outbox.size, outbox.peek(0).length]).toEqual([0, 2, 0])
  time.advance(50)
  expect([written, outbox.size, outbox.peek(0).length]).toEqual([1, 2, 2])
})

test('what was not acknowledged survives, and numbers are never used twice', () => {
  const first = open()
  first.add(started)
  first.add(viewer(1))
  first.close()
  store.close()
  store = new NodeStore(join(directory, 'node.db'))
  const second = open()
  expect(second.id).toBe(first.id)
  expect(second.peek(0).map(({ number }) => number)).toEqual([1, 2])
  second.acknowledge(2)
  expect(second.size).toBe(0)
  second.add(started)
  expect(second.peek(0).map(({ number }) => number)).toEqual([3])
})

test('a full outbox gives up the oldest viewers first, then the oldest of all, and counts them', () => {
  const outbox = open({ events: 1500, bytes: 1e9 })
  outbox.add(started)
  for (let n = 0; n < 1500; n++) outbox.add(viewer(n))
  outbox.add(started)
  expect(outbox.dropped).toBe(1000)
  const left = outbox.peek(0, 10_000)
  expect(left[0]).toEqual({ number: 1, event: started })
  expect(left[1]?.event).toEqual(viewer(1000))
  for (let n = 0; n < 2000; n++) outbox.add(started)
  expect(outbox.size).toBeLessThanOrEqual(1500)
  expect(outbox.peek(0, 10_000).every(({ event }) => event.type === 'node.started')).toBe(true)
})

test('the limit of bytes holds for letters of several bytes too', () => {
  const outbox = open({ events: 1e6, bytes: 4096 })
  for (let n = 0; n < 100; n++) {
    outbox.add({ type: 'refused', action: 'play', path: '走廊'.repeat(20), remote: '', reason: '', atMs: n })
  }
  outbox.add(started)
  expect(outbox.peek(0).map(({ event }) => event)).toEqual([started])
  expect(outbox.dropped).toBe(100)
})

test('a closed outbox has written everything and takes nothing more', () => {
  const outbox = open()
  outbox.add(viewer(1))
  outbox.close()
  outbox.close()
  outbox.add(viewer(2))
  expect(
    open()
      .peek(0)
      .map(({ event }) => event),
  ).toEqual([viewer(1)])
})

test('the desired state is kept; one of another version is not taken for ours', () => {
  expect(store.state('spaces')).toBeNull()
  const state = { revision: 3, spaces: [], forbidden: [{ path: 'default/live/x', untilMs: null }] }
  store.saveState('spaces', { ...state, revision: 2 })
  store.saveState('spaces', state)
  expect(store.state('spaces')).toEqual(state)
  store.saveState('spaces', { nonsense: true } as never) // deliberately wrong
  expect(store.state('spaces')).toBeNull()
})

test('a full disk stops nobody: events wait in memory and are written when there is room', () => {
  const outbox = open()
  const pages = store.db.prepare('PRAGMA page_count').get()?.['page_count']
  store.db.exec(`PRAGMA max_page_count = ${pages}`)
  const long = (n: number): NodeEvent => ({ ...viewer(n), remote: 'x'.repeat(100) }) as NodeEvent
  for (let n = 1; n <= 300; n++) outbox.add(long(n))
  expect(() => outbox.add(started)).not.toThrow()
  expect([outbox.size, outbox.peek(0).length]).toEqual([301, 0])
  store.db.exec('PRAGMA max_page_count = 1000000')
  time.advance(1000)
  expect(outbox.peek(0, 1000).map(({ event }) => event)).toEqual([
    ...Array.from({ length: 300 }, (_, n) => long(n + 1)),
    started,
  ])
})

test('what waits in memory is bounded, viewers go first', () => {
  const outbox = open()
  store.db.exec(`PRAGMA max_page_count = ${store.db.prepare('PRAGMA page_count').get()?.['page_count']}`)
  outbox.add(started)
  for (let n = 1; n <= 12_000; n++) outbox.add({ ...viewer(n), remote: 'x'.repeat(100) } as NodeEvent)
  time.advance(1000)
  expect(outbox.size).toBe(10_001) // one still fitted into the last page
  expect(outbox.dropped).toBe(2000)
  store.db.exec('PRAGMA max_page_count = 1000000')
  time.advance(1000)
  expect(outbox.peek(0, 1)[0]?.event).toEqual(started)
})
