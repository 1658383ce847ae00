import { expect, test, vi } from 'vitest'
import { apiForEachTest } from '../../test/support/api-under-test.ts'
import { ADMINISTRATOR, NodeUnderTest, type PlatformUnderTest } from '../../test/support/platform-under-test.ts'
import type { Follower } from '../platform/events-feed/event-feed.ts'
import type { App } from './app.ts'

let platform: PlatformUnderTest
let app: App
let token: string
apiForEachTest(api => {
  ;({ platform, app, token } = api)
})

const read = async () => (await app.inject('/api/v1/site')).json()

function change(payload: object, as = token) {
  return app.inject({ method: 'PATCH', url: '/api/v1/site', headers: { authorization: `Bearer ${as}` }, payload })
}

const FACTS = { name: 'Harbour control', address: 'https://harbour.example/', phone: '+49 40 1234-0' }

test('the mark is there from the first start, for everybody to see, and nobody changes it', async () => {
  const site = await read()
  expect(site).toEqual({ mark: expect.stringMatching(/^[0-9a-f]{13}$/), name: 'Sightline', address: null, phone: null })
  const refused = await change({ mark: '5a2e0aca82597' })
  expect([refused.statusCode, refused.json().error.code]).toEqual([400, 'INVALID'])
  await change(FACTS)
  expect(await read()).toEqual({ ...FACTS, mark: site.mark })
})

test('an administrator names it: written down, told to who follows, and to the nodes', async () => {
  const node = new NodeUnderTest(platform)
  node.client.start()
  await vi.waitFor(() => expect(node.applied.length).toBeGreaterThan(0))
  const told: unknown[] = []
  const quiet = { reset: () => {}, heartbeat: () => {}, end: () => {} }
  const follower: Follower = { actor: ADMINISTRATOR, filter: {}, event: ({ data }) => void told.push(data), ...quiet }
  platform.services.feed.follow(follower, null)

  const { mark } = await read()
  expect((await change(FACTS)).json()).toEqual({ ...FACTS, mark })

  expect(told).toContainEqual({ noun: 'site', id: null, operation: 'updateSite' })
  await vi.waitFor(() => expect(node.applied.at(-1)?.site).toEqual({ mark, name: FACTS.name }))
  expect(node.file.state('spaces')?.site).toEqual({ mark, name: FACTS.name })
  const audit = await app.inject({ url: '/api/v1/audit', headers: { authorization: `Bearer ${token}` } })
  expect(audit.json().items[0]).toMatchObject({
    action: 'site.update',
    object: mark,
    before: { name: 'Sightline', address: null, phone: null },
    after: FACTS,
  })
  await node.close()
})

test.each([
  ['nothing', {}],
  ['an empty name', { name: '  ' }],
  ['a script as address', { address: 'javascript:alert(1)' }],
  ['no address', { address: 'harbour' }],
  ['letters as phone', { phone: 'call us' }],
  ['too long', { name: 'x'.repeat(61) }],
])('%s is refused', async (_, payload) => {
  expect((await change(payload)).statusCode).toBe(400)
})

test('an operator does not name it', async () => {
  const operator = await platform.addUser('olga', 'operator')
  expect((await change(FACTS, operator)).statusCode).toBe(403)
})
