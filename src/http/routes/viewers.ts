import { z } from 'zod'
import type { PublisherDetail, ViewerDetail } from '../../platform/viewers/viewer-service.ts'
import type { PublisherRun, ViewerRun } from '../../platform/viewers/viewer-store.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import * as contract from '../contract/viewer.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function viewerRoutes(app: App, { viewers }: Services): void {
  app.get(
    '/viewers',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'listAllViewers',
        tags: ['viewers'],
        summary: 'Who watches and who watched, of all streams',
        querystring: contract.ViewerQuery,
        response: { 200: pageOf(contract.ViewerEntry), ...errorResponses },
      },
    },
    async request => {
      const { sort, limit, cursor, ...filter } = request.query
      const page = await viewers.list(callerOf(request), filter, pageRequest({ sort, limit, cursor }))
      return pageAnswer(page, sort, entryView)
    },
  )

  app.get(
    '/viewers/:id',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'getViewer',
        tags: ['viewers'],
        summary: 'Everything about one viewer, live or from the history',
        params: IdParameter,
        response: { 200: contract.ViewerDetail, ...errorResponses },
      },
    },
    async request => detailView(await viewers.get(callerOf(request), request.params.id)),
  )

  app.post(
    '/viewers/:id/kick',
    {
      config: { permission: 'streams.kick' },
      schema: {
        operationId: 'kickViewer',
        tags: ['viewers'],
        summary: 'Put a viewer out',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await viewers.kick(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/publishers/:id',
    {
      config: { permission: 'streams.read' },
      schema: {
        operationId: 'getPublisher',
        tags: ['viewers'],
        summary: 'Everything about one publisher, live or from the history',
        params: IdParameter,
        response: { 200: contract.PublisherDetail, ...errorResponses },
      },
    },
    async request => publisherView(await viewers.publisher(callerOf(request), request.params.id)),
  )
}

function common(run: ViewerRun | PublisherRun) {
  const { path, node_id, protocol, remote, agent, started_at, stopped_at, stop_reason } = run
  return {
    path,
    nodeId: node_id,
    protocol,
    remote,
    agent,
    state: stopped_at === null ? ('on' as const) : ('off' as const),
    startedAt: time(started_at),
    stoppedAt: stopped_at === null ? null : time(stopped_at),
    stopReason: stop_reason,
  }
}

function entryView(run: ViewerRun): contract.ViewerEntry {
  const over = run.stopped_at !== null
  return {
    id: run.viewer_id,
    ...common(run),
    bytesSent: over ? run.bytes_sent : null,
    framesDropped: over ? run.frames_dropped : null,
  }
}

function detailView({ run, streamId, live }: ViewerDetail): contract.ViewerDetail {
  const entry = entryView(run)
  return {
    ...entry,
    streamId,
    agent: live?.agent ?? entry.agent,
    bytesSent: live?.bytesSent ?? entry.bytesSent,
    framesDropped: live?.framesDropped ?? entry.framesDropped,
    bufferedBytes: live?.bufferedBytes ?? null,
    delayMs: live?.delayMs ?? null,
    playerDroppedFrames: live?.playerDroppedFrames ?? null,
    traceId: live?.traceId ?? null,
  }
}

function publisherView({ run, streamId, live }: PublisherDetail): contract.PublisherDetail {
  return {
    id: run.publisher_id,
    ...common(run),
    streamId,
    bytesIn: live?.bytesIn ?? run.bytes_in,
    bytesOut: live?.bytesOut ?? run.bytes_out,
    framesIn: live?.framesIn ?? run.frames_in,
    bitrateKbps: live?.bitrateKbps ?? null,
    fps: live?.fps ?? null,
    quality: live?.quality ?? null,
    traceId: live?.publisher?.traceId ?? null,
  }
}
