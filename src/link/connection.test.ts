import { beforeEach, expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { FakeTime } from '../base/fake-time.ts'
import { silentLog } from '../base/log.ts'
import { Connection, type RequestHandlers } from './connection.ts'
import { InProcessCarrier } from './in-process-carrier.ts'
import { NODE_SAYS, PLATFORM_SAYS } from './messages.ts'
import type { NodeReport } from './status.ts'

type Node = Connection<typeof NODE_SAYS, typeof PLATFORM_SAYS>
type Platform = Connection<typeof PLATFORM_SAYS, typeof NODE_SAYS>

const path = 'default/live/cam'
const report: NodeReport = { load: { cpu: 0, memoryBytes: 1, eventLoopP99Ms: 1 }, streams: [] }

let time: FakeTime
let carriers: [InProcessCarrier, InProcessCarrier]
let node: Node
let platform: Platform
let closed: string[]
let reports: NodeReport[]
let answers: Pick<
  RequestHandlers<typeof PLATFORM_SAYS>,
  'spaces.apply' | 'stream.kick' | 'streams.list' | 'stream.viewers' | 'stream.trace' | 'settings.reload'
>

beforeEach(() => {
  time = new FakeTime()
  carriers = InProcessCarrier.pair()
  closed = []
  reports = []
  answers = {
    'spaces.apply': () => ({}),
    'stream.kick': () => ({ kicked: true }),
    'streams.list': () => ({ streams: [] }),
    'stream.viewers': () => ({ viewers: [] }),
    'stream.trace': () => ({ entries: [] }),
    'settings.reload': () => ({ changed: [], needRestart: [] }),
  }
  const common = { clock: time, timers: time, log: silentLog }
  node = new Connection({
    ...common,
    carrier: carriers[0],
    peer: 'platform',
    says: NODE_SAYS,
    hears: PLATFORM_SAYS,
    requests: {
      'spaces.apply': params => answers['spaces.apply'](params),
      'stream.kick': params => answers['stream.kick'](params),
      'streams.list': params => answers['streams.list'](params),
      'stream.viewers': params => answers['stream.viewers'](params),
      'stream.trace': params => answers['stream.trace'](params),
      'settings.reload': params => answers['settings.reload'](params),
    },
    notices: {},
    onClose: reason => closed.push(`node: ${reason}`),
  })
  platform = new Connection({
    ...common,
    carrier: carriers[1],
    peer: 'node-1',
    says: PLATFORM_SAYS,
    hears: NODE_SAYS,
    requests: {
      hello: () => ({ lastEvent: 7 }),
      'events.deliver': ({ events }) => ({ lastEvent: events.at(-1)?.number ?? 0 }),
    },
    notices: { 'node.report': body => reports.push(body) },
    onClose: reason => closed.push(`platform: ${reason}`),
  })
})

/** Lets everything that is under way arrive. */
const settle = () => new Promise(resolve => setImmediate(resolve))

test('both sides ask and answer at the same time', async () => {
  const events = [{ number: 3, event: {} }]
  const both = await Promise.all([
    node.request('events.deliver', { events }),
    platform.request('stream.kick', { path }),
    platform.request('streams.list', {}),
  ])
  expect(both).toEqual([{ lastEvent: 3 }, { kicked: true }, { streams: [] }])
})

test('answers find their requests whatever their order', async () => {
  const waiting: ((answer: { kicked: boolean }) => void)[] = []
  answers = { ...answers, 'stream.kick': () => new Promise(resolve => waiting.push(resolve)) }
  const first = platform.request('stream.kick', { path })
  const second = platform.request('stream.kick', { path })
  await settle()
  waiting[1]?.({ kicked: false })
  waiting[0]?.({ kicked: true })
  expect([await first, await second]).toEqual([{ kicked: true }, { kicked: false }])
})

test('an error crosses the link with its code and details', async () => {
  answers = {
    ...answers,
    'stream.kick': () => {
      throw new AppError('STREAM_NOT_FOUND', { path })
    },
    'streams.list': () => {
      throw new Error('a secret of the node')
    },
  }
  await expect(platform.request('stream.kick', { path })).rejects.toMatchObject({
    code: 'STREAM_NOT_FOUND',
    details: { path },
  })
  const failing = platform.request('streams.list', {})
  await expect(failing).rejects.toMatchObject({ code: 'INTERNAL', message: 'streams.list failed' })
})

test('what does not fit the schema reaches no handler', async () => {
  const bad = platform.request('stream.kick', { path: 'x' })
  await expect(bad).rejects.toMatchObject({ code: 'BYTES_INVALID', details: { what: 'request stream.kick' } })
  node.notify('node.report', { ...report, streams: [{ path } as never] }) // deliberately wrong
  node.notify('node.report', report)
  await settle()
  expect(reports).toEqual([report])
})

test('an answer that does not fit is an error of the request', async () => {
  answers = { ...answers, 'stream.kick': () => ({ kicked: 'yes' }) as never } // deliberately wrong
  await expect(platform.request('stream.kick', { path })).rejects.toMatchObject({ code: 'BYTES_INVALID' })
})

test('names outside the vocabulary are refused, also those every object has', async () => {
  const refused: string[] = []
  for (const name of ['no.such', 'constructor', '__proto__']) {
    const [raw, theirs] = InProcessCarrier.pair()
    new Connection({
      carrier: theirs,
      peer: 'x',
      says: PLATFORM_SAYS,
      hears: NODE_SAYS,
      requests: { hello: () => ({ lastEvent: 0 }), 'events.deliver': () => ({ lastEvent: 0 }) },
      notices: { 'node.report': () => {} },
      clock: time,
      timers: time,
      log: silentLog,
      onClose: () => {},
    })
    raw.start({ onMessage: text => refused.push(text), onClose: () => {} })
    raw.send(JSON.stringify({ kind: 'request', id: 1, name, params: {} }))
    await settle()
  }
  expect(refused.map(text => JSON.parse(text).code)).toEqual(['PEER_REFUSED', 'PEER_REFUSED', 'PEER_REFUSED'])
})

test.each([['not json'], ['{}'], ['{"kind":"request","id":-1,"name":"hello"}'], ['[]'], ['null']])(
  'garbage ends the link: %s',
  async garbage => {
    carriers[0].send(garbage)
    await settle()
    expect(closed).toContain('platform: message that is not of the link')
    expect(platform.isOpen).toBe(false)
  },
)

test('a request that is not answered times out, and a late answer does no harm', async () => {
  let late = (_: { kicked: boolean }) => {}
  answers = {
    ...answers,
    'stream.kick': () =>
      new Promise(resolve => {
        late = resolve
      }),
  }
  const waiting = platform.request('stream.kick', { path }, 400)
  const outcome = expect(waiting).rejects.toMatchObject({ code: 'PEER_TIMEOUT', details: { ms: 400 } })
  await settle()
  time.advance(400)
  await outcome
  late({ kicked: true })
  await settle()
  expect(await platform.request('streams.list', {})).toEqual({ streams: [] })
})

test('requests under way are bounded', async () => {
  answers = { ...answers, 'stream.kick': () => new Promise(() => {}) }
  const waiting = Array.from({ length: 256 }, () => platform.request('stream.kick', { path }).catch(() => 'closed'))
  await expect(platform.request('stream.kick', { path })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
  platform.close('done')
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['closed']))
})

test('closing rejects what waits, tells both sides once, and then refuses', async () => {
  answers = { ...answers, 'stream.kick': () => new Promise(() => {}) }
  const waiting = expect(platform.request('stream.kick', { path })).rejects.toMatchObject({ code: 'LINK_CLOSED' })
  platform.close('enough')
  platform.close('again')
  await waiting
  await settle()
  expect(closed).toEqual(['platform: enough', 'node: closed by the peer'])
  await expect(platform.request('streams.list', {})).rejects.toMatchObject({ code: 'LINK_CLOSED' })
  expect(node.notify('node.report', report)).toBe(false)
})

test('an idle link stays up', async () => {
  for (let i = 0; i < 100; i++) {
    time.advance(100)
    await settle()
  }
  expect(closed).toEqual([])
})

test('a cut network is seen by both sides within 3 s', async () => {
  for (let i = 0; i < 10; i++) {
    time.advance(250)
    await settle()
  }
  carriers[0].cut()
  for (let i = 0; i < 11; i++) {
    time.advance(250)
    await settle()
  }
  expect(closed.map(line => line.replace(/\d+ ms/, 'n ms'))).toEqual(
    expect.arrayContaining(['node: nothing heard for n ms', 'platform: nothing heard for n ms']),
  )
})

test('our own standstill is not taken for silence of the peer', async () => {
  const held = new FakeTime()
  const [ours, theirs] = InProcessCarrier.pair()
  const reasons: string[] = []
  let nowMs = 0
  new Connection({
    carrier: ours,
    peer: 'platform',
    says: NODE_SAYS,
    hears: PLATFORM_SAYS,
    requests: answers,
    notices: {},
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    timers: held,
    log: silentLog,
    onClose: reason => reasons.push(reason),
  })
  theirs.start({ onMessage: () => {}, onClose: () => {} })
  nowMs = 10_000 // the process was stopped for ten seconds
  held.advance(250)
  expect(reasons).toEqual([])
  for (let i = 0; i < 8; i++) {
    nowMs += 250
    held.advance(250)
  }
  expect(reasons).toEqual(['nothing heard for 2500 ms'])
})
