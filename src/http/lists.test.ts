import { expect, test, vi } from 'vitest'
import { apiForEachTest } from '../../test/support/api-under-test.ts'
import { liveStream, NodeUnderTest, type PlatformUnderTest } from '../../test/support/platform-under-test.ts'
import type { App } from './app.ts'

let platform: PlatformUnderTest
let app: App
let token: string
apiForEachTest(api => {
  ;({ platform, app, token } = api)
})

async function call(method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${token}` }
  return (await app.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) })).json()
}

async function names(query: string, between: (page: number) => Promise<unknown> = async () => {}): Promise<string> {
  const found: string[] = []
  for (let cursor = '', page = 0; ; page++) {
    const answer = await call('GET', `/streams?limit=2&${query}${cursor}`)
    found.push(...answer.items.map((item: { name: string }) => item.name))
    if (answer.nextCursor === null) return found.join(' ')
    cursor = `&cursor=${answer.nextCursor}`
    await between(page)
  }
}

async function make(...made: string[]) {
  const ids: Record<string, string> = {}
  for (const name of made) {
    platform.time.advance(1)
    ids[name] = (await call('POST', '/streams', { name, app: `a${made.length - made.indexOf(name)}` })).id
  }
  return ids
}

test('streams are sorted by path, name, title and time of creation, either way', async () => {
  const ids = await make('c', 'a', 'd', 'b')
  for (const [name, title] of [
    ['a', 'zebra'],
    ['c', 'apple'],
  ] as const)
    await call('PATCH', `/streams/${ids[name]}`, { title })
  expect(await names('')).toBe('b d a c')
  expect(await names('sort=-path')).toBe('c a d b')
  expect(await names('sort=name')).toBe('a b c d')
  expect(await names('sort=-name')).toBe('d c b a')
  expect(await names('sort=createdAt')).toBe('c a d b')
  expect(await names('sort=-createdAt')).toBe('b d a c')
  expect(await names('sort=title')).toBe('b d c a') // those without one in the order of paths
  expect(await names('sort=-title')).toBe('a c d b')
})

test('rows that come and go between two pages neither repeat nor hide others', async () => {
  const ids = await make('b', 'd', 'f', 'h')
  const seen = await names('sort=name', async page => {
    if (page > 0) return
    await call('POST', '/streams', { name: 'a' }) // before: not seen any more
    await call('POST', '/streams', { name: 'e' }) // behind: seen
    const headers = { authorization: `Bearer ${token}` }
    await app.inject({ method: 'DELETE', url: `/api/v1/streams/${ids['d']}`, headers }) // the cursor's own row
  })
  expect(seen).toBe('b d e f h')
})

test('the live ones are sorted and filtered too, by node and by label', async () => {
  const node = new NodeUnderTest(platform)
  node.streams = ['x', 'z', 'y'].map(name => liveStream(`default/live/${name}`))
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(3))
  await call('POST', '/streams', { name: 'off' })
  expect(await names('state=on&sort=-name')).toBe('z y x')
  expect(await names('nodeId=node-1&sort=name')).toBe('x y z')
  expect(await names('nodeId=node-2')).toBe('')
  expect(await names('nodeId=node-1&state=off')).toBe('')
  expect(await names('state=off')).toBe('off')
  const [first] = (await call('GET', '/streams?q=live/y')).items
  const changed = await call('PATCH', `/streams/${first.id}`, { labels: ['door', 'a "b"_%', 'door'], title: 'East' })
  expect([changed.labels, changed.title]).toEqual([['a "b"_%', 'door'], 'East'])
  for (const state of ['', '&state=on']) {
    expect(await names(`label=door${state}`)).toBe('y')
    expect(await names(`label=doo${state}`)).toBe('')
    expect(await names(`label=${encodeURIComponent('a "b"_%')}${state}`)).toBe('y')
    expect(await names(`q=EAST${state}`)).toBe('y')
  }
  await node.close()
})

test('nodes and those who watch come in pages, sorted and filtered', async () => {
  const node = new NodeUnderTest(platform)
  node.streams = [liveStream('default/live/cam', { viewers: 3 })]
  const viewer = { path: 'default/live/cam', bufferedBytes: 0, framesDropped: 0 }
  node.viewers = [
    { ...viewer, id: 'vw_1', protocol: 'hls', remote: '192.0.2.9:1', agent: 'VLC', startedAtMs: 1, bytesSent: 30 },
    { ...viewer, id: 'vw_2', protocol: 'http-flv', remote: '192.0.2.8:1', agent: 'mpv', startedAtMs: 2, bytesSent: 10 },
    { ...viewer, id: 'vw_3', protocol: 'hls', remote: '192.0.2.7:1', agent: 'curl', startedAtMs: 2, bytesSent: 20 },
  ]
  node.client.start()
  const second = new NodeUnderTest(platform, {
    nodeId: 'node-2',
    name: 'East',
    file: `${platform.directory}/node-2.db`,
  })
  second.client.start()
  await vi.waitFor(() => expect(platform.services.links.live('default/live/cam')).not.toBeNull())
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(2))
  await second.close()
  await vi.waitFor(() => expect(platform.services.links.nodes.size).toBe(1))
  const all = async (path: string, query: string): Promise<string> => {
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const { items, nextCursor } = await call('GET', `${path}?limit=1&${query}${cursor}`)
      found.push(...items.map((item: { id: string }) => item.id.slice(-1)))
      if (nextCursor === null) return found.join(' ')
      cursor = `&cursor=${nextCursor}`
    }
  }
  for (const [query, expected] of [
    ['', '2 1'],
    ['sort=-name', '1 2'],
    ['sort=-viewers', '1 2'],
    ['sort=streams', '2 1'],
    ['sort=lastSeenAt', '1 2'], // in the same millisecond: by id
    ['sort=-lastSeenAt', '2 1'],
    ['state=lost', '2'],
    ['q=EAS', '2'],
  ])
    expect([query, await all('/nodes', query ?? '')]).toEqual([query, expected])
  expect((await call('GET', '/nodes/node-2')).state).toBe('lost')
  const [{ id }] = (await call('GET', '/streams?state=on')).items
  for (const [query, expected] of [
    ['', '1 2 3'],
    ['sort=-startedAt', '3 2 1'],
    ['sort=-bytesSent', '1 3 2'],
    ['protocol=hls', '1 3'],
    ['q=MPV', '2'],
    ['q=0.2.7', '3'],
  ])
    expect([query, await all(`/streams/${id}/viewers`, query ?? '')]).toEqual([query, expected])
  await node.close()
})

test('a cursor is only good for the order it was made for', async () => {
  await make('a', 'b', 'c')
  const { nextCursor } = await call('GET', '/streams?limit=1&sort=name')
  for (const [cursor, sort] of [
    [nextCursor, '-name'],
    [nextCursor, 'createdAt'],
    ['x', 'name'],
    [Buffer.from('["createdAt","text","a"]').toString('base64url'), 'createdAt'],
    [Buffer.from('["name",1,"a"]').toString('base64url'), 'name'],
    [Buffer.from('{}').toString('base64url'), 'name'],
  ]) {
    const { error } = await call('GET', `/streams?limit=1&sort=${sort}&cursor=${cursor}`)
    expect([error.code, error.field]).toEqual(['INVALID', 'querystring.cursor'])
  }
})

test('10 000 streams: any page in a few milliseconds of database time', async () => {
  const row = { space: 'default', app: 'live', created_at: 1 }
  const rows = Array.from({ length: 10_000 }, (_, i) => `camera-${String(i).padStart(5, '0')}`)
  for (let at = 0; at < rows.length; at += 1000) {
    const some = rows
      .slice(at, at + 1000)
      .map(name => ({ ...row, id: `st_${name}`, name, path: `default/live/${name}` }))
    await platform.db.insertInto('streams').values(some).execute()
  }
  const begin = performance.now()
  for (const query of ['', 'sort=-createdAt', 'sort=name', 'q=09999', 'state=off', 'space=default&sort=-path']) {
    expect((await call('GET', `/streams?limit=100&${query}`)).items).toHaveLength(query.startsWith('q') ? 1 : 100)
  }
  expect(performance.now() - begin).toBeLessThan(3000) // half a second on an idle machine
})

test('history of a stream: newest first, with reason and totals, in pages', async () => {
  const node = new NodeUnderTest(platform)
  node.client.start()
  const path = 'default/live/cam'
  const publisher = { id: 'pb_1', protocol: 'rtmp', remote: '192.0.2.7:5', agent: 'OBS' }
  const begin = platform.time.nowMs()
  for (let run = 0; run < 3; run++) {
    const totals = { bytesIn: run, bytesOut: 2, framesIn: 3, durationMs: 50 }
    node.client.emit({ type: 'stream.started', path, publisher, atMs: begin + run * 100 })
    if (run < 2)
      node.client.emit({ type: 'stream.stopped', path, reason: 'kicked', atMs: begin + run * 100 + 50, totals })
  }
  await vi.waitFor(() => {
    platform.time.advance(50) // the outbox gathers events before it writes them
    expect(node.outbox.size).toBe(0)
  })
  const [{ id }] = (await call('GET', '/streams')).items
  const first = await call('GET', `/streams/${id}/events?limit=2`)
  expect(first.items).toMatchObject([
    { startedAt: new Date(begin + 200).toISOString(), stoppedAt: null, reason: null, totals: null },
    { reason: 'kicked', durationMs: 50, totals: { bytesIn: 1, bytesOut: 2, framesIn: 3 }, publisher: { agent: 'OBS' } },
  ])
  const last = await call('GET', `/streams/${id}/events?limit=2&cursor=${first.nextCursor}`)
  expect([last.items.length, last.items[0].totals.bytesIn, last.nextCursor]).toEqual([1, 0, null])
  const times = (query: string) => call('GET', `/streams/${id}/events?${query}`).then(({ items }) => items.length)
  expect(await times(`to=${new Date(begin + 100).toISOString()}`)).toBe(1)
  expect(await times(`from=${new Date(begin + 120).toISOString()}&sort=startedAt`)).toBe(2)
  await node.close()
})
