import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ADMINISTRATOR,
  liveStream,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import type { NodeEvent } from '../link/events.ts'
import { InProcessCarrier } from '../link/in-process-carrier.ts'

let platform: PlatformUnderTest
let nodes: NodeUnderTest[]

beforeEach(async () => {
  platform = await platformUnderTest()
  nodes = []
})

afterEach(async () => {
  for (const node of nodes) await node.close()
  await platform.close()
})

function makeNode(...options: ConstructorParameters<typeof NodeUnderTest> extends [unknown, ...infer R] ? R : never) {
  const node = new NodeUnderTest(platform, ...options)
  nodes.push(node)
  return node
}

const path = 'default/live/cam'
const publisher = { id: 'pb_1', protocol: 'rtmp', remote: '192.0.2.7:1', agent: 'FMLE/3.0' }
const totals = { bytesIn: 10, bytesOut: 20, framesIn: 3, durationMs: 400 }
const started: NodeEvent = { type: 'stream.started', path, publisher, atMs: 1000 }
const stopped: NodeEvent = { type: 'stream.stopped', path, reason: 'publisher closed', atMs: 1400, totals }
const viewed = (viewer: string, atMs: number): NodeEvent => ({
  type: 'viewer.started',
  viewer,
  path,
  protocol: 'http-flv',
  remote: '192.0.2.8:1',
  atMs,
})

const up = (node: NodeUnderTest) => vi.waitFor(() => expect(node.client.state).toBe('up'), { interval: 2 })
const delivered = (node: NodeUnderTest) => vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
const viewerIds = async () => {
  const rows = await platform.db.selectFrom('viewer_runs').select('viewer_id').orderBy('started_at').execute()
  return rows.map(row => row.viewer_id)
}

test('hello, desired state and report: the platform knows the node and the node its spaces', async () => {
  const node = makeNode()
  node.streams = [liveStream(path)]
  node.client.start()
  await up(node)
  await vi.waitFor(() => expect(platform.services.links.live(path)?.nodeId).toBe('node-1'))
  await vi.waitFor(() => expect(node.applied).toHaveLength(1))
  expect(node.applied[0]?.spaces[0]).toMatchObject({ name: 'default', publish: 'key', play: 'signed' })
  expect(node.applied[0]?.spaces[0]?.pushKeys[0]).toHaveLength(32)
})

test('a change of a space reaches the node, and is still there after a restart without the platform', async () => {
  const node = makeNode()
  node.client.start()
  await up(node)
  await platform.services.spaces.update(ADMINISTRATOR, 'default', { play: 'open' })
  await vi.waitFor(() => expect(node.applied.at(-1)?.spaces[0]?.play).toBe('open'))
  await node.close()
  const again = makeNode()
  again.away = true
  again.client.start()
  expect(again.applied.map(state => state.spaces[0]?.play)).toEqual(['open'])
})

test('events made while the platform is away arrive once, in order', async () => {
  const node = makeNode()
  node.away = true
  node.client.start()
  for (let n = 0; n < 1000; n++) node.client.emit(viewed(`v${n}`, n))
  node.client.emit(started)
  node.away = false
  await vi.waitFor(() => expect(node.client.state).toBe('waiting'))
  platform.time.advance(1000)
  await up(node)
  await delivered(node)
  expect(await viewerIds()).toEqual(Array.from({ length: 1000 }, (_, n) => `v${n}`))
  expect(platform.services.events.applied).toBe(1002)
})

test('an answer lost with the link: the events are sent again and not applied again', async () => {
  const node = makeNode()
  node.client.start()
  await up(node)
  await delivered(node)
  // the network is cut after the platform has applied the event and before its answer arrives
  const deliver = platform.services.events.deliver.bind(platform.services.events)
  const applied = vi.spyOn(platform.services.events, 'deliver').mockImplementationOnce(async (id, events) => {
    const last = await deliver(id, events)
    node.carrier?.cut()
    return last
  })
  node.client.emit(started)
  await vi.waitFor(() => expect(applied).toHaveBeenCalledTimes(1))
  expect(node.outbox.size).toBe(1)
  for (let i = 0; i < 40 && node.outbox.size > 0; i++) {
    platform.time.advance(250)
    await new Promise(resolve => setImmediate(resolve))
  }
  await delivered(node)
  const runs = await platform.db.selectFrom('stream_runs').selectAll().execute()
  expect(runs).toHaveLength(1)
})

test('the platform fails to write: the events stay and come again', async () => {
  const node = makeNode()
  node.client.start()
  await up(node)
  await delivered(node)
  vi.spyOn(platform.services.events, 'deliver').mockRejectedValueOnce(new Error('disk full'))
  node.client.emit(started)
  await vi.waitFor(() => expect(node.client.state).toBe('waiting'))
  expect(node.outbox.size).toBe(1)
  platform.time.advance(1000)
  await up(node)
  await delivered(node)
  expect(await platform.db.selectFrom('stream_runs').select('path').execute()).toEqual([{ path }])
})

test('events overtaking each other on two links of one node are applied once', async () => {
  const { events } = platform.services
  const node = makeNode()
  node.client.start()
  await up(node)
  await delivered(node)
  const batch = [2, 3].map(number => ({ number, event: viewed(`v${number}`, number) }))
  const last = await Promise.all([events.deliver('node-1', batch), events.deliver('node-1', batch)])
  expect(last).toEqual([3, 3])
  expect(await viewerIds()).toEqual(['v2', 'v3'])
  expect(events.duplicates).toBe(2)
})

test('an event that cannot be read is passed over, those behind it count', async () => {
  const node = makeNode()
  node.client.start()
  await up(node)
  node.client.emit({ type: 'stream.exploded' } as never) // of a version to come
  node.client.emit(started)
  await delivered(node)
  expect(platform.services.events.invalid).toBe(1)
  expect(await platform.db.selectFrom('streams').select('path').execute()).toEqual([{ path }])
})

test('a stream runs from start to stop; a restart of the node ends what was open', async () => {
  const node = makeNode()
  node.client.start()
  for (const event of [started, viewed('v1', 1100), stopped, { ...started, atMs: 2000 }]) node.client.emit(event)
  await up(node)
  await delivered(node)
  await node.close()
  platform.time.advance(5000)
  const again = makeNode()
  again.client.start()
  await up(again)
  await delivered(again)
  const runs = await platform.db
    .selectFrom('stream_runs')
    .select(['started_at', 'stopped_at', 'stop_reason', 'bytes_out'])
    .orderBy('started_at')
    .execute()
  expect(runs).toEqual([
    { started_at: 1000, stopped_at: 1400, stop_reason: 'publisher closed', bytes_out: 20 },
    { started_at: 2000, stopped_at: platform.time.nowMs(), stop_reason: 'the node was restarted', bytes_out: 0 },
  ])
  const viewers = await platform.db.selectFrom('viewer_runs').select('stop_reason').execute()
  expect(viewers).toEqual([{ stop_reason: 'the node was restarted' }])
})

test('a node that lost its data begins a new outbox, and nothing of it is taken for old', async () => {
  const first = makeNode()
  first.client.start()
  for (let n = 0; n < 10; n++) first.client.emit({ ...started, atMs: n })
  await up(first)
  await delivered(first)
  await first.close()
  const second = makeNode({ file: join(platform.directory, 'fresh.db') })
  second.client.start()
  second.client.emit({ ...started, path: 'default/live/other' })
  await up(second)
  await delivered(second)
  const paths = await platform.db.selectFrom('streams').select('path').orderBy('path').execute()
  expect(paths).toEqual([{ path }, { path: 'default/live/other' }])
})

test('a node whose network is cut is lost within 3 s, and found again when it dials', async () => {
  const node = makeNode()
  node.streams = [liveStream(path)]
  node.client.start()
  await up(node)
  await vi.waitFor(() => expect(platform.services.links.live(path)).not.toBeNull())
  node.carrier?.cut()
  for (let i = 0; i < 12; i++) {
    platform.time.advance(250)
    await new Promise(resolve => setImmediate(resolve))
    if (i === 8) expect(platform.services.links.nodes.size).toBe(1)
    if (platform.services.links.nodes.size === 0) break
  }
  expect(platform.services.links.nodes.size).toBe(0)
  expect(platform.services.links.live(path)).toBeNull()
  platform.time.advance(1000)
  await up(node)
  expect(platform.services.links.nodes.size).toBe(1)
})

test('a second link of a node takes the place of the first', async () => {
  const first = makeNode()
  first.client.start()
  await up(first)
  const second = makeNode({ file: join(platform.directory, 'second.db') })
  second.client.start()
  await up(second)
  await vi.waitFor(() => expect(first.client.state).toBe('waiting'))
  expect(platform.services.links.nodes.size).toBe(1)
})

test('the waits between attempts grow up to 5 s and are spread by half', async () => {
  const waits: number[] = []
  const { time } = platform
  const dials: number[] = []
  const node = makeNode({
    random: () => 0.5,
    dial: async () => {
      dials.push(time.nowMs())
      throw new Error('connection refused')
    },
  })
  node.client.start()
  for (let i = 0; i < 2000; i++) {
    await new Promise(resolve => queueMicrotask(() => resolve(null)))
    time.advance(10)
  }
  for (let i = 1; i < dials.length; i++) waits.push((dials[i] ?? 0) - (dials[i - 1] ?? 0))
  expect(waits.slice(0, 6).map(wait => Math.round(wait / 50) * 50)).toEqual([250, 500, 1000, 2000, 4000, 5000])
})

test('another link version is refused and not tried again at once', async () => {
  const node = makeNode({
    dial: async () => {
      const [ours, middle] = InProcessCarrier.pair()
      const [out, theirs] = InProcessCarrier.pair()
      // an older node: the hello is rewritten on its way
      middle.start({
        onMessage: text => out.send(text.replace('"linkVersion":1', '"linkVersion":0')),
        onClose: reason => out.close(reason),
      })
      out.start({ onMessage: text => middle.send(text), onClose: reason => middle.close(reason) })
      platform.services.links.accept(theirs, 'in process')
      return ours
    },
  })
  node.client.start()
  await vi.waitFor(() => expect(node.client.state).toBe('waiting'))
  expect(platform.services.links.nodes.size).toBe(0)
  platform.time.advance(5000)
  expect(node.client.state).toBe('waiting')
  platform.time.advance(5000)
  expect(node.client.state).toBe('dialling')
})

test('who has the token but says no hello, or sends events before it, gets nowhere', async () => {
  const [raw, theirs] = InProcessCarrier.pair()
  const heard: string[] = []
  let end = ''
  raw.start({
    onMessage: text => heard.push(text),
    onClose: reason => {
      end = reason
    },
  })
  platform.services.links.accept(theirs, 'in process')
  raw.send(
    JSON.stringify({ kind: 'request', id: 1, name: 'events.deliver', params: { events: [{ number: 1, event: {} }] } }),
  )
  await vi.waitFor(() => expect(heard.join()).toContain('events before hello'))
  const alive = setInterval(() => raw.send('{"kind":"alive"}'), 1)
  for (let i = 0; i < 25 && end === ''; i++) {
    platform.time.advance(250)
    await new Promise(resolve => setTimeout(resolve, 4))
  }
  clearInterval(alive)
  expect(end).toBe('closed by the peer')
})

test('nothing happens after close', async () => {
  const node = makeNode()
  node.client.start()
  await up(node)
  await node.close()
  node.client.emit(started)
  platform.time.advance(60_000)
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(0))
  expect(node.client.state).toBe('closed')
})
