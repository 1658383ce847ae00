import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADMINISTRATOR, type PlatformUnderTest, platformUnderTest } from '../../../test/support/platform-under-test.ts'
import { PATH, segment, snapshot } from '../../../test/support/recorder-at-node.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { RecordingRoom } from '../recordings/recording-room.ts'
import type { CallbackFacts } from './callback.ts'
import { CallbackSender, signature } from './callback-sender.ts'
import { refusal } from './receiver-address.ts'

/** A receiver that does what the test says. */
class Receiver {
  readonly heard: { headers: IncomingHttpHeaders; body: Record<string, unknown>; raw: string }[] = []
  /** HTTP status; 0: no answer at all. */
  answer: (body: Record<string, unknown>) => number = () => 200
  #server: Server | null = null
  #port = 0

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', part => parts.push(part))
      request.on('end', () => {
        const raw = Buffer.concat(parts).toString()
        const body = JSON.parse(raw)
        const status = this.answer(body)
        this.heard.push({ headers: request.headers, body, raw })
        if (status === 0) return
        response.writeHead(status, status === 302 ? { location: this.url } : {}).end(`answer ${status}`)
      })
    })
    await new Promise<void>(resolve => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise(resolve => this.#server?.close(resolve) ?? resolve(null))
    this.#server = null
  }
}

let platform: PlatformUnderTest
let receiver: Receiver
let now: number

beforeEach(async () => {
  platform = await platformUnderTest()
  receiver = new Receiver()
  await receiver.open()
  now = platform.time.nowMs()
  const facts = { id: 'node-1', name: 'n', version: '1', outboxId: 'ob', lastSeenAtMs: now }
  const { NodeStore } = await import('../nodes/node-store.ts')
  const endpoints = { host: null, media: 18080, mediaTls: null, rtmp: null, rtmps: null }
  await new NodeStore(platform.db).seen({ ...facts, endpoints })
})

afterEach(async () => {
  await receiver.close()
  await platform.close()
})

const add = (change: Partial<CallbackFacts> = {}) =>
  platform.services.callbacks.create(ADMINISTRATOR, {
    ...{ name: 'test', url: receiver.url, events: ['record_file', 'snapshot_created', 'stream_status'] },
    ...{ scope: 'all', target: '', aliSignature: false, enabled: true },
    ...change,
  })

let number = 0
/** Delivers events as a node does. */
const happen = (...events: object[]) =>
  platform.services.events.deliver(
    'node-1',
    events.map(event => ({ number: ++number, event })),
  )

beforeEach(() => {
  number = 0
})

const on = (path: string) => ({
  ...{ type: 'stream.started', path, atMs: now },
  publisher: { id: 'pb', protocol: 'rtmp', remote: '192.0.2.1:1', agent: '' },
})
const off = (path: string, reason: string) => ({
  ...{ type: 'stream.stopped', path, reason, atMs: now },
  totals: { bytesIn: 0, bytesOut: 0, framesIn: 0, durationMs: 0 },
})

const until = (check: () => unknown) => vi.waitFor(check, { interval: 2, timeout: 5000 })
/** Lets time go on until a condition holds: back-off, looks at the queue, timeouts. */
const passing = (stepMs: number, check: () => unknown) =>
  vi.waitFor(
    () => {
      platform.time.advance(stepMs)
      return check()
    },
    { interval: 5, timeout: 5000 },
  )

const told = () => receiver.heard.map(({ body }) => `${body['event']} ${body['object']} ${body['reason'] ?? ''}`.trim())

describe('what is sent', () => {
  test('is signed and has what happened, with URLs signed when it is sent', async () => {
    const { secret } = await add({ aliSignature: true })
    await happen(
      { type: 'recording.segment', segment: segment('sg_1', now, { state: 'open' }), atMs: now },
      { type: 'recording.segment', segment: segment('sg_1', now), atMs: now },
      { type: 'recording.segment', segment: segment('sg_1', now), atMs: now },
      { type: 'snapshot.taken', snapshot: snapshot('sn_1'), atMs: now },
    )
    await until(() => expect(receiver.heard).toHaveLength(2))
    const [file, picture] = receiver.heard
    expect(file?.body).toMatchObject({
      ...{ event: 'record_file', time: now / 1000, space: 'default', app: 'live', stream: 'cam', object: PATH },
      ...{ uri: `${PATH}/sg_1.mp4`, duration: 600, start_time: now / 1000, stop_time: now / 1000 + 600 },
      url: expect.stringMatching(
        /^http:\/\/192\.0\.2\.1:18080\/default\/live\/cam\/replay\/clip\.mp4\?start=\d+&end=\d+&expires=\d+&sign=\w{64}$/,
      ),
    })
    expect(picture?.body).toMatchObject({ event: 'snapshot_created', width: 1280, height: 720, size: 50_000 })
    expect(picture?.body['url']).toContain('/default/live/cam/objects/sn_1?expires=')
    const seconds = Number(file?.headers['x-sightline-timestamp'])
    expect(file?.headers['x-sightline-signature']).toBe(`v1=${signature(secret, seconds, file?.raw ?? '')}`)
    expect(file?.headers['x-sightline-delivery']).toBe(file?.body['id'])
    const md5 = createHash('md5').update(`127.0.0.1|${seconds}|${secret}`).digest('hex')
    expect([file?.headers['ali-live-timestamp'], file?.headers['ali-live-signature']]).toEqual([String(seconds), md5])
  })

  test('is what was asked for: by event, space and template', async () => {
    const { callbacks, spaces, templates } = platform.services
    await spaces.create(ADMINISTRATOR, 'school', {})
    const { template } = await templates.create(ADMINISTRATOR, 'record', { name: 't', notes: '' })
    const { id } = await add({ events: ['record_started'], scope: 'space', target: 'school' })
    await add({ events: ['record_stopped', 'record_error'], scope: 'template', target: template.id })
    const state = (path: string, state: string, template: string | null) => ({
      ...{ type: 'recording.state', path, recording: 'rc', state, cause: 'manual', template, reason: state, atMs: now },
    })
    await happen(
      state(PATH, 'started', null),
      state('school/a/b', 'started', null),
      state('school/a/b', 'stopped', null),
      state('school/a/b', 'error', template.id),
    )
    await until(() => expect(told()).toHaveLength(2))
    expect(told().toSorted()).toEqual(['record_error school/a/b error', 'record_started school/a/b started'])
    for (const [scope, target] of [
      ['space', 'none'],
      ['template', 'tp_none'],
    ] as const) {
      await expect(add({ scope, target })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    await callbacks.update(ADMINISTRATOR, id, { enabled: false })
    await happen(state('school/a/c', 'started', null))
    expect((await callbacks.get(ADMINISTRATOR, id)).counts).toMatchObject({ waiting: 0, delivered: 1 })
  })

  test('of devices: their state and their alarms', async () => {
    const { gb28181 } = platform.services
    const camera = { gbId: '34020000001320000001', name: 'Lobby', type: 'ipc' } as const
    const create = gb28181.devices.create as (...all: unknown[]) => Promise<{ id: string }>
    const { id } = await create.call(gb28181.devices, ADMINISTRATOR, { space: 'default', ...camera })
    await add({ events: ['device_status', 'device_alarm'] })
    await happen(
      {
        ...{ type: 'device.state', device: id, state: 'on', reason: '', remote: '192.0.2.9:5060', transport: 'udp' },
        ...{ version: '', agent: '', expiresAtMs: now + 3_600_000, atMs: now },
      },
      {
        ...{ type: 'device.alarm', device: id, channel: camera.gbId, priority: 1, method: 5, alarmType: 2 },
        ...{ description: 'line crossed', longitude: null, latitude: null, alarmAtMs: now, atMs: now },
      },
    )
    await until(() => expect(receiver.heard).toHaveLength(2))
    expect(receiver.heard.map(({ body }) => body)).toMatchObject([
      { event: 'device_status', device_id: id, gb_id: camera.gbId, device_status: 'on', space: 'default' },
      { event: 'device_alarm', alarm: '5', sub_alarm: 2, priority: '1', start_time: now },
    ])
  })
})

describe('a receiver that fails', () => {
  test('gets everything in order for each stream, and other streams meanwhile', async () => {
    await add()
    receiver.answer = ({ object }) => (object === PATH ? 500 : 200)
    await happen(on(PATH), off(PATH, 'first'), on('default/live/two'), off('default/live/two', 'x'))
    await until(() => expect(told()).toContain('stream_status default/live/two x'))
    expect(told().filter(text => text.includes(PATH))).toEqual([`stream_status ${PATH}`])
    receiver.answer = () => 200
    await passing(500, () => expect(told()).toContain(`stream_status ${PATH} first`))
    expect(
      told()
        .filter(text => text.includes(PATH))
        .slice(-2),
    ).toEqual([`stream_status ${PATH}`, `stream_status ${PATH} first`])
    const ids = receiver.heard
      .filter(({ body }) => body['object'] === PATH)
      .map(({ headers }) => headers['x-sightline-delivery'])
    expect(new Set(ids).size).toBe(2) // a repetition has the same id
  })

  test('is tried later and later, and what it never takes is dead, can be read and sent again', async () => {
    const { id } = await add()
    receiver.answer = () => 503
    await happen(off(PATH, 'gone'), off(PATH, 'gone again'))
    const { callbacks, alerts } = platform.services
    const page = { sort: { by: 'createdAt', descending: false }, limit: 10 } as const
    const deliveries = async () => (await callbacks.deliveries(ADMINISTRATOR, { callbackId: id }, page)).items
    const waits: number[] = []
    for (let attempt = 1; attempt < 15; attempt++) {
      await vi.waitFor(async () => expect((await deliveries())[0]?.attempts).toBe(attempt), { interval: 2 })
      const [{ nextAtMs } = { nextAtMs: 0 }] = await deliveries()
      waits.push(nextAtMs - platform.time.nowMs())
      await until(() => platform.time.advance(0))
      platform.time.advance(nextAtMs - platform.time.nowMs())
    }
    await vi.waitFor(async () => expect((await deliveries())[0]?.state).toBe('dead'), { interval: 2 })
    expect(waits[0]).toBeLessThan(1600)
    expect(Math.max(...waits)).toBeGreaterThan(1_700_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(5_400_000)
    // told once that it fails, and the next one has its turn
    const asked = { sort: { by: 'raisedAt', descending: true }, limit: 9 } as const
    await vi.waitFor(async () => {
      const { items } = await alerts.list(ADMINISTRATOR, { open: true }, asked)
      expect(items).toMatchObject([{ kind: 'callback.failing', object: id, reason: 'test: answered 503' }])
    })
    receiver.answer = () => 204
    await passing(1000, async () =>
      expect((await deliveries()).map(({ state }) => state)).toEqual(['dead', 'delivered']),
    )
    const [dead] = await deliveries()
    expect(dead).toMatchObject({ attempts: 15, lastStatus: 503, lastError: 'answered 503', lastAnswer: 'answer 503' })
    await callbacks.replay(ADMINISTRATOR, dead?.id ?? '')
    await vi.waitFor(async () => expect((await deliveries())[0]?.state).toBe('delivered'), { interval: 2 })
    expect(receiver.heard.at(-1)?.body).toMatchObject({ reason: 'gone', id: dead?.id })
    await vi.waitFor(async () => {
      expect((await alerts.list(ADMINISTRATOR, { open: true }, asked)).items).toEqual([])
    })
  })

  test('hangs: it is given up after five seconds, and nobody else waits for it', async () => {
    const other = new Receiver()
    await other.open()
    const { id } = await add()
    await add({ url: other.url })
    receiver.answer = () => 0
    await happen(off(PATH, 'one'))
    await until(() => expect([receiver.heard.length, other.heard.length]).toEqual([1, 1]))
    const { callbacks } = platform.services
    const page = { sort: { by: 'createdAt', descending: false }, limit: 10 } as const
    await passing(1000, async () => {
      const { items } = await callbacks.deliveries(ADMINISTRATOR, { callbackId: id }, page)
      expect(items[0]).toMatchObject({ attempts: 1, lastStatus: null, lastError: 'no answer within 5000 ms' })
    })
    await other.close()
  })

  test('is gone and comes back: all of it is there, once the platform was restarted too', async () => {
    await add()
    await receiver.close()
    const reasons = ['1', '2', '3', '4', '5']
    await happen(...reasons.map(reason => off(PATH, reason)))
    const { callbacks } = platform.services
    await vi.waitFor(async () => expect((await callbacks.counts()).waiting).toBe(5), { interval: 2 })
    const { db, services, time } = platform
    const again = await RecordingRoom.open({
      ...{ db, audit: new AuditLog(time), feed: services.feed, links: () => services.links, clock: time, timers: time },
      log: { ...console, child: () => console as never },
    })
    again.services({ ...services, allowPrivate: () => true, addresses: platform.server.addresses })
    await receiver.open()
    await passing(1000, () => expect(new Set(told())).toEqual(new Set(reasons.map(r => `stream_status ${PATH} ${r}`))))
    // at least once, and never one before what was before it
    const first = reasons.map(reason => told().indexOf(`stream_status ${PATH} ${reason}`))
    expect(first).toEqual(first.toSorted((a, b) => a - b))
    await again.close()
  })

  test('two platforms share a database: each thing is sent by one of them, and by the other when that one dies', async () => {
    await add()
    const { db, services, time } = platform
    const open = async () => {
      const room = await RecordingRoom.open({
        ...{ db, audit: new AuditLog(time), feed: services.feed, links: () => services.links, clock: time },
        ...{ timers: time, log: { ...console, child: () => console as never } },
      })
      room.services({ ...services, allowPrivate: () => true, addresses: platform.server.addresses })
      return room
    }
    receiver.answer = () => 0 // the first is in the middle of it
    await happen(off(PATH, '1'))
    await until(() => expect(receiver.heard).toHaveLength(1))
    const other = await open()
    await happen(off('default/live/b', '2'), off('default/live/c', '3'))
    await until(() => expect(receiver.heard).toHaveLength(3))
    expect(told().toSorted()).toEqual(
      ['stream_status default/live/b 2', `stream_status ${PATH} 1`, 'stream_status default/live/c 3'].toSorted(),
    )
    await other.close()
    receiver.answer = () => 200
    await receiver.close()
    await receiver.open()
    await passing(1000, async () => expect((await services.callbacks.counts()).delivered).toBe(3))
  })

  test('redirects: they are not followed', async () => {
    const { id } = await add()
    receiver.answer = () => 302
    expect(await platform.services.callbacks.test(ADMINISTRATOR, id)).toMatchObject({ ok: false, status: 302 })
    expect(receiver.heard).toHaveLength(1)
    receiver.answer = () => 200
    expect(await platform.services.callbacks.test(ADMINISTRATOR, id)).toMatchObject({ ok: true, answer: 'answer 200' })
    expect(receiver.heard.at(-1)?.body).toMatchObject({ event: 'test', callback: id })
  })
})

test('an event and its deliveries are one: without the first there are no others', async () => {
  await add()
  const broken = { apply: () => Promise.reject(new Error('disk')) }
  const { NodeEvents } = await import('../nodes/node-events.ts')
  const { CallbackEvents } = await import('./callback-events.ts')
  const { CallbackQueue } = await import('./callback-queue.ts')
  const queue = await CallbackQueue.open(platform.db, platform.time)
  const log = { ...console, child: () => console as never }
  const events = new NodeEvents(platform.db, [new CallbackEvents(queue), broken], log)
  await expect(events.deliver('node-1', [{ number: 1, event: off(PATH, 'x') }])).rejects.toThrow('disk')
  expect(await platform.services.callbacks.counts()).toEqual({ waiting: 0, delivered: 0, dead: 0 })
})

/** Address, whether it may be told something, whether also without private addresses. */
const ADDRESSES = [
  ['203.0.113.7', true, true],
  ['2001:db8::7', true, true],
  ['10.1.2.3', true, false],
  ['172.31.0.1', true, false],
  ['192.168.0.9', true, false],
  ['100.64.0.1', true, false],
  ['127.0.0.1', true, false],
  ['::1', true, false],
  ['fd12::1', true, false],
  ['::ffff:10.0.0.1', true, false],
  ['::ffff:a00:1', true, false],
  ['169.254.169.254', false, false],
  ['::ffff:169.254.169.254', false, false],
  ['::ffff:a9fe:a9fe', false, false],
  ['fe80::1', false, false],
  ['fd00:ec2::254', false, false],
  ['100.100.100.200', false, false],
  ['168.63.129.16', false, false],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['224.0.0.1', false, false],
  ['255.255.255.255', false, false],
  ['64:ff9b::a9fe:a9fe', false, false],
] as const

test.each(ADDRESSES)('%s is told something: %s, without private ones: %s', (address, may, open) => {
  expect([refusal(address, true) === null, refusal(address, false) === null]).toEqual([may, open])
})

describe('where callbacks may lead', () => {
  const sender = (addresses: string[], allowPrivate: boolean) =>
    new CallbackSender({
      ...{ allowPrivate: () => allowPrivate, clock: platform.time, timers: platform.time },
      resolve: ((_: string, __: object, done: (error: null, all: object[]) => void) =>
        done(
          null,
          addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
        )) as never,
    })

  test('is looked at when a name is dialled, each of its addresses', async () => {
    const callback = { ...(await add()), url: 'http://receiver.example/hook' }
    for (const [addresses, allowPrivate, why] of [
      [['169.254.169.254'], true, 'is never told anything'],
      [['203.0.113.7', '169.254.169.254'], true, 'is never told anything'],
      [['127.0.0.1'], false, 'callbacks.allowPrivate'],
    ] as const) {
      const answer = await sender([...addresses], allowPrivate).send(callback, '{}', { event: 'x', id: 'y' })
      expect(answer.error).toContain(why)
    }
    const port = new URL(receiver.url).port
    const named = { ...callback, url: `http://receiver.example:${port}/hook` }
    expect(await sender(['127.0.0.1'], true).send(named, '{}', { event: 'x', id: 'y' })).toMatchObject({ ok: true })
  })

  test('is refused at once where the URL itself says it', async () => {
    const urls = [
      ...['http://169.254.169.254/latest', 'http://[::ffff:169.254.169.254]/', 'http://2852039166/', 'http://0/'],
      ...['ftp://example.com/', 'http://user:password@example.com/', 'nonsense', 'http://[fe80::1]/'],
    ]
    for (const url of urls) {
      await expect(add({ url }), url).rejects.toMatchObject({ code: 'INVALID', details: { field: 'body.url' } })
    }
  })
})
