import { expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { silentLog } from '../base/log.ts'
import type { NodeEvent } from '../link/events.ts'
import type { SpaceState, SpacesState } from '../link/messages.ts'
import { Pace } from '../media/broadcast/pace.ts'
import type { Sink } from '../media/broadcast/packager.ts'
import { audioTrack, videoFrame, videoTrack } from '../media/stream/test-frames.ts'
import { FlvPackager } from '../protocols/http-live/flv-packager.ts'
import { Access } from './access.ts'
import { Hub, type Visitor } from './hub.ts'
import { HubLinkHandlers } from './hub-link-handlers.ts'
import { Leases } from './leases.ts'
import { Spaces } from './spaces.ts'
import { streamStatus } from './status.ts'

const PATH = 'default/live/cam'
const never = new AbortController().signal
const none = { allow: [], deny: [] }
const flv = { key: 'flv', create: () => new FlvPackager('all') }

function visitor(query = '', protocol = 'http-flv'): Visitor {
  const address = { space: 'default', app: 'live', name: 'cam' }
  return {
    address,
    query: new URLSearchParams(query),
    uri: '/live/cam',
    protocol,
    remote: '10.0.0.1:5',
    agent: 'VLC',
    pageUrl: '',
    traceId: 'trace-1',
  }
}

class TestSink implements Sink {
  bytes = 0
  ended = ''
  write(bytes: Uint8Array): void {
    this.bytes += bytes.length
  }
  pendingBytes(): number {
    return 0
  }
  end(reason: string): void {
    this.ended = reason
  }
}

function setUp(maxViewersPerStream = 10) {
  const time = new FakeTime()
  const space: SpaceState = {
    name: 'default',
    publish: 'key',
    play: 'open',
    pushKeys: ['secret'],
    playKeys: [],
    latency: 'normal',
    gopCache: true,
  }
  const spaces = new Spaces(space)
  const events: NodeEvent[] = []
  const hub = new Hub({
    settings: () => ({
      timestamps: 'full',
      republishGraceMs: 1000,
      standbyMs: 5000,
      maxViewersPerStream,
      windowMs: { low: 50, normal: 350 },
      floorMs: 0,
      queue: { bytes: 1 << 20, ageMs: 30_000, stallMs: 60_000 },
    }),
    access: new Access(spaces, time),
    leases: new Leases(time),
    pace: new Pace(),
    clock: time,
    timers: time,
    log: silentLog,
    emit: event => events.push(event),
  })
  const kicked: string[] = []
  const publish = (query = 'key=secret') => {
    const info = { id: 'p1', protocol: 'rtmp', remote: '10.0.0.2:7', agent: 'OBS' }
    const publication = hub.publish(visitor(query, 'rtmp'), info, reason => kicked.push(reason))
    publication.setTrack(videoTrack())
    publication.setTrack(audioTrack())
    publication.write(videoFrame(0, true))
    return publication
  }
  const watch = async () => {
    const sink = new TestSink()
    const session = hub.join(await hub.admit(visitor(), never), flv, sink, null)
    return { sink, session }
  }
  let revision = 0
  const handlers = new HubLinkHandlers(hub, spaces, time, async () => ({ changed: [], needRestart: [] }))
  const apply = (change: Partial<SpaceState>, forbidden: SpacesState['forbidden'] = []) =>
    handlers.applySpaces({ revision: ++revision, spaces: [{ ...space, ...change }], forbidden })
  return { time, hub, events, kicked, publish, watch, apply }
}

test('a stream from its first frame to the last viewer, as the platform learns of it', async () => {
  const { hub, events, publish, watch, time } = setUp()
  const publication = publish()
  const { sink, session } = await watch()
  publication.countBytes(1000)
  expect(streamStatus(hub.find(PATH)!, hub)).toMatchObject({
    path: PATH,
    state: 'on',
    bytesIn: 1000,
    bytesOut: sink.bytes,
    viewers: 1,
    viewersByProtocol: { 'http-flv': 1 },
    tracks: [
      { codec: 'h264', width: 640 },
      { codec: 'aac', sampleRate: 44_100 },
    ],
  })
  time.advance(500)
  session.end('closed by the viewer')
  session.end('twice')
  publication.end('closed')
  time.advance(1000)
  expect(hub.find(PATH)).toBeUndefined()
  expect(events).toMatchObject([
    { type: 'stream.started', path: PATH, publisher: { id: 'p1' } },
    { type: 'viewer.started', viewer: session.id, traceId: 'trace-1' },
    { type: 'viewer.stopped', viewer: session.id, bytes: sink.bytes, durationMs: 500, reason: 'closed by the viewer' },
    { type: 'stream.stopped', reason: 'closed', totals: { bytesIn: 1000, bytesOut: sink.bytes, framesIn: 1 } },
  ])
})

test('a kicked publisher and a kicked viewer are told and counted once', async () => {
  const { hub, events, kicked, publish, watch } = setUp()
  publish()
  const { sink, session } = await watch()
  expect(hub.kick({ viewerId: session.id }, 'kicked')).toBe(true)
  expect(sink.ended).toBe('kicked')
  expect(hub.kick({ viewerId: session.id }, 'kicked')).toBe(false)
  expect(hub.kick({ path: PATH }, 'kicked')).toBe(true)
  expect(kicked).toEqual(['kicked'])
  expect(hub.kick({ path: 'default/live/none' }, 'kicked')).toBe(false)
  expect(events.map(event => event.type)).toEqual([
    'stream.started',
    'viewer.started',
    'viewer.stopped',
    'stream.stopped',
  ])
})

test('viewers are told when nobody publishes any more', async () => {
  const { publish, watch, time, events } = setUp()
  const publication = publish()
  const { sink } = await watch()
  publication.end('closed')
  expect(sink.ended).toBe('')
  time.advance(1000)
  expect(sink.ended).toBe('publisher gone')
  expect(events.at(-1)).toMatchObject({ type: 'viewer.stopped', reason: 'publisher gone' })
})

test('a viewer waits for the publisher, and gives up after the standby time', async () => {
  const { hub, publish, time } = setUp()
  const waiting = hub.admit(visitor(), never)
  time.advance(4000)
  publish()
  expect((await waiting).stream).toBe(hub.find(PATH))

  const { hub: empty, time: later } = setUp()
  const inVain = empty.admit(visitor(), never)
  later.advance(5000)
  await expect(inVain).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  const left = new AbortController()
  const gone = empty.admit(visitor(), left.signal)
  left.abort()
  await expect(gone).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
})

test('refusals are events, and the limit of viewers is kept', async () => {
  const { hub, events, publish, watch } = setUp(1)
  expect(() => publish('key=wrong')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  expect(events).toMatchObject([{ type: 'refused', action: 'publish', path: PATH, remote: '10.0.0.1:5' }])
  publish()
  expect(() => publish()).toThrow(expect.objectContaining({ code: 'STREAM_BUSY' }))
  await watch()
  await expect(hub.admit(visitor(), never)).rejects.toMatchObject({ code: 'VIEWER_LIMIT' })
  expect(events.filter(event => event.type === 'refused').map(({ traceId }) => traceId)).toEqual(
    Array(3).fill('trace-1'),
  )
  expect([...hub.refusals]).toEqual([
    { action: 'publish', reason: 'mismatch', count: 1 },
    { action: 'publish', reason: 'stream_busy', count: 1 },
    { action: 'play', reason: 'viewer_limit', count: 1 },
  ])
})

test('limits of the space count from the next viewer on: of one stream, and of all together', async () => {
  const { hub, publish, watch, apply } = setUp()
  publish()
  await watch()
  apply({ maxViewersPerStream: 1 })
  await expect(hub.admit(visitor(), never)).rejects.toMatchObject({ details: { limit: 1 } })
  apply({ maxViewers: 2 })
  const { session } = await watch()
  await expect(hub.admit(visitor(), never)).rejects.toMatchObject({ details: { limit: 2 } })
  session.end('closed')
  await watch()
  apply({ maxViewers: 0 })
  expect(hub.viewers.count(PATH)).toBe(2)
})

test('changed rules leave who is there, a forbidden stream loses its publisher, a disabled space everybody', async () => {
  const { publish, watch, apply, kicked, hub, time } = setUp()
  publish()
  const { sink } = await watch()
  apply({ publish: 'key', play: 'signed', pushKeys: ['other'], addressRules: { publish: none, play: none } })
  expect([kicked, sink.ended]).toEqual([[], ''])
  apply({}, [{ path: PATH, untilMs: time.nowMs() + 1000, reason: 'wrong camera' }])
  expect(kicked).toEqual(['the stream is forbidden until 2023-11-14T22:13:21.000Z: wrong camera'])
  expect(() => publish()).toThrow('wrong camera')
  expect(sink.ended).toBe('')
  time.advance(999)
  expect(() => publish()).toThrow('wrong camera')
  time.advance(1)
  publish()
  const again = await watch()
  apply({ enabled: false })
  expect(kicked.at(-1)).toBe('space default is disabled')
  expect(again.sink.ended).toBe('space default is disabled')
  expect(hub.viewers.count(PATH)).toBe(0)
})

test('a stream nobody publishes is counted and traced, and no event: players ask again and again', async () => {
  const { hub, events, time } = setUp()
  const inVain = hub.admit(visitor(), never)
  time.advance(5000)
  await expect(inVain).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  const left = new AbortController()
  const gone = hub.admit(visitor(), left.signal)
  left.abort()
  await expect(gone).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
  expect(events).toEqual([])
  expect([...hub.refusals]).toEqual([{ action: 'play', reason: 'stream_not_found', count: 1 }])
  expect(hub.trace.entries(PATH).map(entry => entry.step)).toEqual(['viewer asked', 'viewer refused', 'viewer asked'])
})

test('every step of a stream is traced, and the newest report of a player is shown', async () => {
  const { hub, publish, watch } = setUp()
  publish()
  const { session } = await watch()
  session.report({ delayMs: 900, droppedFrames: 0 })
  session.report({ delayMs: 800, droppedFrames: 2 })
  expect(session.status()).toMatchObject({ delayMs: 800, playerDroppedFrames: 2, traceId: 'trace-1' })
  hub.kick({ viewerId: session.id }, 'kicked')
  hub.kick({ path: PATH }, 'kicked')
  expect(hub.trace.entries(PATH).map(({ step, who }) => (who ? `${step} ${who}` : step))).toEqual([
    'publish asked',
    'publish started p1',
    'first frame',
    'first keyframe',
    'viewer asked',
    `viewer joined ${session.id}`,
    `viewer kicked ${session.id}`,
    `viewer left ${session.id}`,
    'publisher kicked p1',
    'publish stopped p1',
  ])
})

test('the sums of the node only grow: over publishers, viewers and streams that come and go', async () => {
  const { hub, publish, watch, time } = setUp()
  const first = publish()
  first.countBytes(100)
  const { sink, session } = await watch()
  const afterFirst = hub.totals()
  expect(afterFirst).toEqual({ bytesIn: 100, bytesOut: sink.bytes, framesIn: 1, framesDropped: 0 })
  session.end('closed')
  first.end('closed')
  const second = publish()
  second.countBytes(20)
  second.end('closed')
  time.advance(1000)
  expect(hub.find(PATH)).toBeUndefined()
  expect(hub.totals()).toEqual({ ...afterFirst, bytesIn: 120, framesIn: 2 })
  publish().countBytes(3)
  expect(hub.totals()).toEqual({ ...afterFirst, bytesIn: 123, framesIn: 3 })
})

test('frames dropped for slow viewers are kept when the viewers have left', async () => {
  const { hub, publish, time } = setUp()
  const publication = publish()
  const stuck = new TestSink()
  stuck.pendingBytes = () => 2 << 20
  const session = hub.join(await hub.admit(visitor(), never), flv, stuck, null)
  for (let ms = 40; ms <= 4000; ms += 40) {
    time.advance(40)
    publication.write(videoFrame(ms))
  }
  const dropped = session.status().framesDropped
  expect(dropped).toBeGreaterThan(40)
  expect(hub.totals().framesDropped).toBe(dropped)
  session.end('closed')
  expect(hub.totals().framesDropped).toBe(dropped)
  expect(streamStatus(hub.find(PATH)!, hub).framesDropped).toBe(dropped)
})

test('closing the node ends everything', async () => {
  const { hub, kicked, publish, watch } = setUp()
  publish()
  const { sink } = await watch()
  hub.close()
  expect(kicked).toEqual(['the node is stopping'])
  expect(sink.ended).toBe('the node is stopping')
  expect([...hub.streams]).toEqual([])
})

test('who watches what was recorded is counted and limited, and calls nobody', async () => {
  const { hub, events } = setUp(1)
  const handle = { counters: () => ({ bytesSent: 0, bufferedBytes: 0, framesDropped: 0 }), kick() {}, left() {} }
  const info = hub.admitReplay(visitor('', 'replay-hls'))
  const session = hub.viewers.add(info, handle)
  expect(events.map(({ type }) => type)).toEqual(['viewer.started'])
  expect(() => hub.admitReplay(visitor('', 'replay-flv'))).toThrow(expect.objectContaining({ code: 'VIEWER_LIMIT' }))
  expect([...hub.viewers.protocols]).toEqual([['replay-hls', 1]])
  session.end('over')
  expect(events.at(-1)).toMatchObject({ type: 'viewer.stopped', reason: 'over' })
  expect(hub.viewers.protocols.size).toBe(0)
  expect(hub.admitReplay(visitor('', 'replay-flv')).path).toBe(PATH)
})
