import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  liveStream,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import { PATH, RecorderAtNode, segment } from '../../test/support/recorder-at-node.ts'
import { verifySigned } from '../base/signed-url.ts'
import type { CatalogItem } from '../link/gb28181.ts'
import type { App } from './app.ts'
import { createApp } from './server.ts'

let platform: PlatformUnderTest
let app: App
let token: string
let recorder: RecorderAtNode
let node: NodeUnderTest
let id: string
let now: number

beforeEach(async () => {
  platform = await platformUnderTest()
  app = await createApp(platform.server)
  token = await platform.addUser('admin', 'administrator')
  recorder = new RecorderAtNode()
  node = new NodeUnderTest(platform, { features: recorder.features })
  node.streams = [liveStream(PATH)]
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.live(PATH)).not.toBeNull(), { interval: 2 })
  id = (await call('GET', '/streams')).items[0]?.id ?? (await call('POST', '/streams', { name: 'cam' })).id
  now = platform.time.nowMs()
})

afterEach(async () => {
  await node.close()
  await app.close()
  await platform.close()
})

async function call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${token}`, host: 'video.example' }
  const answer = await app.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) })
  return answer.body === '' ? answer.statusCode : answer.json()
}

async function record(...ids: string[]): Promise<void> {
  for (const [n, name] of ids.entries()) {
    const file = segment(name, now - 3_600_000 + n * 600_000)
    recorder.segments.set(name, file)
    node.client.emit({ type: 'recording.segment', segment: file, atMs: now })
  }
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
}

/** What a node would say of it. */
function verdict(url: string): string {
  const keys = platform.services.spaces.state('default')?.playKeys ?? []
  return verifySigned(new URL(url).searchParams, keys, 'play', PATH, platform.time.nowMs())
}

const iso = (ms: number) => new Date(ms).toISOString()

test('replay: every form of a time of a stream, signed for the node that has it', async () => {
  await record('sg_1', 'sg_2')
  const [start, end] = [iso(now - 3_600_000), iso(now - 2_400_000)]
  const { play, nodeId } = await call('GET', `/streams/${id}/replay?start=${start}&end=${end}&ttlSeconds=60`)
  const base = 'video.example:18080/default/live/cam'
  const time = `start=${now - 3_600_000}&end=${now - 2_400_000}`
  expect(nodeId).toBe('node-1')
  expect(play.hls).toContain(`http://${base}/replay/index.m3u8?${time}&expires=`)
  expect(play.flv).toContain(`http://${base}/replay/stream.flv?${time}&`)
  expect(play.wsFlv).toContain(`ws://${base}/replay/stream.flv?${time}&`)
  expect(play.mp4).toContain(`http://${base}/replay/clip.mp4?${time}&`)
  expect(play.thumbnail).toContain(`/replay/thumbnail.jpg?at=${now - 3_600_000}&width=320&`)
  for (const url of [play.hls, play.flv, play.wsFlv, play.mp4, play.thumbnail]) expect(verdict(url)).toBe('ok')
  expect(Date.parse(play.expiresAt) - now).toBeLessThanOrEqual(60_000)
  const { error } = await call('GET', `/streams/${id}/replay?start=${iso(0)}&end=${iso(1000)}`)
  expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('1970-01-01T00:00:00.000Z') })
})

test('time shift: the live URLs with a delay or a start; a poster for every stream', async () => {
  const { play } = await call('GET', `/streams/${id}/urls?delay=30`)
  for (const url of [play.flv, play.wsFlv, play.hls]) {
    expect(new URL(url).searchParams.get('delay')).toBe('30')
    expect(verdict(url)).toBe('ok')
  }
  expect(new URL(play.rtmp).searchParams.get('delay')).toBeNull()
  const start = iso(now - 60_000)
  const shifted = (await call('GET', `/streams/${id}/urls?start=${start}`)).play
  expect(new URL(shifted.hls).searchParams.get('start')).toBe(start)
  const { poster } = await call('GET', `/streams/${id}`)
  expect(poster).toContain('/default/live/cam/snapshot.jpg?expires=')
  expect(verdict(poster)).toBe('ok')
})

test('an open space signs nothing', async () => {
  await call('PATCH', '/spaces/default', { play: 'open' })
  await record('sg_1')
  const { play } = await call('GET', '/recordings/sg_1')
  expect([play.expiresAt, new URL(play.hls).searchParams.get('sign')]).toEqual([null, null])
})

test('recordings: listed by stream and time, changed, deleted one and many', async () => {
  await record('sg_1', 'sg_2', 'sg_3')
  const list = await call('GET', `/recordings?stream=${id}&start=${iso(now - 3_000_000)}&sort=startedAt&limit=1`)
  expect(list.items).toMatchObject([{ id: 'sg_2', durationS: 600, path: PATH, sha256: 'ab'.repeat(32) }])
  const next = await call('GET', `/recordings?sort=startedAt&limit=1&cursor=${list.nextCursor}`)
  expect(next.items).toMatchObject([{ id: 'sg_3' }])
  expect(await call('PATCH', '/recordings/sg_1', { subject: 'maths', held: true })).toMatchObject({
    ...{ subject: 'maths', held: true, play: { hls: expect.any(String) } },
  })
  expect((await call('GET', '/recordings?held=true&subject=maths')).items).toHaveLength(1)
  expect(await call('DELETE', '/recordings/sg_1')).toMatchObject({ error: { code: 'RECORDING_KEPT' } })
  const { items } = await call('POST', '/recordings/delete', { ids: ['sg_1', 'sg_2', 'none'] })
  expect(items.map((row: { error: { code: string } | null }) => row.error?.code ?? 'done')).toEqual([
    ...['RECORDING_KEPT', 'done', 'NOT_FOUND'],
  ])
  expect(await call('DELETE', '/recordings/sg_3')).toBe(204)
})

test('plans: what is wrong names the day and the interval; a day is copied', async () => {
  const day = [
    { start: '08:00', end: '09:30', subject: 'maths', teacher: 'Li' },
    { start: '09:00', end: '10:00' },
  ]
  const week = [day, [], [], [], [], [], []]
  const wish = { name: 'lessons', zone: 'Asia/Shanghai' }
  const { error } = await call('POST', '/plans', { ...wish, week })
  expect([error.field, error.message]).toEqual([
    'body.week.0.1',
    'body.week.0.1: monday, interval 2 (09:00-10:00) overlaps interval 1 (08:00-09:30)',
  ])
  expect(
    (await call('POST', '/plans', { ...wish, zone: 'Mars', week: [[], [], [], [], [], [], []] })).error.field,
  ).toBe('body.zone')
  const plan = await call('POST', '/plans', {
    ...wish,
    week: [day.slice(0, 1), [], [], [], [], [], [{ start: '23:00', end: '24:00' }]],
  })
  expect(plan.week[6]).toEqual([{ start: '23:00', end: '24:00', subject: '', teacher: '' }])
  const copied = await call('POST', `/plans/${plan.id}/copy-day`, { from: 'monday', to: ['tuesday', 'sunday'] })
  expect(copied.week[1]).toEqual([day[0]])
  expect(copied.week[6]).toEqual([day[0]])
})

test('templates: defaults for what is left out; names that would collide are refused', async () => {
  const made = await call('POST', '/templates', { type: 'record', name: 'month', record: { retentionDays: 30 } })
  expect(made).toMatchObject({
    type: 'record',
    snapshot: null,
    bindings: 0,
    record: { retentionDays: 30, segmentS: 600 },
  })
  const { error } = await call('PATCH', `/templates/${made.id}`, { record: { objectName: '{StreamName}' } })
  expect(error).toMatchObject({ code: 'INVALID', field: 'body.record.objectName' })
  expect((await call('PATCH', `/templates/${made.id}`, { snapshot: { quality: 5 } })).error.field).toBe('body.snapshot')
  expect((await call('POST', '/templates', { type: 'record', name: 'month' })).error.code).toBe('CONFLICT')
  const poster = await call('POST', '/templates', {
    type: 'snapshot',
    name: 'poster',
    snapshot: { trigger: 'overwrite' },
  })
  expect(poster.snapshot.objectName).toBe('{Space}/{AppName}/{StreamName}')
  const targets = [{ scope: 'stream', target: PATH }]
  expect(await call('POST', `/templates/${made.id}/bindings`, { targets })).toEqual({
    items: [{ ...targets[0], error: null }],
  })
  expect(await call('GET', `/templates/${made.id}`)).toMatchObject({ bindings: 1 })
  expect(await call('DELETE', `/templates/${made.id}`)).toMatchObject({ error: { code: 'IN_USE' } })
  expect(await call('PUT', '/bindings', { ...targets[0], type: 'record', templateId: poster.id })).toMatchObject({
    error: { code: 'INVALID', field: 'body.template' },
  })
})

test('recording by hand: what the node says of it', async () => {
  expect(await call('GET', `/streams/${id}/recording`)).toMatchObject({ state: 'off', manual: null, binding: null })
  expect(await call('POST', `/streams/${id}/recording`, { action: 'start' })).toMatchObject({
    ...{ state: 'waiting', manual: { action: 'start', by: 'admin' } },
  })
  recorder.status = [
    {
      ...{ path: PATH, recording: 'rc_1', cause: 'manual', state: 'recording', reason: '', sinceMs: now },
      ...{ segment: 'sg_1', bytes: 1234, droppedFragments: 0 },
    },
  ]
  expect(await call('GET', `/streams/${id}/recording`)).toMatchObject({
    ...{ state: 'recording', bytes: 1234, cause: 'manual', since: iso(now), recordingId: 'rc_1' },
  })
  expect(await call('POST', `/streams/${id}/recording/events`, { beforeS: 5, reason: 'door' })).toEqual({
    recordingId: 'rc_event',
  })
  expect(recorder.events).toEqual([{ path: PATH, beforeS: 5, reason: 'door' }])
  const { error } = await call('POST', `/streams/${id}/recording`, { action: 'start', templateId: 'tp_none' })
  expect(error.code).toBe('NOT_FOUND')
})

test('a picture is answered with its signed URL, size and time', async () => {
  const picture = await call('POST', `/streams/${id}/snapshots`, { width: 640 })
  expect(picture).toMatchObject({ width: 640, height: 360, takenAt: expect.any(String), cause: 'demand' })
  expect(picture.url).toContain(`/default/live/cam/objects/${picture.id}?expires=`)
  expect(verdict(picture.url)).toBe('ok')
  const missing = await call('POST', `/streams/${id}/snapshots`, { at: iso(now - 86_400_000) })
  expect(missing.error.code).toBe('NOT_FOUND')
})

test('the timeline of a channel has its alarms among what happened', async () => {
  const gbId = '34020000001320000001'
  const nvr = await call('POST', '/devices', { gbId: '34020000001180000001', name: 'Recorder', type: 'nvr' })
  const item: CatalogItem = {
    ...{ gbId, name: 'Lobby', manufacturer: '', model: '', civilCode: '', address: '', parentIds: [], more: {} },
    ...{ businessGroupId: null, parental: false, status: 'on', longitude: null, latitude: null, ptzType: 1 },
  }
  const end = { promised: 1, received: 1, complete: true }
  const common = { device: nvr.id, atMs: now }
  const state = { path: '', recording: 'rc', state: 'started', cause: 'manual', template: null, reason: '' } as const
  node.client.emit({ type: 'device.catalog', ...common, sync: 's', items: [item], end })
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
  const { path } = (await call('GET', '/channels')).items[0]
  const [app, name] = path.split('/').slice(1)
  const stream = await call('POST', '/streams', { app, name })
  node.client.emit({ type: 'recording.state', ...state, path, atMs: now - 1000 })
  node.client.emit({
    ...{ type: 'device.alarm', ...common, channel: gbId, priority: 1, method: 5, alarmType: 2, description: 'line' },
    ...{ longitude: null, latitude: null, alarmAtMs: now },
  })
  await vi.waitFor(() => expect(node.outbox.size).toBe(0), { interval: 2 })
  platform.time.advance(1000)
  const { events } = await call(
    'GET',
    `/streams/${stream.id ?? (await call('GET', `/streams?q=${name}`)).items[0].id}/timeline`,
  )
  expect(events).toMatchObject([
    { kind: 'recording', name: 'started' },
    { kind: 'alarm', name: '5.2', reason: 'line', at: iso(now) },
  ])
})

test('a callback shows its secret once, and never in the audit log', async () => {
  const body = { url: 'https://hooks.example.com/x', events: ['record_file'] }
  const { secret, id: callback } = await call('POST', '/callbacks', body)
  expect(secret).toMatch(/^[\w-]{32}$/)
  const everything = [
    await call('GET', '/callbacks'),
    await call('GET', `/callbacks/${callback}`),
    await call('GET', '/audit'),
  ]
  expect(JSON.stringify(everything)).not.toContain(secret)
  expect((await call('POST', '/callbacks', { ...body, url: 'http://169.254.169.254/' })).error).toMatchObject({
    ...{ code: 'INVALID', field: 'body.url' },
  })
})
