import { describe, expect, test, vi } from 'vitest'
import { apiForEachTest } from '../../test/support/api-under-test.ts'
import { liveStream, NodeUnderTest, type PlatformUnderTest } from '../../test/support/platform-under-test.ts'
import { AppError } from '../base/errors.ts'
import { OperationService } from '../platform/operations/operation-service.ts'
import type { App } from './app.ts'

let platform: PlatformUnderTest
let app: App
let token: string
apiForEachTest(api => {
  ;({ platform, app, token } = api)
})

function post(url: string, payload: object, key: string | null = null, as = token) {
  const headers = { authorization: `Bearer ${as}`, ...(key === null ? {} : { 'idempotency-key': key }) }
  return app.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload })
}

async function get(url: string, as = token) {
  const response = await app.inject({ url: `/api/v1${url}`, headers: { authorization: `Bearer ${as}` } })
  return response.json()
}

describe('a repeated POST', () => {
  test('is done once and answered the same', async () => {
    const first = await post('/streams', { name: 'cam' }, 'k1')
    const again = await post('/streams', { name: 'cam' }, 'k1')
    expect([first.statusCode, first.headers['idempotency-replayed']]).toEqual([201, undefined])
    expect([again.statusCode, again.headers['idempotency-replayed']]).toEqual([201, 'true'])
    expect(again.body).toBe(first.body)
    expect(again.headers['content-type']).toBe(first.headers['content-type'])
    expect((await post('/streams', { name: 'cam' })).statusCode).toBe(409) // without a key it is another request
  })

  test('with another body or address under the same key is refused', async () => {
    await post('/streams', { name: 'cam' }, 'k1')
    for (const [url, body] of [
      ['/streams', { name: 'other' }],
      ['/streams/bulk', { action: 'kick', ids: ['x'] }],
    ] as const) {
      const response = await post(url, body, 'k1')
      expect([response.statusCode, response.json().error.code]).toEqual([422, 'KEY_REUSED'])
    }
  })

  test('faults of the caller are answered again, faults of ours are tried again', async () => {
    await post('/streams', { name: 'cam' })
    expect((await post('/streams', { name: 'cam' }, 'k1')).statusCode).toBe(409)
    expect((await post('/streams', { name: 'cam' }, 'k1')).json().error.code).toBe('CONFLICT')
    vi.spyOn(platform.services.streams, 'create').mockRejectedValueOnce(new AppError('NOT_READY', { what: 'x' }))
    expect((await post('/streams', { name: 'new' }, 'k2')).statusCode).toBe(503)
    expect((await post('/streams', { name: 'new' }, 'k2')).statusCode).toBe(201)
    expect((await post('/streams', {}, 'k3')).statusCode).toBe(400)
    expect((await post('/streams', { name: 'third' }, 'k3')).statusCode).toBe(201)
  })

  test('while the first is worked on waits for no answer', async () => {
    const [a, b] = await Promise.all([post('/streams', { name: 'cam' }, 'k1'), post('/streams', { name: 'cam' }, 'k1')])
    expect([a.statusCode, b.statusCode].sort()).toEqual([
      201,
      expect.toSatisfy(status => status === 201 || status === 409),
    ])
    expect((await get('/streams')).items).toHaveLength(1)
  })

  test('belongs to its user, and is forgotten after a day', async () => {
    await post('/streams', { name: 'cam' }, 'k1')
    const other = await platform.addUser('operator', 'operator')
    expect((await post('/streams', { name: 'theirs' }, 'k1', other)).statusCode).toBe(201)
    platform.time.advance(86_400_000 - 1)
    await platform.services.keptAnswers.tidy()
    const left = () => platform.db.selectFrom('kept_answers').select('key').execute()
    expect(await left()).toHaveLength(2)
    platform.time.advance(1)
    await platform.services.keptAnswers.tidy()
    expect(await left()).toEqual([])
  })

  test('does not keep secrets', async () => {
    const key = { name: 'program', scopes: ['read'] }
    const { secret } = (await post('/api-keys', key, 'k1')).json()
    expect(secret).toMatch(/^[\w-]{20,}$/)
    const again = await post('/api-keys', key, 'k1')
    expect([again.statusCode, again.json().error.code]).toEqual([409, 'KEY_IN_USE'])
    expect(JSON.stringify(await platform.db.selectFrom('kept_answers').selectAll().execute())).not.toContain(secret)
  })

  test.each(['', ' ', 'x'.repeat(129), 'ä'])('needs a readable key, not %j', async key => {
    const response = await post('/streams', { name: 'cam' }, key)
    expect([response.statusCode, response.json().error.field]).toEqual([400, 'idempotency-key'])
  })
})

describe('operations', () => {
  const ended = (id: string, as = token) =>
    vi.waitFor(async () => {
      const operation = await get(`/operations/${id}`, as)
      expect(operation.state).not.toBe('running')
      return operation
    })

  test('many streams at once, with what became of each', async () => {
    const node = new NodeUnderTest(platform)
    node.streams = [liveStream('default/live/on')]
    node.client.start()
    await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(1))
    const [on] = (await get('/streams?state=on')).items
    const off = (await post('/streams', { name: 'off' })).json()
    const response = await post('/streams/bulk', { action: 'kick', ids: [on.id, off.id, 'st_none', on.id] })
    expect([response.statusCode, response.headers['location']]).toEqual([
      202,
      `/api/v1/operations/${response.json().id}`,
    ])
    const { id } = response.json()
    expect(await ended(id)).toMatchObject({
      kind: 'streams.kick',
      state: 'done',
      userName: 'admin',
      done: 3,
      total: 3,
      rows: [
        { name: on.id, ok: true, error: null },
        { name: off.id, ok: false, error: { code: 'STREAM_NOT_FOUND' } },
        { name: 'st_none', ok: false, error: { code: 'NOT_FOUND' } },
      ],
    })
    expect(node.kicked).toEqual([{ path: 'default/live/on' }])
    platform.time.advance(1) // ids are in the order of their milliseconds
    const deleting = (await post('/streams/bulk', { action: 'delete', ids: [off.id] })).json()
    await ended(deleting.id)
    expect((await get('/streams')).items.map((item: { name: string }) => item.name)).toEqual(['on'])
    expect((await get('/operations')).items.map((item: { id: string }) => item.id)).toEqual([deleting.id, id])
    expect((await get('/operations?kind=streams.kick')).items).toHaveLength(1)
    await node.close()
  })

  test('many are forbidden until a time, for a reason', async () => {
    const ids: string[] = []
    for (const name of ['a', 'b']) ids.push((await post('/streams', { name })).json().id)
    const until = new Date(platform.time.nowMs() + 60_000).toISOString()
    await ended((await post('/streams/bulk', { action: 'forbid', ids, until, reason: 'rehearsal' })).json().id)
    const { items } = await get('/streams')
    expect(items.map(({ forbidden }: { forbidden: unknown }) => forbidden)).toEqual(
      [until, until].map(until => ({ until, reason: 'rehearsal' })),
    )
    const wrong = await post('/streams/bulk', { action: 'kick', ids, reason: 'x' })
    expect([wrong.statusCode, wrong.json().error.field]).toEqual([400, 'body.action'])
  })

  test('cancelled ones stop at the step they are at', async () => {
    const ids: string[] = []
    for (const name of ['a', 'b', 'c']) ids.push((await post('/streams', { name })).json().id)
    const gate = Promise.withResolvers<void>()
    vi.spyOn(platform.services.streams, 'delete').mockImplementation(() => gate.promise)
    const { id } = (await post('/streams/bulk', { action: 'delete', ids })).json()
    const cancelled = post(`/operations/${id}/cancel`, {})
    await new Promise(resolve => setImmediate(resolve))
    await vi.waitFor(async () => expect((await get(`/operations/${id}`)).state).toBe('running'))
    gate.resolve()
    expect((await cancelled).json()).toMatchObject({ id, total: 3 })
    expect(['cancelled', 'done']).toContain((await ended(id)).state)
  })

  test('of others are not there, but for administrators', async () => {
    const operator = await platform.addUser('operator', 'operator')
    const viewer = await platform.addUser('viewer', 'viewer')
    const { id } = (await post('/streams/bulk', { action: 'resume', ids: ['x'] }, null, operator)).json()
    await ended(id)
    expect((await get(`/operations/${id}`, viewer)).error.code).toBe('NOT_FOUND')
    expect((await get('/operations', viewer)).items).toEqual([])
    expect((await get('/operations', operator)).items).toHaveLength(1)
  })

  test('ended with the process that ran them, and are removed after 30 days', async () => {
    const { db, time, services, server } = platform
    const row = { id: 'op_1', kind: 'x.y', state: 'running', user_id: 'us_admin', user_name: 'admin' } as const
    await db
      .insertInto('operations')
      .values({ ...row, created_at: time.nowMs(), done: 0, total: 5, rows: '[]' })
      .execute()
    await OperationService.open({ db, feed: services.feed, clock: time, log: server.log })
    expect(await get('/operations/op_1')).toMatchObject({ state: 'failed', error: { code: 'INTERRUPTED' } })
    time.jump(30 * 86_400_000 + 1)
    await services.operations.tidy()
    expect(await db.selectFrom('operations').selectAll().execute()).toEqual([])
  })
})
