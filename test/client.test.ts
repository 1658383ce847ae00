import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SightlineClient, type SightlineError, sentBy } from '../clients/typescript/src/client.ts'
import { clientTypes } from '../scripts/client-types.ts'
import { createApp, Server } from '../src/http/server.ts'
import { PASSWORD, type PlatformUnderTest, platformUnderTest } from './support/platform-under-test.ts'

const GENERATED = join(import.meta.dirname, '../clients/typescript/src/generated/api.ts')

let platform: PlatformUnderTest
let server: Server
let client: SightlineClient
let url: string

beforeEach(async () => {
  platform = await platformUnderTest()
  server = await Server.create(platform.server)
  const { port }: AddressInfo = await server.listen({ port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${port}`
  client = new SightlineClient({ server: url, token: await platform.addUser('admin', 'administrator') })
})

afterEach(async () => {
  await server.close()
  await platform.close()
})

test('the generated types are what the OpenAPI document says; vitest -u writes them', async () => {
  const app = await createApp(platform.server)
  const document = (await app.inject('/api/v1/openapi.json')).json()
  await app.close()
  await expect(clientTypes(document)).toMatchFileSnapshot(GENERATED)
})

test('log in, create, list in pages, kick, errors', async () => {
  const { token } = await new SightlineClient({ server: url }).call('login', {
    body: { username: 'admin', password: PASSWORD },
  })
  const mine = client.withToken(token)
  for (const name of ['c', 'a', 'b']) await mine.call('createStream', { body: { name } })
  const names: string[] = []
  for await (const { name } of mine.all('listStreams', { query: { limit: 2, sort: '-name' } })) names.push(name)
  expect(names).toEqual(['c', 'b', 'a'])
  const [first] = (await mine.call('listStreams')).items
  const error: SightlineError = await mine.call('kickStream', { path: { id: first?.id ?? '' } }).then(
    () => Promise.reject(new Error('kicked')),
    (error: SightlineError) => error,
  )
  expect(error).toMatchObject({ status: 404, code: 'STREAM_NOT_FOUND', traceId: expect.stringMatching(/^\w{16}$/) })
  expect(await mine.call('deleteStream', { path: { id: first?.id ?? '' } })).toBeUndefined()
})

test('what a call sends can be shown, and what gets no answer says so', async () => {
  expect(sentBy('listStreams', { query: { q: 'a b', state: undefined, limit: 5 } })).toEqual({
    method: 'GET',
    path: '/streams?q=a+b&limit=5',
  })
  const nowhere = new SightlineClient({ server: 'http://127.0.0.1:1' })
  await expect(nowhere.call('getHealth')).rejects.toMatchObject({
    status: 0,
    code: 'NETWORK',
    sent: { path: '/health' },
  })
  const slow = new SightlineClient({ server: url, timeoutMs: 1, fetch: (_, init) => hanging(init?.signal) })
  await expect(slow.call('getHealth')).rejects.toMatchObject({ status: 0, cause: { name: 'TimeoutError' } })
  const abort = AbortSignal.abort(new Error('enough'))
  await expect(client.call('getHealth', { signal: abort })).rejects.toThrow('enough')
})

function hanging(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
}

test('a repeated request is done once', async () => {
  const request = { body: { name: 'a' }, idempotencyKey: 'k1' }
  const [one, two] = [await client.call('createStream', request), await client.call('createStream', request)]
  expect(two).toEqual(one)
})

test('follows the feed', async () => {
  const abort = new AbortController()
  const types: string[] = []
  for await (const { type, data } of client.follow({ types: 'stream.on' }, { signal: abort.signal })) {
    types.push(type)
    if (type === 'ready')
      platform.services.feed.publish({ type: 'stream.on', permission: 'streams.read', path: 'a/b/c', data: { n: 1 } })
    if (data['n'] === 1) abort.abort()
  }
  expect(types).toEqual(['ready', 'stream.on'])
  await expect(async () => {
    for await (const _ of client.withToken('wrong').follow()) throw new Error('followed')
  }).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
})
