import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { apiForEachTest } from '../../test/support/api-under-test.ts'
import { LINK_TOKEN, PASSWORD, type PlatformUnderTest } from '../../test/support/platform-under-test.ts'
import type { Log, LogFields } from '../base/log.ts'
import type { App } from './app.ts'
import { BODY_EXAMPLES } from './openapi-examples.ts'
import { createApp, Server, type ServerOptions } from './server.ts'

let platform: PlatformUnderTest
let app: App
let token: string
apiForEachTest(api => {
  ;({ platform, app, token } = api)
})

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const call = (method: Method, url: string, payload?: object | string, headers: Record<string, string> = {}) =>
  app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  })

const login = (
  password: string,
  options: { remoteAddress?: string; headers?: Record<string, string> } = {},
  on = app,
) => on.inject({ method: 'POST', url: '/api/v1/sessions', payload: { username: 'admin', password }, ...options })

describe('guessing passwords', () => {
  const guess = async (on: App, addresses: (i: number) => Parameters<typeof login>[1]) => {
    for (let i = 0; i < 5; i++) expect((await login('wrong', addresses(i), on)).statusCode).toBe(401)
    return (await login(PASSWORD, addresses(5), on)).statusCode
  }

  test('a forwarded address that nobody is trusted to say changes nothing', async () => {
    const forged = (i: number) => ({ headers: { 'x-forwarded-for': `198.51.100.${i}` } })
    expect(await guess(app, forged)).toBe(429)
  })

  test('behind a proxy only its own word counts, not what the caller sent through it', async () => {
    const behind = await createApp({ ...platform.server, trustProxy: true })
    const forged = (i: number) => ({ headers: { 'x-forwarded-for': `198.51.100.${i}, 192.0.2.1` } })
    expect(await guess(behind, forged)).toBe(429)
    expect((await login(PASSWORD, { headers: { 'x-forwarded-for': '192.0.2.2' } }, behind)).statusCode).toBe(201)
    await behind.close()
  })

  test('all addresses of one IPv6 network are one', async () => {
    expect(await guess(app, i => ({ remoteAddress: `2001:db8::${i + 1}` }))).toBe(429)
    expect((await login(PASSWORD, { remoteAddress: '2001:db8:0:1::1' })).statusCode).toBe(201)
  })

  test('refused logins are in the audit log, with neither password nor hash', async () => {
    await login('a wrong password')
    const { body } = await call('GET', '/audit?action=session.refuse')
    expect(JSON.parse(body).items).toMatchObject([{ actor: { kind: 'nobody', name: 'admin' }, remote: '127.0.0.1' }])
    expect(body).not.toContain('wrong password')
  })
})

describe('sessions', () => {
  test('a login makes a new token whatever came with it (session fixation)', async () => {
    const chosen = 'x'.repeat(43)
    const with_ = { authorization: `Bearer ${chosen}`, cookie: `token=${chosen}; session=${chosen}` }
    const one = await login(PASSWORD, { headers: with_ })
    const two = await login(PASSWORD, { headers: with_ })
    expect(new Set([chosen, one.json().token, two.json().token]).size).toBe(3)
    expect((await call('GET', '/me', undefined, { authorization: `Bearer ${chosen}` })).statusCode).toBe(401)
  })

  test('the token counts in the header only: not in cookies, the address or the body', async () => {
    for (const [url, headers, payload] of [
      ['/api/v1/me', { cookie: `token=${token}; authorization=Bearer ${token}; session=${token}` }, undefined],
      [`/api/v1/me?token=${token}&access_token=${token}`, {}, undefined],
      ['/api/v1/me', { 'x-auth-token': token, 'x-authorization': `Bearer ${token}` }, undefined],
      ['/api/v1/me', { authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}` }, undefined],
      ['/api/v1/streams', {}, { name: 'a', token }],
    ] as const) {
      const method = payload ? 'POST' : 'GET'
      const response = await app.inject({ method, url, headers, ...(payload && { payload }) })
      expect(response.statusCode).toBe(401)
    }
  })

  test('no answer sets a cookie', async () => {
    for (const response of [await login(PASSWORD), await login('wrong'), await call('GET', '/me')]) {
      expect(response.headers).not.toHaveProperty('set-cookie')
    }
  })
})

describe('other sites (CSRF)', () => {
  const origin = 'https://evil.test'

  test('are not told that they may: neither by preflight nor by the answer', async () => {
    const preflight = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    }
    for (const response of [
      await app.inject({ method: 'OPTIONS', url: '/api/v1/streams', headers: preflight }),
      await call('GET', '/streams', undefined, { origin }),
      await login(PASSWORD, { headers: { origin } }),
    ]) {
      const names = Object.keys(response.headers).filter(name => name.startsWith('access-control-'))
      expect(names).toEqual([])
    }
    expect((await app.inject({ method: 'OPTIONS', url: '/api/v1/streams', headers: preflight })).statusCode).toBe(404)
  })

  test('cannot send what a form can send', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const response = await call('POST', '/streams', '{"name":"a"}', { origin, 'content-type': type })
      expect(response.statusCode).toBe(400)
    }
    expect((await call('GET', '/streams')).json().items).toEqual([])
  })
})

describe('what does not belong', () => {
  const EVIL = [
    "' or '1'='1",
    "'; drop table users; --",
    '") union select password_hash from users --',
    '%',
    '\\',
    '\u0000',
    '\r\nset-cookie: a=b',
    '../../../etc/passwd',
    '\ud800',
    '{"$gt":""}',
    '__proto__',
    '\u202e走廊',
  ]

  interface Operation {
    readonly operationId: string
    readonly parameters?: readonly { readonly name: string; readonly in: string }[]
    readonly requestBody?: unknown
  }

  async function operations(): Promise<{ method: Method; path: string; operation: Operation }[]> {
    const document = (await app.inject('/api/v1/openapi.json')).json()
    return Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => !['followEvents', 'logout', 'revokeSessions'].includes(operation.operationId))
        .map(([method, operation]) => ({
          method: method.toUpperCase() as Method, // what the document has
          path: path.replace('/api/v1', ''),
          operation,
        })),
    )
  }

  const encoded = (evil: string) => encodeURIComponent(evil.toWellFormed())
  const users = () => platform.db.selectFrom('users').selectAll().execute()

  test('in any parameter of any route is refused or found nowhere, and changes nothing', async () => {
    await call('POST', '/streams', { name: 'cam' })
    const before = await users()
    let tried = 0
    for (const { method, path, operation } of await operations()) {
      const query = (operation.parameters ?? []).filter(parameter => parameter.in === 'query').map(({ name }) => name)
      for (const evil of EVIL) {
        const filled = path.replace(/\{\w+\}/g, encoded(evil))
        const urls = [...(filled === path ? [] : [filled]), ...query.map(name => `${filled}?${name}=${encoded(evil)}`)]
        for (const url of urls) {
          const body =
            method === 'GET' || method === 'DELETE' ? undefined : (BODY_EXAMPLES[operation.operationId] ?? {})
          const { statusCode, headers } = await call(method, url, body as object | undefined)
          expect(statusCode, `${method} ${url}`).toBeLessThan(500)
          expect(headers, url).not.toHaveProperty('set-cookie')
          tried++
        }
      }
    }
    expect(tried).toBeGreaterThan(500)
    expect(await users()).toEqual(before)
    expect((await call('GET', `/streams?q=${encoded("' or '1'='1")}`)).json().items).toEqual([])
    expect((await call('GET', `/streams?q=${encoded('%')}`)).json().items).toEqual([])
  }, 120_000)

  test('in any text of any body is refused or kept as text', async () => {
    for (const { method, path, operation } of await operations()) {
      const example = BODY_EXAMPLES[operation.operationId]
      if (typeof example !== 'object' || example === null) continue
      const url = path.replace(/\{\w+\}/g, path.startsWith('/spaces') ? 'default' : 'x')
      for (const [name, value] of Object.entries(example)) {
        if (typeof value !== 'string') continue
        for (const evil of EVIL) {
          if (operation.operationId === 'login') platform.time.advance(60_000)
          const { statusCode } = await call(method, url, { ...example, [name]: evil })
          expect(statusCode, `${operation.operationId} ${name} ${JSON.stringify(evil)}`).toBeLessThan(500)
        }
      }
    }
    expect((await users()).filter(user => user.role === 'administrator')).toHaveLength(1)
  }, 120_000)

  test('in a header does not get into an answer', async () => {
    const headers = { 'x-trace-id': 'mine', 'x-request-id': 'mine', 'user-agent': "<script>' --" }
    const response = await call('GET', '/me', undefined, headers)
    expect(response.statusCode).toBe(200)
    expect(JSON.stringify(response.headers)).not.toContain('mine')
    platform.time.advance(1)
    const logged = await login(PASSWORD, { headers: { 'user-agent': 'x'.repeat(5000) } })
    expect(logged.statusCode).toBe(201)
    const { items } = (await call('GET', '/sessions')).json()
    expect(items[0].agent).toHaveLength(256)
  })
})

describe('confusion of credentials', () => {
  const as = (credential: string, url = '/me') =>
    call('GET', url, undefined, { authorization: `Bearer ${credential}` }).then(response => response.statusCode)

  test('what opens one door opens no other', async () => {
    const { secret, id } = (await call('POST', '/api-keys', { name: 'k', scopes: ['read'] })).json()
    const { push, play } = (await call('GET', '/spaces/default/keys')).json()
    const sessions = await platform.db.selectFrom('sessions').select(['id', 'token_hash']).execute()
    const keys = await platform.db.selectFrom('api_keys').select('token_hash').execute()
    expect(await as(secret)).toBe(200)
    for (const wrong of [
      id,
      LINK_TOKEN,
      PASSWORD,
      push[0].key,
      play[0].key,
      `slk_${token}`,
      secret.slice(4),
      secret.toUpperCase(),
      `${secret} `.repeat(2),
      ...sessions.flatMap(session => [session.id, session.token_hash]),
      ...keys.map(key => key.token_hash),
    ]) {
      expect(await as(wrong), wrong).toBe(401)
    }
  })

  test('a key with the scope of metrics gets metrics and nothing else', async () => {
    const { secret } = (await call('POST', '/api-keys', { name: 'prometheus', scopes: ['metrics'] })).json()
    const metrics = (credential: string) =>
      app.inject({ url: '/metrics', headers: { authorization: `Bearer ${credential}` } })
    expect((await metrics(secret)).statusCode).toBe(200)
    for (const url of ['/streams', '/spaces', '/users', '/audit', '/system']) expect(await as(secret, url)).toBe(403)
    const { secret: reading } = (await call('POST', '/api-keys', { name: 'reader', scopes: ['read'] })).json()
    expect((await metrics(reading)).statusCode).toBe(403)
  })
})

describe('bodies', () => {
  async function serving<T>(options: Partial<ServerOptions>, run: (port: number) => Promise<T>): Promise<T> {
    const server = await Server.create({ ...platform.server, ...options })
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' })
    try {
      return await run(port)
    } finally {
      await server.close()
    }
  }

  const HEAD = 'POST /api/v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'

  test('that are huge are refused without being read to their end, with and without a length', async () => {
    await serving({}, async port => {
      const announced = connect(port, '127.0.0.1')
      announced.write(`${HEAD}content-length: 1000000000\r\n\r\n{`)
      expect(await text(announced)).toMatch(/^HTTP\/1\.1 413 /)
      const chunked = connect(port, '127.0.0.1')
      chunked.on('error', () => {}) // cut while we still send
      chunked.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`)
      const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
      for (let i = 0; i < 8; i++) chunked.write(chunk)
      const first = await new Promise<string>(resolve => chunked.once('data', data => resolve(String(data))))
      expect(first).toMatch(/^HTTP\/1\.1 413 /)
      chunked.destroy()
    })
  })

  test.each([
    ['body', `${HEAD}content-length: 100\r\n\r\n{`],
    ['head', 'POST /api/v1/sessions HTTP/1.1\r\nhost:'],
  ])('a %s that never ends is cut off', async (_, start) => {
    await serving({ requestTimeoutMs: 100 }, async port => {
      const slow = connect(port, '127.0.0.1')
      slow.write(start)
      expect(await text(slow)).toMatch(/^(HTTP\/1\.1 4\d\d |$)/) // an answer or none, but an end
    })
  })

  test('of nested arrays without end do no harm', async () => {
    const response = await app.inject({
      method: 'POST',
      url: '/api/v1/sessions',
      payload: '['.repeat(100_000) + ']'.repeat(100_000),
      headers: { 'content-type': 'application/json' },
    })
    expect(response.statusCode).toBe(400)
  })
})

test('secrets are in no answer but their own, in no log and not in the audit log', async () => {
  const lines: string[] = []
  const write = (message: string, fields?: LogFields) => void lines.push(JSON.stringify({ message, ...fields }))
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  await app.close()
  app = await createApp({ ...platform.server, log })
  const { secret } = (await call('POST', '/api-keys', { name: 'k', scopes: ['read'] })).json()
  const session = (await login(PASSWORD)).json().token
  await call('POST', '/users', { name: 'anna', password: 'battery staple', role: 'viewer' })
  await call('PUT', '/users/us_admin/password', { password: 'another secret' })
  await call('PUT', '/me/password', { oldPassword: 'battery staple', password: 'another secret' })
  const { push, play } = (await call('POST', '/spaces/default/rotate-push-key', {})).json()
  const secrets: string[] = [secret, session, PASSWORD, 'battery staple', 'another secret', token]
  secrets.push(...[...push, ...play].map(({ key }: { key: string }) => key), 'scrypt$')
  const answers: string[] = []
  for (const url of ['/users', '/api-keys', '/sessions', '/audit', '/spaces', '/me', '/system', '/nodes']) {
    answers.push((await call('GET', url)).body)
  }
  const hashes = await platform.db.selectFrom('sessions').select('token_hash').execute()
  secrets.push(...hashes.map(row => row.token_hash))
  for (const part of secrets) {
    for (const text of [...answers, ...lines]) expect(text).not.toContain(part)
  }
  expect(lines.length).toBeGreaterThan(10)
})

test('secrets are compared in one place, in time that does not depend on them', () => {
  const found: string[] = []
  const compared = /(?:===|!==)\s*[\w.]*(?:token|secret|signature|password|authKey)\b(?!\s*\.length)/i
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
    const source = readFileSync(join('src', file), 'utf8')
    if (source.includes('timingSafeEqual')) found.push(file)
    for (const line of source.split('\n')) if (compared.test(line)) found.push(`${file}: ${line.trim()}`)
  }
  expect(found.sort()).toEqual(['base/signed-url.ts', 'platform/users/password.ts'])
})
