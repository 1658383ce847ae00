import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { PlatformMetric, StreamMetric } from '../../platform/metrics/metric.ts'
import type { Series } from '../../platform/metrics/metric-service.ts'
import type { StreamRun } from '../../platform/streams/stream-run-store.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/history.ts'
import { pageOf } from '../contract/page.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

const Id = z.strictObject({ id: z.string().min(1).max(64) })

/** What was, of streams and of the whole. */
export function historyRoutes(app: App, { metrics, streams }: Services, clock: Clock): void {
  app.get(
    '/streams/:id/events',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'listStreamEvents',
        tags: ['streams'],
        summary: 'When the stream was on, who published it, why it ended and how much it carried',
        description: 'Kept 90 days.',
        params: Id,
        querystring: contract.RunQuery,
        response: { 200: pageOf(contract.StreamRun), ...errorResponses },
      },
    },
    async request => {
      const { from, to, sort } = request.query
      const page = await streams.runs(callerOf(request), request.params.id, {
        ...pageRequest(request.query),
        fromMs: from,
        toMs: to,
      })
      return pageAnswer(page, sort, run => runView(run, clock.nowMs()))
    },
  )

  app.get(
    '/streams/:id/metrics',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'getStreamMetrics',
        tags: ['streams'],
        summary: 'Bit rate, frame rate, GOP and viewers over time',
        description: 'Minutes are kept 48 hours, hours 400 days.',
        params: Id,
        querystring: contract.MetricQuery,
        response: { 200: contract.StreamMetrics, ...errorResponses },
      },
    },
    async request => {
      const caller = callerOf(request)
      const { path } = await streams.get(caller, request.params.id)
      return seriesView(await metrics.stream(caller, path, metricQuery(request.query)), streamPoint)
    },
  )

  app.get(
    '/overview',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'getOverview',
        tags: ['overview'],
        summary: 'Streams, viewers, traffic and nodes now',
        response: { 200: contract.Overview, ...errorResponses },
      },
    },
    async request => metrics.overview(callerOf(request)),
  )

  app.get(
    '/overview/metrics',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'getOverviewMetrics',
        tags: ['overview'],
        summary: 'Streams, viewers, traffic and load of everything over time',
        description: 'Minutes are kept 48 hours, hours 400 days.',
        querystring: contract.MetricQuery,
        response: { 200: contract.PlatformMetrics, ...errorResponses },
      },
    },
    async request => seriesView(await metrics.platform(callerOf(request), metricQuery(request.query)), platformPoint),
  )
}

function metricQuery({ from, to, step }: z.infer<typeof contract.MetricQuery>) {
  return { fromMs: from, toMs: to, stepMs: step === undefined ? undefined : step * 1000 }
}

function seriesView<T, V>({ fromMs, toMs, stepMs, points }: Series<T>, view: (point: T) => V) {
  return { from: time(fromMs), to: time(toMs), stepSeconds: stepMs / 1000, points: points.map(view) }
}

function streamPoint(point: StreamMetric): contract.StreamMetrics['points'][number] {
  return {
    at: time(point.at),
    bitrateKbps: point.bitrate_kbps,
    bitrateMaxKbps: point.bitrate_max_kbps,
    fps: point.fps,
    gopMs: point.gop_ms,
    viewers: point.viewers,
    viewersMax: point.viewers_max,
    bytesIn: point.bytes_in,
    bytesOut: point.bytes_out,
  }
}

function platformPoint(point: PlatformMetric): contract.PlatformMetrics['points'][number] {
  return {
    at: time(point.at),
    nodes: point.nodes,
    streams: point.streams,
    streamsMax: point.streams_max,
    viewers: point.viewers,
    viewersMax: point.viewers_max,
    bitrateInKbps: point.bitrate_kbps,
    bytesIn: point.bytes_in,
    bytesOut: point.bytes_out,
    cpu: point.cpu,
    memoryBytes: point.memory_bytes,
  }
}

function runView(run: StreamRun, nowMs: number): contract.StreamRun {
  const { id, started_at, stopped_at, stop_reason, node_id, protocol, remote, agent } = run
  const { bytes_in, bytes_out, frames_in } = run
  return {
    id,
    startedAt: time(started_at),
    stoppedAt: stopped_at === null ? null : time(stopped_at),
    reason: stop_reason,
    durationMs: Math.max(0, (stopped_at ?? nowMs) - started_at),
    nodeId: node_id,
    publisher: { protocol, remote, agent },
    totals: stopped_at === null ? null : { bytesIn: bytes_in, bytesOut: bytes_out, framesIn: frames_in },
  }
}
