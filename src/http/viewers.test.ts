import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  liveStream,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import type { NodeEvent } from '../link/events.ts'
import type { App } from './app.ts'
import { createApp } from './server.ts'

const path = 'default/live/cam'
const START_MS = 1_700_000_000_000
const publisher = { id: 'pb_1', protocol: 'rtmp', remote: '192.0.2.7:50000', agent: 'OBS', traceId: 't1' }
const watching = { path, protocol: 'http-flv', agent: 'VLC' }

let platform: PlatformUnderTest
let app: App
let node: NodeUnderTest
let token: string

beforeEach(async () => {
  platform = await platformUnderTest()
  app = await createApp(platform.server)
  token = await platform.addUser('olga', 'operator')
  node = new NodeUnderTest(platform)
  node.streams = [liveStream(path, { publisher, viewers: 1 })]
  node.viewers = [
    {
      id: 'vw_1',
      ...watching,
      remote: '192.0.2.9:4000',
      startedAtMs: START_MS,
      bytesSent: 5000,
      bufferedBytes: 7,
      framesDropped: 2,
      delayMs: 850,
      traceId: 't2',
    },
  ]
  node.client.start()
  await told(
    { type: 'stream.started', path, publisher, atMs: START_MS },
    { type: 'viewer.started', viewer: 'vw_1', ...watching, remote: '192.0.2.9:4000', atMs: START_MS },
    { type: 'viewer.started', viewer: 'vw_2', ...watching, remote: '[2001:db8::1]:4000', atMs: START_MS + 1 },
  )
  await vi.waitFor(() => expect(platform.services.links.live(path)).not.toBeNull())
})

afterEach(async () => {
  await node.close()
  await app.close()
  await platform.close()
})

async function told(...events: NodeEvent[]): Promise<void> {
  for (const event of events) node.client.emit(event)
  await vi.waitFor(
    () => {
      platform.time.advance(100) // the outbox writes what is small together
      expect(node.outbox.size).toBe(0)
    },
    { interval: 2 },
  )
}

const stop = (reason: string): NodeEvent => ({
  type: 'viewer.stopped',
  viewer: 'vw_1',
  ...watching,
  remote: '192.0.2.9:4000',
  bytes: 9000,
  framesDropped: 3,
  durationMs: 60_000,
  reason,
  atMs: START_MS + 60_000,
})

const call = (url: string, method: 'GET' | 'POST' = 'GET', as = token) =>
  app.inject({ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${as}` } })

test('a viewer is told by his node while he watches, and by the history afterwards', async () => {
  const who = { id: 'vw_1', ...watching, nodeId: 'node-1', remote: '192.0.2.9:4000', streamId: expect.any(String) }
  expect((await call('/viewers/vw_1')).json()).toEqual({
    ...who,
    state: 'on',
    startedAt: '2023-11-14T22:13:20.000Z',
    stoppedAt: null,
    stopReason: null,
    bytesSent: 5000,
    bufferedBytes: 7,
    framesDropped: 2,
    delayMs: 850,
    playerDroppedFrames: null,
    traceId: 't2',
  })
  await told(stop('closed by the viewer'))
  expect((await call('/viewers/vw_1')).json()).toEqual({
    ...who,
    state: 'off',
    startedAt: '2023-11-14T22:13:20.000Z',
    stoppedAt: '2023-11-14T22:14:20.000Z',
    stopReason: 'closed by the viewer',
    bytesSent: 9000,
    bufferedBytes: null,
    framesDropped: 3,
    delayMs: null,
    playerDroppedFrames: null,
    traceId: null,
  })
})

test('a publisher is told by his stream while it lasts, and by the history afterwards', async () => {
  const live = (await call('/publishers/pb_1')).json()
  expect(live).toMatchObject({ id: 'pb_1', path, agent: 'OBS', state: 'on', bitrateKbps: 2100, traceId: 't1' })
  const totals = { bytesIn: 1, bytesOut: 2, framesIn: 3, durationMs: 4 }
  await told({ type: 'stream.stopped', path, reason: 'kicked', atMs: START_MS + 1000, totals })
  expect((await call('/publishers/pb_1')).json()).toMatchObject({
    state: 'off',
    stopReason: 'kicked',
    bytesIn: 1,
    framesIn: 3,
    bitrateKbps: null,
  })
  expect((await call('/publishers/pb_none')).statusCode).toBe(404)
})

test('lists are filtered and paged', async () => {
  await told(stop('closed by the viewer'))
  const ids = async (query: string) =>
    (await call(`/viewers?${query}`)).json().items.map(({ id }: { id: string }) => id)
  expect(await ids('')).toEqual(['vw_2', 'vw_1'])
  expect(await ids('sort=startedAt')).toEqual(['vw_1', 'vw_2'])
  expect(await ids('state=on')).toEqual(['vw_2'])
  expect(await ids('state=off')).toEqual(['vw_1'])
  expect(await ids('space=default')).toEqual(['vw_2', 'vw_1'])
  expect(await ids('space=def')).toEqual([])
  expect(await ids('remote=192.0.2.9')).toEqual(['vw_1'])
  expect(await ids('remote=192.0.2.9%3A4000')).toEqual(['vw_1'])
  expect(await ids('remote=192.0.2.')).toEqual([])
  expect(await ids('remote=2001%3Adb8%3A%3A1')).toEqual(['vw_2'])
  expect(await ids('remote=%25')).toEqual([])
  expect(await ids(`path=${path}&protocol=http-flv`)).toEqual(['vw_2', 'vw_1'])
  const first = (await call('/viewers?limit=1')).json()
  expect(first.items[0]).toMatchObject({ id: 'vw_2', bytesSent: null, framesDropped: null })
  expect(await ids(`limit=1&cursor=${first.nextCursor}`)).toEqual(['vw_1'])
})

test('a viewer is put out by his id, and it is written down', async () => {
  expect((await call('/viewers/vw_1/kick', 'POST')).statusCode).toBe(204)
  expect(node.kicked).toEqual([{ viewerId: 'vw_1' }])
  expect((await call('/viewers/vw_2/kick', 'POST')).statusCode).toBe(404) // his node does not know him any more
  const entries = await platform.db.selectFrom('audit').select(['action', 'object', 'before']).execute()
  expect(entries).toEqual([
    { action: 'viewer.kick', object: 'vw_1', before: '{"path":"default/live/cam","remote":"192.0.2.9:4000"}' },
  ])
})

test('while his node is away a viewer is what is written down', async () => {
  node.away = true
  node.carrier?.close('cut')
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0))
  expect((await call('/viewers/vw_1')).json()).toMatchObject({ state: 'on', bytesSent: null, bufferedBytes: null })
  expect((await call('/viewers/vw_1/kick', 'POST')).statusCode).toBe(503)
})
