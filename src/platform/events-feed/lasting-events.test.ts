import { afterEach, beforeEach, expect, test } from 'vitest'
import { chosenDatabase, type TestDatabase } from '../../../test/databases.ts'
import { ADMINISTRATOR } from '../../../test/support/platform-under-test.ts'
import { FakeTime } from '../../base/fake-time.ts'
import { silentLog } from '../../base/log.ts'
import { EventFeed } from './event-feed.ts'
import type { FeedEvent } from './feed-event.ts'
import { LastingEvents } from './lasting-events.ts'

let database: TestDatabase
let time: FakeTime

beforeEach(async () => {
  database = await chosenDatabase.create()
  time = new FakeTime()
})

afterEach(() => database.remove())

const open = () => LastingEvents.open(database.db, time, silentLog)
const event = (n: number, change: Partial<FeedEvent> = {}): FeedEvent => ({
  ...{ type: 'stream.on', atMs: n, permission: 'streams.read', path: `default/live/${n}`, data: { n } },
  ...change,
})

test('the newest of before a restart are there after it, in order, and what does not last is not', async () => {
  const before = await open()
  expect(before.events).toEqual([])
  before.add(event(1))
  before.add(event(2, { type: 'streams.live' }))
  time.advance(2000)
  before.add(event(3, { type: 'node.lost', permission: 'nodes.read', path: null }))
  await before.close()
  const after = await open()
  expect(after.events).toEqual([event(1), event(3, { type: 'node.lost', permission: 'nodes.read', path: null })])
  after.add(event(4))
  await after.close()
  const last = await open()
  expect(last.events.map(({ atMs }) => atMs)).toEqual([1, 3, 4])
  await last.close()
})

test('no more than 500 are kept', async () => {
  const before = await open()
  for (let n = 1; n <= 400; n++) before.add(event(n))
  await before.write()
  for (let n = 401; n <= 700; n++) before.add(event(n))
  await before.close()
  const { count } = await database.db
    .selectFrom('feed_events')
    .select(e => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  expect(Number(count)).toBe(500)
  const after = await open()
  expect([after.events[0]?.atMs, after.events.at(-1)?.atMs]).toEqual([201, 700])
  await after.close()
})

test('a row of another version is passed over', async () => {
  const row = { number: 7, at: 1, type: 'something.else', path: null, data: '{}' }
  await database.db.insertInto('feed_events').values(row).execute()
  const lasting = await open()
  expect(lasting.events).toEqual([])
  lasting.add(event(8))
  await lasting.close()
  expect((await database.db.selectFrom('feed_events').select('number').execute()).map(row => row.number)).toEqual([
    7, 8,
  ])
})

test('the feed begins with them and goes on behind them', async () => {
  const before = await open()
  before.add(event(1))
  await before.close()
  const lasting = await open()
  const links = () => ({ nodes: new Map() }) as never
  const feed = new EventFeed({ links, clock: time, timers: time, lasting })
  const listener = { actor: ADMINISTRATOR, filter: {} }
  feed.publish(event(2))
  const newest = feed.newest(listener, 10)
  expect(newest.map(([{ atMs }]) => atMs)).toEqual([1, 2])
  expect(newest.at(-1)?.[1]).toBe(feed.id)
  feed.close()
  await lasting.close()
  const after = await open()
  expect(after.events.map(({ atMs }) => atMs)).toEqual([1, 2])
  await after.close()
})
