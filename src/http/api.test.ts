import type { InjectOptions } from 'fastify'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  liveStream,
  NodeUnderTest,
  PASSWORD,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import type { Log, LogFields } from '../base/log.ts'
import { verifySigned } from '../base/signed-url.ts'
import type { App } from './app.ts'
import { createApp } from './server.ts'

let platform: PlatformUnderTest
let app: App
let token: string
let node: NodeUnderTest | null

beforeEach(async () => {
  platform = await platformUnderTest()
  app = await createApp(platform.server)
  node = null
  token = await platform.addUser('admin', 'administrator')
})

afterEach(async () => {
  await node?.close()
  await app.close()
  await platform.close()
})

function call(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  payload?: InjectOptions['payload'],
  as = token,
) {
  return app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${as}`, host: 'video.example:8000' },
    ...(payload === undefined ? {} : { payload }),
  })
}

async function create(name: string, rest: object = {}) {
  return (await call('POST', '/streams', { name, ...rest })).json()
}

async function nodeWith(...paths: string[]): Promise<NodeUnderTest> {
  const made = new NodeUnderTest(platform)
  node = made
  made.streams = paths.map(path => liveStream(path))
  made.client.start()
  for (const path of paths) {
    made.client.emit({
      type: 'stream.started',
      path,
      publisher: { id: 'pb_1', protocol: 'rtmp', remote: '192.0.2.7:50000', agent: 'FMLE/3.0' },
      atMs: 1_700_000_000_000,
    })
  }
  await vi.waitFor(() => expect(made.outbox.size).toBe(0), { interval: 2 })
  await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(paths.length))
  return made
}

describe('health', () => {
  test('is open', async () => {
    platform.time.advance(65_500)
    const response = await app.inject('/api/v1/health')
    expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok', version: '1.2.3', uptimeSeconds: 65 }])
  })
})

describe('sessions', () => {
  test('login, me, logout', async () => {
    const response = await app.inject({
      method: 'POST',
      url: '/api/v1/sessions',
      payload: { username: 'Admin', password: PASSWORD },
    })
    expect(response.statusCode).toBe(201)
    const session = response.json()
    expect(session.user).toEqual({ id: expect.stringMatching(/^us_/), name: 'admin', role: 'administrator' })
    expect(Buffer.from(session.token, 'base64url')).toHaveLength(32)
    expect(Date.parse(session.expiresAt) - platform.time.nowMs()).toBe(86_400_000)
    expect((await call('GET', '/me', undefined, session.token)).json()).toEqual({
      ...session.user,
      kind: 'user',
      permissions: expect.arrayContaining(['users.write', 'streams.write']),
    })
    expect((await call('DELETE', '/sessions/current', undefined, session.token)).statusCode).toBe(204)
    expect((await call('GET', '/me', undefined, session.token)).statusCode).toBe(401)
    expect((await call('GET', '/me')).statusCode).toBe(200) // another session of the same user
  })

  test('the token is not in the database', async () => {
    const rows = await platform.db.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('ends after 24 hours', async () => {
    platform.time.advance(86_400_000 - 1)
    expect((await call('GET', '/me')).statusCode).toBe(200)
    platform.time.advance(1)
    expect((await call('GET', '/me')).statusCode).toBe(401)
    await platform.services.sessions.tidy()
    expect(await platform.db.selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  test.each([
    ['wrong password', { username: 'admin', password: 'wrong' }, 401, undefined],
    ['wrong name', { username: 'nobody', password: PASSWORD }, 401, undefined],
    ['SQL in the name', { username: "' or 1=1 --", password: PASSWORD }, 401, undefined],
    ['no password', { username: 'admin' }, 400, 'body.password'],
    ['a number', { username: 'admin', password: 1 }, 400, 'body.password'],
    ['too long', { username: 'a'.repeat(65), password: 'x' }, 400, 'body.username'],
    ['unknown field', { username: 'admin', password: PASSWORD, role: 'administrator' }, 400, 'body'],
    ['an array', [], 400, 'body'],
  ])('%s', async (_, payload, status, field) => {
    const response = await app.inject({ method: 'POST', url: '/api/v1/sessions', payload })
    expect([response.statusCode, response.json().error.field]).toEqual([status, field])
  })

  test('guessing is slowed down for the account and address, and a success forgives', async () => {
    const attempt = (password: string, remoteAddress = '192.0.2.1', username = 'admin') =>
      app.inject({ method: 'POST', url: '/api/v1/sessions', payload: { username, password }, remoteAddress })
    for (let i = 0; i < 5; i++) expect((await attempt('wrong')).statusCode).toBe(401)
    const slowed = await attempt(PASSWORD)
    expect([slowed.statusCode, slowed.json().error.code]).toEqual([429, 'TOO_MANY_REQUESTS'])
    expect(slowed.headers['retry-after']).toBe('1')
    expect((await attempt(PASSWORD, '192.0.2.2')).statusCode).toBe(201) // the owner elsewhere is not locked out
    platform.time.advance(1000)
    expect((await attempt('wrong')).statusCode).toBe(401)
    expect((await attempt('wrong')).headers['retry-after']).toBe('2')
    platform.time.advance(2000)
    expect((await attempt(PASSWORD)).statusCode).toBe(201)
    expect((await attempt('wrong')).statusCode).toBe(401)
  })
})

describe('spaces', () => {
  test('list and change', async () => {
    const [space] = (await call('GET', '/spaces')).json().items
    expect(space).toEqual({
      name: 'default',
      publish: 'key',
      play: 'signed',
      latency: 'normal',
      gopCache: true,
      enabled: true,
      addressRules: null,
      refererRules: null,
      maxViewers: null,
      maxViewersPerStream: null,
      chunkSize: null,
      gb28181: { admission: 'listed', passwordSet: false, sendDate: true, stopAfterS: 30, zone: 'Asia/Shanghai' },
      createdAt: '2023-11-14T22:13:20.000Z',
    })
    const changed = await call('PATCH', '/spaces/default', { play: 'open', gopCache: false })
    expect(changed.json()).toEqual({ ...space, play: 'open', gopCache: false })
    expect((await create('a')).play).toMatchObject({ flv: 'http://video.example:8080/live/a.flv', expiresAt: null })
  })

  test('what devices need is changed field by field; the password is never answered', async () => {
    const first = await call('PATCH', '/spaces/default', { gb28181: { admission: 'password', password: 'Cam3ras!' } })
    expect(first.json().gb28181).toMatchObject({ admission: 'password', passwordSet: true, sendDate: true })
    const second = await call('PATCH', '/spaces/default', { gb28181: { zone: 'Asia/Urumqi' } })
    expect(second.json().gb28181).toMatchObject({ admission: 'password', passwordSet: true, zone: 'Asia/Urumqi' })
    expect(JSON.stringify((await call('GET', '/audit')).json())).not.toContain('Cam3ras!')
    const wrong = await call('PATCH', '/spaces/default', { gb28181: { zone: 'Mars/Olympus' } })
    expect(wrong.json().error.field).toBe('body.gb28181.zone')
  })

  test.each([
    ['nothing', 'default', {}, 400, 'body'],
    ['unknown field', 'default', { pushKeys: ['x'] }, 400, 'body'],
    ['unknown value', 'default', { play: 'free' }, 400, 'body.play'],
    ['unknown space', 'other', { play: 'open' }, 404, undefined],
  ])('%s', async (_, name, payload, status, field) => {
    const response = await call('PATCH', `/spaces/${name}`, payload)
    expect([response.statusCode, response.json().error.field]).toEqual([status, field])
  })
})

describe('streams', () => {
  test('created with URLs that the keys of the space verify', async () => {
    const response = await call('POST', '/streams', { space: 'default', name: 'cam' })
    expect(response.statusCode).toBe(201)
    const stream = response.json()
    const key = platform.services.spaces.state('default')?.pushKeys[0]
    expect(stream).toMatchObject({
      id: expect.stringMatching(/^st_/),
      space: 'default',
      app: 'live',
      name: 'cam',
      path: 'default/live/cam',
      state: 'off',
      live: null,
      publish: {
        rtmp: `rtmp://video.example:1935/live/cam?key=${key}`,
        obs: { server: 'rtmp://video.example:1935/live', streamKey: `cam?key=${key}` },
      },
    })
    expect(stream.publish).not.toHaveProperty('rtmps')
    for (const [kind, start] of [
      ['flv', 'http://video.example:8080/live/cam.flv?'],
      ['wsFlv', 'ws://video.example:8080/live/cam.flv?'],
      ['hls', 'http://video.example:8080/live/cam.m3u8?'],
      ['ts', 'http://video.example:8080/live/cam.ts?'],
      ['rtmp', 'rtmp://video.example:1935/live/cam?'],
    ]) {
      const url = stream.play[kind ?? '']
      expect(url).toContain(start)
      const query = new URL(url).searchParams
      const keys = platform.services.spaces.state('default')?.playKeys ?? []
      expect(verifySigned(query, keys, 'play', stream.path, platform.time.nowMs())).toBe('ok')
      expect(Number(query.get('expires')) * 1000).toBe(Date.parse(stream.play.expiresAt))
    }
  })

  test('apps with several levels keep their space in the URL', async () => {
    const stream = await create('cam', { app: 'show/live' })
    expect(stream.play.flv).toMatch('http://video.example:8080/default/show/live/cam.flv?')
    expect(stream.publish.obs.server).toBe('rtmp://video.example:1935/default/show/live')
  })

  test('names in other scripts are escaped', async () => {
    expect((await create('走廊+1')).play.flv).toMatch('/live/%E8%B5%B0%E5%BB%8A%2B1.flv?')
  })

  test.each([
    ['no name', {}, 400, 'body.name'],
    ['unknown field', { name: 'a', id: 'st_1' }, 400, 'body'],
    ['path traversal', { name: '../x' }, 400, 'body.name'],
    ['dot first', { name: '.x' }, 400, 'body.name'],
    ['empty level', { name: 'a', app: 'x//y' }, 400, 'body.app'],
    ['line break', { name: 'a\nb' }, 400, 'body.name'],
    ['too long', { name: 'a'.repeat(129) }, 400, 'body.name'],
    ['unknown space', { name: 'a', space: 'other' }, 404, undefined],
  ])('not created: %s', async (_, payload, status, field) => {
    const response = await call('POST', '/streams', payload)
    expect([response.statusCode, response.json().error.field]).toEqual([status, field])
  })

  test('the same path twice is a conflict', async () => {
    await create('cam')
    const response = await call('POST', '/streams', { name: 'cam' })
    expect([response.statusCode, response.json().error.code]).toEqual([409, 'CONFLICT'])
  })

  test('a live stream that nobody created is in the list, with what the node says', async () => {
    await nodeWith('default/live/cam')
    const { items } = (await call('GET', '/streams')).json()
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      state: 'on',
      live: {
        nodeId: 'node-1',
        waiting: false,
        bitrateKbps: 2100,
        fps: 25,
        viewers: 3,
        video: { codec: 'h264', width: 1280, height: 720, profile: 'High' },
        audio: { codec: 'aac', sampleRate: 48000, channels: 2 },
        gopMs: 2000,
        publisher: { protocol: 'rtmp', remote: '192.0.2.7:50000' },
      },
      publish: { rtmp: expect.stringContaining(':11935/') },
      play: { flv: expect.stringContaining(':18080/') },
    })
    expect(items[0].live).not.toHaveProperty('tracks')
    expect((await call('GET', `/streams/${items[0].id}`)).json()).toEqual(items[0])
  })

  test('pages, filters and searches', async () => {
    await nodeWith('default/live/b', 'default/live/d')
    for (const name of ['a', 'c', 'e', 'X_1']) await create(name)
    const names = async (query: string) => {
      const found: string[] = []
      for (let cursor = ''; ; ) {
        const page = (await call('GET', `/streams?limit=2${query}${cursor}`)).json()
        expect(page.items.length).toBeLessThanOrEqual(2)
        found.push(...page.items.map((item: { name: string }) => item.name))
        if (page.nextCursor === null) return found.join(' ')
        cursor = `&cursor=${page.nextCursor}`
      }
    }
    expect(await names('')).toBe('X_1 a b c d e')
    expect(await names('&state=on')).toBe('b d')
    expect(await names('&state=off')).toBe('X_1 a c e')
    expect(await names('&q=x_')).toBe('X_1')
    expect(await names('&q=%25')).toBe('')
    expect(await names('&q=LIVE%2FB&state=on')).toBe('b')
    expect(await names('&space=other')).toBe('')
    expect(await names('&space=default&state=on')).toBe('b d')
  })

  test.each([
    ['limit=0'],
    ['limit=501'],
    ['limit=x'],
    ['state=maybe'],
    ['cursor=%00'],
    ['nonsense=1'],
    [`q=${'x'.repeat(129)}`],
  ])('list refuses %s', async query => {
    const response = await call('GET', `/streams?${query}`)
    expect([response.statusCode, response.json().error.code]).toEqual([400, 'INVALID'])
  })

  test('kick reaches the node, and says when there is nobody', async () => {
    const made = await nodeWith('default/live/cam')
    const [{ id }] = (await call('GET', '/streams')).json().items
    expect((await call('POST', `/streams/${id}/kick`)).statusCode).toBe(204)
    expect(made.kicked).toEqual([{ path: 'default/live/cam' }])
    const viewer = await call('POST', `/streams/${id}/kick`, { viewerId: 'vw_none' })
    expect([viewer.statusCode, viewer.json().error.code]).toEqual([404, 'NOT_FOUND'])
    const off = await create('off')
    const idle = await call('POST', `/streams/${off.id}/kick`)
    expect([idle.statusCode, idle.json().error.code]).toEqual([404, 'STREAM_NOT_FOUND'])
    expect((await call('POST', `/streams/${id}/kick`, { viewer: 'x' })).statusCode).toBe(400)
  })

  test('a body may be missing although its type is said', async () => {
    await nodeWith('default/live/cam')
    const [{ id }] = (await call('GET', '/streams')).json().items
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await app.inject({ method: 'POST', url: `/api/v1/streams/${id}/kick`, headers })
    expect(response.statusCode).toBe(204)
  })

  test('viewers come from the node, without what the contract does not name', async () => {
    const made = await nodeWith('default/live/cam')
    made.viewers = [
      {
        id: 'vw_1',
        path: 'default/live/cam',
        protocol: 'http-flv',
        remote: '192.0.2.9:4000',
        agent: 'VLC',
        startedAtMs: 1_700_000_000_000,
        bytesSent: 5,
        bufferedBytes: 0,
        framesDropped: 1,
        delayMs: 850,
        playerDroppedFrames: 2,
        traceId: 't1',
      },
    ]
    const [{ id }] = (await call('GET', '/streams')).json().items
    const { items } = (await call('GET', `/streams/${id}/viewers`)).json()
    const { path: _, startedAtMs: __, ...viewer } = made.viewers[0] ?? { path: '', startedAtMs: 0 }
    expect(items).toEqual([{ ...viewer, startedAt: '2023-11-14T22:13:20.000Z' }])
    const off = await create('off')
    expect((await call('GET', `/streams/${off.id}/viewers`)).json()).toEqual({ items: [], nextCursor: null })
  })

  test('the trace comes from every node that is connected, also of a stream that is off', async () => {
    const made = await nodeWith('default/live/cam')
    const off = await create('off')
    const trace = (id: string) => call('GET', `/streams/${id}/trace`)
    const at = { at: '2023-11-14T22:13:20.000Z', nodeId: 'node-1' }
    const entry = { step: 'publish refused', traceId: 't1', reason: 'FORBIDDEN', remote: '192.0.2.9:4000' } as const
    made.traces.set(off.path, [{ atMs: 1_700_000_000_000, ...entry }])
    expect((await trace(off.id)).json()).toEqual({ items: [{ ...at, ...entry }] })
    const [{ id }] = (await call('GET', '/streams?state=on')).json().items
    expect((await trace(id)).json()).toEqual({ items: [] })
    await made.close()
    await vi.waitFor(async () => expect((await trace(off.id)).json()).toEqual({ items: [] }))
  })

  test('URLs live as long as asked for', async () => {
    const { id } = await create('cam')
    const { play, publish } = (await call('GET', `/streams/${id}/urls?ttlSeconds=60`)).json()
    expect(Date.parse(play.expiresAt) - platform.time.nowMs()).toBe(60_000)
    expect(publish.rtmp).toContain('?key=')
    for (const ttl of ['0', '-1', '1e9', 'x']) {
      expect((await call('GET', `/streams/${id}/urls?ttlSeconds=${ttl}`)).statusCode).toBe(400)
    }
  })

  test('who only looks gets no push key', async () => {
    await create('cam')
    const as = await platform.addUser('guest', 'viewer')
    const text = (await call('GET', '/streams', undefined, as)).body
    for (const key of platform.services.spaces.state('default')?.pushKeys ?? []) expect(text).not.toContain(key)
    expect(text).toContain('sign=')
  })

  test('deleting puts the publisher out; while it stays, the stream has a row again', async () => {
    const made = await nodeWith('default/live/cam')
    const [{ id }] = (await call('GET', '/streams')).json().items
    expect((await call('DELETE', `/streams/${id}`)).statusCode).toBe(204)
    expect(made.kicked).toEqual([{ path: 'default/live/cam' }])
    expect((await call('GET', `/streams/${id}`)).statusCode).toBe(404)
    const { items } = (await call('GET', '/streams?state=on')).json()
    expect(items).toMatchObject([{ path: 'default/live/cam', state: 'on' }])
    expect(items[0].id).not.toBe(id)
  })

  test('what does not exist', async () => {
    for (const [method, url] of [
      ['GET', '/streams/st_none'],
      ['DELETE', '/streams/st_none'],
      ['POST', '/streams/st_none/kick'],
      ['GET', '/streams/st_none/viewers'],
      ['GET', '/streams/st_none/trace'],
      ['GET', '/streams/st_none/urls'],
    ] as const) {
      const response = await call(method, url)
      expect([response.statusCode, response.json().error.code]).toEqual([404, 'NOT_FOUND'])
    }
  })
})

describe('nodes and system', () => {
  test('a node is on, then lost, and keeps its name', async () => {
    const made = await nodeWith('default/live/a', 'default/live/b')
    const shown = async () => (await call('GET', '/nodes')).json().items
    expect(await shown()).toEqual([
      {
        id: 'node-1',
        name: 'first',
        version: '1.2.3',
        state: 'on',
        draining: false,
        lastSeenAt: new Date(platform.time.nowMs()).toISOString(),
        load: {
          ...{ cpu: 0.25, memoryBytes: 100e6, eventLoopP99Ms: 2 },
          networks: [{ name: 'eth0', receivedBytesPerSecond: 125_000, sentBytesPerSecond: 250_000 }],
          disks: [{ name: 'sda', readBytesPerSecond: 0, writtenBytesPerSecond: 4096 }],
        },
        streams: 2,
        viewers: 6,
      },
    ])
    await made.close()
    await vi.waitFor(async () => expect(await shown()).toMatchObject([{ state: 'lost', load: null, streams: 0 }]))
  })

  test('system tells its configuration and reloads the nodes too', async () => {
    await nodeWith()
    expect((await call('GET', '/system')).json()).toMatchObject({
      version: '1.2.3',
      runtime: process.version,
      configuration: [{ key: 'log.level', value: 'info', source: 'default' }],
    })
    expect((await call('POST', '/system/reload')).json()).toEqual({
      changed: ['log.level', 'rtmp.chunkSize'],
      needRestart: ['listen.rtmp'],
    })
  })
})

describe('errors', () => {
  const post = (payload: string, headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/api/v1/sessions', payload, headers })

  test.each([
    ['not JSON', '{', 'application/json', 400, 'INVALID'],
    ['prototype', '{"__proto__":{}}', 'application/json', 400, 'INVALID'],
    ['other type', 'a=b', 'application/x-www-form-urlencoded', 400, 'INVALID'],
    ['huge', JSON.stringify({ username: 'x'.repeat(300_000) }), 'application/json', 413, 'PAYLOAD_TOO_LARGE'],
    ['empty', '', 'application/json', 400, 'INVALID'],
  ])('%s body', async (_, payload, type, status, code) => {
    const response = await post(payload, { 'content-type': type })
    expect([response.statusCode, response.json().error.code]).toEqual([status, code])
    expect(response.json().error.traceId).toBe(response.headers['x-trace-id'])
  })

  test('unknown routes answer in the same form', async () => {
    for (const [method, url] of [
      ['GET', '/api/v1/nonsense'],
      ['PUT', '/api/v1/streams'],
      ['GET', '/api/v1/streams/a/b/c'],
      ['GET', '/api/v1/../../etc/passwd'],
      ['GET', '/etc/passwd.txt'],
    ] as const) {
      const response = await app.inject({ method, url })
      expect([response.statusCode, response.json().error.code]).toEqual([404, 'NOT_FOUND'])
    }
  })

  test('a fault of ours is logged and not told', async () => {
    vi.spyOn(platform.services.streams, 'list').mockRejectedValueOnce(new Error('SELECT secret'))
    const response = await call('GET', '/streams')
    expect([response.statusCode, response.json().error.code]).toEqual([500, 'INTERNAL'])
    expect(response.body).not.toContain('secret')
  })

  test('every answer carries the security headers', async () => {
    for (const url of ['/', '/api/v1/health', '/api/v1/me', '/metrics']) {
      const { headers } = await app.inject(url)
      expect(headers['content-security-policy']).toContain("script-src 'self';")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['x-frame-options']).toBe('DENY')
      if (url.startsWith('/api')) expect(headers['cache-control']).toBe('no-store')
    }
  })

  test('a host header that is no host does not get into URLs', async () => {
    const headers = { authorization: `Bearer ${token}`, host: 'evil"><script>' }
    const response = await app.inject({ method: 'POST', url: '/api/v1/streams', payload: { name: 'a' }, headers })
    expect(response.json().play.flv).toContain('http://192.0.2.1:8080/')
  })
})

test('the log has no secrets: neither passwords, nor tokens, nor keys, nor signatures', async () => {
  const lines: string[] = []
  const write = (message: string, fields?: LogFields) => void lines.push(JSON.stringify({ message, ...fields }))
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  const loud = await createApp({ ...platform.server, log })
  const headers = { authorization: `Bearer ${token}` }
  const credentials = { username: 'admin', password: PASSWORD }
  const session = await loud.inject({ method: 'POST', url: '/api/v1/sessions', payload: credentials })
  const stream = await loud.inject({ method: 'POST', url: '/api/v1/streams', payload: { name: 'a' }, headers })
  vi.spyOn(platform.services.streams, 'list').mockRejectedValueOnce(new Error('broken'))
  await loud.inject({ url: `/api/v1/streams?q=${PASSWORD.replace(' ', '+')}`, headers })
  await loud.inject({ url: '/api/v1/nonsense?key=hidden&sign=hidden' })
  await loud.close()
  const text = lines.join('\n')
  expect(lines.length).toBeGreaterThanOrEqual(5)
  expect(text).toContain('"reason":"broken"')
  const { pushKeys = [], playKeys = [] } = platform.services.spaces.state('default') ?? {}
  const sign = new URL(stream.json().play.flv).searchParams.get('sign') ?? ''
  for (const secret of [
    PASSWORD,
    token,
    session.json().token,
    'hidden',
    'correct+horse',
    sign,
    ...pushKeys,
    ...playKeys,
  ]) {
    expect(text).not.toContain(secret)
  }
})
