import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ADMINISTRATOR,
  liveStream,
  NodeUnderTest,
  type PlatformUnderTest,
  platformUnderTest,
} from '../../test/support/platform-under-test.ts'
import type { App } from './app.ts'
import { createApp } from './server.ts'

let platform: PlatformUnderTest
let app: App
let node: NodeUnderTest

beforeEach(async () => {
  platform = await platformUnderTest()
  app = await createApp(platform.server)
  node = new NodeUnderTest(platform)
  node.streams = [liveStream('default/live/"a\\b"'), liveStream('default/live/b', { gopMs: null, viewers: 4 })]
  node.client.start()
  await vi.waitFor(() => expect(platform.services.links.nodes.get('node-1')?.streams.size).toBe(2))
  await vi.waitFor(() => expect(platform.services.events.applied).toBeGreaterThan(0))
})

afterEach(async () => {
  await node.close()
  await app.close()
  await platform.close()
})

/** Prometheus text format 0.0.4: comments announce a family, samples belong to the one announced last. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  let family = ''
  for (const line of text.split('\n')) {
    if (line === '') continue
    const comment = /^# (HELP|TYPE) (\S+) /.exec(line)
    if (comment) {
      family = comment[2] ?? ''
      continue
    }
    const [, name = '', labels = '', value = ''] =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/.exec(line) ?? []
    expect(name, line).toMatch(new RegExp(`^${family}(_bucket|_sum|_count)?$`))
    expect(Number.isNaN(Number(value)) && value !== 'Nan', line).toBe(false)
    expect(samples.has(name + labels), `twice: ${line}`).toBe(false)
    samples.set(name + labels, Number(value))
  }
  return samples
}

test('totals are open and name no stream', async () => {
  await app.inject('/api/v1/health')
  const response = await app.inject('/metrics')
  expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  const samples = parse(response.body)
  expect(samples.get('sightline_platform_nodes')).toBe(1)
  expect(samples.get('sightline_platform_streams')).toBe(2)
  expect(samples.get('sightline_platform_viewers')).toBe(7)
  expect(samples.get('sightline_platform_received_bytes_per_second')).toBe(525_000)
  expect(samples.get('sightline_platform_link_events_total{result="applied"}')).toBeGreaterThan(0)
  expect(samples.get('sightline_platform_stored_files{kind="recording"}')).toBe(0)
  expect(samples.get('sightline_platform_alerts{kind="recording.missing"}')).toBe(0)
  expect(samples.get('sightline_platform_callback_deliveries{state="waiting"}')).toBe(0)
  expect(samples.get('sightline_platform_callback_requests_total{result="delivered"}')).toBe(0)
  const requests = 'sightline_platform_http_request_duration_seconds_count'
  expect(samples.get(`${requests}{method="GET",route="/api/v1/health",status="200"}`)).toBe(1)
  expect(response.body).not.toContain('live/b')
})

test('with a token every stream has its series, and a wrong token is refused', async () => {
  const token = await platform.addUser('admin', 'administrator')
  const get = (as: string) => app.inject({ url: '/metrics', headers: { authorization: `Bearer ${as}` } })
  const samples = parse((await get(token)).body)
  expect(samples.get('sightline_platform_stream_viewers{node="node-1",path="default/live/b"}')).toBe(4)
  expect(samples.get('sightline_platform_stream_viewers{node="node-1",path="default/live/\\"a\\\\b\\""}')).toBe(3)
  expect(samples.has('sightline_platform_stream_gop_seconds{node="node-1",path="default/live/b"}')).toBe(false)
  expect((await get('wrong')).statusCode).toBe(401)
})

test('devices are counted by state', async () => {
  const device = { space: 'default', gbId: '34020000001320000001' }
  await platform.services.gb28181.devices.create(ADMINISTRATOR, device)
  const samples = parse((await app.inject('/metrics')).body)
  expect(samples.get('sightline_platform_devices{state="new"}')).toBe(1)
  expect(samples.get('sightline_platform_devices{state="on"}')).toBe(0)
})
