import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { StreamStatus } from '../link/status.ts'
import { permit } from '../platform/access/permission.ts'
import type { DeviceState } from '../platform/devices/device.ts'
import type { App } from './app.ts'
import { bearerToken, originOf } from './authentication.ts'
import { recordingMetrics } from './recording-metrics.ts'
import type { Services } from './services.ts'

/** Seconds; most routes answer within a few milliseconds, a login takes a tenth of a second. */
const BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10]

/**
 * `/metrics` for Prometheus. Open, because it has no names in it; with a token the series of each stream come too.
 */
export function serveMetrics(app: App, services: Services): void {
  const all = platformMetrics(services)
  recordingMetrics(all, services)
  const streams = streamMetrics(services)
  const requests = new Histogram({
    name: 'sightline_platform_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [all],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
  app.get('/metrics', { config: { open: true }, schema: { hide: true } }, async (request, reply) => {
    const token = bearerToken(request.headers.authorization)
    if (token !== null) permit(await services.authenticator.authenticate(token, originOf(request)), 'metrics.read')
    const parts = [await all.metrics(), ...(token === null ? [] : [await streams.metrics()])]
    return reply.type(all.contentType).send(parts.join('\n'))
  })
}

const DEVICE_STATES = ['new', 'on', 'suspect', 'off', 'failed'] as const satisfies readonly DeviceState[]

/** Gauges of the library that are named as counters; the same numbers by kind are there without `_total`. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

function platformMetrics({ events, gb28181, links }: Services): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  const registers = [registry]
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `sightline_platform_${name}`,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  const sum = (of: (stream: { viewers: number; bitrateKbps: number }) => number) => {
    let total = 0
    for (const node of links.nodes.values()) for (const stream of node.streams.values()) total += of(stream)
    return total
  }
  gauge('nodes', 'Nodes whose link is up', () => links.nodes.size)
  gauge('streams', 'Live streams', () => sum(() => 1))
  gauge('viewers', 'Viewers of all live streams', () => sum(stream => stream.viewers))
  gauge('received_bytes_per_second', 'Bytes per second received for all live streams', () =>
    sum(s => s.bitrateKbps * 125),
  )
  new Gauge({
    name: 'sightline_platform_devices',
    help: 'Devices by state',
    labelNames: ['state'],
    registers,
    async collect() {
      const counts = await gb28181.devices.countByState()
      for (const state of DEVICE_STATES) this.set({ state }, counts.get(state) ?? 0)
    },
  })
  new Counter({
    name: 'sightline_platform_link_events_total',
    help: 'Events of nodes by what became of them',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset()
      for (const result of ['applied', 'duplicates', 'invalid'] as const) this.inc({ result }, events[result])
    },
  })
  return registry
}

const STREAM_SERIES: Record<string, { help: string; value: (stream: StreamStatus) => number | null }> = {
  received_bytes_per_second: { help: 'Bytes per second received', value: stream => stream.bitrateKbps * 125 },
  frames_per_second: { help: 'Video frames received', value: stream => stream.fps },
  gop_seconds: {
    help: 'Length of the last GOP',
    value: stream => (stream.gopMs === null ? null : stream.gopMs / 1000),
  },
  viewers: { help: 'Viewers', value: stream => stream.viewers },
}

function streamMetrics({ links }: Services): Registry {
  const registry = new Registry()
  for (const [name, { help, value }] of Object.entries(STREAM_SERIES)) {
    new Gauge({
      name: `sightline_platform_stream_${name}`,
      help: `${help}, by stream`,
      labelNames: ['node', 'path'],
      registers: [registry],
      collect() {
        this.reset()
        for (const node of links.nodes.values()) {
          for (const [path, stream] of node.streams) {
            const now = value(stream)
            if (now !== null) this.set({ node: node.id, path }, now)
          }
        }
      },
    })
  }
  return registry
}
