import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { DevicesAtNode } from '../../test/support/devices-at-node.ts'
import {
  liveStream,
  NodeUnderTest,
  PASSWORD,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import { RecorderAtNode, segment, snapshot } from '../../test/support/recorder-at-node.ts'
import type { NodeEvent } from '../link/events.ts'
import type { CatalogItem } from '../link/gb28181.ts'
import type { Role } from '../platform/access/actor.ts'
import type { App } from './app.ts'
import { type JsonSchema, type OpenApiDocument, type OpenApiOperation, TAGS } from './openapi-document.ts'
import { createApp } from './server.ts'

const ROLES = ['administrator', 'operator', 'viewer'] as const

interface Route {
  readonly title: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly operation: OpenApiOperation
}

/** A platform with one of everything, so that every path leads somewhere. */
interface World {
  readonly platform: PlatformUnderTest
  readonly app: App
  readonly tokens: Readonly<Record<Role, string>>
  readonly ids: Record<string, string>
  readonly node: NodeUnderTest
  close(): Promise<void>
}

const TOTALS = { bytesIn: 0, bytesOut: 0, framesIn: 0, durationMs: 0 }

async function newWorld(): Promise<World> {
  const platform = await platformUnderTest()
  const app = await createApp(platform.server)
  const recorder = new RecorderAtNode()
  const atNode = new DevicesAtNode()
  const features = { ...atNode.features, ...recorder.features }
  const node = new NodeUnderTest(platform, { features })
  node.streams = [liveStream('default/live/cam')]
  node.viewers = [
    {
      id: 'vw_1',
      path: 'default/live/cam',
      protocol: 'hls',
      remote: '192.0.2.9:4000',
      agent: 'VLC',
      startedAtMs: 0,
      bytesSent: 5,
      bufferedBytes: 0,
      framesDropped: 0,
    },
  ]
  node.client.start()
  const [stream, viewer] = [liveStream('default/live/cam'), { path: 'default/live/cam', atMs: 0 }]
  if (stream.publisher) node.client.emit({ type: 'stream.started', ...viewer, publisher: stream.publisher })
  node.client.emit({ type: 'viewer.started', ...viewer, viewer: 'vw_1', protocol: 'hls', remote: '192.0.2.9:4000' })
  const asking = { space: 'default', gbId: '34020000001320000009', remote: '192.0.2.20:5060', agent: 'IPC' }
  const atMs = platform.time.nowMs()
  recorder.segments.set('sg_1', segment('sg_1', atMs - 600_000))
  node.client.emit({ type: 'recording.segment', segment: segment('sg_1', atMs - 600_000), atMs })
  node.client.emit({ type: 'snapshot.taken', snapshot: snapshot('sn_1', { takenAtMs: atMs }), atMs })
  node.client.emit({ type: 'device.asked', ...asking, admitted: false, atMs: 0 })
  platform.time.advance(1000)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
  await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(1), { interval: 2 })
  const tokens = {
    administrator: await platform.addUser('admin', 'administrator'),
    operator: await platform.addUser('operator', 'operator'),
    viewer: await platform.addUser('viewer', 'viewer'),
  }
  const call = async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) =>
    (
      await app.inject({
        method,
        url: `/api/v1${url}`,
        headers: { authorization: `Bearer ${tokens.administrator}` },
        ...(payload && { payload }),
      })
    ).json()
  const [live] = (await call('GET', '/streams?state=on')).items
  const ids: Record<string, string> = {
    '/streams/{id}': live.id,
    '/users/{id}': 'us_viewer',
    '/sessions/{id}': 'ss_admin',
    '/api-keys/{id}': (await call('POST', '/api-keys', { name: 'one', scopes: ['read'] })).id,
    '/nodes/{id}': 'node-1',
    '/recordings/{id}': 'sg_1',
    '/snapshots/{id}': 'sn_1',

    '/viewers/{id}': 'vw_1',
    '/publishers/{id}': 'pb_1',
    '/spaces/{name}': (await call('POST', '/spaces', { name: 'other' })).name,
  }
  ids['/templates/{id}'] = (await call('POST', '/templates', { type: 'record', name: 'one' })).id
  const week = [[], [], [], [], [], [], []]
  ids['/plans/{id}'] = (await call('POST', '/plans', { name: 'one', zone: 'UTC', week })).id
  const device = { gbId: '34020000001180000001', name: 'Recorder', type: 'nvr' }
  ids['/devices/{id}'] = (await call('POST', '/devices', device)).id
  const item: CatalogItem = {
    ...{ gbId: '34020000001320000001', name: 'Lobby', manufacturer: '', model: '', civilCode: '', address: '' },
    ...{ parentIds: [], businessGroupId: null, parental: false, status: 'on', longitude: null, latitude: null },
    ...{ ptzType: 1, more: {} },
  }
  const end = { promised: 1, received: 1, complete: true }
  const deviceId = ids['/devices/{id}'] ?? ''
  node.client.emit({ type: 'device.catalog', device: deviceId, sync: 's', items: [item], end, atMs: 0 })
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
  ids['/channels/{id}'] = (await call('GET', '/channels')).items[0].id
  ids['/playbacks/{id}'] = atNode.session('se_1', { device: deviceId }).id
  const span = { start: '2026-11-20T08:00:00Z', end: '2026-11-20T08:10:00Z' }
  ids['/downloads/{id}'] = (await call('POST', `/channels/${ids['/channels/{id}']}/downloads`, span)).id
  const attempt = {
    id: 'at_1',
    kind: 'play',
    space: 'default',
    device: deviceId,
    gbId: device.gbId,
    channel: null,
  } as const
  const found = { ok: false, verdict: 'noAnswer', summary: 'no answer', advice: 'look', figures: { answerMs: null } }
  const told: NodeEvent[] = [
    { type: 'device.attempt', attempt: { ...attempt, ...found, startedAtMs: 1, endedAtMs: 2, messages: [] }, atMs: 2 },
    {
      ...{ type: 'device.alarm', device: deviceId, channel: item.gbId, priority: 1, method: 5, alarmType: 2 },
      ...{ description: '', longitude: null, latitude: null, alarmAtMs: 1, atMs: 2 },
    },
  ]
  for (const event of told) node.client.emit(event)
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
  ids['/attempts/{id}'] = attempt.id
  const upper = { name: 'City', serverId: '34010000002000000001', host: '192.0.2.80' }
  ids['/parent-platforms/{id}'] = (await call('POST', '/parent-platforms', upper)).id
  await call('PUT', `/parent-platforms/${ids['/parent-platforms/{id}']}/groups/34010000002160000001`, { name: 'A' })
  ids['/quirks/{id}'] = (await call('PUT', '/quirks', { entries: [{ vendor: 'x', quirks: {} }] })).items[0].id
  const taken = await call('POST', `/channels/${ids['/channels/{id}']}/device-snapshots`)
  ids['/device-snapshots/{id}'] = taken.id
  const { session } = await platform.db.selectFrom('device_snapshots').select('session').executeTakeFirstOrThrow()
  const picture = {
    method: 'PUT',
    url: `/api/v1/device-uploads/${session}/a.jpg`,
    payload: Buffer.from('ffd8ff00', 'hex'),
  } as const
  expect((await app.inject({ ...picture, headers: { 'content-type': 'image/jpeg' } })).statusCode).toBe(200)
  ids['/alarms/{id}'] = (await call('GET', '/alarms')).items[0].id
  ids['/directories/{id}'] = (await call('POST', '/directories', { name: 'School' })).id
  ids['/pending-devices/{id}'] = (await call('GET', '/pending-devices')).items[0].id
  const deaf = { url: 'http://127.0.0.1:9/', events: ['stream_status'] }
  ids['/callbacks/{id}'] = (await call('POST', '/callbacks', deaf)).id
  node.client.emit({ type: 'stream.stopped', path: 'default/live/two', reason: '', atMs, totals: TOTALS })
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
  ids['/deliveries/{id}'] = (await call('GET', `/callbacks/${ids['/callbacks/{id}']}/deliveries`)).items[0].id
  const exported = { stream: live.id, start: new Date(atMs - 600_000).toISOString(), end: new Date(atMs).toISOString() }
  ids['/exports/{id}'] = (await call('POST', '/exports', exported)).id
  ids['/operations/{id}'] = (await call('POST', '/streams/bulk', { action: 'kick', ids: ['none'] })).id
  return {
    platform,
    app,
    node,
    tokens,
    ids,
    async close() {
      await node.close()
      await app.close()
      await platform.close()
    },
  }
}

/** The address with the names of what is there. */
function addressOf({ path }: Route, { ids }: World): string {
  return path
    .replace(/^(.*?\{\w+\})/, start => {
      const id = ids[start.replace('/api/v1', '')]
      if (id === undefined) throw new Error(`the world of this test needs something for ${start}`)
      return start.replace(/\{\w+\}/, id)
    })
    .replace('{number}', '1')
    .replace('{gbId}', '34010000002160000001')
    .replace('{name}', 'a.jpg')
}

const document = await describeOnce()
const routes: Route[] = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    title: `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
    method: method.toUpperCase() as Route['method'], // what the document has
    path,
    operation,
  })),
)
const guarded = routes.filter(({ operation }) => operation['x-permission'] !== undefined)

async function describeOnce(): Promise<OpenApiDocument> {
  const platform = await platformUnderTest()
  const app = await createApp(platform.server)
  const json: OpenApiDocument = (await app.inject('/api/v1/openapi.json')).json()
  await app.close()
  await platform.close()
  return json
}

/** Checks values by the document alone. */
function checker(schema: JsonSchema): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components?.schemas ?? {} })
  const local = text.replaceAll('#/components/schemas/', '#/$defs/')
  // classes of Unicode letters need the flag `u`, which JSON Schema implies and zod does not set
  const known = (name: string, value: unknown) =>
    name === 'pattern' && String(value).includes(String.raw`\p{`) ? undefined : value
  return z.fromJSONSchema(JSON.parse(local, known))
}

const ErrorAnswer = checker({ $ref: '#/components/schemas/Error' })

function bodyOf({ operation }: Route): { schema: JsonSchema; example: unknown } | null {
  const content = operation.requestBody?.content['application/json']
  if (!content) return null
  const schema = content.schema.anyOf?.find(({ type }) => type === 'object') ?? content.schema
  return { schema, example: content.example }
}

describe('the description', () => {
  test.each(routes)('of $title is complete', ({ operation, method }) => {
    expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/)
    expect(operation.summary).toMatch(/^[A-Z].{4,}/)
    expect(TAGS.map(({ name }) => name)).toContain(operation.tags?.[0])
    if (operation['x-permission'] === undefined) expect(operation.security).toEqual([])
    else expect(operation.responses).toHaveProperty('401')
    for (const response of Object.values(operation.responses)) expect(response.description).not.toMatch(/^$|Default/)
    const body = operation.requestBody?.content['application/json']
    if (body) {
      expect(body.example, 'an example in openapi-examples.ts').toBeDefined()
      expect(checker(body.schema).safeParse(body.example).error).toBeUndefined()
      expect(bodyOf({ operation } as Route)?.schema).toMatchObject({ type: 'object', additionalProperties: false })
    }
    if (method === 'GET') expect(operation.requestBody).toBeUndefined()
  })

  test('names every operation once, and has no schema that nobody uses', () => {
    const names = routes.map(({ operation }) => operation.operationId)
    expect(names).toEqual([...new Set(names)])
    const text = JSON.stringify(document)
    for (const name of Object.keys(document.components?.schemas ?? {})) {
      expect(text).toContain(`"#/components/schemas/${name}"`)
    }
  })

  test('open are only these', () => {
    const open = routes.filter(route => !guarded.includes(route)).map(({ title }) => title)
    expect(open).toEqual(['GET /health', 'POST /sessions', 'GET /site'])
  })
})

describe('who may not, and what is not understood', () => {
  let world: World
  beforeAll(async () => {
    world = await newWorld()
  })
  afterAll(() => world.close())

  const inject = (route: Route, url: string, as: string | null, payload?: unknown) =>
    world.app.inject({
      method: route.method,
      url,
      headers: as === null ? {} : { authorization: `Bearer ${as}` },
      ...(payload !== undefined && { payload: payload as object }),
    })

  const refused = async (route: Route, url: string, as: string | null, payload: unknown, status: number) => {
    const response = await inject(route, url, as, payload)
    expect([response.statusCode, response.body]).toEqual([status, expect.any(String)])
    expect(ErrorAnswer.safeParse(response.json()).error).toBeUndefined()
    expect(response.json().error.traceId).toBe(response.headers['x-trace-id'])
    return response.json().error as { code: string; field?: string }
  }

  test.each(guarded)('$title needs a token', async route => {
    const url = addressOf(route, world)
    for (const as of [null, 'x', `${world.tokens.administrator}x`, 'x'.repeat(600)]) {
      expect((await refused(route, url, as, bodyOf(route)?.example, 401)).code).toBe('UNAUTHENTICATED')
    }
  })

  const byRole = guarded.flatMap(route =>
    ROLES.filter(role => route.operation['x-roles'] && !route.operation['x-roles'].includes(role)).map(role => ({
      ...route,
      role,
    })),
  )
  test.each(byRole)('$title is not for the role $role', async ({ role, ...route }) => {
    const url = addressOf(route, world)
    for (const payload of [bodyOf(route)?.example, undefined]) {
      expect((await refused(route, url, world.tokens[role], payload, 403)).code).toBe('FORBIDDEN')
    }
  })

  test.each(routes)('$title refuses unknown parameters', async route => {
    const url = `${addressOf(route, world)}?nonsense=1`
    const { code, field } = await refused(route, url, world.tokens.administrator, bodyOf(route)?.example, 400)
    expect([code, field]).toEqual(['INVALID', 'querystring'])
  })

  test.each(routes.filter(route => bodyOf(route)))('$title refuses bodies that are not as described', async route => {
    const url = addressOf(route, world)
    const { schema, example } = bodyOf(route) ?? {}
    const admin = world.tokens.administrator
    const unknown = await refused(route, url, admin, { ...(example as object), nonsense: 1 }, 400)
    expect([unknown.code, unknown.field]).toEqual(['INVALID', 'body'])
    for (const payload of [[], '"text"', '{']) await refused(route, url, admin, payload, 400)
    for (const [name, property] of Object.entries(schema?.properties ?? {})) {
      for (const wrong of wrongValues(property)) {
        const { field } = await refused(route, url, admin, { ...(example as object), [name]: wrong }, 400)
        expect(field).toContain(`body.${name}`)
      }
    }
    for (const name of schema?.required ?? []) {
      const { [name]: _, ...rest } = example as Record<string, unknown>
      expect((await refused(route, url, admin, rest, 400)).field).toBe(`body.${name}`)
    }
  })

  const parameters = routes.flatMap(route =>
    (route.operation.parameters ?? [])
      .filter(parameter => parameter.in === 'query')
      .map(parameter => ({ ...route, parameter })),
  )
  test.each(parameters)('$title refuses a wrong $parameter.name', async ({ parameter, ...route }) => {
    const wrong = wrongText(parameter.schema)
    if (wrong === null) return expect(parameter.schema).toEqual({ type: 'string' })
    const url = `${addressOf(route, world)}?${parameter.name}=${encodeURIComponent(wrong)}`
    const { field } = await refused(route, url, world.tokens.administrator, undefined, 400)
    expect(field).toBe(`querystring.${parameter.name}`)
  })

  test.each(routes.filter(({ path }) => path.includes('{')))('$title does not find what is not there', async route => {
    const url = route.path
      .replace(/\{\w+\}/, 'none_such')
      .replace('{number}', '1')
      .replace('{gbId}', '34010000002160000001')
      .replace('{name}', 'a.jpg')
    const { code } = await refused(route, url, world.tokens.administrator, bodyOf(route)?.example, 404)
    expect(code).toBe('NOT_FOUND')
  })
})

describe('what is allowed is answered as described', () => {
  const finite = routes.filter(({ operation }) => !operation.responses['200']?.content?.['text/event-stream'])

  test.each(finite)('$title', async route => {
    const world = await newWorld()
    try {
      const { method, operation } = route
      if (operation.operationId === 'getOperationFile') {
        const admin = await world.platform.services.authenticator.authenticate(world.tokens.administrator, {
          remote: '',
          traceId: '',
        })
        const { id } = await world.platform.services.support.bundle(admin)
        await vi.waitFor(async () =>
          expect((await world.platform.services.operations.get(admin, id)).state).toBe('done'),
        )
        world.ids['/operations/{id}'] = id
      }
      if (operation.operationId === 'deleteNode') {
        await world.node.close()
        await vi.waitFor(() => expect(world.platform.services.links.nodes.size).toBe(0))
      }
      if (operation.operationId === 'resumeStream') {
        const url = addressOf({ ...route, path: route.path.replace('resume', 'forbid') }, world)
        const headers = { authorization: `Bearer ${world.tokens.administrator}` }
        expect((await world.app.inject({ method, url, headers })).statusCode).toBeLessThan(300)
      }
      const example = bodyOf(route)?.example
      const directoryId = world.ids['/directories/{id}']
      const body = operation.operationId === 'shareDirectory' ? { directoryId } : example
      const known: Record<string, object> = {
        login: { username: 'admin', password: PASSWORD },
        createExport: {
          ...{ stream: world.ids['/streams/{id}'], end: new Date(world.platform.time.nowMs()).toISOString() },
          start: new Date(world.platform.time.nowMs() - 60_000).toISOString(),
        },
      }
      const payload = known[operation.operationId ?? ''] ?? body
      const response = await world.app.inject({
        method,
        url: addressOf(route, world),
        headers: { authorization: `Bearer ${world.tokens.administrator}` },
        ...(payload !== undefined && { payload: payload as object }),
      })
      expect([response.statusCode, response.body]).toEqual([
        expect.toSatisfy(status => status < 300),
        expect.any(String),
      ])
      const described = operation.responses[String(response.statusCode)]
      expect(described, `status ${response.statusCode} is described`).toBeDefined()
      const schema = described?.content?.['application/json']?.schema
      if (schema) expect(checker(schema).safeParse(response.json()).error).toBeUndefined()
      else if (!described?.content) expect(response.body).toBe('')
    } finally {
      await world.close()
    }
  })
})

/** Values of another kind than the schema has; none for a schema that takes anything. */
function wrongValues(schema: JsonSchema): unknown[] {
  const kinds = new Set([schema.type, ...(schema.anyOf ?? []).map(({ type }) => type)].flat())
  const candidates: [string, unknown][] = [
    ['string', 'x'.repeat(100_000)],
    ['number', 1e308],
    ['boolean', true],
    ['object', { nonsense: true }],
    ['array', [{ nonsense: true }]],
  ]
  return candidates
    .filter(([kind]) => !(kind === 'boolean' && kinds.has('boolean')))
    .filter(([, value]) => !checker(schema).safeParse(value).success)
    .map(([, value]) => value)
}

/** A text no query parameter of the schema can be; null when any text is. */
function wrongText(schema: JsonSchema & { maxLength?: number }): string | null {
  const candidates = ['not such a thing', 'x'.repeat(5000)]
  if (schema.type === 'integer' || schema.type === 'number') return '-1e9'
  return candidates.find(text => !checker(schema).safeParse(text).success) ?? null
}
