import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  liveStream,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import { HEARTBEAT_EVERY_MS } from '../platform/events-feed/event-feed.ts'
import { Server } from './server.ts'

interface Told {
  readonly event: string
  readonly id: string | null
  readonly data: Record<string, unknown>
}

/** One client of the feed, reading all it is sent. */
class Client {
  readonly told: Told[] = []
  comments = 0
  ended = false
  readonly #abort = new AbortController()

  constructor(url: string, token: string, headers: Record<string, string> = {}) {
    void this.#read(url, { authorization: `Bearer ${token}`, ...headers })
  }

  async #read(url: string, headers: Record<string, string>): Promise<void> {
    try {
      const response = await fetch(url, { headers, signal: this.#abort.signal })
      expect(response.headers.get('content-type')).toBe('text/event-stream')
      let text = ''
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) this.#take(block)
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error
    }
    this.ended = true
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null
    const [event, data] = [field('event'), field('data')]
    if (event !== null && data !== null) this.told.push({ event, id: field('id'), data: JSON.parse(data) })
    else if (block.startsWith(':')) this.comments++
  }

  async heard(event: string): Promise<Told> {
    return vi.waitFor(() => {
      const found = this.told.find(told => told.event === event)
      expect(found, `${event} in ${this.told.map(told => told.event)}`).toBeDefined()
      return found as Told
    })
  }

  close(): void {
    this.#abort.abort()
  }
}

let platform: PlatformUnderTest
let server: Server
let url: string
let token: string
let node: NodeUnderTest
let clients: Client[]

beforeEach(async () => {
  platform = await platformUnderTest()
  server = await Server.create(platform.server)
  const { port }: AddressInfo = await server.listen({ port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${port}/api/v1`
  token = await platform.addUser('admin', 'administrator')
  node = new NodeUnderTest(platform)
  clients = []
})

afterEach(async () => {
  for (const client of clients) client.close()
  await node.close()
  await server.close()
  await platform.close()
})

async function follow(query = '', as = token, headers: Record<string, string> = {}): Promise<Client> {
  const before = platform.services.feed.followers
  const client = new Client(`${url}/events${query}`, as, headers)
  clients.push(client)
  await client.heard('ready')
  await vi.waitFor(() => expect(platform.services.feed.followers).toBe(before + 1))
  return client
}

const publish = (path: string) =>
  platform.services.feed.publish({ type: 'stream.on', permission: 'streams.read', path, data: { path } })

const write = (method: string, path: string, body: object, as = token) =>
  fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

test('what nodes say, what their streams measure and what is written is told', async () => {
  const client = await follow()
  node.client.start()
  await client.heard('node.on')
  node.client.emit({
    type: 'stream.started',
    path: 'default/live/cam',
    publisher: { id: 'pb_1', protocol: 'rtmp', remote: '192.0.2.7:5', agent: '' },
    atMs: 1_700_000_000_000,
  })
  node.client.emit({ type: 'refused', action: 'play', path: 'default/live/x', remote: '', reason: 'expired', atMs: 1 })
  await vi.waitFor(() => {
    platform.time.advance(50) // the outbox gathers events before it writes them
    expect(client.told.map(({ event }) => event)).toContain('refused')
  })
  expect((await client.heard('stream.on')).data).toMatchObject({
    at: '2023-11-14T22:13:20.000Z',
    nodeId: 'node-1',
    path: 'default/live/cam',
    publisher: { protocol: 'rtmp' },
  })
  node.streams = [liveStream('default/live/cam')]
  platform.time.advance(1000)
  await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(1))
  platform.time.advance(1000)
  const live = await client.heard('streams.live')
  expect(live.id).toBeNull()
  expect(live.data['items']).toEqual([
    { path: 'default/live/cam', nodeId: 'node-1', waiting: false, bitrateKbps: 2100, fps: 25, viewers: 3, gopMs: 2000 },
  ])
  platform.time.advance(3000) // nothing moved: nothing is told
  await write('PATCH', '/spaces/default', { play: 'open' })
  expect((await client.heard('changed')).data).toMatchObject({
    noun: 'spaces',
    id: 'default',
    operation: 'updateSpace',
  })
  expect(client.told.filter(({ event }) => event === 'streams.live')).toHaveLength(1)
  await node.close()
  await client.heard('node.lost')
})

test('filters: types, space, stream', async () => {
  const created = (await (await write('POST', '/streams', { name: 'one' })).json()) as { id: string }
  const byStream = await follow(`?stream=${created.id}`)
  const bySpace = await follow('?space=other&types=stream.on')
  publish('default/live/one')
  publish('other/live/two')
  publish('otherwise/live/three')
  expect((await byStream.heard('stream.on')).data['path']).toBe('default/live/one')
  expect((await bySpace.heard('stream.on')).data['path']).toBe('other/live/two')
  publish('other/live/last')
  await vi.waitFor(() => expect(bySpace.told).toHaveLength(3))
  expect(byStream.told).toHaveLength(2)
  for (const query of ['?types=nonsense', '?stream=st_none', '?types=']) {
    const response = await fetch(`${url}/events${query}`, { headers: { authorization: `Bearer ${token}` } })
    expect([400, 404]).toContain(response.status)
  }
})

test('who may not see something does not hear of it', async () => {
  const viewer = await follow('', await platform.addUser('guest', 'viewer'))
  await write('POST', '/users', { name: 'anna', password: 'battery staple', role: 'viewer' })
  await write('POST', '/streams', { name: 'one' })
  expect((await viewer.heard('changed')).data['noun']).toBe('streams')
})

test('the newest events, and where to follow on', async () => {
  const newest = async (query: string) =>
    (await fetch(`${url}/events?limit=${query}`, { headers: { authorization: `Bearer ${token}` } })).json() as Promise<{
      items: { id: string; type: string; data: Record<string, unknown> }[]
      lastEventId: string
    }>
  expect(await newest('5')).toEqual({ items: [], lastEventId: platform.services.feed.id })
  for (const name of ['a', 'b', 'c']) publish(`default/live/${name}`)
  await write('POST', '/streams', { name: 'one' })
  const { items, lastEventId } = await newest('2&types=stream.on')
  expect(items).toMatchObject([
    { type: 'stream.on', data: { path: 'default/live/b' } },
    { type: 'stream.on', data: { path: 'default/live/c' } },
  ])
  expect((await newest('500')).items).toHaveLength(4)
  expect((await newest('500&space=other')).items).toHaveLength(0)
  publish('default/live/d')
  const client = await follow('', token, { 'last-event-id': lastEventId })
  await client.heard('stream.on')
  expect(client.told.map(({ data }) => data['path'])).toEqual([undefined, 'default/live/d'])
  const resumed = await follow('', token, { 'last-event-id': items[1]?.id ?? '' })
  await vi.waitFor(() => expect(resumed.told.map(({ event }) => event)).toEqual(['ready', 'changed', 'stream.on']))
})

test('resumes behind the last event heard, and is told when that is too long ago', async () => {
  const first = await follow()
  publish('default/live/a')
  const { id } = await first.heard('stream.on')
  first.close()
  await vi.waitFor(() => expect(platform.services.feed.followers).toBe(0))
  publish('default/live/b')
  publish('default/live/c')
  const again = await follow('', token, { 'last-event-id': id ?? '' })
  await vi.waitFor(() =>
    expect(again.told.map(({ data }) => data['path'])).toEqual([undefined, 'default/live/b', 'default/live/c']),
  )
  const current = await follow('', token, { 'last-event-id': platform.services.feed.id })
  publish('default/live/d')
  await vi.waitFor(() => expect(current.told.map(({ event }) => event)).toEqual(['ready', 'stream.on']))
  for (const old of ['other.1', `${id}9999`, 'x', `${(id ?? '').split('.')[0]}.-5`]) {
    const client = await follow('', token, { 'last-event-id': old })
    expect((await client.heard('reset')).id).toBe(platform.services.feed.id)
    client.close()
    await vi.waitFor(() => expect(platform.services.feed.followers).toBe(2))
  }
  for (let i = 0; i < 10_001; i++) publish(`default/live/${i}`)
  await (await follow('', token, { 'last-event-id': id ?? '' })).heard('reset')
})

test('a heartbeat while it is silent, and the end with the session', async () => {
  const as = await platform.addUser('guest', 'viewer')
  const client = await follow('', as)
  platform.time.advance(HEARTBEAT_EVERY_MS)
  await vi.waitFor(() => expect(client.comments).toBe(1))
  await fetch(`${url}/sessions/current`, { method: 'DELETE', headers: { authorization: `Bearer ${as}` } })
  platform.time.advance(HEARTBEAT_EVERY_MS)
  await vi.waitFor(() => expect(client.ended).toBe(true))
  await vi.waitFor(() => expect(platform.services.feed.followers).toBe(0))
})

test('one user has a bounded number of feeds', async () => {
  for (let i = 0; i < 20; i++) await follow()
  const response = await fetch(`${url}/events`, { headers: { authorization: `Bearer ${token}` } })
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '15'])
  await follow('', await platform.addUser('guest', 'viewer'))
})

test('a client that does not read is dropped events, then told to begin anew', async () => {
  const { connect } = await import('node:net')
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.pause()
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  await vi.waitFor(() => expect(platform.services.feed.followers).toBe(1))
  const long = 'x'.repeat(10_000)
  for (let i = 0; i < 1500; i++) {
    platform.services.feed.publish({ type: 'stream.on', permission: 'streams.read', path: 'a/b/c', data: { i, long } })
    if (i % 100 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  socket.resume()
  await vi.waitFor(() => expect(text).toContain('event: reset'), { timeout: 10_000 })
  expect(text.match(/event: stream\.on/g)?.length).toBeLessThan(1500)
  socket.destroy()
})
